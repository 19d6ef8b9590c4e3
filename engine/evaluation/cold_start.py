"""The cold-start curve: how good the lists are for people of whom only a few entries are known.

Stands behind the protocol. The same people each time, told to the model by their first 1, 2, 4 ... entries in an order
of their own, drawn once: whoever has four entries in one row has two of them in the row before.

Shapes: U people, N entries, L lengths.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Histories, Int64
from engine.data.split import HeldOut
from engine.evaluation.answers import Question, ndcg_of
from engine.evaluation.breakdown import COLD_START, Breakdown, Measured
from engine.evaluation.intervals import bootstrap
from engine.events import Job, Pace, Progressed
from engine.models.base import Model

Floats = npt.NDArray[np.float64]

LENGTHS = (1, 2, 4, 8, 16, 32)
_SEED = 20130607


def cold_start(
    model: Model, held_out: HeldOut, question: Question, *, whole_U: Floats, people: int, at_once: int
) -> Job[Breakdown | None]:
    """The curve over at most so many people; None where nobody has anything to find. Stop passes through.

    `whole_U` is the metric for everybody's whole profile, as it was judged already. Lengths that most of the people
    do not have are left out.
    """
    rng = np.random.default_rng(_SEED)
    able = np.flatnonzero(~np.isnan(whole_U) & (held_out.fold_in.counts_U > 0))
    if not len(able):
        return None
    chosen = np.sort(rng.choice(able, size=min(people, len(able)), replace=False)).astype(np.int64)
    profiles = held_out.fold_in.take(chosen)
    lengths = [one for one in LENGTHS if 2 * (profiles.counts_U > one).sum() >= len(chosen)]
    place_N = _places(profiles, rng)
    values_UL = np.full((len(chosen), len(lengths) + 1), np.nan)
    values_UL[:, -1] = whole_U[chosen]
    pace, total = Pace(), len(lengths) * len(chosen)
    for column, length in enumerate(lengths):
        known = profiles.where(place_N < length)
        for start in range(0, len(chosen), at_once):
            some = np.arange(start, min(start + at_once, len(chosen)), dtype=np.int64)
            told = known.take(some)
            values_UL[some, column] = ndcg_of(model, held_out, chosen[some], known=told, question=question)
            done = column * len(chosen) + int(some[-1]) + 1
            yield Progressed("Judging shortened profiles", done, total, "profiles") if pace.due() else None
    labels = (*(str(one) for one in lengths), "all")
    return (yield from _drawn(values_UL, labels, unit=f"NDCG@{question.curve_cut}"))


def _places(profiles: Histories, rng: np.random.Generator) -> Int64:
    """Each entry's place, from 0, in a random order of its person's entries."""
    order = np.lexsort((rng.random(profiles.entries), profiles.user_rows_N))
    place_N = np.empty(profiles.entries, dtype=np.int64)
    place_N[order] = np.arange(profiles.entries) - profiles.indptr_U1[:-1][profiles.user_rows_N[order]]
    return place_N


def _drawn(values_UL: Floats, labels: tuple[str, ...], *, unit: str) -> Job[Breakdown]:
    counts_L = np.full(len(labels), len(values_UL))
    measured = Measured(COLD_START, unit, labels, counts_L, values_UL, np.ones_like(values_UL))
    values, weights = ({name: column[side] for name, column in measured.columns().items()} for side in (0, 1))
    lots = []
    for lot in bootstrap(values, weights):
        lots.append(lot)
        yield None
    return measured.breakdown({name: np.concatenate([lot[name] for lot in lots]) for name in values})
