"""Counts (plays, hours) -> what was seen, or strengths from 1 to 5: by rank among a person's own, or by logarithm.

A strength of 4 or more counts as a like: the upper third of each person's titles, or what lies in the upper third of
all sizes on a logarithmic scale.

Shapes: N entries, S entries of a slice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Float32, Histories, Scale
from engine.data.importing.grouping import slices_of, spans_of
from engine.errors import DataError
from engine.events import Job
from engine.text import format_number
from engine.wording import said

CountsAs = Literal["seen", "rank", "log"]
"""What becomes of counts: what was seen, or strengths, by rank or by logarithm."""
COUNTS_AS: tuple[CountsAs, ...] = get_args(CountsAs)
STRENGTHS, SEEN = Scale(1, 5, 0.5), Scale(0, 1, 1)
_LEVELS = 9
_TOP_SHARE = 0.999
"""The largest of every thousand is as strong as this one: a few have no end."""


def counts_as_said(text: str | None) -> CountsAs:
    """What a person wants counts to become; what was seen unless they say so. Raises DataError."""
    found = next((kind for kind in COUNTS_AS if text in (None, kind)), None)
    if found is None:
        raise DataError(
            said("Counts cannot become {text!r}.", text=text),
            remedy=said("Known are: {counts}.", counts=", ".join(COUNTS_AS)),
        )
    return found


@dataclass(frozen=True)
class Counts:
    """Numbers that count: from `low` to `high`, and what becomes of them; `top` is as strong as any above it."""

    low: float
    high: float
    top: float
    counts_as: CountsAs = "seen"

    @staticmethod
    def of(counts: Mapping[float, int], counts_as: CountsAs) -> Counts:
        """Of so many of each; at least one."""
        values = sorted(counts)
        before, top, enough = 0, values[-1], _TOP_SHARE * sum(counts.values())
        for value in values:
            before += counts[value]
            if before >= enough:
                top = value
                break
        return Counts(values[0], values[-1], top, counts_as)

    def described(self, name: str) -> str:
        """What the numbers of a file of this name are, and what they became, with what counts as liked then."""
        what = said(
            "The numbers of {name}, {low} to {high}, count plays, hours or the like",
            name=name,
            low=_said(self.low),
            high=_said(self.high),
        )
        if self.counts_as == "seen":
            return said(
                "{what} and are no stars: they say what was seen. Strengths can be made of them: {ways}.",
                what=what,
                ways=self.ways,
            )
        became = said("by rank") if self.counts_as == "rank" else said("by logarithm")
        return said(
            "{what}. They became strengths from 1 to 5 {became}: {liked} counts as liked.",
            what=what,
            became=became,
            liked=self.liked,
        )

    @property
    def liked(self) -> str:
        """What counts as liked where these are strengths: "2,924 or more"."""
        return (
            said("{least} or more", least=_said(self.liked_from))
            if self.counts_as == "log"
            else said("the upper third of each person's titles")
        )

    @property
    def ways(self) -> str:
        """How strengths can be made, each with what counts as liked then."""
        rank, log = (replace(self, counts_as=counts_as).liked for counts_as in ("rank", "log"))
        return said("by rank ({rank} counts as liked) or by logarithm ({log} counts as liked)", rank=rank, log=log)

    @property
    def scale(self) -> Scale:
        return SEEN if self.counts_as == "seen" else STRENGTHS

    @property
    def liked_from(self) -> float:
        """The least count that is liked, where strengths go by the logarithm."""
        low, top = np.log1p([self.low, max(self.top, self.low)])
        share = _share_of(STRENGTHS.like)
        return float(np.expm1(low + share * (top - low)))

    def strengths(self, counts_N: npt.NDArray[np.floating]) -> Float32:
        """Strengths of counts by their logarithm, NaN where these are."""
        low, top = np.log1p([self.low, max(self.top, self.low)])
        shares_N = (np.log1p(np.maximum(counts_N, 0)) - low) / (top - low) if top > low else np.full_like(counts_N, 0.5)
        return _strengths_of(shares_N)

    def strength_of(self, count: float) -> float:
        return float(self.strengths(np.array([count]))[0])


def _share_of(strength: float) -> float:
    return (strength - STRENGTHS.low) / STRENGTHS.step / _LEVELS


def _strengths_of(shares_N: npt.NDArray[np.floating]) -> Float32:
    """Strengths of shares from 0 to 1: nine levels, half a step apart."""
    levels_N = np.clip(np.floor(shares_N * _LEVELS + 1e-9), 0, _LEVELS - 1)
    strengths_N: Float32 = (STRENGTHS.low + STRENGTHS.step * levels_N).astype(np.float32)
    return strengths_N


def _said(number: float) -> str:
    """A count for people: no more places than it needs."""
    return f"{number:,.0f}" if number >= 100 or number == int(number) else format_number(round(number, 1))


def weighed(histories: Histories, counts: Counts) -> Job[Histories]:
    """The same entries with what their counts become; what is only seen stays so."""
    ratings_N = np.empty(histories.entries, np.float32)
    if counts.counts_as == "rank":
        for first, behind in spans_of(histories.indptr_U1):
            part = slice(int(histories.indptr_U1[first]), int(histories.indptr_U1[behind]))
            lengths = np.diff(histories.indptr_U1[first : behind + 1])
            ratings_N[part] = _ranked(histories.ratings_N[part], np.repeat(np.arange(len(lengths)), lengths))
            yield None
    else:
        for part in slices_of(histories.entries):
            counts_S = histories.ratings_N[part]
            ones_S = np.where(np.isnan(counts_S), np.float32(np.nan), np.float32(1))
            ratings_N[part] = ones_S if counts.counts_as == "seen" else counts.strengths(counts_S)
            yield None
    return replace(histories, ratings_N=ratings_N)


def _ranked(counts_S: Float32, people_S: npt.NDArray[np.int64]) -> Float32:
    """Strengths by rank among the counts of the same person; equal counts share the middle of their ranks."""
    ranked_S = np.full(len(counts_S), np.nan)
    known = np.flatnonzero(~np.isnan(counts_S))
    order = known[np.lexsort((counts_S[known], people_S[known]))]
    if not len(order):
        return ranked_S.astype(np.float32)
    people, counts = people_S[order], counts_S[order]
    starts = np.flatnonzero(np.append(True, (people[1:] != people[:-1]) | (counts[1:] != counts[:-1])))
    lengths = np.diff(np.append(starts, len(order)))
    firsts = np.flatnonzero(np.append(True, people[1:] != people[:-1]))
    sizes = np.diff(np.append(firsts, len(order)))
    before = np.repeat(firsts, sizes)
    middles = np.repeat(starts + lengths / 2, lengths) - before
    ranked_S[order] = middles / np.repeat(sizes, sizes)
    return _strengths_of(ranked_S)
