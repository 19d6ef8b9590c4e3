"""What equal ids say: whether the title that has an export's id is the one that the export means.

Stands between the index and the matcher, on evidence.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz import fuzz

from engine.data.matching.catalogue_index import CatalogueIndex
from engine.data.matching.evidence import MOST_OF_A_NAME, Evidence, years_apart
from engine.data.matching.ids import IF_TITLES_AGREE, KINDS, ONE_PER_TITLE
from engine.data.matching.names import Name
from engine.data.matching.numerals import numbers_in
from engine.data.matching.wanted import Wanted

_BY_ID = 100.0
_IF_DOUBTED = 96.0
_IF_ALONE_IT_SAYS_LITTLE = {"movielens": 60.0, "item": 40.0}
_DISAGREES = 50.0
_AGREES = 75.0


def of_ids(index: CatalogueIndex, wanted: Wanted) -> Iterator[Evidence]:
    """Titles with an id of the export. An id whose title says something else is doubted."""
    for kind, one in wanted.ids.items():
        if _counts_apart(index, wanted, kind):
            continue
        rows = index.by_id.get(kind, {}).get(one, ())
        for row in rows[:MOST_OF_A_NAME]:
            strictly = kind in IF_TITLES_AGREE
            if _titles_agree(index, wanted, row, strictly=strictly):
                yield Evidence(row, _BY_ID, f"same {KINDS[kind]}", certain=len(rows) == 1, by_id=True)
            else:
                why = f"same {KINDS[kind]}, but another title"
                score = _IF_ALONE_IT_SAYS_LITTLE.get(kind, _IF_DOUBTED)
                yield Evidence(row, score, why, by_id=not strictly)


def _counts_apart(index: CatalogueIndex, wanted: Wanted, kind: str) -> bool:
    """TMDB numbers films and series apart, MyAnimeList films and books: an id of the other says nothing here."""
    if kind == "tmdb":
        return index.is_about_films() and wanted.medium in ("series", "episode")
    return kind == "mal" and wanted.medium == "book" and index.dataset.catalogue.word != "book"


def has_other_id(index: CatalogueIndex, wanted: Wanted, row: int) -> bool:
    """Whether a title has another id than the export's, of a kind of which there is one per title."""
    return any(
        kind in ONE_PER_TITLE and kind in index.ids_I and index.ids_I[kind][row] not in ("", one)
        for kind, one in wanted.ids.items()
    )


def _titles_agree(index: CatalogueIndex, wanted: Wanted, row: int, *, strictly: bool) -> bool:
    """Whether a title that was found by its id may be the one; `strictly`: whether it looks like the one."""
    names = index.names_by_row.get(row, [])
    apart = years_apart(index, wanted, row)
    if not wanted.names or not names or index.dataset.catalogue.titles[row] == index.dataset.items.id(row):
        return True
    pairs = [(ours, theirs) for ours in wanted.names for theirs in names]
    if any(ours.bare_key == theirs.bare_key for ours, theirs in pairs):
        return apart is None or apart <= 1 or not strictly
    likeness = max(_likeness(ours, theirs) for ours, theirs in pairs)
    same_number = any(numbers_in(ours.words) == numbers_in(theirs.words) for ours, theirs in pairs)
    if strictly:
        return likeness >= _AGREES and same_number and (apart is None or apart <= 1)
    if apart is not None and apart <= 1:
        return True
    same_letters = any(ours.key.isascii() == theirs.key.isascii() for ours, theirs in pairs)
    return (likeness >= _DISAGREES and same_number) or (not same_letters and apart is None)


def _likeness(ours: Name, theirs: Name) -> float:
    return max(fuzz.ratio(ours.spaced, theirs.spaced), fuzz.token_set_ratio(ours.spaced, theirs.spaced))
