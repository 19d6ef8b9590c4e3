"""Which part of the map is seen, and how large: from places on the map to pixels and back.

Shapes: M points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.documents import fits

Places = npt.NDArray[np.float32]

Part = tuple[float, float, float]
"""The place in the middle, and the zoom."""

CLOSEST = 400.0
_ROOM = 0.9
_FURTHEST = 0.5
_REACH = 4.0
"""No title lies further out."""


@dataclass(frozen=True)
class Camera:
    """`x`, `y` of the map are in the middle of a picture of `width` to `height`; `zoom` 1 shows all of the map."""

    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    @property
    def scale(self) -> float:
        """Pixels to a unit of the map."""
        return self.zoom * _ROOM * max(1.0, min(self.width, self.height)) / 2

    def pixels(self, points_M2: Places) -> Places:
        """Where points of the map are seen, [M, 2]."""
        shift = np.array([self.width / 2 - self.x * self.scale, self.height / 2 + self.y * self.scale], np.float32)
        return points_M2 * np.array([self.scale, -self.scale], np.float32) + shift

    def place(self, x: float, y: float) -> tuple[float, float]:
        """What of the map is seen at a pixel."""
        return self.x + (x - self.width / 2) / self.scale, self.y - (y - self.height / 2) / self.scale

    def moved(self, right: float, down: float) -> Camera:
        """The map drawn along by so many pixels."""
        return replace(self, x=self.x - right / self.scale, y=self.y + down / self.scale)

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """Closer or further, with what is seen at a pixel staying there."""
        zoom = min(CLOSEST, max(_FURTHEST, self.zoom * factor))
        place_x, place_y = self.place(x, y)
        nearer = replace(self, zoom=zoom)
        now_x, now_y = nearer.place(x, y)
        return replace(nearer, x=nearer.x + place_x - now_x, y=nearer.y + place_y - now_y)

    def over(self, x: float, y: float, *, zoom: float | None = None) -> Camera:
        """With a place of the map in the middle."""
        return replace(self, x=x, y=y, zoom=self.zoom if zoom is None else zoom)

    @property
    def is_whole(self) -> bool:
        """Whether all of the map is seen."""
        return self.part == Camera(self.width, self.height).part

    @property
    def part(self) -> Part:
        """Which part of the map is seen, however large the picture is."""
        return self.x, self.y, self.zoom

    def resized(self, width: float, height: float) -> Camera:
        return replace(self, width=width, height=height)

    def whole(self) -> Camera:
        """All of the map."""
        return Camera(self.width, self.height)


def part_in(values: Any) -> Part | None:
    """The part of a map that a stored list says; None where it says none."""
    if not fits(values, list[float]) or len(values) != 3:
        return None
    x, y, zoom = values
    is_there = abs(x) <= _REACH and abs(y) <= _REACH and _FURTHEST <= zoom <= CLOSEST
    return (x, y, zoom) if is_there else None
