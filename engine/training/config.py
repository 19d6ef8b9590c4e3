"""How a run learns: epochs, batch, rate, schedule, precision. Declared once; the Train form is made from it.

Stands between the Model and the Trainer on the street; the learning-rate finder reads it too.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.settings import Config, setting


@dataclass(frozen=True)
class TrainingConfig(Config):
    """The settings of one training run. None means automatic: chosen from the data when the run starts."""

    epochs: int = setting(
        40, label="Epochs", help="How often the model goes through all people.", low=1, high=10_000, more=False
    )
    lr: float | None = setting(
        None,
        label="Learning rate",
        help="How big each step is. Automatic lets the learning-rate finder choose.",
        low=1e-8,
        high=100.0,
        scale="log",
        more=False,
    )
    schedule: str = setting(
        "reduce_on_plateau",
        label="Schedule",
        help="How the rate moves: kept constant, up and down in a slanted triangle, or halved when progress ends.",
        choices=("constant", "slanted_triangle", "reduce_on_plateau"),
        more=False,
    )
    batch: int | None = setting(
        None, label="Batch", help="How many people the model looks at in one step.", low=1, high=1_000_000, scale="log"
    )
    optimizer: str = setting(
        "adam", label="Optimizer", help="The rule that turns gradients into steps.", choices=("adam", "sgd")
    )
    weight_decay: float = setting(
        0.0, label="Weight decay", help="Pulls weights towards zero, against learning by heart.", low=0.0, high=1.0
    )
    cut_frac: float = setting(
        0.1, label="Rise", help="Slanted triangle: the share of steps in which the rate rises.", low=0.0, high=1.0
    )
    ratio: float = setting(
        32.0, label="Ratio", help="Slanted triangle: highest rate over lowest rate.", low=1.0, high=1e6, scale="log"
    )
    factor: float = setting(
        0.5, label="Reduce by", help="Plateau: what the rate is multiplied by when progress ends.", low=0.01, high=0.99
    )
    patience: int = setting(
        5, label="Patience", help="Plateau: epochs without progress before the rate is reduced.", low=0, high=1000,
        unit="epochs",
    )  # fmt: skip
    threshold: float = setting(
        1e-4, label="Progress", help="Plateau: the relative gain that counts as progress.", low=0.0, high=0.5
    )
    min_lr: float = setting(
        1e-6, label="Least rate", help="Plateau: training ends when the rate falls below this.", low=0.0, high=1.0
    )
    watched: str = setting(
        "ndcg@100",
        label="Watched",
        help="What is measured on the validation people after each epoch; its best epoch is kept.",
        choices=("ndcg@100", "ndcg@20", "recall@20", "recall@50", "rmse"),
    )
    early_stop: int = setting(
        0, label="Give up after", help="Epochs without a new best before training ends; 0 never gives up.", low=0,
        high=10_000, unit="epochs",
    )  # fmt: skip
    clip: float = setting(
        0.0, label="Gradient limit", help="Longest gradient allowed; 0 sets no limit.", low=0.0, high=1e6
    )
    precision: str = setting(
        "auto",
        label="Precision",
        help="bf16 is faster on devices made for it; float32 is exact everywhere.",
        choices=("auto", "float32", "bf16"),
    )
    seed: int = setting(1, label="Seed", help="Equal seeds give equal runs.", low=0, high=2**31 - 1)

    @property
    def higher_is_better(self) -> bool:
        """Whether a greater watched value is better (errors are better when smaller)."""
        return self.watched != "rmse"
