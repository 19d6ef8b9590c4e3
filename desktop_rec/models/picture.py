"""What the place Quality shows of one run beside others, as plain values.

Stands between the session, which makes it on a thread, and the widgets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop_rec.models.figures import Judged
from desktop_rec.models.meaning import Differences
from engine.events import EpochEnded

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown


@dataclass(frozen=True)
class QualityPicture:
    """The chosen run (`chosen`) among the `judged` ones of its group, baselines last.

    differences: of the chosen run from each other, where both are kept person by person. curves: by run. breakdowns:
    of the chosen run. usual_breakdowns: of the most liked and of averages, to hold them against. is_kept: whether the
    chosen run's judgement is kept person by person.
    """

    chosen: str
    judged: tuple[Judged, ...]
    people: int = 0
    differences: Differences = field(default_factory=dict)
    curves: Mapping[str, tuple[EpochEnded, ...]] = field(default_factory=dict)
    breakdowns: tuple[Breakdown, ...] = ()
    usual_breakdowns: tuple[Breakdown, ...] = ()
    is_kept: bool = False

    @property
    def own(self) -> Judged | None:
        """The chosen run's figures; None where it was not judged."""
        return next((one for one in self.judged if one.key == self.chosen), None)

    @property
    def others(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.key != self.chosen)
