"""The points of a map by item row: which is nearest to a place, which lie within an outline, which comes next.

Shapes: I titles, M of them on the map, K nearest, C corners of an outline.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from engine.recommending.taste_map import TasteMap

Places = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
_MOST_LOOKED_AT = 200


class MapPoints:
    """`rows_M` are the titles on the map, `points_M2` their places."""

    def __init__(self, found: TasteMap) -> None:
        self.rows_M: Rows = np.flatnonzero(found.placed_I)
        self.points_M2: Places = np.ascontiguousarray(found.points_I2[self.rows_M])
        self._number_I = np.full(len(found.points_I2), -1, dtype=np.int64)
        self._number_I[self.rows_M] = np.arange(len(self.rows_M))
        self._tree = cKDTree(self.points_M2) if len(self.rows_M) else None

    def __len__(self) -> int:
        return len(self.rows_M)

    def has(self, row: int) -> bool:
        """Whether a title is on the map."""
        return 0 <= row < len(self._number_I) and self._number_I[row] >= 0

    def numbers(self, rows: Sequence[int]) -> Rows:
        """The numbers of titles among the points; those that are not on the map are left out."""
        numbers = self._number_I[np.asarray(rows, dtype=np.int64)]
        return numbers[numbers >= 0]

    def place(self, row: int) -> tuple[float, float]:
        x, y = self.points_M2[self._number_I[row]].tolist()
        return x, y

    def at(self, x: float, y: float, *, within: float) -> int | None:
        """The title nearest to a place of the map, None where none is within that distance."""
        if self._tree is None:
            return None
        apart, number = self._tree.query((x, y), distance_upper_bound=within)
        return int(self.rows_M[number]) if np.isfinite(apart) else None

    def nearest(self, row: int, count: int) -> list[int]:
        """The titles next to a title on the map, nearest first."""
        if self._tree is None or not self.has(row):
            return []
        _, found = self._tree.query(self.place(row), k=min(count + 1, len(self)))
        return [near for near in self.rows_M[np.atleast_1d(found)].tolist() if near != row][:count]

    def towards(self, row: int, right: int, up: int) -> int | None:
        """The next title in a direction: near, and rather ahead than aside."""
        near = self.nearest(row, _MOST_LOOKED_AT)
        if not near:
            return None
        ways_K2 = self.points_M2[self._number_I[near]] - np.array(self.place(row), np.float32)
        ahead_K = ways_K2 @ np.array([right, up], np.float32)
        aside_K = np.abs(ways_K2 @ np.array([up, -right], np.float32))
        is_ahead_K = (ahead_K > 0) & (ahead_K >= aside_K)
        if not is_ahead_K.any():
            return None
        return near[int(np.where(is_ahead_K, ahead_K + 2 * aside_K, np.inf).argmin())]

    def within(self, outline_C2: Sequence[tuple[float, float]]) -> list[int]:
        """The titles inside an outline on the map (the rule of odd crossings)."""
        if len(outline_C2) < 3 or not len(self):
            return []
        x_M, y_M = self.points_M2[:, 0], self.points_M2[:, 1]
        is_inside_M = np.zeros(len(self), dtype=np.bool_)
        corners = np.array(outline_C2, dtype=np.float32)
        for (x, y), (next_x, next_y) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y == next_y:
                continue
            crosses_M = (y > y_M) != (next_y > y_M)
            is_inside_M ^= crosses_M & (x_M < (next_x - x) * (y_M - y) / (next_y - y) + x)
        inside: list[int] = self.rows_M[is_inside_M].tolist()
        return inside
