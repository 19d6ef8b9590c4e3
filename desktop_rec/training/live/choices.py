"""What a person chose to see of a run: which panels, over what, on which scales, how smooth. Remembered as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from desktop_rec.common.plots.smoothing import USUAL, WINDOWS

Across = Literal["steps", "epochs", "time"]
ACROSS: tuple[Across, ...] = get_args(Across)
USUAL_PANELS = ("loss", "ranking", "errors", "rate")


@dataclass(frozen=True)
class CurveChoices:
    """`across`: what x counts. `smoothing` is a position of the slider. Panels are in no order here."""

    panels: tuple[str, ...] = USUAL_PANELS
    across: Across = "steps"
    log_x: bool = False
    log_y: bool = False
    smoothing: int = USUAL

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> CurveChoices:
        """What was remembered; whatever cannot be understood is as usual."""
        usual = CurveChoices()
        panels, across, smoothing = values.get("panels"), values.get("across"), values.get("smoothing")
        is_place = isinstance(smoothing, int) and not isinstance(smoothing, bool) and 0 <= smoothing < len(WINDOWS)
        return CurveChoices(
            tuple(map(str, panels)) if isinstance(panels, list | tuple) and panels else usual.panels,
            across if across in ACROSS else usual.across,
            values.get("log_x") is True,
            values.get("log_y") is True,
            smoothing if is_place and isinstance(smoothing, int) else usual.smoothing,
        )
