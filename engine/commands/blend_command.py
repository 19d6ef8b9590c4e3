"""train --model blend: mix finished runs instead of learning from ratings."""

from __future__ import annotations

import argparse

from engine import verbs
from engine.commands.choices import with_settings, wrong_use
from engine.commands.data_commands import dataset_of
from engine.commands.driving import Driver
from engine.commands.wrong_use import WrongUse
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.blend_config import BlendConfig


def blended(arguments: argparse.Namespace, library: Library, driver: Driver) -> RunRecord:
    """The record of the blend that the words ask for. Raises WrongUse where they ask for something else."""
    runs = _asked_runs(arguments)
    dataset = dataset_of(arguments.dataset, library, driver)
    for one in runs:
        record = library.runs.find(one)
        if record.fingerprint != dataset.fingerprint:
            raise WrongUse(f"{record.name} learned from {record.dataset_name}, not from {dataset.name}.")
    return library.runs.find(driver.run(verbs.blend(library, runs)).run_id)


def _asked_runs(arguments: argparse.Namespace) -> tuple[str, ...]:
    for name, meaningless in (("epochs", ()), ("lr", ("auto",)), ("device", ("auto", "cpu")), ("split", ())):
        value = getattr(arguments, name, None)
        if value is not None and value not in meaningless:
            raise WrongUse(f"A blend is mixed from finished runs, as they are split; --{name} means nothing to it.")
    with wrong_use():
        config = with_settings({"model": BlendConfig()}, arguments.settings)["model"]
    assert isinstance(config, BlendConfig)
    runs = config.asked_runs()
    if len(runs) < 2:
        raise WrongUse("A blend takes at least two runs: --set parts=RUN1+RUN2 (see: python -m engine runs).")
    return runs
