"""Any sequence of changes, undone, is the state before it; done again, the state after it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import planted_dataset

from desktop_rec.for_you.choices import ListSource, SourceKind
from engine.recommending.ranking import Filters

ROWS = st.integers(0, 7)
CHANGES = st.one_of(
    st.tuples(st.just("rate"), ROWS, st.sampled_from([None, 1.0, 4.0, 5.0])),
    st.tuples(st.just("save_for_later"), ROWS),
    st.tuples(st.just("refuse"), ROWS),
    st.tuples(st.just("unlist"), ROWS),
    st.tuples(st.just("mark_seen"), ROWS),
    st.tuples(st.just("filters"), st.builds(Filters, genres_none=st.sampled_from([(), ("War",)]), again=st.booleans())),
    st.tuples(st.just("gems"), st.sampled_from([0.0, 0.3, 0.9])),
    st.tuples(st.just("variety"), st.sampled_from([0.0, 0.5])),
    st.tuples(st.just("weight"), st.sampled_from([None, 0.2, 1.0])),
    st.tuples(st.just("source"), st.sampled_from([SourceKind.FOR_YOU, SourceKind.SAVED])),
    st.tuples(st.just("reset")),
)


@pytest.fixture
def opened(session, monkeypatch):
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    return session


def make(session, change):
    what, *values = change
    recommendations = session.recommendations
    if what == "reset":
        recommendations.reset()
    elif what in ("filters", "gems", "variety", "weight"):
        recommendations.bend(replace(recommendations.choices, **{what: values[0]}), f"Changed {what}")
    elif what == "source":
        recommendations.bend(replace(recommendations.choices, source=ListSource(values[0])), "Another list")
    else:
        getattr(session.my_ratings, what)(*values)


def state(session):
    """What a person sees of themselves, and what the library has of it."""
    profile = session.profile.current
    stored = session.library.files.profiles.load(profile.profile_id)
    ratings = {(entry.item_id, entry.rating, entry.on) for entry in profile.entries}
    assert ratings == {(entry.item_id, entry.rating, entry.on) for entry in stored.entries}
    assert (set(profile.saved), set(profile.not_for_me)) == (set(stored.saved), set(stored.not_for_me))
    return ratings, frozenset(profile.saved), frozenset(profile.not_for_me), session.recommendations.choices


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.lists(CHANGES, max_size=3), changes=st.lists(CHANGES, min_size=1, max_size=8))
def test_that_any_changes_undone_are_the_state_before_and_done_again_the_state_after(opened, recorded, before, changes):
    for change in before:
        make(opened, change)
    first = state(opened)
    recordings = recorded(opened.undo.changed)
    for change in changes:
        make(opened, change)
    last, steps = state(opened), len(recordings.calls)

    for _ in range(steps):
        assert opened.undo.undo()
    assert state(opened) == first
    for _ in range(steps):
        assert opened.undo.redo()
    assert state(opened) == last
    while opened.undo.undo_text:
        opened.undo.undo()
