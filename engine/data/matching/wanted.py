"""A title of an export, made ready to be looked for.

Stands between the values of an export and those who look for evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.catalogue import split_title
from engine.data.matching.names import Name, Part, names_of, parts_of
from engine.data.personal.export import ExportedTitle
from engine.data.personal.meanings import normalised_id

_LONGEST = 400


@dataclass(frozen=True)
class Wanted:
    """What is looked for: the names, the year (0: unknown), the parts of a title with a subtitle, ids by kind."""

    names: tuple[Name, ...]
    year: int
    parts: tuple[Part, ...]
    ids: dict[str, str]
    literal: str
    medium: str

    @property
    def is_film(self) -> bool:
        return self.medium in ("film", "")


def wanted_of(title: ExportedTitle) -> Wanted:
    """The year is taken from the title where it stands there alone: "The Matrix (1999)"."""
    text, year = title.title[:_LONGEST], title.year if title.year > 0 else 0
    without_year, year_there = split_title(text)
    if without_year and year_there and year in (0, year_there):
        text, year = without_year, year_there
    names = names_of(text, [one[:_LONGEST] for one in title.other_titles])
    ids = {kind: normalised_id(kind, one) for kind, one in title.ids.items()}
    return Wanted(
        names=names,
        year=year,
        parts=parts_of(text),
        ids={kind: one for kind, one in ids.items() if one},
        literal=names[0].literal if names else "",
        medium=title.medium,
    )
