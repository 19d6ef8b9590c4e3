"""One person's ratings: kept as values, matched with a data set, read from a file or taken from the data set.

Stands between the Dataset and the Recommender, and is the door of its two neighbours: profile_entries.py (what a
profile is) and profile_match.py (which titles of a data set it means).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from engine.data.catalogue import fold, split_title
from engine.data.dataset import Dataset
from engine.data.formats import BLANKS
from engine.data.profile_entries import Profile, ProfileEntry
from engine.data.profile_match import ProfileMatch, entry_of, item_row_of, middle_of, profile_rows
from engine.data.reading.archives import Source, sources_in
from engine.data.reading.lines import read_rows
from engine.data.reading.repair import MOST_PROBLEMS, NO_ITEM, NOT_A_NUMBER, NOT_FINITE, WRONG_WIDTH, Problem
from engine.data.reading.sniff import Given, Shape, sniff
from engine.errors import DataError, ProfileError

__all__ = [
    "Profile",
    "ProfileEntry",
    "ProfileMatch",
    "ReadProfile",
    "entry_of",
    "item_row_of",
    "middle_of",
    "profile_of_user",
    "profile_rows",
    "read_profile",
]

_MOST_ENTRIES = 100_000


@dataclass(frozen=True)
class ReadProfile:
    """A profile read from a file, what of it the data set does not know, and the lines that were left out.

    problems: the first 1,000; problem_count: all of them.
    """

    profile: Profile
    unmatched: tuple[ProfileEntry, ...]
    problems: tuple[Problem, ...]
    problem_count: int


def read_profile(path: Path, dataset: Dataset, *, given: Given | None = None) -> ReadProfile:
    """One person's ratings from a delimited file with item ids, or titles and years, and ratings.

    A blank rating is *seen, not rated*. Of two lines for one title the later counts, but a rating beats none. Ratings
    outside the data set's scale stay as they are (they are clipped for use). Raises DataError where the file cannot be
    read, is no table, lacks a column or holds several people, and ProfileError where no line of it is usable.
    """
    source = _one_source(path)
    shape = sniff(source, given)
    roles = _roles_of_one(source, shape)
    found: dict[object, ProfileEntry] = {}
    problems: list[Problem] = []
    people: set[str] = set()
    for line, cells in read_rows(source, shape):
        entry = _entry(cells, shape, roles)
        if isinstance(entry, str):
            problems.append(Problem(line, shape.delimiter.join(cells)[:200], entry, source.name))
            continue
        if "user" in roles:
            people.add(cells[roles["user"]].strip())
            _refuse_several(source, people)
        key, entry = _known(entry, dataset, is_named=roles["item"] == roles.get("title"))
        if key not in found or entry.rating is not None or found[key].rating is None:
            found[key] = entry
        _refuse_too_many(source, len(found))
    if not found:
        raise _nothing_usable(source, problems)
    unmatched = tuple(entry for key, entry in found.items() if not isinstance(key, int))
    profile = Profile(f"file-{source.base_name}", path.stem, tuple(found.values()))
    return ReadProfile(profile, unmatched, tuple(problems[:MOST_PROBLEMS]), len(problems))


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


def _one_source(path: Path) -> Source:
    sources = sources_in(path)
    if len(sources) != 1:
        raise DataError(
            f"{path} holds {len(sources)} files; a profile is one file.", remedy="Choose one of them.", path=str(path)
        )
    return sources[0]


def _roles_of_one(source: Source, shape: Shape) -> dict[str, int]:
    """The column of each role. Two without names are item ids (if all are numbers) or titles, and ratings."""
    roles = dict(shape.roles)
    if shape.header is None and shape.width == 2 and "rating" not in roles:
        are_ids = all(row[0].strip().isdecimal() for row in shape.sample if row)
        roles = {"item": 0, "rating": 1} if are_ids else {"item": 0, "title": 0, "rating": 1}
    missing = [word for role, word in (("item", "titles"), ("rating", "ratings")) if role not in roles]
    if missing:
        raise DataError(
            f"{source.name} has no column of {' and none of '.join(missing)}; its columns are: {shape.columns_words}.",
            remedy="A profile needs a column of item ids or titles, and one of ratings, such as: movieId,rating.",
            path=str(source.path),
            missing=tuple(missing),
        )
    return roles


def _entry(cells: list[str], shape: Shape, roles: dict[str, int]) -> ProfileEntry | str:
    """What a line says, not yet matched; or the reason why it says nothing."""
    if len(cells) != shape.width:
        return WRONG_WIDTH
    text = {role: cells[place].strip() for role, place in roles.items()}
    title, year = split_title(text.get("title", ""))
    if text.get("year", "").isdecimal():
        year = int(text["year"])
    if not text["item"] and not title:
        return NO_ITEM
    rating: float | None = None
    if text["rating"] not in BLANKS:
        try:
            rating = float(text["rating"].replace(",", ".") if shape.decimal == "," else text["rating"])
        except ValueError:
            return NOT_A_NUMBER
        if not math.isfinite(rating):
            return NOT_FINITE
    return ProfileEntry(text["item"], title, year, None if rating in shape.layout.unrated else rating)


def _known(entry: ProfileEntry, dataset: Dataset, *, is_named: bool) -> tuple[object, ProfileEntry]:
    """The entry as the data set names it, under its row; or as it is, under its own name.

    is_named: one text served as id and as title. It is looked up as a title; as an id only where it is not a number,
    for the film called 300 is not film number 300.
    """
    if is_named:
        text, entry = entry.item_id, ProfileEntry("", entry.title, entry.year, entry.rating)
        row = item_row_of(entry, dataset)
        if row is None and not text.isdecimal():
            row = dataset.items.row(text)
    else:
        row = item_row_of(entry, dataset)
    if row is not None:
        return row, entry_of(dataset, row, entry.rating)
    return (entry.item_id, fold(entry.title), entry.year), entry


def _refuse_several(source: Source, people: set[str]) -> None:
    if len(people) > 1:
        names = " and ".join(repr(one) for one in sorted(people))
        raise DataError(
            f"{source.name} holds ratings of several people, such as {names}; a profile is one person's.",
            remedy="Import it as a data set, or keep the lines of one person.",
            path=str(source.path),
        )


def _refuse_too_many(source: Source, entries: int) -> None:
    if entries > _MOST_ENTRIES:
        raise DataError(
            f"{source.name} holds over {_MOST_ENTRIES:,} titles, more than anybody has seen.",
            remedy="Import it as a data set.",
            path=str(source.path),
        )


def _nothing_usable(source: Source, problems: list[Problem]) -> ProfileError:
    first = f": line {problems[0].line} says {problems[0].text!r} ({problems[0].reason})" if problems else ""
    return ProfileError(
        f"No line of {source.name} is a rating{first}.",
        remedy="Choose a file with one title and rating a line, such as: movieId,rating.",
        path=str(source.path),
    )
