"""What a run will be: one plan for the rate sweep, the schedule, the estimate, training and search, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

from engine.data.split import SplitConfig, automatic_people_each
from engine.device import available_memory_bytes
from engine.errors import SettingError
from engine.models.declaration import CatalogueConfig, ModelConfig
from engine.models.presets import Preset
from engine.models.registry import ModelKind, fitted_config, kind_of
from engine.settings import Config, find_setting
from engine.text import format_size, plural
from engine.training.config import FinderConfig, TrainingConfig
from engine.wording import said, singular_of

if TYPE_CHECKING:
    from engine.models.network import Network
    from engine.training.memory import Run

_STEPS_OF_A_WINDOW = 10


class RunSettings(Protocol):
    """What of a run's record its plan is made of."""

    @property
    def model(self) -> str: ...
    @property
    def model_config(self) -> dict[str, Any]: ...
    @property
    def training_config(self) -> dict[str, Any] | None: ...
    @property
    def split_config(self) -> dict[str, Any]: ...


class DatasetCounts(Protocol):
    """What of a data set decides how long a run is, and how much memory it takes.

    `counted` people like enough titles to be held out; `liked` titles are liked by somebody, and `likes` of the entries
    are likes (None: nobody counted).
    """

    @property
    def people(self) -> int: ...
    @property
    def titles(self) -> int: ...
    @property
    def entries(self) -> int: ...
    @property
    def counted(self) -> int: ...
    @property
    def liked(self) -> int | None: ...
    @property
    def likes(self) -> int | None: ...


@dataclass(frozen=True)
class TrainingPlan:
    """A model and how it is to learn: `training` is None for models computed at once, its rate None for a sweep first.

    `suggestion` is the sweep's reading taken where nobody looks (None: the model's own). Raises SettingError for
    settings that are not those of the model, and for blends.

    >>> from types import SimpleNamespace
    >>> plan = TrainingPlan.defaults("mult_dae").changed(epochs=10, batch=100)
    >>> counts = SimpleNamespace(people=6040, titles=3700, entries=1_000_000, counted=6000)
    >>> plan.steps_per_epoch(counts), plan.total_steps(counts)
    (48, 480)
    >>> plan.changed(epochs=0)
    Traceback (most recent call last):
        ...
    engine.errors.SettingError: Epochs (epochs) lies between 1 and 10,000; 0 does not.
    """

    model: str
    model_config: Config
    training: TrainingConfig | None
    split: SplitConfig
    device: str = "auto"
    finder: FinderConfig = FinderConfig()  # noqa: RUF009  (frozen)
    suggestion: str | None = None

    def __post_init__(self) -> None:
        kind = _trainable(self.model, self.model_config)
        if not isinstance(self.model_config, kind.config_class):
            raise SettingError(
                said("These settings are not those of {model}.", model=self.model),
                remedy=said("Give a {name}.", name=kind.config_class.__name__),
            )
        if kind.can.learns_by_steps == (self.training is None):
            raise SettingError(
                said("{model} learns by steps, so it needs training settings.", model=self.model)
                if self.training is None
                else said("{model} is computed at once, without training settings.", model=self.model)
            )
        if self.training is not None:
            own = with_first_rate(with_own_optimizer(self.training, self.model_config))
            object.__setattr__(self, "training", own)

    @classmethod
    def defaults(cls, model: str, *, preset: Preset | None = None, entries: int = 0) -> Self:
        """A model's settings as a preset has them, or its own for a data set of so many entries."""
        own = preset or Preset("", "", "", model)
        return cls._usual(_trainable(model).config_class().changed(**own.settings), own, entries=entries)

    @classmethod
    def _usual(cls, config: Config, own: Preset, *, entries: int) -> Self:
        """What goes with the settings of a model."""
        kind = _trainable(own.model, config)
        training = {**kind.training_for(entries), **own.training}
        return cls(
            own.model,
            config,
            TrainingConfig().changed(**training) if kind.can.learns_by_steps else None,
            SplitConfig().changed(**{**kind.split, **own.split}),
            finder=FinderConfig().changed(**kind.finder),
            suggestion=own.suggestion,
        )

    @classmethod
    def of(
        cls,
        model: str,
        *,
        model_config: Config | None = None,
        training: TrainingConfig | None = None,
        split: SplitConfig | None = None,
        device: str = "auto",
        finder: FinderConfig | None = None,
        preset: Preset | None = None,
        entries: int = 0,
    ) -> Self:
        """The settings given; where none are, as `defaults` has them."""
        own = cls.defaults(model, preset=preset, entries=entries)
        if model_config is not None:
            own = cls._usual(model_config, preset or Preset("", "", "", model), entries=entries)
        return replace(
            own,
            training=(training or own.training) if own.training is not None else None,
            split=split or own.split,
            device=device,
            finder=finder or own.finder,
        )

    @classmethod
    def of_run(cls, record: RunSettings) -> Self:
        """The plan by which a run was made, to be changed or made again; where it is computed is chosen anew.

        Its rate is the one that it learned with. Raises SettingError for a blend, and for settings unknown here.
        """
        return cls.from_dict(
            {
                "model": record.model,
                "model_config": record.model_config,
                "training": record.training_config,
                "split": record.split_config,
            }
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The plan that `as_dict` gave, in this version or an earlier one. Raises SettingError for unknown settings."""
        model, training, finder = values["model"], values["training"], values.get("finder")
        config = _trainable(model).config_class.from_dict(values["model_config"])
        return cls(
            model,
            config,
            TrainingConfig.from_dict(training) if training is not None else None,
            SplitConfig.from_dict(values["split"]),
            values.get("device", "auto"),
            FinderConfig.from_dict(finder if finder is not None else _trainable(model, config).finder),
            values.get("suggestion"),
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "model_config": self.model_config.as_dict(),
            "training": self.training.as_dict() if self.training is not None else None,
            "split": self.split.as_dict(),
            "device": self.device,
            "finder": self.finder.as_dict(),
            "suggestion": self.suggestion,
        }

    def changed(self, **settings: Any) -> Self:
        """Other values: of the model, else training, split, sweep, the first that has it. Raises SettingError."""
        plan, parts = self, ("model_config", "training", "split", "finder")
        for name, value in settings.items():
            configs: dict[str, Config] = {part: getattr(plan, part) for part in parts if getattr(plan, part)}
            owners = (part for part, config in configs.items() if find_setting(type(config), name))
            part = next(owners, "model_config")
            changed: Any = {part: configs[part].changed(**{name: value})}
            plan = plan.set_to(changed[part]) if part == "model_config" else replace(plan, **changed)
        return plan

    def set_to(self, config: Config, *, entries: int = 0) -> Self:
        """Other settings of the model; where with them it learns in another way, with what usually goes with that."""
        if _trainable(self.model, config).can.learns_by_steps == (self.training is not None):
            return replace(self, model_config=config)
        usual = self._usual(config, Preset("", "", "", self.model), entries=entries)
        return replace(usual, split=self.split, device=self.device)

    def learning_people(self, counts: DatasetCounts) -> int:
        """From how many people the split learns."""
        if self.split.kind != "strong":
            return counts.people
        each = self.split.people_each
        held_out = automatic_people_each(counts.counted, counts.titles) if each is None else each
        return max(1, counts.counted - 2 * held_out)

    def examples(self, counts: DatasetCounts) -> int:
        """About how many examples an epoch goes through: the people it learns from, or their share of the ratings."""
        unit, people = kind_of(self.model, self.model_config).can.examples, self.learning_people(counts)
        if unit == "people" or counts.people == 0:
            return people
        ratings = self.learning_entries(counts)
        return ratings if unit == "ratings" else -(-ratings // _STEPS_OF_A_WINDOW) + people // 2

    def learning_entries(self, counts: DatasetCounts) -> int:
        """About how many entries the split learns from."""
        split, share = self.split, self.learning_people(counts) / max(1, counts.people)
        if split.kind in ("random", "time"):
            share *= (1.0 - split.test_share) * (1.0 - split.validation_share)
        return max(1, round(counts.entries * share))

    def batch(self, counts: DatasetCounts) -> int:
        """How many examples a step takes; 0 of a model that is computed at once."""
        if self.training is None:
            return 0
        unit = kind_of(self.model, self.model_config).can.examples
        return max(1, self.training.batch_for(self.examples(counts), unit))

    def steps_per_epoch(self, counts: DatasetCounts) -> int:
        """Optimizer steps of one epoch; 0 of a model that is computed at once."""
        if self.training is None:
            return 0
        return -(-self.examples(counts) // self.batch(counts))

    def total_steps(self, counts: DatasetCounts) -> int:
        return self.steps_per_epoch(counts) * self.training.epochs if self.training is not None else 0

    def memory_bytes(self, counts: DatasetCounts) -> int:
        """The most memory that the run takes, the whole process together, in bytes (see engine.training.memory)."""
        from engine.training.memory import peak_bytes

        return peak_bytes(self._run(counts))

    def parameters(self, counts: DatasetCounts) -> int:
        """About how many numbers the model learns; 0 where that shows only once it is computed."""
        from engine.training.memory import weights

        return weights(self._run(counts))

    def _run(self, counts: DatasetCounts) -> Run:
        from engine.models.declaration import Load
        from engine.training.memory import Run

        entries = self.learning_entries(counts)
        load = Load(
            people=self.learning_people(counts),
            titles=self.learned_titles(counts),
            entries=entries,
            batch=self.batch(counts),
            liked=counts.liked,
            likes=None if counts.likes is None else counts.likes * entries / max(1, counts.entries),
        )
        config = fitted_config(self.model, self.model_config, entries=counts.entries, titles=counts.titles)
        optimizer = self.training.optimizer if self.training is not None else None
        return Run(self.model, config, self.split, optimizer, counts.titles, counts.entries, load)

    def largest_batch(self, counts: DatasetCounts, *, free_bytes: int | None = None) -> int | None:
        """The largest power of two, at most the plan's batch, with which the run fits into free memory.

        None where the model takes no batches, where memory is unknown, and where no batch would make it fit.
        `free_bytes`: what is free (None: asked of the system).
        """
        from engine.training.memory import PROCESS

        free = available_memory_bytes() if free_bytes is None else free_bytes
        if self.training is None or free is None:
            return None
        batch = 1 << (self.batch(counts).bit_length() - 1)
        while batch and self.changed(batch=batch).memory_bytes(counts) - PROCESS > free:
            batch //= 2
        return batch or None

    def learned_titles(self, counts: DatasetCounts) -> int:
        """How many titles the model learns: all, or the best known ones."""
        config = fitted_config(self.model, self.model_config, entries=counts.entries, titles=counts.titles)
        chosen = config.titles if isinstance(config, CatalogueConfig) else None
        return min(chosen or counts.titles, counts.titles)

    def network(self, counts: DatasetCounts) -> Network | None:
        """The network that is learned, to be drawn."""
        config = fitted_config(self.model, self.model_config, entries=counts.entries, titles=counts.titles)
        return config.network(self.learned_titles(counts)) if isinstance(config, ModelConfig) else None

    def describe(self, counts: DatasetCounts) -> str:
        """What the run will do and need, in a line."""
        return f"{self.extent(counts)}; {self.describe_memory(counts)}"

    def describe_memory(self, counts: DatasetCounts) -> str:
        """What memory the run needs; where that is more than is free now, with what to do."""
        from engine.training.memory import PROCESS

        needed, free = self.memory_bytes(counts), available_memory_bytes()
        words = said("needs about {needed} of memory", needed=format_size(needed))
        if free is None or needed - PROCESS <= free:
            return words
        remedies = [said("learn fewer titles")] if isinstance(self.model_config, CatalogueConfig) else []
        remedies += [said("take a smaller batch")] if self.training is not None else []
        remedy = said("close other programs")
        if remedies:
            remedy = said("{remedies} or {last}", remedies=", ".join(remedies), last=remedy)
        free_now = format_size(free)
        return said("{needs}, more than the {free} that are free: {remedy}", needs=words, free=free_now, remedy=remedy)

    def extent(self, counts: DatasetCounts) -> str:
        """How much a run goes through."""
        if self.training is not None:
            unit = kind_of(self.model, self.model_config).can.examples
            steps, examples = self.total_steps(counts), self.examples(counts)
            epochs, examples_words = plural(self.training.epochs, "epoch"), f"{examples:,} {singular_of(unit)}"
            if unit == "people":
                return said(
                    "{steps:,} steps: {epochs} over {examples}", steps=steps, epochs=epochs, examples=examples_words
                )
            return said(
                "about {steps:,} steps: {epochs} over about {examples}",
                steps=steps,
                epochs=epochs,
                examples=examples_words,
            )
        learned = self.learned_titles(counts)
        titles = plural(counts.titles, "title")
        if learned < counts.titles:
            titles = said("the {learned:,} best known of {titles}", learned=learned, titles=titles)
        return said("Counts {entries:,} ratings of {titles}", entries=counts.entries, titles=titles)


def with_own_optimizer(training: TrainingConfig, config: Config | None) -> TrainingConfig:
    """Training settings with the optimizer that the model's settings name, if they name one."""
    optimizer = config.optimizer if isinstance(config, ModelConfig) else None
    return training.changed(optimizer=optimizer) if optimizer is not None else training


def with_first_rate(training: TrainingConfig) -> TrainingConfig:
    """Training settings with the learning rate that the rates in steps give for the start, if they give one."""
    first = training.first_rate
    return training.changed(lr=first) if first is not None else training


def _trainable(model: str, config: Config | None = None) -> ModelKind:
    kind = kind_of(model, config)
    if kind.made_of_runs:
        raise SettingError(
            said("{model} is mixed from finished runs; there is nothing to train.", model=model),
            remedy=said("Choose another model."),
        )
    return kind
