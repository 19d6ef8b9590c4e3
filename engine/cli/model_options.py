"""`--preset NAME`: the model and settings of a study, or those chosen for the data set and this machine.

What is given beside a preset (--set, --epochs, --lr, --split) changes it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.cli.importing import dataset_of
from engine.cli.output import WrongUse
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.library.store import Library
from engine.models.defaults import preset_for
from engine.models.presets import CHOSEN, Preset, preset_of
from engine.models.registry import kind_of
from engine.settings import Config, declared_settings, find_setting, with_texts
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig


@dataclass(frozen=True)
class Choices:
    """The configs a person chose. `training` is None for models that are computed at once."""

    model_config: Config
    training: TrainingConfig | None
    split: SplitConfig
    finder: FinderConfig
    search: SearchConfig = field(default_factory=SearchConfig)
    preset: Preset | None = None

    @property
    def suggestion(self) -> str | None:
        """The reading of the rate finder to take; None is the model's own."""
        return self.preset.suggestion if self.preset is not None else None


def choices_of(arguments: argparse.Namespace, *, entries: int = 0, preset: Preset | None = None) -> Choices:
    """The configs of find-lr, train and search. A setting's name goes to the model first, then training, split and the
    sweep or search. `entries` of the data set scale what is automatic; what is asked for changes the preset.

    Raises WrongUse for unknown names and values outside their limits.
    """
    with wrong_use():
        kind = kind_of(arguments.model)
        base = TrainingPlan.defaults(kind.name, preset=preset, entries=entries)
        configs: dict[str, Config] = {"model": base.model_config}
        if base.training is not None:
            configs["training"] = base.training
        configs["split"] = base.split
        if arguments.command == "find-lr":
            configs["finder"] = FinderConfig(**kind.finder)
        if arguments.command == "search":
            configs["search"] = SearchConfig()
        _refuse_steps(arguments, learns=base.training is not None)
        configs = {name: _with_options(config, arguments) for name, config in configs.items()}
        configs = with_settings(configs, arguments.settings)
    training, finder, split = configs.get("training"), configs.get("finder", FinderConfig()), configs["split"]
    assert training is None or isinstance(training, TrainingConfig)
    assert isinstance(finder, FinderConfig)
    assert isinstance(split, SplitConfig)
    search = configs.get("search", SearchConfig())
    assert isinstance(search, SearchConfig)
    return Choices(configs["model"], training, split, finder, search, preset)


def with_settings(configs: Mapping[str, Config], pairs: Sequence[str]) -> dict[str, Config]:
    """The configs with `key=value` texts read into them, each by the first config that knows its name."""
    texts: dict[str, dict[str, str]] = {key: {} for key in configs}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise WrongUse(f"--set takes key=value; {pair!r} has no equals sign.")
        owner = next((key for key, config in configs.items() if find_setting(type(config), name.strip())), None)
        if owner is None:
            known = (setting.name for config in configs.values() for setting in declared_settings(type(config)))
            every = ", ".join(dict.fromkeys(known))
            raise WrongUse(f"There is no setting called {name.strip()!r} here. Known are: {every}.")
        texts[owner][name.strip()] = text
    return {key: with_texts(config, texts[key]) for key, config in configs.items()}


@contextmanager
def wrong_use() -> Iterator[None]:
    """A setting refused inside is wrong use of the command."""
    try:
        yield
    except SettingError as error:
        raise WrongUse(str(error)) from error


def _with_options(config: Config, arguments: argparse.Namespace) -> Config:
    if isinstance(config, TrainingConfig):
        config = _with_training_options(config, arguments)
    if isinstance(config, SplitConfig) and getattr(arguments, "split", None) is not None:
        config = config.changed(kind=arguments.split)
    seed = getattr(arguments, "seed", None)
    return (
        config.changed(seed=seed) if seed is not None and isinstance(config, TrainingConfig | SplitConfig) else config
    )


def _with_training_options(config: TrainingConfig, arguments: argparse.Namespace) -> TrainingConfig:
    epochs, lr = getattr(arguments, "epochs", None), getattr(arguments, "lr", None)
    if epochs is not None:
        config = config.changed(epochs=epochs)
    return config if lr is None else with_texts_of(config, lr)


def with_texts_of(config: TrainingConfig, lr: str) -> TrainingConfig:
    """The training settings with a rate as `--lr` gives it: a number, or auto."""
    changed = with_texts(config, {"lr": lr})
    assert isinstance(changed, TrainingConfig)
    return changed


def _refuse_steps(arguments: argparse.Namespace, *, learns: bool) -> None:
    for name, meaningless in (("epochs", ()), ("lr", ("auto",)), ("device", ("auto", "cpu"))):
        value = getattr(arguments, name, None)
        if not learns and value is not None and value not in meaningless:
            raise WrongUse(f"{arguments.model} is computed at once, on the processor; --{name} means nothing to it.")


def started(arguments: argparse.Namespace, library: Library, driver: Driver) -> tuple[Dataset, Choices]:
    """The data set that a command names, open, and the configs that its words ask for on it.

    Wrong use is said before the data set is opened, where that can be told without. With a preset `arguments.model` is
    set to its model. Raises WrongUse, and SettingError where a preset is of no use to the data set.
    """
    if getattr(arguments, "preset", None) is None:
        if arguments.model is None:
            raise WrongUse("Name a model with --model, or a preset with --preset (see: python -m engine models).")
        choices_of(arguments)
        dataset = dataset_of(arguments.dataset, library, driver)
        return dataset, choices_of(arguments, entries=dataset.entries)
    return with_preset(arguments, library, driver)


def with_preset(arguments: argparse.Namespace, library: Library, driver: Driver) -> tuple[Dataset, Choices]:
    """The same where a preset is named."""
    name, model = arguments.preset, arguments.model
    with wrong_use():
        if name not in CHOSEN:
            _refuse_other_model(preset_of(name).model, model, preset=name)
    dataset = dataset_of(arguments.dataset, library, driver)
    preset = preset_for(name, dataset)
    _refuse_other_model(preset.model, model, preset=name)
    arguments.model = preset.model
    driver.say(f"{preset.title} ({preset.model}): {preset.sentences}")
    return dataset, choices_of(arguments, entries=dataset.entries, preset=preset)


def _refuse_other_model(model: str, asked: str | None, *, preset: str) -> None:
    if asked not in (None, model):
        raise WrongUse(f"The preset {preset} is of the model {model}, not of {asked}; leave --model out.")
