"""A Selection applied to gathered entries, rule by rule, quickly enough to watch it: entries are only counted.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Histories, Int32, Int64
from engine.data.importing.gathering import Gathered
from engine.data.importing.grouping import SLICE, Places, room_for, settle, slices_of, spans_of
from engine.data.importing.options import Duplicates, Remaining, Selection
from engine.data.importing.strengths import weighed
from engine.events import Job
from engine.wording import said

_SECONDS_A_YEAR = 365.25 * 86_400


@dataclass(frozen=True)
class Links:
    """Who has which titles, and which title is had by whom. `latest_U`: when each was last active, if that is known."""

    indptr_U1: Int64
    items_N: Int32
    indptr_I1: Int64
    users_N: Int32
    latest_U: Int64 | None


@dataclass(frozen=True)
class Alive:
    """Who and what is left, and how many entries each of them has left (for others the counts mean nothing)."""

    people_U: Bools
    titles_I: Bools
    counts_U: Int64
    counts_I: Int64

    @property
    def figures(self) -> Remaining:
        """How much that is; who has no entry left does not count."""
        entries = int(self.counts_U[self.people_U].sum())
        people = int(np.count_nonzero(self.counts_U[self.people_U]))
        return Remaining(people, int(np.count_nonzero(self.counts_I[self.titles_I])), entries)


def remaining(
    gathered: Gathered, selection: Selection, *, duplicates: Duplicates = "last"
) -> Job[tuple[Remaining, ...]]:
    """What is left after last_years, most_titles, least_per_title and least_per_person (then both least hold).

    Of several entries of a pair one counts. Raises DataError for `last_years` where the files have no times.
    """
    if selection.keeps_all:
        yield None
        entries = gathered.entries - gathered.replaced
        return (Remaining(len(gathered.users), len(gathered.items), entries),) * 4
    steps = yield from alive_after(gathered, selection, duplicates=duplicates)
    return tuple(step.figures for step in steps)


def alive_after(gathered: Gathered, selection: Selection, *, duplicates: Duplicates) -> Job[tuple[Alive, ...]]:
    """Who and what is left after each of the four rules; steps that an earlier choice shares are not done again."""
    _refuse_missing_times(gathered, selection)
    links = yield from _links_of(gathered, duplicates)
    begun: dict[tuple[object, ...], Alive] = gathered.cache.setdefault("alive", {})  # type: ignore[assignment]
    rules = (selection.last_years, selection.most_titles, selection.least_per_title, selection.least_per_person)
    alive, steps, fresh = everyone(links), [], {}
    for number, rule in enumerate((_active, _best_known, _rated_enough, _rating_enough)):
        key = rules[: number + 1]
        alive = begun[key] if key in begun else (yield from rule(links, alive, selection))
        fresh[key] = alive
        steps.append(alive)
    gathered.cache["alive"] = fresh
    return tuple(steps)


def settled_of(gathered: Gathered, duplicates: Duplicates) -> Job[Histories]:
    """The gathered histories, each pair once; kept for the next time where that took work.

    Counts of a pair are added up, unless a person wants another of the policies, and become what they are to be.
    """
    kept = gathered.cache.get("settled")
    if isinstance(kept, tuple) and kept[0] == duplicates:
        found: Histories = kept[1]
        return found
    gathered.cache.pop("settled", None)
    counts = gathered.counts
    policy = "sum" if counts is not None and duplicates == "last" else duplicates
    settled = yield from settle(gathered.histories, gathered.repeats, policy=policy)
    if counts is not None:
        settled = yield from weighed(settled, counts)
    gathered.cache["settled"] = (duplicates, settled)
    return settled


def everyone(links: Links) -> Alive:
    people, titles = len(links.indptr_U1) - 1, len(links.indptr_I1) - 1
    counts = np.diff(links.indptr_U1), np.diff(links.indptr_I1)
    return Alive(np.ones(people, bool), np.ones(titles, bool), *counts)


def _refuse_missing_times(gathered: Gathered, selection: Selection) -> None:
    if selection.last_years is not None and not gathered.has_times:
        raise gathered.tables[0].source.error(
            said(
                "{source} does not say when anything was rated, so nobody can be kept for having been "
                "active in its last {last_years:g} years.",
                source=gathered.tables[0].source.name,
                last_years=selection.last_years,
            ),
            remedy=said("Leave that rule out, or say which column holds the times."),
        )


def _links_of(gathered: Gathered, duplicates: Duplicates) -> Job[Links]:
    """Made once: which entry of several counts makes no difference here."""
    links = gathered.cache.get("links")
    if isinstance(links, Links):
        return links
    histories = yield from settled_of(gathered, duplicates)
    counts_I = np.zeros(len(gathered.items), np.int64)
    for part in slices_of(histories.entries):
        counts_I += np.bincount(histories.item_rows_N[part], minlength=len(counts_I))
        yield None
    places = Places(counts_I)
    users_N = yield from room_for(histories.entries, np.int32)
    for first, behind in spans_of(histories.indptr_U1):
        counts = np.diff(histories.indptr_U1[first : behind + 1])
        rows_S = histories.item_rows_N[histories.indptr_U1[first] : histories.indptr_U1[behind]]
        users_S = np.repeat(np.arange(first, behind, dtype=np.int32), counts)
        order_S, places_S = places.of(rows_S)
        users_N[places_S] = users_S if order_S is None else users_S[order_S]
        yield None
    latest_U = yield from _latest(gathered.histories)
    links = Links(histories.indptr_U1, histories.item_rows_N, places.indptr_K1, users_N, latest_U)
    gathered.cache["links"] = links
    return links


def _latest(histories: Histories) -> Job[Int64 | None]:
    if histories.times_N is None:
        return None
    latest_U = np.empty(len(histories), np.int64)
    for first, behind in spans_of(histories.indptr_U1):
        start, end = histories.indptr_U1[first], histories.indptr_U1[behind]
        starts = histories.indptr_U1[first:behind] - start
        latest_U[first:behind] = np.maximum.reduceat(histories.times_N[start:end], starts)
        yield None
    return latest_U


def _active(links: Links, alive: Alive, selection: Selection) -> Job[Alive]:
    if selection.last_years is None or links.latest_U is None:
        return alive
    since = int(links.latest_U.max()) - selection.last_years * _SECONDS_A_YEAR
    return (yield from without_people(links, alive, links.latest_U < since))


def _best_known(links: Links, alive: Alive, selection: Selection) -> Job[Alive]:
    if selection.most_titles is None:
        return alive
    counts_I = np.where(alive.titles_I, alive.counts_I, -1)
    gone_I = np.ones(len(counts_I), bool)
    gone_I[np.argsort(-counts_I, kind="stable")[: selection.most_titles]] = False
    return (yield from without_titles(links, alive, gone_I))


def _rated_enough(links: Links, alive: Alive, selection: Selection) -> Job[Alive]:
    return (yield from without_titles(links, alive, alive.counts_I < selection.least_per_title))


def _rating_enough(links: Links, alive: Alive, selection: Selection) -> Job[Alive]:
    """Both least numbers, over and over, until nothing more has to go."""
    while True:
        before = alive.figures
        alive = yield from without_people(links, alive, alive.counts_U < selection.least_per_person)
        alive = yield from without_titles(links, alive, alive.counts_I < selection.least_per_title)
        if alive.figures == before:
            return alive


def without_people(links: Links, alive: Alive, gone_U: Bools) -> Job[Alive]:
    kept_U = alive.people_U & ~gone_U
    counts_I = yield from _counts_left(links.indptr_U1, links.items_N, alive.counts_I, alive.people_U, kept_U)
    return replace(alive, people_U=kept_U, counts_I=counts_I)


def without_titles(links: Links, alive: Alive, gone_I: Bools) -> Job[Alive]:
    kept_I = alive.titles_I & ~gone_I
    counts_U = yield from _counts_left(links.indptr_I1, links.users_N, alive.counts_U, alive.titles_I, kept_I)
    return replace(alive, titles_I=kept_I, counts_U=counts_U)


def _counts_left(indptr: Int64, others_N: Int32, before_K: Int64, alive: Bools, kept: Bools) -> Job[Int64]:
    """How many entries the others have left: by counting those that go, or those that stay if these are fewer."""
    sizes, gone = np.diff(indptr), alive & ~kept
    if not gone.any():
        return before_K
    if sizes[gone].sum() <= sizes[kept].sum():
        return before_K - (yield from _counted(indptr, others_N, np.flatnonzero(gone), len(before_K)))
    return (yield from _counted(indptr, others_N, np.flatnonzero(kept), len(before_K)))


def _counted(indptr: Int64, others_N: Int32, rows: npt.NDArray[Any], kinds: int) -> Job[Int64]:
    counts = np.zeros(kinds, np.int64)
    for some in _portions(indptr, rows):
        lengths = indptr[some + 1] - indptr[some]
        ends = np.cumsum(lengths)
        entries = np.repeat(indptr[some] - (ends - lengths), lengths) + np.arange(ends[-1])
        counts += np.bincount(others_N[entries], minlength=kinds)
        yield None
    return counts


def _portions(indptr: Int64, rows: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    ends = np.cumsum(indptr[rows + 1] - indptr[rows])
    if not len(ends):
        return
    cuts = np.searchsorted(ends, np.arange(SLICE, int(ends[-1]), SLICE), side="right")
    for some in np.split(rows, np.unique(cuts)):
        if len(some):
            yield some
