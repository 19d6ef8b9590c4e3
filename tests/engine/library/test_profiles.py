"""People's ratings: kept as they are, by nobody's data set."""

from __future__ import annotations

import pytest

from engine.data.profiles import Profile, ProfileEntry
from engine.errors import LibraryError
from engine.library.store import Library

MATRIX = ProfileEntry("2571", "The Matrix", 1999, 5.0)
SEEN = ProfileEntry("", "Amelie", 2001, None)
OFF = ProfileEntry("6", "Heat", 1995, 2.5, on=False)


def test_that_a_profile_comes_back_in_order_in_a_later_launch(home):
    me = Profile("me", "Me", (MATRIX, SEEN, OFF))
    with Library.open(home, who="first") as library:
        library.profiles.save(me)
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me") == me
        assert library.profiles.default() == me


def test_that_the_first_person_is_made_once(library):
    assert library.profiles.default() == library.profiles.default() == Profile("me", "Me")
    assert [record.name for record in library.profiles.records()] == ["Me"]


def test_that_ratings_survive_the_deletion_of_a_data_set(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        library.profiles.save(Profile("me", "Me", (ProfileEntry("3", "Film 3", 2000, 4.0),)))
        library.datasets.delete("planted")
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me").entries[0].rating == 4.0


def test_that_saving_again_replaces_and_keeps_the_time_of_what_did_not_change(library):
    library.profiles.save(Profile("me", "Me", (MATRIX, OFF)))
    times = dict(library.profiles._database.rows("SELECT item_id, rated_at FROM ratings"))
    library.profiles.save(Profile("me", "I", (MATRIX, ProfileEntry("6", "Heat", 1995, 4.0))))
    later = dict(library.profiles._database.rows("SELECT item_id, rated_at FROM ratings"))
    assert later["2571"] == times["2571"]
    assert later["6"] > times["6"]
    assert [(record.name, record.entries) for record in library.profiles.records()] == [("I", 2)]


def test_that_namesakes_under_two_ids_are_both_kept(library):
    two = Profile("me", "Me", (ProfileEntry("1", "Hamlet", 2000, 4.0), ProfileEntry("2", "Hamlet", 2000, 2.0)))
    library.profiles.save(two)
    assert library.profiles.load("me") == two


def test_that_nobody_is_a_sentence(library):
    with pytest.raises(LibraryError, match="nobody with the id 'x'"):
        library.profiles.load("x")


def test_that_a_renamed_profile_keeps_its_ratings(library):
    library.profiles.save(Profile("me", "Me", (MATRIX,)))
    library.profiles.rename("me", "Anna")
    assert library.profiles.load("me") == Profile("me", "Anna", (MATRIX,))


def test_that_a_deleted_profile_is_out_of_sight_and_comes_back_in_its_old_place(library):
    for profile_id in ("me", "anna"):
        library.profiles.save(Profile(profile_id, profile_id.title(), (MATRIX, OFF)))
    times = dict(library.profiles._database.rows("SELECT item_id, rated_at FROM ratings WHERE profile_id = 'me'"))
    library.profiles.delete("me")
    assert [record.profile_id for record in library.profiles.records()] == ["anna"]
    with pytest.raises(LibraryError, match="nobody with the id 'me'"):
        library.profiles.load("me")
    library.profiles.restore("me")
    assert [record.profile_id for record in library.profiles.records()] == ["me", "anna"]
    assert library.profiles.load("me").entries == (MATRIX, OFF)
    later = dict(library.profiles._database.rows("SELECT item_id, rated_at FROM ratings WHERE profile_id = 'me'"))
    assert later == times


def test_that_a_deleted_profile_is_forgotten_when_the_library_opens_again(home):
    with Library.open(home, who="first") as library:
        library.profiles.save(Profile("me", "Me", (MATRIX,)))
        library.profiles.save(Profile("anna", "Anna", ()))
        library.profiles.delete("me")
    with Library.open(home, who="second") as library:
        with pytest.raises(LibraryError, match="profile me is not in the trash any more"):
            library.profiles.restore("me")
        assert library.profiles._database.rows("SELECT count(*) FROM ratings")[0][0] == 0


def test_that_the_person_after_the_last_one_was_deleted_takes_nothing_from_them(library):
    library.profiles.save(Profile("me", "Me", (MATRIX,)))
    library.profiles.delete("me")
    fresh = library.profiles.default()
    assert fresh.entries == ()
    library.profiles.restore("me")
    assert library.profiles.load("me").entries == (MATRIX,)
    assert len(library.profiles.records()) == 2


def test_that_nobody_can_be_deleted_or_renamed_twice(library):
    library.profiles.save(Profile("me", "Me", ()))
    library.profiles.delete("me")
    with pytest.raises(LibraryError, match="nobody"):
        library.profiles.delete("me")
    with pytest.raises(LibraryError, match="nobody"):
        library.profiles.rename("me", "Anna")


def test_that_both_lists_come_back_in_order_and_survive_deleting_and_restoring(home):
    me = Profile(
        "me", "Me", (MATRIX,), (SEEN, ProfileEntry("9", "<b>Later</b>", 0, None)), (ProfileEntry("", "No", 1, None),)
    )
    with Library.open(home, who="first") as library:
        library.profiles.save(me)
        library.profiles.delete("me")
        library.profiles.restore("me")
        library.profiles.rename("me", "Maria")
    with Library.open(home, who="second") as library:
        loaded = library.profiles.load("me")
        assert (loaded.name, loaded.saved, loaded.not_for_me) == ("Maria", me.saved, me.not_for_me)
        assert [(record.name, record.entries) for record in library.profiles.records()] == [("Maria", 1)]
        library.profiles.save(Profile("me", "Maria", (MATRIX,)))
        assert library.profiles.load("me").saved == ()
