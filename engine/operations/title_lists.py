"""A list of titles, from a file or pasted, as titles of a data set: what of this festival's programme is known?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.data.catalogue import fold
from engine.data.dataset import Dataset
from engine.data.matching.candidates import Match
from engine.data.matching.matcher import Matcher
from engine.data.personal.export import ExportedTitle
from engine.data.personal.title_list import read_title_list, titles_in_text
from engine.data.reading.archives import shown_name
from engine.events import Job, StageStarted
from engine.text import format_count, format_title, plural
from engine.wording import said

PASTED = said("the clipboard")


@dataclass(frozen=True)
class FoundTitles:
    """A list of `titles` by its name, the rows of those that the data set has, and the others, each with the reason."""

    name: str
    titles: int
    rows: frozenset[int]
    missing: tuple[tuple[ExportedTitle, str], ...]

    @property
    def found(self) -> int:
        return self.titles - len(self.missing)

    def describe(self) -> str:
        """34 of 40 titles found; 6 not."""
        if not self.missing:
            return (
                said("All {titles} found.", titles=plural(self.titles, "title"))
                if self.titles > 1
                else said("The title was found.")
            )
        found = format_count(self.found) if self.found else said("None")
        return said(
            "{found} of {titles} found; {missing} not.",
            found=found,
            titles=plural(self.titles, "title"),
            missing=format_count(len(self.missing)),
        )

    def describe_missing(self) -> str:
        """The titles that were not found, one a line, with the reason."""
        lines = (f"{format_title(title.title, title.year)}: {why}" for title, why in self.missing)
        return "\n".join(lines)


def match_titles(
    dataset: Dataset, source: Path | str, *, name: str = "", matcher: Matcher | None = None
) -> Job[FoundTitles]:
    """Find the titles of a file (a Path) or of a text in a data set.

    A title without a year is the best known one of its name; what else is not sure is missing. Raises DataError where
    the file cannot be read, ProfileError where it holds no titles.

    Examples
    --------
    ::

        found = drive(operations.match_titles(dataset, Path("festival.txt")))
        Filters(only_rows=found.rows, only_name=found.name)
    """
    shown = name or (PASTED if isinstance(source, str) else shown_name(source.name))
    yield StageStarted("reading", said("Reading {shown}", shown=shown))
    titles = titles_in_text(source, shown) if isinstance(source, str) else read_title_list(source)
    yield StageStarted("matching", said("Finding these titles in {dataset}", dataset=dataset.name))
    matches = yield from (matcher or Matcher(dataset)).match_all(titles)
    rows, missing = set[int](), []
    for title, match in zip(titles, matches, strict=True):
        row = _row_of(dataset, title, match)
        if row is None:
            missing.append((title, match.why))
        else:
            rows.add(row)
    return FoundTitles(shown, len(titles), frozenset(rows), tuple(missing))


def _row_of(dataset: Dataset, title: ExportedTitle, match: Match) -> int | None:
    """What is sure; else, of those that are called just so, the best known."""
    if match.verdict == "sure":
        return match.item_row
    if title.year:
        return None
    name = fold(title.title)
    same = [
        candidate.item_row
        for candidate in match.candidates
        if name and fold(dataset.catalogue.titles[candidate.item_row]) == name
    ]
    return max(same, key=lambda row: (int(dataset.counts_I[row]), -row), default=None)
