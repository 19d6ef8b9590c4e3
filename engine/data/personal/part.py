"""One file of an export as it was read, and the rules that all readers share for what counts and what is left out.

Stands between the readers of single files and together.py.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from engine.data.dataset import Scale
from engine.data.formats import BLANKS, Layout
from engine.data.personal.export import ExportedTitle, SkippedEntry
from engine.data.reading.archives import Source
from engine.data.reading.repair import MOST_PROBLEMS, NO_ITEM, NOT_A_NUMBER, NOT_FINITE
from engine.errors import DataError

MOST_TITLES = 100_000
OUT_OF_SCALE = "rating is outside of the scale"
TITLE_TOO_LONG = "title is over 1,000 characters long"
_LONGEST_TITLE = 1_000


@dataclass
class Part:
    """What a file says, filled entry by entry: titles in file order, and what was left out."""

    source: Source
    layout: Layout
    scale: Scale
    scale_is_known: bool = True
    titles: list[ExportedTitle] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    skipped_count: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, said: ExportedTitle | str, *, line: int, text: str) -> None:
        """Takes an entry, or the reason why there is none. Raises DataError past 100,000 titles."""
        said = said if isinstance(said, str) else usable(said, self.scale if self.scale_is_known else None)
        if isinstance(said, str):
            self.skipped_count += 1
            if len(self.skipped) < MOST_PROBLEMS:
                self.skipped.append(SkippedEntry(line, text[:200], said))
            return
        self.titles.append(said)
        if len(self.titles) > MOST_TITLES:
            raise DataError(
                f"{self.source.name} holds over {MOST_TITLES:,} titles, more than anybody has seen.",
                remedy="Import it as a data set.",
                path=str(self.source.path),
            )


def usable(title: ExportedTitle, scale: Scale | None) -> ExportedTitle | str:
    """The entry, or why it says nothing. What was planned and yet rated has been seen."""
    if not title.title and not title.ids:
        return NO_ITEM
    if len(title.title) > _LONGEST_TITLE:
        return TITLE_TOO_LONG
    if title.rating is None:
        return title
    if scale is not None and not scale.low <= title.rating <= scale.high:
        return OUT_OF_SCALE
    return dataclasses.replace(title, state="seen") if title.state == "planned" else title


def rating_in(text: str, *, decimal: str = ".", unrated: tuple[float, ...] = (0.0,)) -> float | str | None:
    """A rating, None where there is none, or the reason why this text is no rating."""
    text = text.strip()
    if text in BLANKS or text == "-":
        return None
    try:
        rating = float(text.replace(",", ".") if decimal == "," else text)
    except ValueError:
        return NOT_A_NUMBER
    if not math.isfinite(rating):
        return NOT_FINITE
    return None if rating in unrated else rating


def scale_of(layout: Layout) -> Scale | None:
    """The scale that a layout declares."""
    return Scale(*layout.scale) if layout.scale else None
