"""How a run learns and how its rate is searched for: settings, declared once. Does not import torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from engine.errors import SettingError
from engine.evaluation.metrics import MONITORS, higher_is_better
from engine.settings import Config, setting
from engine.training.step_rates import parse_step_rates
from engine.wording import said

SCHEDULES = ("constant", "slanted_triangle", "one_cycle", "cosine", "linear", "steps", "reduce_on_plateau")
TRIED_RATINGS, TRIED_PEOPLE, TRIED_TITLES = 2_000_000, 8_000, 1_000
"""On how much at most automatic settings are tried: those of models of ratings, and those of models of likes."""


@dataclass(frozen=True)
class TrainingConfig(Config):
    epochs: int = setting(
        40,
        label=said("Epochs"),
        help=said("How often the model goes through all people."),
        low=1,
        high=10_000,
        more=False,
    )
    lr: float | None = setting(
        None,
        label=said("Learning rate"),
        help=said("How big each step is. Automatic lets the learning-rate finder choose."),
        low=1e-8,
        high=100.0,
        scale="log",
        more=False,
    )
    schedule: str = setting(
        "reduce_on_plateau",
        label=said("Schedule"),
        help=said(
            "How the rate moves over the run: up and down (slanted triangle, one cycle), down "
            "(cosine, linear, steps), down when progress ends (plateau), or not at all (constant)."
        ),
        choices=SCHEDULES,
        more=False,
    )
    cut_frac: float = setting(
        0.1,
        label=said("Rise"),
        help=said("Slanted triangle: the share of steps in which the rate rises."),
        low=0.0,
        high=1.0,
        more=False,
        only_with=("schedule", ("slanted_triangle",)),
    )
    ratio: float = setting(
        32.0,
        label=said("Ratio"),
        help=said("Slanted triangle: highest rate over lowest rate."),
        low=1.0,
        high=1e6,
        scale="log",
        more=False,
        only_with=("schedule", ("slanted_triangle",)),
    )
    rise: float = setting(
        0.3,
        label=said("Rise"),
        help=said("One cycle: the share of steps in which the rate rises."),
        low=0.0,
        high=1.0,
        more=False,
        only_with=("schedule", ("one_cycle",)),
    )
    phases: str = setting(
        "cosine",
        label=said("Phases"),
        help=said(
            "One cycle: whether the rate rises and falls along a cosine, or in straight lines as first published."
        ),
        choices=("cosine", "linear"),
        only_with=("schedule", ("one_cycle",)),
    )
    start_divisor: float = setting(
        25.0,
        label=said("Start divisor"),
        help=said("One cycle: highest rate over first rate."),
        low=1.0,
        high=1e9,
        scale="log",
        more=False,
        only_with=("schedule", ("one_cycle",)),
    )
    end_divisor: float = setting(
        1e5,
        label=said("End divisor"),
        help=said("One cycle: highest rate over last rate."),
        low=1.0,
        high=1e9,
        scale="log",
        only_with=("schedule", ("one_cycle",)),
    )
    warm_up: float = setting(
        0.05,
        label="Warm-up",
        help=said("Cosine: the share of steps in which the rate rises before it falls."),
        low=0.0,
        high=1.0,
        more=False,
        only_with=("schedule", ("cosine",)),
    )
    last_share: float = setting(
        0.01,
        label=said("Last rate"),
        help=said("Cosine and linear: the last rate as a share of the highest; 0 ends at nothing."),
        low=0.0,
        high=1.0,
        more=False,
        only_with=("schedule", ("cosine", "linear")),
    )
    step_rates: str | None = setting(
        None,
        label=said("Rates in steps"),
        help=said(
            "Steps: from where which rate is taken, such as 1: 1e-2, 10: 1e-3. Before the first "
            "place it is the learning rate. Automatic: a tenth of it after half of the run, a "
            "hundredth after three quarters."
        ),
        automatic=said("Half and three quarters"),
        more=False,
        only_with=("schedule", ("steps",)),
    )
    step_unit: str = setting(
        "epochs",
        label=said("Counted in"),
        help=said("Steps: whether the places of the rates are epochs or single steps, both counted from 1."),
        choices=("epochs", "steps"),
        more=False,
        only_with=("schedule", ("steps",)),
    )
    factor: float = setting(
        0.5,
        label=said("Reduce by"),
        help=said("Plateau: what the rate is multiplied by when progress ends."),
        low=0.01,
        high=0.99,
        more=False,
        only_with=("schedule", ("reduce_on_plateau",)),
    )
    patience: int = setting(
        5,
        label=said("Patience"),
        help=said("Plateau: epochs without progress before the rate is reduced."),
        low=0,
        high=1000,
        unit="epochs",
        more=False,
        only_with=("schedule", ("reduce_on_plateau",)),
    )
    threshold: float = setting(
        1e-4,
        label=said("Progress"),
        help=said("Plateau: the relative gain that counts as progress."),
        low=0.0,
        high=0.5,
        only_with=("schedule", ("reduce_on_plateau",)),
    )
    min_lr: float = setting(
        1e-6,
        label=said("Least rate"),
        help=said("Plateau: training ends when the rate falls below this."),
        low=0.0,
        high=1.0,
        only_with=("schedule", ("reduce_on_plateau",)),
    )
    batch: int | None = setting(
        None,
        label=said("Batch"),
        help=said(
            "How many people (or ratings) the model looks at in one step. Models of people do better "
            "with few: on MovieLens-1M NDCG@100 was 0.404 with 128 and 0.392 with 483, in as many "
            "epochs."
        ),
        low=1,
        high=1_000_000,
        scale="log",
    )
    optimizer: str = setting(
        "adam", label=said("Optimizer"), help=said("The rule that turns gradients into steps."), choices=("adam", "sgd")
    )
    weight_decay: float = setting(
        0.0,
        label=said("Weight decay"),
        help=said("Pulls weights towards zero, against learning by heart."),
        low=0.0,
        high=1.0,
    )
    monitor: str = setting(
        MONITORS[0],
        label=said("Monitor"),
        help=said("What is measured on the validation people after each epoch; its best epoch is kept."),
        choices=MONITORS,
        former=("watched",),
    )
    also: str = setting(
        "",
        label=said("Also measured"),
        help=said(
            "Further metrics of the validation people, joined by +, such as recall@20+rmse. They choose nothing."
        ),
    )
    early_stop: int = setting(
        0,
        label=said("Give up after"),
        help=said("Epochs without a new best before training ends; 0 never gives up."),
        low=0,
        high=10_000,
        unit="epochs",
    )
    clip: float = setting(
        0.0, label=said("Gradient limit"), help=said("Longest gradient allowed; 0 sets no limit."), low=0.0, high=1e6
    )
    precision: str = setting(
        "auto",
        label=said("Precision"),
        help=said("bf16 and fp16 are faster on devices made for them; float32 is exact everywhere."),
        choices=("auto", "float32", "bf16", "fp16"),
    )
    seed: int = setting(1, label=said("Seed"), help=said("Equal seeds give equal runs."), low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        for metric in self.metrics:
            if metric not in MONITORS:
                raise SettingError(
                    said("Also measured (also): there is no metric called {metric!r}.", metric=metric),
                    remedy=said("Join names such as ndcg@100, recall@20 and rmse by +."),
                    setting="also",
                    value=self.also,
                )
        if self.step_rates is not None:
            parse_step_rates(self.step_rates)

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that are measured after each epoch, each once, `monitor` first."""
        named = (part.strip() for part in self.also.split("+"))
        return tuple(dict.fromkeys((self.monitor, *filter(None, named))))

    @property
    def given_rates(self) -> tuple[tuple[int, float], ...]:
        """The places, counted from 1, and the rates that are given for them; () where there are none."""
        if self.schedule != "steps" or self.step_rates is None:
            return ()
        return parse_step_rates(self.step_rates)

    @property
    def first_rate(self) -> float | None:
        """The rate that is given for the start of the run; None where the learning rate is taken there."""
        given = self.given_rates
        return given[0][1] if given and given[0][0] == 1 else None

    @property
    def higher_is_better(self) -> bool:
        return higher_is_better(self.monitor) is not False

    def batch_for(self, examples: int, unit: str) -> int:
        """How many examples a step takes: as set, else automatic; never more than there are."""
        return min(self.batch or automatic_batch(examples, unit), examples)


@dataclass(frozen=True)
class FinderConfig(Config):
    lowest: float = setting(
        1e-7,
        label=said("From"),
        help=said("The rate the sweep starts at."),
        low=1e-12,
        high=100.0,
        scale="log",
        more=False,
    )
    highest: float = setting(
        10.0,
        label=said("To"),
        help=said("The rate the sweep ends at."),
        low=1e-12,
        high=1000.0,
        scale="log",
        more=False,
    )
    steps: int = setting(
        200, label=said("Steps"), help=said("How many rates are tried."), low=5, high=10_000, more=False
    )
    spacing: str = setting(
        "exponential",
        label=said("Spacing"),
        help=said("Exponential multiplies the rate at each step; linear adds to it."),
        choices=("exponential", "linear"),
    )
    smooth: float = setting(
        1.2,
        label=said("Smoothing"),
        help=said(
            "Over how many powers of ten of rates around it each point of the smooth curve looks; 0 smooths nothing."
        ),
        low=0.0,
        high=4.0,
    )
    loss: str = setting(
        "training",
        label=said("Loss"),
        help=said(
            "training is that of each step's own batch; validation that of the same held-out "
            "examples after each step: without the noise of batches, and slower."
        ),
        choices=("training", "validation"),
    )
    stop_at: float = setting(
        4.0,
        label=said("Stop at"),
        help=said("The sweep ends when the loss is this many times the best."),
        low=1.1,
        high=1000.0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lowest >= self.highest:
            raise SettingError(
                said(
                    "The sweep must start below its end; {lowest:g} is not below {highest:g}.",
                    lowest=self.lowest,
                    highest=self.highest,
                ),
                remedy=said("Lower From or raise To."),
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """As for all settings; the one-sided `smoothing` of former versions meant something else and is left out."""
        return super().from_dict({name: value for name, value in values.items() if name != "smoothing"})

    def rates(self) -> npt.NDArray[np.float64]:
        space = np.geomspace if self.spacing == "exponential" else np.linspace
        return np.asarray(space(self.lowest, self.highest, self.steps))


def automatic_batch(examples: int, unit: str = "people") -> int:
    """Examples per step where nobody chose: about forty steps an epoch of people, four hundred of ratings.

    On MovieLens-1M (4,834 people) 128 a step gave NDCG@100 0.404 where 483 gave 0.392 in as many epochs. Of 48,280
    people (the same ones, each ten times with some of their ratings) 1,024 a step gave as much as 512: mult_vae 0.461
    and 0.458, two_head 0.400 and 0.398, the best of ten epochs and mean of two seeds.

    >>> automatic_batch(4834), automatic_batch(800_000, "ratings"), automatic_batch(20)
    (120, 2000, 32)
    """
    if unit == "ratings":
        return max(64, min(65_536, examples // 400))
    if unit == "windows":
        return max(32, min(8192, examples // 400))
    return max(32, min(1024, examples // 40))
