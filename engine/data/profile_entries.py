"""One person's ratings, as values.

Stands beside the Dataset: a profile belongs to the person, not to a data set. Its entries carry item id, title and
year, so that they survive the data set they were made with.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from engine.data.catalogue import fold
from engine.errors import ProfileError


@dataclass(frozen=True)
class ProfileEntry:
    """A title that somebody has seen. A rating of None is *seen, not rated*; `on` is False while it is switched off.

    `item_id` is "" where nobody knows it, `title` is "" where only an id is known, `year` is 0 where unknown.
    """

    item_id: str
    title: str
    year: int
    rating: float | None
    on: bool = True

    def __post_init__(self) -> None:
        if self.rating is not None and not math.isfinite(self.rating):
            raise ProfileError(
                f"{self.rating} is not a rating for {self.title or self.item_id}.",
                remedy="Give a number, or none for a title that was seen and not rated.",
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
    """A person's ratings, in the order they were made. Changing one gives a new profile."""

    profile_id: str
    name: str
    entries: tuple[ProfileEntry, ...] = ()

    def rated(self, entry: ProfileEntry) -> Profile:
        """With this entry: in the place of the one for the same title, or at the end.

        The same id and name goes before the same name and year, so that namesakes of a file stay apart once rated.
        """
        places = [place for place, one in enumerate(self.entries) if one.is_same_title(entry)]
        exact = [place for place in places if self.entries[place].item_id == entry.item_id]
        if not places:
            return dataclasses.replace(self, entries=(*self.entries, entry))
        place = (exact or places)[0]
        return dataclasses.replace(self, entries=(*self.entries[:place], entry, *self.entries[place + 1 :]))

    def without(self, item_id: str, *, title: str | None = None) -> Profile:
        """Without the entries of this id (and title, where given: two data sets may use one id for two titles)."""
        return dataclasses.replace(
            self, entries=tuple(one for one in self.entries if not _is_meant(one, item_id, title))
        )

    def switched(self, item_id: str, on: bool, *, title: str | None = None) -> Profile:
        """With the entries of this id switched on or off; switched off they stay, without influence."""
        entries = tuple(
            dataclasses.replace(one, on=on) if _is_meant(one, item_id, title) else one for one in self.entries
        )
        return dataclasses.replace(self, entries=entries)


def _is_meant(entry: ProfileEntry, item_id: str, title: str | None) -> bool:
    return entry.item_id == item_id and (fold(entry.title) == fold(title) if title is not None else bool(item_id))
