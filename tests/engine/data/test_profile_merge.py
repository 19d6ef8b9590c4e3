"""An import into a profile, and its taking back."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from engine.data.profile_merge import Both, merge, merged, with_change
from engine.data.profiles import Profile, ProfileEntry

ALIEN = ProfileEntry("1", "Alien", 1979, 4.0)
HEAT_SEEN = ProfileEntry("2", "Heat", 1995, None)
RAN = ProfileEntry("3", "Ran", 1985, 5.0, on=False)
ME = Profile("me", "Me", (ALIEN, HEAT_SEEN, RAN))


def undone(now, sorted_out, taken=()):
    return with_change(now, before=merged(sorted_out, taken), after=sorted_out.profile)


def rated(entry, rating):
    return dataclasses.replace(entry, rating=rating)


def test_that_each_incoming_title_is_sorted_by_what_it_means():
    stalker = ProfileEntry("4", "Stalker", 1979, 3.0)
    sorted_out = merge(ME, [rated(ALIEN, 2.0), rated(HEAT_SEEN, 5.0), rated(RAN, 5.0), stalker])

    assert sorted_out.added == (stalker,)
    assert sorted_out.filled == (Both(HEAT_SEEN, rated(HEAT_SEEN, 5.0)),)
    assert sorted_out.same == (Both(RAN, rated(RAN, 5.0)),)
    assert sorted_out.conflicts == (Both(ALIEN, rated(ALIEN, 2.0)),)


def test_that_nothing_of_mine_changes_unless_i_say_so():
    changed = merged(merge(ME, [rated(ALIEN, 2.0), rated(HEAT_SEEN, 5.0), rated(RAN, None)]))

    assert changed.entries == (ALIEN, rated(HEAT_SEEN, 5.0), RAN)


def test_that_conflicts_are_taken_one_by_one_and_in_place():
    sorted_out = merge(ME, [rated(ALIEN, 2.0), rated(RAN, 1.0)])

    assert [entry.rating for entry in merged(sorted_out, {1}).entries] == [4.0, None, 1.0]
    assert not merged(sorted_out, {1}).entries[2].on, "switched off stays switched off"


def test_that_one_title_under_another_id_is_the_same():
    elsewhere = ProfileEntry("tt0078748", "alien", 1979, 4.0)

    assert merge(ME, [elsewhere]).same == (Both(ALIEN, elsewhere),)


def test_that_one_id_of_another_title_is_another_title():
    joke = ProfileEntry("1", "Why did the alien cross the road?", 0, 3.0)

    assert merge(ME, [joke]).added == (joke,)


def test_that_repeats_count_once_and_a_rating_beats_none():
    new = ProfileEntry("4", "Stalker", 1979, None)
    sorted_out = merge(ME, [new, rated(new, 3.0), new, rated(HEAT_SEEN, 2.0), HEAT_SEEN])

    assert sorted_out.added == (rated(new, 3.0),)
    assert sorted_out.filled == (Both(HEAT_SEEN, rated(HEAT_SEEN, 2.0)),)


def test_that_ratings_that_differ_by_rounding_only_are_the_same():
    assert merge(ME, [rated(ALIEN, 4.004)]).conflicts == ()


def test_that_undoing_gives_back_what_was_there():
    sorted_out = merge(ME, [rated(ALIEN, 2.0), rated(HEAT_SEEN, 5.0), ProfileEntry("4", "Stalker", 1979, 3.0)])

    assert undone(merged(sorted_out, {0}), sorted_out, {0}) == ME
    assert undone(merged(sorted_out), sorted_out) == ME


def test_that_what_was_rated_since_survives_the_undo():
    stalker, solaris = ProfileEntry("4", "Stalker", 1979, 3.0), ProfileEntry("5", "Solaris", 1972, 4.0)
    sorted_out = merge(ME, [rated(HEAT_SEEN, 5.0), rated(ALIEN, 2.0), stalker])
    now = merged(sorted_out, {0}).rated(rated(stalker, 1.0)).rated(rated(HEAT_SEEN, 3.0)).rated(solaris)

    assert undone(now, sorted_out, {0}).entries == (ALIEN, rated(HEAT_SEEN, 3.0), RAN, rated(stalker, 1.0), solaris)


def test_that_what_was_removed_since_stays_removed():
    sorted_out = merge(ME, [rated(HEAT_SEEN, 5.0), ProfileEntry("4", "Stalker", 1979, 3.0)])
    now = merged(sorted_out).without("2").without("4")

    assert undone(now, sorted_out).entries == (ALIEN, RAN)


def test_that_switching_off_is_not_rating():
    stalker = ProfileEntry("4", "Stalker", 1979, 3.0)
    sorted_out = merge(ME, [stalker, rated(HEAT_SEEN, 5.0)])
    now = merged(sorted_out).switched("4", False).switched("2", False)

    assert undone(now, sorted_out).entries == (ALIEN, dataclasses.replace(HEAT_SEEN, on=False), RAN)


def test_that_a_rating_i_kept_in_a_conflict_is_not_undone_though_i_gave_theirs_later():
    sorted_out = merge(ME, [rated(ALIEN, 2.0)])
    now = merged(sorted_out).rated(rated(ALIEN, 2.0))

    assert undone(now, sorted_out).entries[0].rating == 2.0


entries = st.builds(
    ProfileEntry,
    st.sampled_from(("", "1", "2", "3")),
    st.sampled_from(("A", "a", "B", "C")),
    st.sampled_from((0, 2000)),
    st.none() | st.sampled_from((1.0, 5.0)),
)


@given(st.lists(entries, max_size=8), st.lists(entries, max_size=8), st.sets(st.integers(0, 7)))
def test_that_any_import_can_be_taken_back_and_loses_nothing(mine, theirs, taken):
    profile = Profile("me", "Me")
    for entry in mine:
        profile = profile.rated(entry)
    sorted_out = merge(profile, theirs)
    after = merged(sorted_out, taken)

    assert undone(after, sorted_out, taken) == profile
    assert [entry.title for entry in after.entries[: len(profile.entries)]] == [
        entry.title for entry in profile.entries
    ]
    assert {their.title.casefold() for their in theirs} <= {entry.title.casefold() for entry in after.entries}


def film(name: str, rating: float | None = None) -> ProfileEntry:
    return ProfileEntry("", name, 2000, rating)


def test_that_a_watchlist_adds_what_stands_nowhere_yet():
    mine = Profile("me", "Me", (film("Seen", 4),), (film("Saved"),), (film("Refused"),))
    watchlist = [film(name) for name in ("Seen", "Saved", "Refused", "Rated in the file", "New", "New")]
    found = merge(mine, [film("Rated in the file", 3)], saved=watchlist)

    assert [entry.title for entry in found.saved] == ["New"]
    after = merged(found)
    assert [entry.title for entry in after.saved] == ["Saved", "New"]
    assert after.not_for_me == mine.not_for_me
    assert with_change(after, before=after, after=mine) == mine


def test_that_what_an_import_says_was_seen_leaves_the_lists():
    mine = Profile("me", "Me", (), (film("Saved"), film("Other")), (film("Refused"),))
    after = merged(merge(mine, [film("Saved", 5), film("Refused", 1)]))

    assert [entry.title for entry in after.saved] == ["Other"]
    assert after.not_for_me == ()
    assert with_change(after, before=after, after=mine) == mine


def test_that_an_import_done_again_saves_nothing_that_was_rated_meanwhile():
    before = Profile("me", "Me")
    after = merged(merge(before, [], saved=[film("New"), film("Other")]))
    undone = with_change(after, before=after, after=before)
    rated = undone.rated(film("New", 4))

    again = with_change(rated, before=before, after=after)
    assert [entry.title for entry in again.entries] == ["New"]
    assert [entry.title for entry in again.saved] == ["Other"]


def test_that_a_rating_that_comes_back_takes_its_title_off_the_lists():
    rated = Profile("me", "Me", (film("New", 4),))
    removed = Profile("me", "Me")
    saved = removed.saving(film("New"))

    back = with_change(saved, before=removed, after=rated)
    assert (back.entries, back.saved) == (rated.entries, ())
