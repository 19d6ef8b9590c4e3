"""Filters, sliders and what the list is of are kept for each person and data set, also beyond the end of the window."""

import json
from dataclasses import replace

import pytest
from planted import planted_dataset

from desktop_rec.for_you.choices import ListChoices, ListSource, SourceKind
from desktop_rec.for_you.kept_choices import choices_of_document, document_of_choices
from desktop_rec.session.session import Session
from engine.recommending.fairness import Fairness
from engine.recommending.ranking import Filters

BENT = ListChoices(
    filters=Filters(("Drama",), ("Comedy",), ("<b>",), (1990, 1999), 50, again=True, one_per_series=True),
    gems=0.4,
    weight=0.3,
    source=ListSource(SourceKind.SAVED, fairness=Fairness.TURNS),
    variety=0.6,
)


@pytest.fixture
def opened(session, monkeypatch):
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    session.my_ratings.rate(3, 4.0)
    return session


def test_that_choices_come_back_from_their_document_as_they_were():
    dataset = planted_dataset()
    alike = replace(BENT, source=ListSource(SourceKind.ALIKE, (4, 2)), filters=Filters(only_rows=frozenset((1, 5))))

    for choices in (BENT, alike, ListChoices()):
        stored = json.loads(json.dumps(document_of_choices(choices, dataset), allow_nan=False))
        assert choices_of_document(stored, dataset) == choices


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("filters"),
        lambda document: document.update(gems=7),
        lambda document: document.update(weight=-1),
        lambda document: document.update(gems=float("nan")),
        lambda document: document["source"].update(kind="elsewhere"),
        lambda document: document["filters"].update(years=[2001, 1999]),
        lambda document: document["filters"].update(years="1990"),
        lambda document: document["filters"].update(genres_any="Drama"),
        lambda document: document["filters"].update(genres_none=[["Drama"]]),
        lambda document: document["filters"].update(min_ratings=None),
        lambda document: document.clear(),
    ],
)
def test_that_a_damaged_document_is_no_choice_at_all(damage):
    dataset = planted_dataset()
    document = document_of_choices(BENT, dataset)
    damage(document)

    assert choices_of_document(document, dataset) == ListChoices()


@pytest.mark.parametrize("document", [None, [], 5, "x"])
def test_that_something_else_than_a_document_is_no_choice(document):
    assert choices_of_document(document, planted_dataset()) == ListChoices()


def test_that_each_person_finds_their_choices_again(opened):
    me = opened.profile.current.profile_id
    opened.recommendations.bend(BENT, "Changed the filters")
    opened.my_ratings.new_profile("Anna")
    assert opened.recommendations.choices == ListChoices()
    annas = ListChoices(gems=0.9)
    opened.recommendations.bend(annas, "Moved the slider of hidden gems")
    anna = opened.profile.current.profile_id

    opened.my_ratings.choose_profile(me)
    assert opened.recommendations.choices == BENT
    opened.my_ratings.choose_profile(anna)
    assert opened.recommendations.choices == annas


def test_that_undo_changes_the_choices_of_the_person_it_is_about(opened):
    me = opened.profile.current.profile_id
    opened.recommendations.bend(BENT, "Changed the filters")
    opened.my_ratings.new_profile("Anna")
    annas = ListChoices(gems=0.9)
    opened.recommendations.bend(annas, "Moved the slider of hidden gems", merges="gems")

    opened.undo.undo()
    assert opened.recommendations.choices == ListChoices(), "Anna's"
    while opened.undo.undo_text != "Rated Film 3 4":
        opened.undo.undo()

    opened.my_ratings.choose_profile(me)
    assert opened.recommendations.choices == ListChoices(), "mine were taken back, whoever was there"


def test_that_a_slider_of_one_person_is_not_one_motion_with_that_of_another(opened):
    me = opened.profile.current.profile_id
    opened.recommendations.bend(ListChoices(gems=0.5), "Moved the slider", merges="gems")
    opened.profile.start(replace(opened.profile.current, profile_id="anna", name="Anna"))
    opened.recommendations.bend(ListChoices(gems=0.7), "Moved the slider", merges="gems")

    opened.undo.undo()
    opened.my_ratings.choose_profile(me)

    assert opened.recommendations.choices == ListChoices(gems=0.5)


def test_that_a_moment_after_a_slider_stood_still_it_is_stored_once(opened, qtbot, monkeypatch):
    people, written = opened.library.files.profiles, []
    remember = people.remember
    monkeypatch.setattr(people, "remember", lambda *given: (written.append(given), remember(*given)))
    for gems in (0.1, 0.2, 0.3):
        opened.recommendations.bend(ListChoices(gems=gems), "Moved the slider", merges="gems")
    assert written == [], "not with each step"

    qtbot.waitUntil(lambda: bool(written), timeout=5000)

    assert [document["gems"] for _, _, document in written] == [0.3]


def test_that_the_next_window_opens_with_the_choices_of_the_last(opened, library, qapp, monkeypatch):
    opened.recommendations.bend(BENT, "Changed the filters")
    opened.close()

    again = Session()
    again.library.files = library
    again.profile.load_default()
    monkeypatch.setattr(again.model, "use_last", lambda: None)
    again.dataset.take(planted_dataset(), None)
    assert again.recommendations.choices == BENT
    again.dataset.take(replace(planted_dataset(seed=9), dataset_id="other", fingerprint="other"), None)
    assert again.recommendations.choices == ListChoices(), "of another data set"
    again.dataset.take(planted_dataset(), None)
    assert again.recommendations.choices == BENT
    again.close()
    while not again.is_idle:
        qapp.processEvents()
    again.deleteLater()


def test_that_a_list_for_two_is_not_for_somebody_who_is_gone(opened):
    gone = ListChoices(gems=0.2, source=ListSource(SourceKind.TOGETHER, profile_id="gone"))
    me = opened.profile.current.profile_id
    people, dataset = opened.library.files.profiles, opened.dataset.current
    people.remember(me, f"choices:{dataset.fingerprint}", document_of_choices(gone, dataset))

    opened.dataset.take(replace(dataset, dataset_id="other", fingerprint="other"), None)
    opened.dataset.take(dataset, None)

    assert opened.recommendations.choices.source == ListSource()


def test_that_choices_while_looking_through_somebody_elses_eyes_are_not_stored(opened):
    opened.profile.borrow(opened.dataset.current, opened.dataset.current.users.id(0))
    opened.recommendations.bend(BENT, "Changed the filters")
    opened.recommendations.store_choices()

    assert opened.recommendations.choices == BENT
    fingerprint, people = opened.dataset.current.fingerprint, opened.library.files.profiles
    kept = {people.remembered(record.profile_id, f"choices:{fingerprint}") is None for record in people.records()}
    assert kept == {True}
