"""Titles with a similar name: a letter or a small word differs, or one name holds the words of the other.

Shapes: Q queries, N names compared with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import log

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from engine.data.matching.candidates import CatalogueIndex, Query
from engine.data.matching.evidence import Evidence, years_apart
from engine.data.matching.titles import Name, numbers_in, without_articles
from engine.events import Job
from engine.wording import said

_LEAST_SIMILAR = 80.0
_LEAST_HELD = 0.9
_LEAST_SHARED = 0.4
_MOST_FOUND = 5
_MOST_CELLS = 4_000_000
_COMMON = 600
_BY_WORDS = 45.0
_OFF_FOR_SIMILAR = 8.0
_OFF_A_YEAR_APART = 5.0
_SLIPS = ((24, 2), (12, 1))
"""From so many letters on, so many may differ."""
_LEAST_WORD = 5


def similar_titles(index: CatalogueIndex, queries_Q: Sequence[Query]) -> Job[list[list[Evidence]]]:
    """For each query the titles with a similar name, the best first. Yields between portions; Stop passes through."""
    found: list[list[Evidence]] = [[] for _ in queries_Q]
    by_year: dict[int, list[int]] = {}
    for number, query in enumerate(queries_Q):
        by_year.setdefault(query.year, []).append(number)
    for year, numbers in sorted(by_year.items()):
        places = index.near(year)
        texts = [index.texts_N[place] for place in places]
        portion = max(1, _MOST_CELLS // max(1, len(texts)))
        for start in range(0, len(numbers), portion):
            few = numbers[start : start + portion]
            similar = _similar(index, [queries_Q[number] for number in few], places, texts)
            for number, evidence in zip(few, similar, strict=True):
                found[number] = evidence
            yield None
    for number, query in enumerate(queries_Q):
        found[number].extend(_holding(index, query))
        if number % 50 == 0:
            yield None
    return found


def _similar(
    index: CatalogueIndex,
    queries_Q: Sequence[Query],
    places_N: np.ndarray[tuple[int], np.dtype[np.intp]],
    texts_N: Sequence[str],
) -> list[list[Evidence]]:
    names = [(number, name) for number, query in enumerate(queries_Q) for name in query.names[:3]]
    similar: list[list[Evidence]] = [[] for _ in queries_Q]
    if names and texts_N:
        scores = process.cdist(
            [name.spaced for _, name in names], texts_N, scorer=fuzz.ratio, score_cutoff=_LEAST_SIMILAR, dtype=np.uint8
        )
        for (number, name), scores_N in zip(names, scores, strict=True):
            hits = np.flatnonzero(scores_N)
            for hit in hits[np.argsort(-scores_N[hits].astype(np.int64), kind="stable")][:_MOST_FOUND]:
                place = int(places_N[hit])
                similar[number].append(_evidence(index, queries_Q[number], name, place, float(scores_N[hit])))
    return similar


def _evidence(index: CatalogueIndex, query: Query, name: Name, place: int, score: float) -> Evidence:
    row = index.rows_N[place]
    apart = years_apart(index, query, row)
    certain = apart is not None and _is_a_slip(index, name, index.names_N[place], years=apart)
    score -= _OFF_FOR_SIMILAR + _OFF_A_YEAR_APART * (apart != 0)
    return Evidence(row, score, said("nearly the same title"), certain=certain, apart=int(apart != 0))


def _is_a_slip(index: CatalogueIndex, ours: Name, theirs: Name, *, years: int) -> bool:
    """Whether two names differ only by how a word is written, or by an article; never by a number or another word."""
    if numbers_in(ours.words) != numbers_in(theirs.words):
        return False
    our_words, their_words = without_articles(ours.words), without_articles(theirs.words)
    if our_words == their_words:
        return not years and len(our_words) > 2
    length = min(len(ours.bare_key), len(theirs.bare_key))
    most = next((slips for least, slips in _SLIPS if length >= least), 0) - years
    if most < 1 or len(our_words) != len(their_words) or OSA.distance(ours.bare_key, theirs.bare_key) > most:
        return False
    changed = [(our, their) for our, their in zip(our_words, their_words, strict=True) if our != their]
    return len(changed) == 1 and not _is_another_word(index, *changed[0])


def _is_another_word(index: CatalogueIndex, ours: str, theirs: str) -> bool:
    """Whether a changed word is a word of its own ("Night", "Knight"), or one of the two is the plural."""
    if min(len(ours), len(theirs)) < _LEAST_WORD or index.titles_with[ours]:
        return True
    return sorted((ours, theirs), key=len)[1] in (f"{ours}s", f"{theirs}s", f"{ours}es", f"{theirs}es")


def _holding(index: CatalogueIndex, query: Query) -> list[Evidence]:
    """Titles whose distinctive words all stand in this one, or the other way round: never certain."""
    ours = _weights(index, query.names[0].words) if query.names else {}
    shared: defaultdict[int, float] = defaultdict(float)
    for word, weight in ours.items():
        if 0 < index.titles_with[word] <= _COMMON:
            for place in index.by_word[word]:
                shared[place] += weight
    found: list[Evidence] = []
    for place in sorted(shared, key=lambda name: (-shared[name], name)):
        row = index.rows_N[place]
        apart = years_apart(index, query, row)
        if apart is not None and apart > 1:
            continue
        theirs = _weights(index, index.names_N[place].words)
        both = sum(weight for word, weight in ours.items() if word in theirs)
        all_ours, all_theirs = sum(ours.values()), sum(theirs.values())
        similarity = 2 * both / (all_ours + all_theirs)
        if both >= _LEAST_HELD * min(all_ours, all_theirs) and similarity >= _LEAST_SHARED:
            found.append(Evidence(row, _BY_WORDS + 30 * similarity, said("has the same words"), apart=int(apart != 0)))
        if len(found) == _MOST_FOUND:
            break
    return found


def _weights(index: CatalogueIndex, words: Sequence[str]) -> dict[str, float]:
    """How distinctive each word is: the rarer in the data set, the more."""
    return {word: log(1 + len(index.names_N) / max(1, index.titles_with[word])) for word in words}
