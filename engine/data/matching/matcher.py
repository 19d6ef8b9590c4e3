"""Which title of a data set each title of an export means, and how sure that is.

Stands after the readers of exports and before the review. Ids go first, then names with the year split off; a match
is sure only where nothing else is nearly as good.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.data.matching.candidates import Candidate, CatalogueIndex, Match, Query, build_index, wanted_of
from engine.data.matching.evidence import Evidence, has_other_id, of_ids, of_names, of_parts
from engine.data.matching.similarity import nearly_alike
from engine.data.personal.export import ExportedTitle
from engine.events import Job, Pace, Progressed, drive

_CLEARLY_BETTER = 4.0


@dataclass(frozen=True, slots=True)
class CandidateMatch:
    """A match, and how strongly it holds on to its title where it is sure."""

    match: Match
    strength: float


def settled(claims: Sequence[CandidateMatch]) -> tuple[Match, ...]:
    """The matches, no two of them surely the same title: clearly the strongest keeps it, else nobody does."""
    claimants: defaultdict[int, list[int]] = defaultdict(list)
    for number, claim in enumerate(claims):
        if claim.match.item_row is not None:
            claimants[claim.match.item_row].append(number)
    matches = [claim.match for claim in claims]
    for numbers in claimants.values():
        ranked = sorted(numbers, key=lambda number: -claims[number].strength)
        if len(ranked) > 1:
            ahead = claims[ranked[0]].strength - claims[ranked[1]].strength
            for number in ranked[1:] if ahead >= _CLEARLY_BETTER else ranked:
                matches[number] = dataclasses.replace(
                    matches[number], verdict="unsure", item_row=None, why="two of your titles fit the same one"
                )
    return tuple(matches)


_MARGIN = 4.0
_MARGIN_OF_THE_ALIKE = 8.0
_EQUAL = 90.0
_LEAST_RIVAL = 75.0
_LEAST = 58.0
_MOST_CANDIDATES = 8
_AT_ONCE = 200
_BOOKS_AND_GAMES = frozenset({"book", "game"})


class Matcher:
    """Finds the titles of exports in one data set. Its index is built at the first use and serves all later ones."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._index: CatalogueIndex | None = None

    def match(self, wanted: ExportedTitle) -> Match:
        """What one title means, for itself alone."""
        return drive(self.match_all((wanted,)))[0]

    def match_all(self, titles: Sequence[ExportedTitle]) -> Job[tuple[Match, ...]]:
        """What each title means, in their order. No two titles are surely the same one. Stop passes through."""
        if self._index is None:
            self._index = yield from build_index(self._dataset)
        index, pace = self._index, Pace()
        wanted_W = [wanted_of(title) for title in titles]
        found_W: list[list[Evidence]] = []
        for number, wanted in enumerate(wanted_W):
            found_W.append(_looked_up(index, wanted))
            if number % _AT_ONCE == 0:
                is_due = pace.due()
                yield Progressed("Looking for your titles", number, len(titles), "titles") if is_due else None
        open_W = [number for number, found in enumerate(found_W) if _winner(found, wanted_W[number], index) is None]
        alike = yield from nearly_alike(index, [wanted_W[number] for number in open_W])
        for number, more in zip(open_W, alike, strict=True):
            found_W[number] = _best_of_each(index, wanted_W[number], [*found_W[number], *more])
        claims = [_claim(index, wanted, found) for wanted, found in zip(wanted_W, found_W, strict=True)]
        return settled(claims)


def _looked_up(index: CatalogueIndex, wanted: Query) -> list[Evidence]:
    """All that ids, names and parts say, the best of each title first."""
    found = [*of_ids(index, wanted), *of_names(index, wanted), *of_parts(index, wanted)]
    return _best_of_each(index, wanted, found)


def _best_of_each(index: CatalogueIndex, wanted: Query, found: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence a title: the strongest. Equally strong titles stand in the order of how known they are."""
    best: dict[int, Evidence] = {}
    for one in found:
        known = best.get(one.item_row)
        if known is None or (one.certain, one.score) > (known.certain, known.score):
            best[one.item_row] = one
    counts = index.dataset.counts_I
    return sorted(best.values(), key=lambda one: (-one.score, -int(counts[one.item_row]), one.item_row))


def _winner(found: Sequence[Evidence], wanted: Query, index: CatalogueIndex) -> Evidence | None:
    """The one that is surely meant, or None."""
    by_id = [one for one in found if one.by_id and one.certain]
    if by_id:
        return by_id[0] if len(by_id) == 1 else None
    if not found or _may_be_another_thing(index, wanted):
        return None
    margin = _MARGIN if found[0].score >= _EQUAL else _MARGIN_OF_THE_ALIKE
    near = [one for one in found if one.score > found[0].score - margin or _has_the_year(one, found[0])]
    winner = near[0] if len(near) == 1 else _literally_it(near, wanted, index)
    if winner is None or not winner.certain or has_other_id(index, wanted, winner.item_row):
        return None
    return winner


def _has_the_year(one: Evidence, best: Evidence) -> bool:
    """Whether a title of just this year is a rival of a better one that is a year apart: the other may be meant."""
    return best.apart > 0 and one.apart == 0 and one.score >= _LEAST_RIVAL


def _literally_it(near: Sequence[Evidence], wanted: Query, index: CatalogueIndex) -> Evidence | None:
    """Of several titles with one key the only one that is written just so, if no other has a better year.

    Not where one goes by that name as its other name: a data set may hold a film twice, under either name.
    """
    if any(one.by_id or one.by_other_name for one in near):
        return None
    exact = [one for one in near if wanted.literal in _literals(index, one.item_row)]
    if len(exact) != 1 or exact[0].score < _EQUAL:
        return None
    return exact[0] if exact[0].apart <= min(one.apart for one in near) else None


def _literals(index: CatalogueIndex, item_row: int) -> set[str]:
    return {name.literal for name in index.names_by_row[item_row] if not name.other}


def _may_be_another_thing(index: CatalogueIndex, wanted: Query) -> bool:
    """Whether a name says little because the export lists series, books or games and the data set holds films."""
    return index.is_about_films() and not wanted.is_film


def _claim(index: CatalogueIndex, wanted: Query, found: Sequence[Evidence]) -> CandidateMatch:
    winner = _winner(found, wanted, index)
    candidates = tuple(
        Candidate(one.item_row, round(one.score, 1), one.why)
        for one in sorted(found, key=lambda one: one is not winner)
        if one.score >= _LEAST
    )[:_MOST_CANDIDATES]
    if winner is not None:
        return CandidateMatch(Match("sure", winner.item_row, candidates, winner.why), winner.score + 10 * winner.by_id)
    if not candidates:
        why = "no title like it" if wanted.names else "it has no title"
        return CandidateMatch(Match("unmatched", why=why), 0.0)
    return CandidateMatch(Match("unsure", None, candidates, _why_unsure(index, wanted, found)), 0.0)


def _why_unsure(index: CatalogueIndex, wanted: Query, found: Sequence[Evidence]) -> str:
    best = found[0]
    if has_other_id(index, wanted, best.item_row) and not best.by_id:
        return f"{best.why}, but another id"
    if len(found) > 1 and best.certain and found[1].score > best.score - _MARGIN:
        return "several titles fit it"
    if best.certain and _may_be_another_thing(index, wanted):
        return f"{best.why}, but not a film"
    return best.why
