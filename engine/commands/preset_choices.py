"""`--preset NAME`: the model and settings of a study, or those chosen for the data set and this machine.

What is given beside a preset (--set, --epochs, --lr, --split) changes it.
"""

from __future__ import annotations

import argparse

from engine.commands.choices import Choices, choices_of, wrong_use
from engine.commands.data_commands import dataset_of
from engine.commands.driving import Driver
from engine.commands.wrong_use import WrongUse
from engine.data.dataset import Dataset
from engine.library.store import Library
from engine.models.choosing import preset_for
from engine.models.presets import CHOSEN, preset_of


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
