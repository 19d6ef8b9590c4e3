"""Titles that are nearly called alike: a letter or a small word differs, or one name holds the other.

Stands beside evidence.py. The year chooses whom a title is compared with, so that it cannot dominate the score.

Shapes: W wanted titles, N names compared with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import log

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from engine.data.matching.candidates import CatalogueIndex, Query
from engine.data.matching.evidence import Evidence, years_apart
from engine.data.matching.titles import Name, numbers_in, without_articles
from engine.events import Job

_LEAST_ALIKE = 80.0
_LEAST_HELD = 0.9
_LEAST_SHARED = 0.4
_MOST_FOUND = 5
_MOST_CELLS = 4_000_000
_COMMON = 600
_BY_WORDS = 45.0
_BELOW_EQUAL = 8.0
_IF_A_YEAR_APART = 5.0
_SLIPS = ((24, 2), (12, 1))
"""From so many letters on, so many may differ."""
_LEAST_WORD = 5


def nearly_alike(index: CatalogueIndex, wanted_W: Sequence[Query]) -> Job[list[list[Evidence]]]:
    """For each title what is nearly called like it, the best first. Yields between portions; Stop passes through."""
    found: list[list[Evidence]] = [[] for _ in wanted_W]
    by_year: dict[int, list[int]] = {}
    for number, wanted in enumerate(wanted_W):
        by_year.setdefault(wanted.year, []).append(number)
    for year, numbers in sorted(by_year.items()):
        places = index.near(year)
        texts = [index.texts_N[place] for place in places]
        portion = max(1, _MOST_CELLS // max(1, len(texts)))
        for start in range(0, len(numbers), portion):
            few = numbers[start : start + portion]
            for number, alike in zip(few, _alike(index, [wanted_W[one] for one in few], places, texts), strict=True):
                found[number] = alike
            yield None
    for number, wanted in enumerate(wanted_W):
        found[number].extend(_held(index, wanted))
        if number % 50 == 0:
            yield None
    return found


def _alike(
    index: CatalogueIndex,
    wanted_W: Sequence[Query],
    places_N: np.ndarray[tuple[int], np.dtype[np.intp]],
    texts_N: Sequence[str],
) -> Iterator[list[Evidence]]:
    names = [(number, name) for number, wanted in enumerate(wanted_W) for name in wanted.names[:3]]
    alike: list[list[Evidence]] = [[] for _ in wanted_W]
    if names and texts_N:
        scores = process.cdist(
            [name.spaced for _, name in names],
            texts_N,
            scorer=fuzz.ratio,
            score_cutoff=_LEAST_ALIKE,
            dtype=np.uint8,
        )
        for (number, name), scores_N in zip(names, scores, strict=True):
            hits = np.flatnonzero(scores_N)
            for hit in hits[np.argsort(-scores_N[hits].astype(np.int64), kind="stable")][:_MOST_FOUND]:
                place = int(places_N[hit])
                alike[number].append(_nearly(index, wanted_W[number], name, place, float(scores_N[hit])))
    yield from alike


def _nearly(index: CatalogueIndex, wanted: Query, name: Name, place: int, score: float) -> Evidence:
    row = index.rows_N[place]
    apart = years_apart(index, wanted, row)
    certain = apart is not None and _is_a_slip(index, name, index.names_N[place], years=apart)
    score -= _BELOW_EQUAL + _IF_A_YEAR_APART * (apart != 0)
    return Evidence(row, score, "nearly the same title", certain=certain, apart=int(apart != 0))


def _is_a_slip(index: CatalogueIndex, ours: Name, theirs: Name, *, years: int) -> bool:
    """Whether two names differ only by how a word is written, or by an article; never by a number or another word."""
    if numbers_in(ours.words) != numbers_in(theirs.words):
        return False
    plain, other = without_articles(ours.words), without_articles(theirs.words)
    if plain == other:
        return not years and len(plain) > 2
    length = min(len(ours.bare_key), len(theirs.bare_key))
    most = next((slips for least, slips in _SLIPS if length >= least), 0) - years
    if most < 1 or len(plain) != len(other) or OSA.distance(ours.bare_key, theirs.bare_key) > most:
        return False
    changed = [(one, another) for one, another in zip(plain, other, strict=True) if one != another]
    return len(changed) == 1 and not _is_another_word(index, *changed[0])


def _is_another_word(index: CatalogueIndex, ours: str, theirs: str) -> bool:
    """Whether a changed word is a word of its own ("Night", "Knight"), or one of the two is the plural."""
    if min(len(ours), len(theirs)) < _LEAST_WORD or index.titles_with[ours]:
        return True
    return sorted((ours, theirs), key=len)[1] in (f"{ours}s", f"{theirs}s", f"{ours}es", f"{theirs}es")


def _held(index: CatalogueIndex, wanted: Query) -> list[Evidence]:
    """Titles whose telling words all stand in this one, or the other way round: never certain."""
    ours = _weights(index, wanted.names[0].words) if wanted.names else {}
    shared: defaultdict[int, float] = defaultdict(float)
    for word, weight in ours.items():
        if 0 < index.titles_with[word] <= _COMMON:
            for place in index.by_word[word]:
                shared[place] += weight
    found: list[Evidence] = []
    for place in sorted(shared, key=lambda one: (-shared[one], one)):
        row = index.rows_N[place]
        apart = years_apart(index, wanted, row)
        if apart is not None and apart > 1:
            continue
        theirs = _weights(index, index.names_N[place].words)
        both = sum(weight for word, weight in ours.items() if word in theirs)
        all_ours, all_theirs = sum(ours.values()), sum(theirs.values())
        alike = 2 * both / (all_ours + all_theirs)
        if both >= _LEAST_HELD * min(all_ours, all_theirs) and alike >= _LEAST_SHARED:
            found.append(Evidence(row, _BY_WORDS + 30 * alike, "has the same words", apart=int(apart != 0)))
        if len(found) == _MOST_FOUND:
            break
    return found


def _weights(index: CatalogueIndex, words: Sequence[str]) -> dict[str, float]:
    """How telling each word is: the rarer in the data set, the more."""
    return {word: log(1 + len(index.names_N) / max(1, index.titles_with[word])) for word in words}
