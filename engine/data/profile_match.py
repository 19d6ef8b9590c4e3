"""Which titles of a data set a person's entries mean, for certain; nothing is guessed.

Stands between a Profile and the Recommender. Rows are found anew for each data set, and an entry that fits no title
for certain stays unmatched.

Shapes: n entries of one profile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.catalogue import fold
from engine.data.dataset import Dataset, Histories, Int32, Scale
from engine.data.profile_entries import Profile, ProfileEntry


@dataclass(frozen=True)
class ProfileMatch:
    """What of a profile a data set knows.

    history: one person; the entries that are on and known, ratings clipped to the data set's scale (NaN: not rated).
    item_rows, entries: aligned with the history. seen_rows: rows of all known entries, switched off ones too: none of
    them is to be recommended. matched + len(unmatched) is the number of entries of the profile.
    """

    history: Histories
    item_rows: Int32
    entries: tuple[ProfileEntry, ...]
    seen_rows: tuple[int, ...]
    matched: int
    unmatched: tuple[ProfileEntry, ...]


def entry_of(dataset: Dataset, item_row: int, rating: float | None) -> ProfileEntry:
    """The entry for a title of a data set. A title without a name is named by its id."""
    item_id = dataset.items.id(item_row)
    return ProfileEntry(item_id, _name(dataset, item_row), dataset.catalogue.years[item_row], rating)


def item_row_of(entry: ProfileEntry, dataset: Dataset) -> int | None:
    """The row of an entry: by id where the names agree, else by name and year exactly; None where neither is certain.

    Of several titles with one name and year the best known is meant, the first of equals.
    """
    row = dataset.items.row(entry.item_id) if entry.item_id else None
    if row is not None and _names_agree(entry, dataset, row):
        return row
    rows = dataset.catalogue.rows_named(entry.title, entry.year) if fold(entry.title) else ()
    return max(rows, key=lambda one: (int(dataset.counts_I[one]), -one), default=None)


def profile_rows(profile: Profile, dataset: Dataset) -> ProfileMatch:
    """What of a profile a data set knows (never an error: `unmatched` says what it does not).

    Two entries that meet in one title become one: a rating beats seen-only, else the later one counts.
    """
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
    ratings = [_clipped(one.rating, dataset.scale) for one in found.values()]
    history = Histories.of_one(list(found), ratings)
    return ProfileMatch(
        history,
        history.item_rows_N,
        tuple(found.values()),
        tuple(seen_rows),
        len(profile.entries) - len(unmatched),
        tuple(unmatched),
    )


def middle_of(ratings_N: npt.NDArray[np.float32], scale: Scale) -> float:
    """Where dislike ends for a person: halfway between their own mean rating and the middle of the scale.

    The own mean alone would call a 4 of a generous person a dislike. What counts as a like never falls below it.
    """
    rated = ratings_N[~np.isnan(ratings_N)]
    return (float(rated.mean()) + scale.middle) / 2 if len(rated) else scale.middle


def _names_agree(entry: ProfileEntry, dataset: Dataset, row: int) -> bool:
    if not entry.title:
        return True
    year = dataset.catalogue.years[row]
    years_agree = not year or not entry.year or abs(year - entry.year) <= 1
    return years_agree and _folded(entry.title) == _folded(_name(dataset, row))


def _folded(title: str) -> str:
    return fold(title) or title.strip()


def _name(dataset: Dataset, row: int) -> str:
    return dataset.catalogue.titles[row] or dataset.items.id(row)


def _clipped(rating: float | None, scale: Scale) -> float | None:
    return None if rating is None else min(max(rating, scale.low), scale.high)
