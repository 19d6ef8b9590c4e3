"""Which title of a data set each title of an export means, and how sure that is: by id, name, similar name.

A match is sure only where nothing else is nearly as good and no other title of the export fits better.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.data.matching.candidates import (
    ONE_PER_TITLE,
    Candidate,
    CatalogueIndex,
    Match,
    Query,
    build_index,
    query_of,
)
from engine.data.matching.evidence import Evidence, has_other_id, of_ids, of_names, of_parts
from engine.data.matching.similarity import similar_titles
from engine.data.personal.export import ExportedTitle
from engine.events import Job, Pace, Progressed, drive
from engine.wording import said

_MARGIN = 4.0
_MARGIN_OF_THE_ALIKE = 8.0
_EQUAL = 90.0
_LEAST_RIVAL = 75.0
_LEAST = 58.0
_MOST_CANDIDATES = 8
_AT_ONCE = 200
_CLEARLY_BETTER = 4.0


@dataclass(frozen=True, slots=True)
class CandidateMatch:
    """A match, and how strongly it holds on to its title where it is sure."""

    match: Match
    strength: float


class Matcher:
    """Finds the titles of exports in one data set. Its index is built at the first use and serves all later ones."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._index: CatalogueIndex | None = None

    def match(self, title: ExportedTitle) -> Match:
        return drive(self.match_all((title,)))[0]

    def match_all(self, titles: Sequence[ExportedTitle]) -> Job[tuple[Match, ...]]:
        """What each title means, in their order. No two titles are surely the same one. Stop passes through."""
        if self._index is None:
            self._index = yield from build_index(self._dataset)
        index, pace = self._index, Pace()
        queries_Q = [query_of(title) for title in titles]
        found_Q: list[list[Evidence]] = []
        for number, query in enumerate(queries_Q):
            found = [*of_ids(index, query), *of_names(index, query), *of_parts(index, query)]
            found_Q.append(_best_of_each(index, found))
            if number % _AT_ONCE == 0:
                is_due = pace.due()
                yield Progressed(said("Looking for your titles"), number, len(titles), "titles") if is_due else None
        unsure = [number for number, found in enumerate(found_Q) if _winner(found, queries_Q[number], index) is None]
        similar = yield from similar_titles(index, [queries_Q[number] for number in unsure])
        for number, more in zip(unsure, similar, strict=True):
            found_Q[number] = _best_of_each(index, [*found_Q[number], *more])
        return _settled([_candidate_match(index, *pair) for pair in zip(queries_Q, found_Q, strict=True)])


def _best_of_each(index: CatalogueIndex, found: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence a title: the strongest. Equally strong titles stand in the order of how known they are."""
    best: dict[int, Evidence] = {}
    for evidence in found:
        known = best.get(evidence.item_row)
        if known is None or (evidence.certain, evidence.score) > (known.certain, known.score):
            best[evidence.item_row] = evidence
    counts_I = index.dataset.counts_I
    return sorted(best.values(), key=lambda kept: (-kept.score, -int(counts_I[kept.item_row]), kept.item_row))


def _winner(found: Sequence[Evidence], query: Query, index: CatalogueIndex) -> Evidence | None:
    by_id = [evidence for evidence in found if evidence.by_id and evidence.certain]
    if by_id:
        return by_id[0] if len(by_id) == 1 else None
    if not found or _may_be_another_thing(index, query):
        return None
    margin = _MARGIN if found[0].score >= _EQUAL else _MARGIN_OF_THE_ALIKE
    best = found[0]
    near = [rival for rival in found if rival.score > best.score - margin or _has_the_year(rival, best)]
    winner = near[0] if len(near) == 1 else _literally_it(near, query, index)
    if winner is None or not winner.certain:
        return None
    if has_other_id(index, query, winner.item_row) and not _is_named_exactly(winner, query, index):
        return None
    return winner


def _is_named_exactly(winner: Evidence, query: Query, index: CatalogueIndex) -> bool:
    """Whether title and year are just the same, and no other title has an id of the export: it has ids of its own."""
    is_exact = winner.score >= _EQUAL and winner.apart == 0 and not winner.by_alias
    known = (kind for kind, an_id in query.ids.items() if index.by_id.get(kind, {}).get(an_id))
    return is_exact and not any(kind in ONE_PER_TITLE for kind in known)


def _has_the_year(rival: Evidence, best: Evidence) -> bool:
    """Whether a title of just this year is a rival of a better one that is a year apart: the other may be meant."""
    return best.apart > 0 and rival.apart == 0 and rival.score >= _LEAST_RIVAL


def _literally_it(near: Sequence[Evidence], query: Query, index: CatalogueIndex) -> Evidence | None:
    """The only one of several titles with one key that is written just so, if no other has a better year."""
    if any(evidence.by_id or evidence.by_alias for evidence in near):
        return None
    exact = [
        evidence
        for evidence in near
        if any(name.literal == query.literal and not name.is_alias for name in index.names_by_row[evidence.item_row])
    ]
    if len(exact) != 1 or exact[0].score < _EQUAL:
        return None
    return exact[0] if exact[0].apart <= min(evidence.apart for evidence in near) else None


def _may_be_another_thing(index: CatalogueIndex, query: Query) -> bool:
    """Whether a name says little because the export lists series, books or games and the data set holds films."""
    return index.is_about_films() and not query.is_film


def _candidate_match(index: CatalogueIndex, query: Query, found: Sequence[Evidence]) -> CandidateMatch:
    winner = _winner(found, query, index)
    candidates = tuple(
        Candidate(evidence.item_row, round(evidence.score, 1), evidence.why)
        for evidence in sorted(found, key=lambda evidence: evidence is not winner)
        if evidence.score >= _LEAST
    )[:_MOST_CANDIDATES]
    if winner is not None:
        return CandidateMatch(Match("sure", winner.item_row, candidates, winner.why), winner.score + 10 * winner.by_id)
    if not candidates:
        why = said("no title like it") if query.names else said("it has no title")
        return CandidateMatch(Match("unmatched", why=why), 0.0)
    return CandidateMatch(Match("unsure", None, candidates, _why_unsure(index, query, found)), 0.0)


def _why_unsure(index: CatalogueIndex, query: Query, found: Sequence[Evidence]) -> str:
    best = found[0]
    if has_other_id(index, query, best.item_row) and not best.by_id:
        return said("{why}, but another id", why=best.why)
    if len(found) > 1 and best.certain and found[1].score > best.score - _MARGIN:
        return said("several titles fit it")
    if best.certain and _may_be_another_thing(index, query):
        return said("{why}, but not a film", why=best.why)
    return best.why


def _settled(found: Sequence[CandidateMatch]) -> tuple[Match, ...]:
    """The matches, no two of them surely the same title: clearly the strongest keeps it, else nobody does."""
    by_row: defaultdict[int, list[int]] = defaultdict(list)
    for number, candidate in enumerate(found):
        if candidate.match.item_row is not None:
            by_row[candidate.match.item_row].append(number)
    matches = [candidate.match for candidate in found]
    for numbers in by_row.values():
        ranked = sorted(numbers, key=lambda number: -found[number].strength)
        if len(ranked) > 1:
            ahead = found[ranked[0]].strength - found[ranked[1]].strength
            for number in ranked[1:] if ahead >= _CLEARLY_BETTER else ranked:
                matches[number] = dataclasses.replace(
                    matches[number], verdict="unsure", item_row=None, why=said("two of your titles fit the same one")
                )
    return tuple(matches)
