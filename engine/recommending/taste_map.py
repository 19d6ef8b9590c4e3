"""A map of titles: points in the plane, near each other where the model holds the titles to be alike.

Two layouts of the model's item vectors: the two directions in which they differ most (PCA, at once), and one that
keeps each title beside its nearest neighbours (a job of some seconds). The second follows UMAP (McInnes, Healy and
Melville 2018): a graph of the nearest neighbours with fuzzy weights, whose edges pull and whose random pairs push.

Shapes: I titles, M of them on the map, D dimensions, K neighbours, E edges of the graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from engine.data.dataset import Bools, Float32, Int64
from engine.device import exactly, use_cores
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.wording import said

NEIGHBOURS = 15
PUSHED_EACH = 4
"""How many random titles push each pulled one away."""
_CURVE_A, _CURVE_B = 1.12, 1.06
"""1 / (1 + a d^2b) is the fuzzy weight of two points at distance d, for a least distance of 0.25: UMAP's default of 0.1
keeps 2 of 100 neighbours more and heaps them up."""
_MOST_EPOCHS, _FEWEST_EPOCHS, _FEW_TITLES = 400, 160, 5_000
_PULLS_AT_ONCE = 40_000
_ROWS_AT_ONCE = 1_000
_STRONGEST_MOVE = 4.0
_SPREAD = 10.0
_WORDS = said("Putting titles beside those that are like them")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TasteMap:
    """Where each title lies, [I, 2], about -1 to 1; NaN for titles of which the model knows nothing.

    `keeps_neighbours`: laid out by nearest neighbours, not by PCA; `stopped`: before that was finished. `key`: of which
    vectors it is (see `engine.recommending.vectors.vectors_key`), "" where nobody said so.
    """

    points_I2: Float32
    keeps_neighbours: bool
    stopped: bool = False
    key: str = ""

    @property
    def placed_I(self) -> Bools:
        """Which titles are on the map, [I]."""
        placed_I: Bools = ~np.isnan(self.points_I2[:, 0])
        return placed_I

    @property
    def is_finished(self) -> bool:
        """Whether it is the better layout, to its end."""
        return self.keeps_neighbours and not self.stopped

    @property
    def titles(self) -> int:
        """How many titles are on the map."""
        return int(self.placed_I.sum())


def quick_map(vectors_ID: Float32) -> TasteMap:
    """The map at once: the two directions in which the vectors of known titles differ most."""
    known_I = _known(vectors_ID)
    return TasteMap(_placed(len(vectors_ID), known_I, principal_directions(vectors_ID[known_I])), False)


def lay_out(vectors_ID: Float32, *, seed: int = 0) -> Job[TasteMap]:
    """The map on which titles lie beside their nearest neighbours; a Stop returns it as far as it has come."""
    use_cores()
    known_I = _known(vectors_ID)
    vectors_MD = vectors_ID[known_I]
    points_M2 = principal_directions(vectors_MD)
    stopped = False
    try:
        yield StageStarted("taste map", _WORDS)
        if len(vectors_MD) > 3:
            epochs = _epochs(len(vectors_MD))
            graph = yield from _graph(vectors_MD, total=epochs)
            yield from _settle(points_M2, graph, epochs=epochs, generator=torch.Generator().manual_seed(seed))
    except Stop:
        stopped = True
    return TasteMap(_placed(len(vectors_ID), known_I, points_M2), True, stopped)


def principal_directions(vectors_MD: Float32) -> Float32:
    """The vectors seen along the two directions in which they differ most, [M, 2], the widest about 10 apart."""
    points_M2 = np.zeros((len(vectors_MD), 2), dtype=np.float32)
    if not len(vectors_MD):
        return points_M2
    centred_MD = vectors_MD.astype(np.float64) - vectors_MD.mean(axis=0, dtype=np.float64)
    _, directions_DD = np.linalg.eigh(centred_MD.T @ centred_MD)
    for axis in range(min(2, centred_MD.shape[1])):
        direction_D = directions_DD[:, -1 - axis]
        direction_D = direction_D * np.sign(direction_D[np.abs(direction_D).argmax()])  # or the map might be mirrored
        points_M2[:, axis] = centred_MD @ direction_D
    points_M2 *= _SPREAD / max(float(np.abs(points_M2).max()), 1e-12)
    return points_M2


def nearest(vectors_MD: Float32, *, neighbours: int) -> Job[tuple[Int64, Float32]]:
    """The nearest others of each vector by cosine, nearest first, [M, K], and their distances (1 - cosine)."""
    unit_MD = torch.nn.functional.normalize(torch.from_numpy(np.ascontiguousarray(vectors_MD, dtype=np.float32)), dim=1)
    count, few = len(unit_MD), min(neighbours, len(unit_MD) - 1)
    rows_MK = np.zeros((count, few), dtype=np.int64)
    apart_MK = np.zeros((count, few), dtype=np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, count)
        with exactly():
            alike_RM = unit_MD[start:end] @ unit_MD.T
        alike_RM[torch.arange(end - start), torch.arange(start, end)] = -torch.inf
        found = alike_RM.topk(few, dim=1)
        rows_MK[start:end], apart_MK[start:end] = found.indices.numpy(), (1.0 - found.values).clamp(min=0.0).numpy()
        yield None
    return rows_MK, apart_MK


def neighbours_kept(vectors_MD: Float32, points_M2: Float32, *, neighbours: int = NEIGHBOURS) -> Job[float]:
    """The share of each title's nearest neighbours that are among its nearest on the map, too, 0 to 1."""
    true_MK, _ = yield from nearest(vectors_MD, neighbours=neighbours)
    _, found = cKDTree(points_M2).query(points_M2, k=true_MK.shape[1] + 1)
    drawn_MK = np.asarray(found)
    drawn_MK[drawn_MK == np.arange(len(drawn_MK))[:, None]] = -1
    return float((true_MK[:, :, None] == drawn_MK[:, None, :]).any(axis=2).mean())


def _known(vectors_ID: Float32) -> Bools:
    known_I: Bools = np.isfinite(vectors_ID).all(axis=1) & (vectors_ID != 0).any(axis=1)
    return known_I


def _epochs(titles: int) -> int:
    return _MOST_EPOCHS if titles <= _FEW_TITLES else _FEWEST_EPOCHS


def _graph(vectors_MD: Float32, *, total: int) -> Job[sp.coo_matrix]:
    """The fuzzy graph of nearest neighbours: weights 0 to 1, the same in both directions."""
    rows_MK, apart_MK = yield from nearest(vectors_MD, neighbours=NEIGHBOURS)
    yield Progressed(_WORDS, total // 10, total + total // 10, "steps")
    weights_MK = fuzzy_weights(apart_MK)
    count = len(rows_MK)
    heads = np.repeat(np.arange(count), rows_MK.shape[1])
    one_way = sp.csr_matrix((weights_MK.ravel(), (heads, rows_MK.ravel())), shape=(count, count))
    other_way = one_way.T.tocsr()
    return (one_way + other_way - one_way.multiply(other_way)).tocoo()


def fuzzy_weights(apart_MK: Float32) -> Float32:
    """How much each neighbour counts: 1 for the nearest, falling so fast that a title's weights sum to log2(K)."""
    least_M1 = apart_MK[:, :1]
    beyond_MK = (apart_MK - least_M1).astype(np.float64)
    wanted = np.log2(max(2, apart_MK.shape[1]))
    low_M1, high_M1 = np.zeros(least_M1.shape), np.full(least_M1.shape, np.inf)
    scale_M1 = np.ones(least_M1.shape)
    for _ in range(40):
        is_wide_M1 = np.exp(-beyond_MK / scale_M1).sum(axis=1, keepdims=True) > wanted
        high_M1, low_M1 = np.where(is_wide_M1, scale_M1, high_M1), np.where(is_wide_M1, low_M1, scale_M1)
        scale_M1 = np.where(np.isinf(high_M1), scale_M1 * 2, (low_M1 + high_M1) / 2)
    scale_M1 = np.maximum(scale_M1, 1e-3 * max(float(apart_MK.mean()), 1e-6))
    weights_MK: Float32 = np.exp(-beyond_MK / scale_M1).astype(np.float32)
    return weights_MK


def _settle(points_M2: Float32, graph: sp.coo_matrix, *, epochs: int, generator: torch.Generator) -> Job[None]:
    """Move the points in place: edges pull as often as their weight says, random titles push."""
    share_E = graph.data / graph.data.max()
    is_used_E = share_E >= 1.0 / epochs
    heads_E = torch.from_numpy(graph.row[is_used_E].astype(np.int64))
    tails_E = torch.from_numpy(graph.col[is_used_E].astype(np.int64))
    share_E = torch.from_numpy(share_E[is_used_E].astype(np.float32))
    moved_M2 = torch.from_numpy(points_M2)
    moved_M2 += 1e-3 * torch.randn(moved_M2.shape, generator=generator)  # equal vectors would never part
    pace, before = Pace(), epochs // 10
    for epoch in range(epochs):
        due_E = torch.floor(share_E * (epoch + 1)) > torch.floor(share_E * epoch)
        due = torch.nonzero(due_E)[:, 0]
        due = due[torch.randperm(len(due), generator=generator)]
        for lot in torch.split(due, _PULLS_AT_ONCE):
            _move(moved_M2, heads_E[lot], tails_E[lot], rate=1.0 - epoch / epochs, generator=generator)
        yield Progressed(_WORDS, before + epoch + 1, before + epochs, "steps") if pace.due() else None


def _move(points_M2: Tensor, heads_E: Tensor, tails_E: Tensor, *, rate: float, generator: torch.Generator) -> None:
    """Each edge draws its two ends together; titles drawn at random are pushed away from its head."""
    apart_E2 = points_M2[heads_E] - points_M2[tails_E]
    square_E1 = (apart_E2**2).sum(1, keepdim=True).clamp(min=1e-9)
    power_E1 = square_E1**_CURVE_B
    pull_E1 = -2.0 * _CURVE_A * _CURVE_B * power_E1 / square_E1 / (1.0 + _CURVE_A * power_E1)
    pulls_E2 = (pull_E1 * apart_E2).clamp(-_STRONGEST_MOVE, _STRONGEST_MOVE) * rate
    pushed_N = heads_E.repeat(PUSHED_EACH)
    others_N = torch.randint(len(points_M2), (len(pushed_N),), generator=generator)
    apart_N2 = points_M2[pushed_N] - points_M2[others_N]
    square_N1 = (apart_N2**2).sum(1, keepdim=True)
    push_N1 = 2.0 * _CURVE_B / ((1e-3 + square_N1) * (1.0 + _CURVE_A * square_N1**_CURVE_B))
    pushes_N2 = (push_N1 * apart_N2).clamp(-_STRONGEST_MOVE, _STRONGEST_MOVE) * rate
    points_M2.index_add_(0, heads_E, pulls_E2)
    points_M2.index_add_(0, tails_E, -pulls_E2)
    points_M2.index_add_(0, pushed_N, pushes_N2)


def _placed(titles: int, known_I: Bools, points_M2: Float32) -> Float32:
    """The points of known titles among all, with the middle at 0 and nearly all within 1 of it."""
    points_I2 = np.full((titles, 2), np.nan, dtype=np.float32)
    if len(points_M2):
        middle_2 = np.median(points_M2, axis=0).astype(np.float32)
        points_I2[known_I] = evened_out(points_M2 - middle_2)
    return points_I2


def evened_out(centred_M2: Float32) -> Float32:
    """The points moved along their rays from the middle, so that they fill a disc rather than heap up in its midst.

    Two thirds of the new distance is that of points strewn evenly; who is whose neighbour hardly changes by it.
    """
    far_M = np.linalg.norm(centred_M2, axis=1)
    order_M = np.empty(len(far_M))
    order_M[np.argsort(far_M, kind="stable")] = (np.arange(len(far_M)) + 0.5) / len(far_M)
    reach = max(float(np.quantile(far_M, 0.995)), 1e-9)
    wanted_M = (far_M / reach + 2.0 * np.sqrt(order_M)) / 3.0
    moved_M2: Float32 = (centred_M2 * (wanted_M / np.maximum(far_M, 1e-9))[:, None]).astype(np.float32)
    return moved_M2
