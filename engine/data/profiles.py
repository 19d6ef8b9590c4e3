"""One person's ratings as values, found in a data set by id, title and year."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.catalogue import fold
from engine.data.dataset import Dataset, Histories, Int32
from engine.errors import ProfileError
from engine.wording import said

_OF_DATASET = "user-"


@dataclass(frozen=True)
class ProfileEntry:
    """A title somebody has seen (rating None: not rated; `on` False: switched off). "" and 0 are unknown."""

    item_id: str
    title: str
    year: int
    rating: float | None
    on: bool = True

    def __post_init__(self) -> None:
        if self.rating is not None and not math.isfinite(self.rating):
            raise ProfileError(
                said("{rating} is not a rating for {title}.", rating=self.rating, title=self.title or self.item_id),
                remedy=said("Give a number, or none for a title that was seen and not rated."),
                item_id=self.item_id,
            )

    def is_same_title(self, other: ProfileEntry) -> bool:
        """Whether two entries mean one title: the same id and name, or the same name and year under other ids."""
        same_name = fold(self.title) == fold(other.title)
        if self.item_id and self.item_id == other.item_id:
            return same_name or not (self.title and other.title)
        return bool(self.title) and same_name and self.year == other.year


@dataclass(frozen=True)
class Profile:
    """A person's ratings, in the order they were made, and their two lists. Changing one gives a new profile.

    `saved` are titles to watch later, `not_for_me` such as are never to be recommended; both hold entries without a
    rating, the latest last. A title stands in one of the three places only: rating it takes it off the lists.
    """

    profile_id: str
    name: str
    entries: tuple[ProfileEntry, ...] = ()
    saved: tuple[ProfileEntry, ...] = ()
    not_for_me: tuple[ProfileEntry, ...] = ()

    def rated(self, entry: ProfileEntry) -> Profile:
        """With this entry in place of the same title's, or at the end; an equal id goes before an equal year."""
        places = [place for place, known in enumerate(self.entries) if known.is_same_title(entry)]
        exact = [place for place in places if self.entries[place].item_id == entry.item_id]
        listless = self.unlisted(entry)
        if not places:
            return dataclasses.replace(listless, entries=(*self.entries, entry))
        place = (exact or places)[0]
        return dataclasses.replace(listless, entries=(*self.entries[:place], entry, *self.entries[place + 1 :]))

    def saving(self, entry: ProfileEntry) -> Profile:
        """With a title at the end of *Saved* (where it already is, if it is there), and off *Not for me*."""
        listless, is_there = self.unlisted(entry), _has_title(self.saved, entry)
        return self if is_there else dataclasses.replace(listless, saved=(*self.saved, _only_seen(entry)))

    def refusing(self, entry: ProfileEntry) -> Profile:
        """With a title at the end of *Not for me*, and off *Saved*."""
        listless, is_there = self.unlisted(entry), _has_title(self.not_for_me, entry)
        return self if is_there else dataclasses.replace(listless, not_for_me=(*self.not_for_me, _only_seen(entry)))

    def unlisted(self, entry: ProfileEntry) -> Profile:
        """With a title on neither list."""
        saved, not_for_me = (
            tuple(known for known in entries if not known.is_same_title(entry))
            for entries in (self.saved, self.not_for_me)
        )
        return dataclasses.replace(self, saved=saved, not_for_me=not_for_me)

    def without(self, item_id: str, *, title: str | None = None) -> Profile:
        """Without the entries of this id (and title, where given: two data sets may use one id for two titles)."""
        return dataclasses.replace(
            self, entries=tuple(entry for entry in self.entries if not _is_meant(entry, item_id, title))
        )

    def switched(self, item_id: str, on: bool, *, title: str | None = None) -> Profile:
        """With the entries of this id switched on or off; switched off they stay, without influence."""
        entries = tuple(
            dataclasses.replace(entry, on=on) if _is_meant(entry, item_id, title) else entry for entry in self.entries
        )
        return dataclasses.replace(self, entries=entries)


@dataclass(frozen=True)
class ProfileMatch:
    """What of a profile a data set knows: one history on its scale, `seen_rows` (all that was seen, also what is
    switched off), and the rows of both lists."""

    history: Histories
    item_rows: Int32
    entries: tuple[ProfileEntry, ...]
    seen_rows: tuple[int, ...]
    matched: int
    unmatched: tuple[ProfileEntry, ...]
    saved_rows: tuple[int, ...] = ()
    not_for_me_rows: tuple[int, ...] = ()


def entry_of(dataset: Dataset, item_row: int, rating: float | None) -> ProfileEntry:
    """The entry for a title of a data set. A title without a name is named by its id."""
    item_id = dataset.items.id(item_row)
    return ProfileEntry(item_id, dataset.title_of(item_row), dataset.catalogue.years[item_row], rating)


def item_row_of(entry: ProfileEntry, dataset: Dataset) -> int | None:
    """The row of an entry: by id where names agree, else by exact name and year (the best known), else None."""
    row = dataset.items.row(entry.item_id) if entry.item_id else None
    if row is not None and _names_agree(entry, dataset, row):
        return row
    rows = dataset.catalogue.rows_named(entry.title, entry.year) if fold(entry.title) else ()
    return max(rows, key=lambda row: (int(dataset.counts_I[row]), -row), default=None)


def profile_rows(profile: Profile, dataset: Dataset) -> ProfileMatch:
    """What of a profile a data set knows; of two entries of one title a rating beats seen-only, else the later."""
    found: dict[int, ProfileEntry] = {}
    seen_rows: dict[int, None] = {}
    unmatched: list[ProfileEntry] = []
    for entry in profile.entries:
        row = item_row_of(entry, dataset)
        if row is None:
            unmatched.append(entry)
            continue
        seen_rows[row] = None
        is_lesser = entry.rating is None and row in found and found[row].rating is not None
        if entry.on and not is_lesser:
            found[row] = entry
    low, high = dataset.scale.low, dataset.scale.high
    given = [entry.rating for entry in found.values()]
    ratings = [None if rating is None else min(max(rating, low), high) for rating in given]
    history = Histories.of_one(list(found), ratings)
    return ProfileMatch(
        history,
        history.item_rows_N,
        tuple(found.values()),
        tuple(seen_rows),
        len(profile.entries) - len(unmatched),
        tuple(unmatched),
        listed_rows(profile.saved, dataset),
        listed_rows(profile.not_for_me, dataset),
    )


def listed_rows(entries: Sequence[ProfileEntry], dataset: Dataset) -> tuple[int, ...]:
    """The rows of the titles of a list that a data set knows, in its order."""
    rows = (item_row_of(entry, dataset) for entry in entries)
    return tuple(dict.fromkeys(row for row in rows if row is not None))


def profile_of_user(dataset: Dataset, user_id: str) -> Profile:
    """The ratings of somebody in the data set. Raises ProfileError where nobody has this id."""
    user_row = dataset.users.row(user_id)
    if user_row is None:
        raise ProfileError(
            said("There is nobody called {user_id!r} in {dataset}.", user_id=user_id, dataset=dataset.name),
            remedy=said("Its people are named like {id!r}.", id=dataset.users.id(0)) if dataset.people else "",
            user=user_id,
        )
    history = dataset.histories.row(user_row)
    entries = tuple(
        entry_of(dataset, item_row, None if math.isnan(rating) else rating)
        for item_row, rating in zip(history.item_rows_N.tolist(), history.ratings_N.tolist(), strict=True)
    )
    return Profile(profile_id_of(user_id), said("Person {user_id}", user_id=user_id), entries)


def profile_id_of(user_id: str) -> str:
    """The id of the profile of somebody in the data set."""
    return f"{_OF_DATASET}{user_id}"


def user_of(profile_id: str) -> str | None:
    """Who of a data set the profile is of (see `profile_of_user`); None for a profile of one's own."""
    return profile_id.removeprefix(_OF_DATASET) if profile_id.startswith(_OF_DATASET) else None


def _has_title(entries: Sequence[ProfileEntry], entry: ProfileEntry) -> bool:
    return any(known.is_same_title(entry) for known in entries)


def _only_seen(entry: ProfileEntry) -> ProfileEntry:
    return dataclasses.replace(entry, rating=None, on=True)


def _is_meant(entry: ProfileEntry, item_id: str, title: str | None) -> bool:
    return entry.item_id == item_id and (fold(entry.title) == fold(title) if title is not None else bool(item_id))


def _names_agree(entry: ProfileEntry, dataset: Dataset, row: int) -> bool:
    if not entry.title:
        return True
    year = dataset.catalogue.years[row]
    years_agree = not year or not entry.year or abs(year - entry.year) <= 1
    return years_agree and _folded(entry.title) == _folded(dataset.title_of(row))


def _folded(title: str) -> str:
    return fold(title) or title.strip()
