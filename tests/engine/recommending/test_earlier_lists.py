"""Earlier lists: what is kept of them, what came and went, and documents that make no sense."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.data.profiles import Profile, ProfileEntry
from engine.recommending.earlier_lists import KEPT_LISTS, KEPT_TITLES, EarlierLists, ShownTitle, compared

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def titles(*names):
    return tuple(ShownTitle(name, name.upper(), 2000) for name in names)


def person(**ratings):
    return Profile("p", "Ann", tuple(ProfileEntry(key, key.upper(), 2000, rating) for key, rating in ratings.items()))


def test_that_a_list_is_kept_with_what_was_rated_since_the_one_before():
    first = EarlierLists().after(titles("a", "b"), person(x=4.0, y=2.0), model="One", shown=NOON)
    second = first.after(titles("b", "c"), person(x=5.0, z=3.0), model="One", shown=NOON + timedelta(hours=1))
    latest = second.lists[-1]
    assert (latest.ratings, latest.changed) == (2, 3)
    assert [(change.title, change.rating) for change in latest.meanwhile] == [("Z", 3.0), ("X", 5.0), ("Y", None)]
    assert second.lists[0].changed == 0


def test_that_the_same_list_of_the_same_model_is_not_kept_twice():
    kept = EarlierLists().after(titles("a", "b"), person(x=4.0), model="One", shown=NOON)
    assert kept.after(titles("a", "b"), person(x=4.0), model="One", shown=NOON) is None
    assert kept.after(titles("a", "b"), person(x=4.0), model="Other", shown=NOON) is not None
    assert kept.after((), person(x=4.0), model="One", shown=NOON) is None


def test_that_the_oldest_lists_and_titles_far_down_are_forgotten():
    kept = EarlierLists()
    for number in range(KEPT_LISTS + 5):
        names = [f"{number}-{place}" for place in range(KEPT_TITLES + 10)]
        kept = kept.after(titles(*names), person(x=4.0), model="One", shown=NOON)
    assert len(kept.lists) == KEPT_LISTS
    assert kept.lists[0].titles[0].item_id == "5-0"
    assert all(len(shown.titles) == KEPT_TITLES for shown in kept.lists)


def test_that_a_document_says_what_it_was_made_from():
    kept = EarlierLists().after(titles("a", "<b>"), person(x=4.0), model="One", shown=NOON)
    kept = kept.after(titles("c"), person(x=4.0, y=1.5), model="Two", shown=NOON)
    assert EarlierLists.of(kept.document()) == kept


@pytest.mark.parametrize("document", [None, [], "x", {}, {"lists": 3, "ratings": 4}, {"lists": [None, 5, {}, []]}])
def test_that_documents_that_make_no_sense_are_no_lists(document):
    assert EarlierLists.of(document) == EarlierLists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shown", "now"),
        ("shown", "2026-05-04T12:00:00"),
        ("titles", [["a"]]),
        ("titles", []),
        ("ratings", "many"),
    ],
)
def test_that_one_list_that_makes_no_sense_is_left_out_and_the_others_stay(field, value):
    kept = EarlierLists().after(titles("a"), person(x=4.0), model="One", shown=NOON)
    document = kept.after(titles("b"), person(x=4.0), model="One", shown=NOON).document()
    document["lists"][0][field] = value
    assert [shown.titles for shown in EarlierLists.of(document).lists] == [titles("b")]


def test_that_what_came_went_and_moved_is_told_with_places_those_that_moved_most_first():
    change = compared(titles("a", "b", "c", "d"), titles("d", "b", "a", "e"))
    assert [(title.item_id, place) for title, place in change.came] == [("e", 4)]
    assert [(title.item_id, place) for title, place in change.went] == [("c", 3)]
    assert [(moved.title.item_id, moved.before, moved.now) for moved in change.moved] == [("d", 4, 1), ("a", 1, 3)]
    assert change.stayed == 1


def test_that_a_rating_that_is_switched_off_counts_as_taken_back():
    kept = EarlierLists().after(titles("a"), person(x=4.0, y=4.0), model="One", shown=NOON)
    now = person(x=4.0, y=4.0)
    now = replace(now, entries=(now.entries[0], replace(now.entries[1], on=False)))
    assert [change.title for change in kept.after(titles("b"), now, model="One", shown=NOON).lists[-1].meanwhile] == [
        "Y"
    ]
