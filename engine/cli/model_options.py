"""`--model`, `--preset`, `--set` and the like as the configs of find-lr, train and search."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from engine.cli.listing import dataset_of
from engine.cli.output import WrongUse
from engine.cli.program import as_command
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.library.store import Library
from engine.models.defaults import preset_for
from engine.models.presets import CHOSEN, Preset, preset_of
from engine.models.registry import kind_of
from engine.settings import Config, declared_settings, find_setting, with_texts
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig


@dataclass(frozen=True)
class Choices:
    """What a person chose: a plan, how to search around it, and the preset that the plan was made from."""

    plan: TrainingPlan
    search: SearchConfig
    preset: Preset | None = None


def started(arguments: argparse.Namespace, library: Library, driver: Driver) -> tuple[Dataset, Choices]:
    """The data set that a command names, and its configs; wrong use is reported before the data set is opened."""
    name, model = getattr(arguments, "preset", None), arguments.model
    if name is None:
        if model is None:
            raise WrongUse(f"Name a model with --model, or a preset with --preset (see: {as_command('models')}).")
        choices_of(arguments)
        dataset = dataset_of(arguments.dataset, library, driver)
        return dataset, choices_of(arguments, entries=dataset.entries)
    with wrong_use():
        if name not in CHOSEN:
            _refuse_other_model(preset_of(name).model, model, preset=name)
    dataset = dataset_of(arguments.dataset, library, driver)
    preset = preset_for(name, dataset)
    _refuse_other_model(preset.model, model, preset=name)
    arguments.model = preset.model
    driver.say(f"{preset.title} ({preset.model}): {preset.sentences}")
    return dataset, choices_of(arguments, entries=dataset.entries, preset=preset)


def choices_of(arguments: argparse.Namespace, *, entries: int = 0, preset: Preset | None = None) -> Choices:
    """The configs asked for; a setting goes to the model first, then training, split, and the finder or search."""
    with wrong_use():
        kind = kind_of(arguments.model)
        base = TrainingPlan.defaults(kind.name, preset=preset, entries=entries)
        base = base.set_to(_model_settings(base.model_config, arguments.settings), entries=entries)
        refuse_meaningless(
            arguments,
            {} if base.training is not None else {"epochs": (), "lr": ("auto",), "device": ("auto", "cpu")},
            because=f"{arguments.model} is computed at once, on the processor",
        )
        configs: dict[str, Config] = {"model_config": base.model_config}
        if base.training is not None:
            configs["training"] = _with_training_options(base.training, arguments)
        configs["split"] = _with_split_options(base.split, arguments)
        if arguments.command == "find-lr":
            configs["finder"] = base.finder
        elif arguments.command == "search":
            configs["search"] = SearchConfig()
        chosen = with_settings(configs, arguments.settings)
        search = chosen.pop("search", SearchConfig())
        device = getattr(arguments, "device", base.device)
        return Choices(replace(base, device=device, **chosen), search, preset)


def with_settings(configs: Mapping[str, Config], pairs: Sequence[str]) -> dict[str, Any]:
    """The configs with `key=value` texts read into them, each by the first config that knows its name."""
    texts: dict[str, dict[str, str]] = {key: {} for key in configs}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            raise WrongUse(f"--set takes key=value; {pair!r} has no equals sign.")
        owner = next((key for key, config in configs.items() if find_setting(type(config), name)), None)
        if owner is None:
            known = [setting.name for config in configs.values() for setting in declared_settings(type(config))]
            raise WrongUse(f"There is no setting called {name!r} here. Known are: {', '.join(dict.fromkeys(known))}.")
        texts[owner][name] = text
    return {key: with_texts(config, texts[key]) for key, config in configs.items()}


def _model_settings(config: Config, pairs: Sequence[str]) -> Config:
    """A model's settings with what of these texts is about them; they decide whether it learns by steps."""
    own = [pair for pair in pairs if find_setting(type(config), pair.partition("=")[0].strip())]
    names_optimizer = find_setting(type(config), "solver") is not None
    if names_optimizer and any(pair.partition("=")[0].strip() == "optimizer" for pair in pairs):
        raise WrongUse("The optimizer of this model is its solver: give --set solver=adam or --set solver=sgd.")
    return with_settings({"model": config}, own)["model"] if own else config


@contextmanager
def wrong_use() -> Iterator[None]:
    """A setting refused inside is wrong use of the command."""
    try:
        yield
    except SettingError as error:
        raise WrongUse(str(error)) from error


def refuse_meaningless(arguments: argparse.Namespace, harmless: Mapping[str, tuple[str, ...]], *, because: str) -> None:
    """Raise WrongUse where one of these options has a value other than the harmless ones."""
    for name, values in harmless.items():
        value = getattr(arguments, name, None)
        if value is not None and value not in values:
            raise WrongUse(f"{because}; --{name} means nothing to it.")


def _with_training_options(config: TrainingConfig, arguments: argparse.Namespace) -> TrainingConfig:
    given = {name: getattr(arguments, name, None) for name in ("epochs", "seed")}
    config = config.changed(**{name: value for name, value in given.items() if value is not None})
    lr = getattr(arguments, "lr", None)
    return config if lr is None else with_texts(config, {"lr": lr})


def _with_split_options(config: SplitConfig, arguments: argparse.Namespace) -> SplitConfig:
    given = {"kind": arguments.split, "seed": getattr(arguments, "seed", None)}
    return config.changed(**{name: value for name, value in given.items() if value is not None})


def _refuse_other_model(model: str, asked: str | None, *, preset: str) -> None:
    if asked not in (None, model):
        raise WrongUse(f"The preset {preset} is of the model {model}, not of {asked}; leave --model out.")
