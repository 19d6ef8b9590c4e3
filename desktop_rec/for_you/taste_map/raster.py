"""Tens of thousands of points as discs into a picture, in a few milliseconds: numpy writes the pixels, no painter.

A disc is a few offsets from its middle. All rims, in half the colour, are written before all middles: smooth edges.

Shapes: M points, H x W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

Pixels = npt.NDArray[np.uint32]
Places = npt.NDArray[np.float32]
_PAD = 24
"""Room around the picture, so that no disc at its edge has to be cut."""


@dataclass(frozen=True)
class Inks:
    """The colours of M points, as 0xffRRGGBB: of their middles, and of their rims (half the ground's)."""

    middle_M: Pixels
    rim_M: Pixels
    ground: int


class Raster:
    """A picture that is drawn again and again into the same memory."""

    def __init__(self) -> None:
        self._pixels: Pixels = np.zeros((0, 0), dtype=np.uint32)

    def draw(
        self, places_M2: Places, inks: Inks, *, width: int, height: int, radius: float, smooth: bool = True
    ) -> QImage:
        """Discs at places in pixels; valid until the next call. Not `smooth` they have no rims: quicker by a third."""
        shape = (height + 2 * _PAD, width + 2 * _PAD)
        if self._pixels.shape != shape:
            self._pixels = np.empty(shape, dtype=np.uint32)
        self._pixels.fill(inks.ground)
        reach = radius + 1
        x_M, y_M = places_M2[:, 0], places_M2[:, 1]
        is_seen_M = (x_M > -reach) & (x_M < width + reach) & (y_M > -reach) & (y_M < height + reach)
        seen = np.flatnonzero(is_seen_M)
        stride = shape[1]
        x_V, y_V = x_M[seen].astype(np.int32) + _PAD, y_M[seen].astype(np.int32) + _PAD
        at_V = (y_V * stride + x_V).astype(np.intp)
        flat = self._pixels.reshape(-1)
        middle, rim = disc(radius)
        layers = [(inks.rim_M[seen], rim)] if smooth else []
        for ink_V, offsets in (*layers, (inks.middle_M[seen], middle)):
            for down, right in offsets:
                flat[at_V + (down * stride + right)] = ink_V
        start = (_PAD * stride + _PAD) * 4
        data = self._pixels.data.cast("B")[start:]
        return QImage(data, width, height, stride * 4, QImage.Format.Format_RGB32)


@lru_cache(maxsize=32)
def disc(radius: float) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The pixels of a disc as (down, right) from its middle: those well inside, and those on its rim."""
    reach = int(np.ceil(radius)) + 1
    downs, rights = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    far = np.hypot(downs, rights)
    inside, rim = far <= radius, (far > radius) & (far <= radius + 0.8)
    return tuple(
        tuple((int(down), int(right)) for down, right in zip(downs[which], rights[which], strict=True))
        for which in (inside, rim)
    )  # type: ignore[return-value]
