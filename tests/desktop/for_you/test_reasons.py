"""Reasons and insights: signed bars with numbers, words for each, nothing left over from the title before."""

from dataclasses import replace

import polish
import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.crowd_panel import RatingsHistogram
from desktop_rec.for_you.impact_bars import Bar, ImpactBars
from desktop_rec.for_you.insights_panel import InsightsPanel
from desktop_rec.for_you.reasons_panel import ReasonsPanel
from engine.data.dataset import Scale
from engine.recommending.crowd import Crowd
from engine.recommending.explanation import Explanation
from engine.recommending.insights import ImpactfulRating, ListInsights, SurprisingRating
from engine.recommending.longer_look import LongerLook
from engine.recommending.reasons import HangsOn, OwnRating, Reason, because_line, describe_hangs_on, describe_rated
from engine.recommending.recommendation import Recommendation

STARS = StarScale.of(Scale(0.5, 5.0, 0.5))


def reason(title, *, rating, impact, without=1):
    liked = rating is not None and rating >= 4
    words = describe_rated(title, rating, like=4.0)
    return Reason(7, "7", title, rating, impact, abs(impact) / 0.3, without, words, liked=liked)


MONONOKE = reason("Princess Mononoke", rating=5.0, impact=0.3, without=7)
ARMAGEDDON = reason("Armageddon", rating=1.0, impact=0.1)
TITANIC = reason("Titanic", rating=4.0, impact=-0.15, without=None)
SPIRITED = Recommendation(1, 3, "3", "Spirited Away", 2001, ("Animation",), 0.4, 0.02, 40.0, 4.6)


def explanation(item_row=3, *, crowd=None):
    return Explanation(
        item_row=item_row,
        item_id=str(item_row),
        title="Spirited Away",
        rank=1,
        score=0.4,
        predicted_rating=4.6,
        probability=0.02,
        lift=40.0,
        carried=(MONONOKE, ARMAGEDDON),
        against=(TITANIC,),
        others=5,
        note="",
        crowd=crowd,
    )


def insights(*, predicts=True):
    surprising = (SurprisingRating(9, "9", "Alien", 4.5, 2.9, 1.6),) if predicts else ()
    return ListInsights(
        titles=(),
        most_impactful=(ImpactfulRating(7, "7", "Princess Mononoke", 5.0, 1.2, 1.0, 40),),
        most_surprising=surprising,
        predicts_ratings=predicts,
        entries=2,
        entries_done=2,
        stopped=False,
        note="",
    )


@pytest.fixture
def panel(qtbot):
    made = ReasonsPanel(STARS)
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    return made


def test_that_how_far_off_a_prediction_may_be_stands_beside_it_and_is_explained(panel):
    panel.show_title(SPIRITED, word="film")
    assert panel.figures.text().startswith("predicted 4.6 · 40×")
    assert panel.figures.toolTip() == ""
    panel.show_title(replace(SPIRITED, predicted_sd=0.62), word="film")
    assert panel.figures.text().startswith("predicted 4.6\u00a0±\u00a00.6 · 40×")
    assert "less than 0.6 off" in panel.figures.toolTip()


def test_that_bars_can_shrink_in_number_and_are_put_into_words(qtbot):
    bars = ImpactBars()
    qtbot.addWidget(bars)
    bars.show()
    bars.show_bars([Bar("Alien", 0.4), Bar("Titanic", -0.1)])
    bars.show_bars([Bar("Heat", 0.2, "+0.2", detail="you gave 4")])
    assert [bar.name for bar in bars.bars] == ["Heat"]
    assert bars.accessibleDescription() == "Heat, +0.2, you gave 4"
    bars.grab()


def test_that_a_reason_shows_its_rating_and_the_rank_without_it_and_no_share(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation())
    first, second = panel.carried.bars
    assert (first.name, first.figure, first.detail_right) == ("Princess Mononoke", "", "without it #1 → #7")
    assert (second.name, second.detail, second.detail_right) == ("Armageddon", "you gave 1", "")
    (against,) = panel.against.bars
    assert (against.name, against.size) == ("Titanic", -0.15)
    assert against.detail_right == "without it #1 → off the list"
    assert panel.note.text() == "5 more of your ratings matter less here."
    assert not any("%" in bar.sentence() + bar.tip for bar in (first, second, against))
    assert not any("disliked" in bar.sentence() + bar.tip for bar in (first, second, against))


def test_that_the_figures_of_a_title_are_there_before_its_reasons(panel):
    panel.show_title(SPIRITED, word="film")
    words = panel.figures.text().replace("\u00a0", " ")
    assert words == "predicted 4.6 · 40× likelier for you than for most"
    assert "Working out" in panel.note.text()


def test_that_reasons_of_another_title_are_left_aside(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation(item_row=99))
    assert not panel.carried.bars
    assert "Working out" in panel.note.text()


def test_that_what_most_people_gave_stands_below_the_reasons(panel):
    panel.show_title(SPIRITED, word="film")
    words, histogram = panel.findChild(QLabel, "crowd_words"), panel.findChild(RatingsHistogram, "crowd_histogram")
    assert not words.isVisible()

    panel.show_reasons(explanation(crowd=Crowd(341, 3.24, 0, (1.0, 2.0, 3.0, 4.0, 5.0), (1, 40, 200, 90, 10))))

    assert words.isVisible()
    assert words.text() == "People rated it 3.2 on average, 341 ratings."
    assert histogram.accessibleDescription() == "1: 1, 2: 40, 3: 200, 4: 90, 5: 10"
    assert "3: 200" in histogram.toolTip()
    painted = histogram.grab().toImage()
    assert len({painted.pixel(x, painted.height() // 2) for x in range(painted.width())}) > 1


def test_that_a_title_nobody_rated_says_so_without_a_histogram(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation(crowd=Crowd(0, None, 2, (1.0, 2.0), (0, 0))))
    assert panel.findChild(QLabel, "crowd_words").text() == "Nobody has rated it; 2 people saw it."
    assert not panel.findChild(RatingsHistogram, "crowd_histogram").isVisible()


def hanging_on(*ratings, place=1, is_found=True):
    return HangsOn(3, place, tuple(OwnRating(row, str(row), title, rating) for row, title, rating in ratings), is_found)


def test_that_what_the_place_of_a_title_hangs_on_is_a_sentence_with_the_titles(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation())
    words = panel.findChild(QLabel, "hangs_on")
    assert not words.isVisible()

    panel.show_hangs_on(hanging_on((1, "Alien", 5.0), (2, "<b>Brazil</b>", 4.5), (9, "Heat", None)))

    assert words.text() == "Without these 3 of your ratings it would not be first: Alien, <b>Brazil</b> and Heat."
    assert "seen, not rated" in words.toolTip()
    panel.show_title(replace(SPIRITED, item_row=4, item_id="4", title="Other"), word="film")
    assert not words.isVisible()
    panel.show_hangs_on(hanging_on((1, "Alien", 5.0)))
    assert not words.isVisible()


def test_that_sentences_say_how_few_or_many_ratings_a_place_hangs_on():
    many = [(row, f"Film {row}", 4.0) for row in range(12)]
    assert describe_hangs_on(hanging_on(many[0])) == "Without your rating of Film 0 it would not be first."
    assert describe_hangs_on(hanging_on(*many, place=10)).endswith("Film 6 and 5 more.")
    assert describe_hangs_on(hanging_on(*many, place=10, is_found=False)) == (
        "It would stay in the first ten even without the 12 ratings that help it most."
    )
    assert describe_hangs_on(hanging_on(is_found=False)) == ""


def test_that_a_longer_look_is_asked_for_once_and_says_what_it_is(panel, recorded):
    wanted = recorded(panel.longer_wanted)
    panel.show_title(SPIRITED, word="film")
    button = panel.findChild(QPushButton, "look_longer")
    assert not button.isVisible()
    panel.show_reasons(explanation())
    button.click()
    button.click()
    assert wanted.calls == [3]

    panel.show_longer(LongerLook(3, (ARMAGEDDON,), (), 64))

    assert [bar.name for bar in panel.carried.bars] == ["Armageddon"]
    assert not panel.against.isVisible()
    assert "64 random mixes" in panel.note.text()
    panel.show_reasons(explanation())
    assert button.isEnabled()


def test_that_a_look_that_takes_too_long_leaves_the_reasons_as_they_are(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation())
    panel.show_longer(LongerLook(3, (), (), 0))
    assert [bar.name for bar in panel.carried.bars] == ["Princess Mononoke", "Armageddon"]
    assert "too many ratings" in panel.note.text()


def test_that_a_forgotten_title_leaves_nothing_behind(panel):
    panel.show_title(SPIRITED, word="film")
    panel.show_reasons(explanation(crowd=Crowd(1, 3.0, 0, (1.0, 3.0), (0, 1))))

    panel.forget("Working out the list…")
    panel.show_reasons(explanation())

    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert shown == ["Working out the list…"]
    assert not panel.carried.isVisible()
    assert not panel.stars.isVisible()


def test_that_a_recommended_title_can_be_rated_where_its_reasons_are(panel, recorded):
    rated = recorded(panel.rated)
    panel.show_title(SPIRITED, word="film")
    panel.stars.rated.emit(4.0)
    assert rated.calls == [(SPIRITED, 4.0)]


def test_that_the_line_under_a_title_joins_likes_and_leaves_out_what_spoke_against():
    other = reason("Nausicaa", rating=4.5, impact=0.05)
    seen = reason("Totoro", rating=None, impact=0.2)
    assert because_line((MONONOKE, TITANIC, other)) == "because you liked Princess Mononoke and Nausicaa"
    assert because_line((ARMAGEDDON, other)) == "because you rated Armageddon 1"
    assert because_line((seen, other)) == "because you have seen Totoro"
    assert because_line((TITANIC,)) == ""
    assert because_line(()) == ""


def test_that_impact_and_surprise_are_shown_with_numbers(qtbot):
    panel = InsightsPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_insights(insights())
    assert panel.impactful.bars[0].figure == "a reason for 40"
    (surprise,) = panel.surprising.bars
    assert (surprise.figure, surprise.detail, surprise.detail_right) == ("+1.6", "you gave 4.5", "expected 2.9")
    assert panel.train.isHidden()


def test_that_a_model_without_stars_says_so_and_leads_to_one_that_has_them(qtbot, recorded):
    panel = InsightsPanel()
    qtbot.addWidget(panel)
    wanted = recorded(panel.better_model_wanted)
    panel.show_insights(insights(predicts=False))
    assert not panel.train.isHidden()
    panel.train.click()
    assert len(wanted.calls) == 1


@pytest.mark.parametrize(
    ("others", "words"), [(1, "1 ocena mniej ważna."), (3, "3 oceny mniej ważne."), (5, "5 ocen mniej ważnych.")]
)
def test_that_reasons_are_in_the_language_of_the_system_where_it_has_a_catalogue(panel, tmp_path, others, words):
    with polish.spoken(tmp_path):
        panel.show_title(SPIRITED, word="film")
        assert panel.note.text() == "Szukam powodów…"
        assert panel.figures.text().startswith("przewidywane 4.6")
        panel.show_reasons(replace(explanation(), others=others))
        assert panel.note.text() == words
