"""One person's ratings: kept as values, matched with a data set, taken from it or from a reviewed export.

Stands between the Dataset and the Recommender, and is the door of its two neighbours: profile_entries.py (what a
profile is) and profile_match.py (which titles of a data set it means).
"""

from __future__ import annotations

import math
from pathlib import PurePath

from engine.data.dataset import Dataset
from engine.data.matching.review import Review, accepted, counted
from engine.data.personal.conversion import rating_of, scale_for
from engine.data.profile_entries import Profile, ProfileEntry
from engine.data.profile_match import ProfileMatch, entry_of, item_row_of, middle_of, profile_rows
from engine.errors import ProfileError

__all__ = [
    "Profile",
    "ProfileEntry",
    "ProfileMatch",
    "entries_of",
    "entry_of",
    "item_row_of",
    "middle_of",
    "profile_of_review",
    "profile_of_user",
    "profile_rows",
]


def entries_of(review: Review, dataset: Dataset) -> tuple[ProfileEntry, ...]:
    """What of a reviewed export goes into a profile: the accepted titles, named and rated as the data set does."""
    given = scale_for(review.export, dataset.scale)
    return tuple(
        entry_of(dataset, one.item_row, rating_of(one.title, given, dataset.scale)) for one in accepted(review)
    )


def profile_of_review(review: Review, dataset: Dataset) -> Profile:
    """Whoever an export belongs to, with the titles that were accepted. Raises ProfileError where there are none."""
    entries = entries_of(review, dataset)
    if entries:
        return Profile(f"file-{review.export.source}", PurePath(review.export.source).stem, entries)
    if not review.titles:
        raise ProfileError(
            f"{review.export.source} holds only titles that you plan to see.",
            remedy="Choose the export of what you have seen or rated.",
            path=review.export.source,
        )
    raise _nothing_found(review, dataset)


def profile_of_user(dataset: Dataset, user_id: str) -> Profile:
    """The ratings of somebody in the data set. Raises ProfileError where nobody has this id."""
    user_row = dataset.users.row(user_id)
    if user_row is None:
        raise ProfileError(
            f"There is nobody called {user_id!r} in {dataset.name}.",
            remedy=f"Its people are named like {dataset.users.id(0)!r}." if dataset.people else "",
            user=user_id,
        )
    history = dataset.histories.row(user_row)
    entries = tuple(
        entry_of(dataset, item_row, None if math.isnan(rating) else rating)
        for item_row, rating in zip(history.item_rows_N.tolist(), history.ratings_N.tolist(), strict=True)
    )
    return Profile(f"user-{user_id}", f"Person {user_id}", entries)


def _nothing_found(review: Review, dataset: Dataset) -> ProfileError:
    count, source = len(review.titles), review.export.source
    titles = "the one title" if count == 1 else f"any of the {count:,} titles"
    certainly = " for certain" if counted(review).unsure else ""
    return ProfileError(
        f"{dataset.name} does not have {titles} of {source}{certainly}.",
        remedy=f"Its {dataset.catalogue.word}s may be others than yours, or your file may have no years.",
        path=source,
    )
