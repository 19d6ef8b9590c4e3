"""An import into a profile: what it adds, what it fills, and where both rated differently; changing a later state.

Pure values: nothing is changed before somebody says which conflicts to decide for theirs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.data.catalogue import fold
from engine.data.profiles import Profile, ProfileEntry

_Key = tuple[str, str, int]
_SAME = 0.005


@dataclass(frozen=True)
class Both:
    """One title in the profile (`mine`) and in an import (`theirs`)."""

    mine: ProfileEntry
    theirs: ProfileEntry

    @property
    def taken(self) -> ProfileEntry:
        """My entry with their rating: id, name, year and whether it is on stay mine."""
        return dataclasses.replace(self.mine, rating=self.theirs.rating)


@dataclass(frozen=True)
class Merge:
    """What an import says about a profile: titles added, filled (mine was only seen), the same, or in conflict; and
    which titles are new in its lists."""

    profile: Profile
    added: tuple[ProfileEntry, ...]
    filled: tuple[Both, ...]
    same: tuple[Both, ...]
    conflicts: tuple[Both, ...]
    saved: tuple[ProfileEntry, ...] = ()
    not_for_me: tuple[ProfileEntry, ...] = ()


def merge(
    profile: Profile,
    incoming: Sequence[ProfileEntry],
    *,
    saved: Sequence[ProfileEntry] = (),
    not_for_me: Sequence[ProfileEntry] = (),
) -> Merge:
    """Sorts the incoming entries by what they mean for a profile. Of repeats the later rating counts.

    Of the titles of the import's lists those are new that stand nowhere yet: what was seen is not saved, and what the
    person put on a list of theirs stays there.
    """
    known = _Entries(profile.entries)
    fresh, met = _Entries(()), dict[int, ProfileEntry]()
    for entry in incoming:
        place = known.place_of(entry)
        if place is None:
            fresh.put(entry)
        elif place not in met or entry.rating is not None:
            met[place] = entry
    sorted_by: dict[str, list[Both]] = {"filled": [], "same": [], "conflicts": []}
    for place, entry in sorted(met.items()):
        pair = Both(profile.entries[place], entry)
        sorted_by[_meaning(pair)].append(pair)
    groups = {name: tuple(pairs) for name, pairs in sorted_by.items()}
    places = _Entries((*profile.entries, *fresh.entries, *profile.saved, *profile.not_for_me))
    new_saved, new_refused = (tuple(_placed(entries, places)) for entries in (saved, not_for_me))
    return Merge(profile, tuple(fresh.entries), **groups, saved=new_saved, not_for_me=new_refused)


def merged(merge: Merge, take_theirs: Collection[int] = ()) -> Profile:
    """The profile with the import; `take_theirs` are the places in `merge.conflicts` that the import wins."""
    taken = {change.mine: change.taken for change in _changes(merge, take_theirs)}
    entries = (taken.get(entry, entry) for entry in merge.profile.entries)
    profile = merge.profile
    return in_one_place(
        dataclasses.replace(
            profile,
            entries=(*entries, *merge.added),
            saved=(*profile.saved, *merge.saved),
            not_for_me=(*profile.not_for_me, *merge.not_for_me),
        )
    )


def in_one_place(profile: Profile) -> Profile:
    """With each title in one place only: what was seen is on no list, and what is not for the person is not saved."""
    if not profile.saved and not profile.not_for_me:
        return profile
    places = _Entries(profile.entries)
    not_for_me = tuple(_placed(profile.not_for_me, places))
    saved = tuple(_placed(profile.saved, places))
    if len(not_for_me) == len(profile.not_for_me) and len(saved) == len(profile.saved):
        return profile
    return dataclasses.replace(profile, saved=saved, not_for_me=not_for_me)


def with_change(now: Profile, *, before: Profile, after: Profile) -> Profile:
    """A later state of a profile with the change from `before` to `after`, such as an import taken back.

    Titles that were rated or removed by another change since stay as they are now; switching off is not rating.
    """
    now = dataclasses.replace(
        now,
        saved=_list_with_change(now.saved, before=before.saved, after=after.saved),
        not_for_me=_list_with_change(now.not_for_me, before=before.not_for_me, after=after.not_for_me),
    )
    if now.entries == before.entries:
        return in_one_place(dataclasses.replace(now, entries=after.entries))
    gone, new = _not_in(before.entries, after.entries), _not_in(after.entries, before.entries)
    entries = []
    for entry in now.entries:
        key = _key(entry)
        was = gone.get(key)
        if was is None or was.rating != entry.rating:
            entries.append(entry)
        elif key in new:
            becomes = new[key]
            entries.append(dataclasses.replace(becomes, on=entry.on) if was.on == becomes.on else becomes)
    known = {_key(entry) for entry in now.entries} | gone.keys()
    entries += [entry for key, entry in new.items() if key not in known]
    return in_one_place(dataclasses.replace(now, entries=tuple(entries)))


def _list_with_change(
    now: tuple[ProfileEntry, ...], *, before: tuple[ProfileEntry, ...], after: tuple[ProfileEntry, ...]
) -> tuple[ProfileEntry, ...]:
    """A list as it is now with what a change took off it and put on it."""
    if now == before:
        return after
    gone, new = set(before) - set(after), [entry for entry in after if entry not in before]
    kept = [entry for entry in now if entry not in gone]
    return (*kept, *(entry for entry in new if entry not in kept))


def _placed(entries: Iterable[ProfileEntry], places: _Entries) -> Iterator[ProfileEntry]:
    """Those entries whose title is not there yet; each is there then."""
    for entry in entries:
        if places.place_of(entry) is None:
            places.put(entry)
            yield entry


def _key(entry: ProfileEntry) -> _Key:
    return entry.item_id, entry.title, entry.year


def _not_in(
    entries: Sequence[ProfileEntry], others: Sequence[ProfileEntry]
) -> dict[tuple[str, str, int], ProfileEntry]:
    known = set(others)
    return {_key(entry): entry for entry in entries if entry not in known}


def _changes(merge: Merge, take_theirs: Collection[int]) -> list[Both]:
    return [*merge.filled, *(conflict for place, conflict in enumerate(merge.conflicts) if place in take_theirs)]


def _meaning(pair: Both) -> str:
    mine, theirs = pair.mine.rating, pair.theirs.rating
    if theirs is None:
        return "same"
    if mine is None:
        return "filled"
    return "conflicts" if abs(mine - theirs) > _SAME else "same"


class _Entries:
    """Entries that are found by what title they mean, as ProfileEntry.is_same_title says, without asking all."""

    def __init__(self, entries: Iterable[ProfileEntry]) -> None:
        self.entries: list[ProfileEntry] = []
        self._places: dict[object, list[int]] = {}
        for entry in entries:
            self._append(entry)

    def place_of(self, entry: ProfileEntry) -> int | None:
        """Where the same title is; that of the same id before that of the same name and year."""
        near = [place for key in _keys(entry) for place in self._places.get(key, ())]
        same = [place for place in near if self.entries[place].is_same_title(entry)]
        exact = [place for place in same if self.entries[place].item_id == entry.item_id]
        return next(iter(exact or same), None)

    def put(self, entry: ProfileEntry) -> None:
        """In the place of the same title, unless that is rated and this one is not; or at the end."""
        place = self.place_of(entry)
        if place is None:
            self._append(entry)
        elif entry.rating is not None or self.entries[place].rating is None:
            self.entries[place] = entry
            self._note(entry, place)

    def _append(self, entry: ProfileEntry) -> None:
        self._note(entry, len(self.entries))
        self.entries.append(entry)

    def _note(self, entry: ProfileEntry, place: int) -> None:
        for key in _keys(entry):
            self._places.setdefault(key, []).append(place)


def _keys(entry: ProfileEntry) -> list[object]:
    keys: list[object] = [entry.item_id] if entry.item_id else []
    return [*keys, (fold(entry.title), entry.year)] if entry.title else keys
