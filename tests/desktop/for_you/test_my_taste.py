"""The page My taste: numbers beside everybody's, how ratings are read, how well the model knows one, earlier lists."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView, QWidget

from desktop_rec.for_you.choices import ListSource, SourceKind
from desktop_rec.for_you.my_taste.controller import Taste
from desktop_rec.for_you.my_taste.page import MyTastePage
from desktop_rec.for_you.my_taste.presenter import MyTastePresenter
from desktop_rec.for_you.my_taste.text import describe_knowing, describe_reading, taste_sentences
from engine.data.catalogue import Catalogue
from engine.data.dataset import Histories, Scale
from engine.errors import NotStoredError
from engine.evaluation.intervals import Interval
from engine.events import drive
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending.earlier_lists import EarlierLists, ShownTitle
from engine.recommending.rating_reading import rating_reading
from engine.recommending.recommendation import Recommendation, RecommendationList
from engine.recommending.recommender import Recommender
from engine.recommending.taste_profile import TasteGroup, TasteProfile, taste_profile
from engine.recommending.user_evaluation import Comparison, UserEvaluation

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
BOLD = "<b>Camp & co</b>"
TITLES = 40


def group(name, apart=None, *, mine=0.5, crowd=0.3, rated=31, reach=0.1):
    found = None if apart is None else Interval(apart, apart - reach, apart + reach)
    stars = (None, None) if apart is None else (4.0, 4.0 - apart)
    return TasteGroup(name, rated, rated, mine, crowd, *stars, found)


def profile(**changed):
    whole = TasteProfile(
        overall=group("", -0.3),
        genres=(group("Drama", 0.4), group(BOLD, -1.0, reach=1.5, mine=0.1, crowd=0.12)),
        decades=(group("1990s", mine=0.2, crowd=0.22),),
        bands=(),
        left_out={"genres": 2, "decades": 0, "bands": 1},
        has_genres=True,
        has_years=True,
    )
    return replace(whole, **changed)


def model_of(name, *, learns_from="ratings", **config):
    return SimpleNamespace(name=name, can=SimpleNamespace(learns_from=learns_from), config=SimpleNamespace(**config))


def reading_of(model, ratings=(4.0, 4.0, 4.5, 3.5, 3.0)):
    return rating_reading(model, Histories.of_one(range(len(ratings)), list(ratings)), Scale(0.5, 5, 0.5))


@pytest.fixture
def page(qtbot):
    made = MyTastePage()
    qtbot.addWidget(made)
    made.resize(760, 700)
    made.show()
    return made


@pytest.fixture
def opened(session, monkeypatch):
    """A session with films and a model that is fitted."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    plain = planted_dataset()
    catalogue = Catalogue(plain.catalogue.titles, plain.catalogue.years, (("Drama",),) * TITLES, word="film")
    dataset = replace(plain, catalogue=catalogue)
    session.dataset.take(dataset, None)
    model = Popularity(PopularityConfig(), items=TITLES, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    session.model.recommender = Recommender(model, dataset)
    for row in range(8):
        session.my_ratings.rate(row, 1.0 + row % 5)
    return session


@pytest.fixture
def looked_at(page, opened):
    presenter = MyTastePresenter(opened.taste, opened.recommendations, page)
    presenter.look(is_looked_at=True)
    return page


def text(page, name):
    return next(iter(page.findChildren(QLabel, name))).text()


def part(page, kind, name):
    return next(iter(page.findChildren(kind, name)))


def shown(*names):
    return tuple(ShownTitle(name, f"Film {name}", 2000) for name in names)


def show_list(session, *rows):
    items = tuple(
        Recommendation(rank, row, str(row), f"Film {row}", 2000, (), 1.0, None, None, None)
        for rank, row in enumerate(rows, start=1)
    )
    session.recommendations.list = RecommendationList(items, len(items), 40, None, "")
    session.recommendations.ready.emit(session.recommendations.list)


def test_that_what_differs_most_is_told_in_sentences_and_chance_is_not():
    assert taste_sentences(profile(), "film") == (
        "You rate films 0.3 lower than most people do (31 films).",
        "You rate Drama 0.4 higher than most people do (31 films).",
        "Drama: 50 % of your films, 30 % of everybody's.",
    )


def test_that_decades_are_told_as_films_of_their_time():
    found = profile(decades=(group("1990s", 0.5, mine=0.2, crowd=0.2),), genres=())
    assert taste_sentences(found, "film")[1] == "You rate films of the 1990s 0.5 higher than most people do (31 films)."


def test_that_too_few_ratings_are_asked_for_more():
    assert taste_sentences(profile(overall=group("")), "film") == (
        "Rate a few more films: from five on they can be compared with everybody's.",
    )


def test_that_bars_are_told_to_those_who_listen_and_stand_in_a_table(page):
    page.show_taste(profile(), "film")
    bars = part(page, QWidget, "taste_genres")
    assert "Drama: 31 films of yours; 50 % of yours, 30 % of everybody's" in bars.accessibleDescription()
    assert BOLD in bars.accessibleDescription()
    assert bars.table().rows[0] == ("Drama", "31", "50 %", "30 %", "4.0", "3.6", "+0.4", "yes")
    assert bars.table().rows[1][-1] == "no"
    page.grab()


def test_that_groups_left_out_are_counted(page):
    page.show_taste(profile(), "film")
    assert text(page, "taste_genres_note") == "2 genres with fewer than five of your films are left out."
    assert text(page, "taste_bands_note") == "1 group with fewer than five of your films is left out."


def test_that_without_genres_and_years_these_parts_are_a_sentence(page):
    page.show_taste(profile(genres=(), decades=(), has_genres=False, has_years=False), "film")
    assert text(page, "taste_genres_note") == "No genres are known of these films."
    assert text(page, "taste_decades_note") == "No years are known of these films."
    assert not part(page, QWidget, "taste_genres_card").isVisible()
    assert not part(page, QWidget, "taste_decades_card").isVisible()


def test_that_a_rating_below_the_usual_one_is_told_as_that():
    words = describe_reading(reading_of(model_of("two_head", alpha_floor=0.0)), "film")
    assert words.endswith("For you a 3.5 counts as neither good nor bad, since you usually give 3.8.")


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (0.0, "It goes by what you liked: films you gave 4 or more count, all others do not."),
        (
            0.4,
            "films you gave 4 or more count fully, all others 40 % of that, whether you gave them few stars or none.",
        ),
    ],
)
def test_that_a_model_of_likes_says_what_counts_and_for_how_much(page, others, words):
    found = reading_of(model_of("ease", learns_from="likes", fold_in_others=others))
    page.reading.show_reading(found, "film")
    assert text(page, "reading_sentence").endswith(words)
    bars = part(page, QWidget, "reading_mine").bars
    assert [(bar.name, bar.size, bar.detail_right) for bar in bars] == [
        ("4 stars and more", 1.0, "given 3 times"),
        ("Fewer stars", others, "given 2 times"),
    ]


def test_that_my_steps_stand_beside_those_of_people_with_other_habits(page):
    page.reading.show_reading(reading_of(model_of("two_head", alpha_floor=0.0)), "film")
    mine, theirs = (part(page, QWidget, name) for name in ("reading_mine", "reading_theirs"))
    assert len(mine.bars) == len(theirs.bars) == 10
    first = theirs.bars
    habits = part(page, QComboBox, "reading_habit")
    assert habits.count() == 3
    habits.setCurrentIndex(2)
    assert part(page, QWidget, "reading_theirs").bars != first


def test_that_how_well_it_knows_one_is_a_sentence_with_what_anybody_could_guess():
    of = Comparison(20, Interval(0.4, 0, 1), Interval(0.15, 0, 1), Interval(0.25, 0, 1))
    off = Comparison(20, Interval(0.69, 0, 1), Interval(0.75, 0, 1), Interval(-0.06, -1, 1))
    found = UserEvaluation((), {"mae": off, "hits@100": of}, 20, 9036, 0, False)
    assert describe_knowing(found, "film") == (
        "Its predicted stars are off by 0.69 on average; plain averages are off by 0.75. Of your 20 favourites, 8 "
        "would be in its first 100 of 9,036 films had you not rated them; the most liked list has 3."
    )


def test_that_the_page_is_filled_from_the_session_and_one_press_tries_the_model(looked_at, qtbot):
    qtbot.waitUntil(lambda: "You rate films" in text(looked_at, "taste_sentences"), timeout=10_000)
    know = part(looked_at, QPushButton, "know_me")
    know.click()
    assert not know.isEnabled()
    qtbot.waitUntil(know.isEnabled, timeout=10_000)
    assert text(looked_at, "knowing_sentence").startswith("Its predicted stars are off by")


def test_that_without_a_model_one_sentence_and_a_button_lead_to_train(looked_at, opened, recorded):
    wanted = recorded(opened.requests.place)
    opened.model.recommender = None
    opened.model.changed.emit()
    part(looked_at, QPushButton, "place_message_button").click()
    assert wanted.calls == ["train"]


def test_that_a_list_that_stood_is_kept_once_and_compared_with_todays(looked_at, opened):
    show_list(opened, 10, 11, 12)
    opened.taste.keep_list()
    opened.taste.keep_list()
    assert len(opened.taste.earlier.lists) == 1
    assert part(looked_at, QComboBox, "earlier_list").count() == 0
    opened.my_ratings.rate(9, 5.0)
    show_list(opened, 12, 13, 11)
    assert part(looked_at, QComboBox, "earlier_list").count() == 1
    assert text(looked_at, "earlier_summary") == (
        "Since then 1 film came in, 1 went out, 2 moved and 0 stayed where they were."
    )
    opened.taste.keep_list()
    assert text(looked_at, "earlier_meanwhile") == "Rated since: Film 9 (5)."
    table = part(looked_at, QTableView, "earlier_changes").model()
    rows = [tuple(table.index(row, column).data() for column in range(4)) for row in range(table.rowCount())]
    assert rows[0] == ("Film 13 (2000)", "", "#2", "came in")
    assert rows[1] == ("Film 10 (2000)", "#1", "", "went out")
    assert ("Film 12 (2000)", "#3", "#1", "2 places up") in rows


def test_that_kept_lists_are_there_after_the_window_was_closed(opened, library):
    show_list(opened, 10, 11)
    opened.taste.keep_list()
    profile, fingerprint = opened.profile.current, opened.dataset.fingerprint
    document = library.profiles.remembered(profile.profile_id, f"lists:{fingerprint}")
    assert EarlierLists.of(document).lists[0].titles == shown("10", "11")


def test_that_only_lists_of_what_to_watch_are_kept(opened):
    saved = replace(opened.recommendations.choices, source=ListSource(SourceKind.SAVED))
    opened.recommendations.choices = saved
    show_list(opened, 10, 11)
    opened.taste.keep_list()
    assert opened.taste.earlier.lists == ()


def test_that_a_full_disk_costs_an_earlier_list_and_nothing_else(opened, library, monkeypatch):
    def refuse(*_values):
        raise NotStoredError("The disk is full.", not_stored="A list", is_full=True)

    monkeypatch.setattr(library.profiles, "remember", refuse)
    show_list(opened, 10, 11)
    opened.taste.keep_list()
    assert opened.taste.earlier.lists == ()


def test_that_damaged_lists_are_no_lists(opened, library):
    profile, fingerprint = opened.profile.current, opened.dataset.fingerprint
    library.profiles.remember(profile.profile_id, f"lists:{fingerprint}", {"lists": [{"titles": 5}], "ratings": []})
    assert opened.taste.earlier.lists == ()


def test_that_hardly_any_ratings_are_a_page_and_not_an_error(page):
    dataset = planted_dataset()
    for ratings in ([], [4.0], [None], [1.0] * 3):
        history = Histories.of_one(range(len(ratings)), ratings)
        found = Taste(taste_profile(dataset, history), reading_of(model_of("two_head", alpha_floor=0.0), ratings))
        page.show_taste(found.profile, "film")
        page.reading.show_reading(found.reading, "film")
        page.grab()
    assert np.isfinite(found.profile.overall.share)
