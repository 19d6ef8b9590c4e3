"""train --model blend: mix finished runs instead of learning from ratings."""

from __future__ import annotations

import argparse
from typing import Any

from engine import operations
from engine.cli.importing import dataset_of
from engine.cli.model_options import started, with_settings, wrong_use
from engine.cli.output import Answer, WrongUse, duration, facts, figure, rate, table
from engine.cli.progress import Driver
from engine.evaluation.text import errors_note, judged_on_words
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.blend import Blend, BlendConfig
from engine.models.presets import Preset
from engine.models.registry import kind_of
from engine.training.lr_finder import RateSweep

_KINDS = ("steepest", "valley", "minimum", "turning_point")
_SHOWN_METRICS = ("recall@20", "recall@50", "ndcg@100", "rmse", "rmse_unit", "mae")
_SHOWN_AS = {"rmse_unit": "rmse on 0..1"}


def find_rate(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Sweep learning rates and say which to take."""
    dataset, choices = started(arguments, library, driver)
    job = operations.find_rate(
        library,
        dataset,
        model=arguments.model,
        model_config=choices.model_config,
        training=choices.training,
        finder=choices.finder,
        split=choices.split,
        device=arguments.device,
        suggestion=choices.suggestion,
    )
    sweep = driver.run(job)
    return Answer(_sweep_document(sweep), _sweep_text(sweep))


def train(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Train a model, keep the run, and say what it is worth."""
    if arguments.model == Blend.name:
        return _run_answer(blended(arguments, library, driver))
    dataset, choices = started(arguments, library, driver)
    job = operations.train(
        library,
        dataset,
        model=arguments.model,
        model_config=choices.model_config,
        training=choices.training,
        split=choices.split,
        device=arguments.device,
        suggestion=choices.suggestion,
    )
    record = library.runs.find(driver.run(job).run_id)
    return _run_answer(record, curve_words=operations.describe_curves(library, record), preset=choices.preset)


def resume(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Go on with a run, to a new total of epochs where one is given."""
    if arguments.epochs is not None and arguments.epochs < 1:
        raise WrongUse(f"--epochs takes 1 or more, not {arguments.epochs}.")
    record = library.runs.find(arguments.run)
    job = operations.resume(library, record.run_id, epochs=arguments.epochs, device=arguments.device)
    record = library.runs.find(driver.run(job).run_id)
    return _run_answer(record, curve_words=operations.describe_curves(library, record))


def _run_answer(record: RunRecord, *, curve_words: str = "", preset: Preset | None = None) -> Answer:
    chosen = {"preset": preset.name if preset else None, "preset_words": preset.sentences if preset else ""}
    document = {**_run_document(record), "curve_words": curve_words, **chosen}
    return Answer(document, _run_text(record, curve_words=curve_words))


def _run_document(record: RunRecord) -> dict[str, Any]:
    steps = record.training_config is not None
    return {
        "run": record.run_id,
        "name": record.name,
        "model": record.model,
        "dataset": record.dataset_id,
        "status": record.status,
        "lr": record.lr,
        "epochs": record.epochs if steps else None,
        "best_epoch": record.best_epoch,
        "best_value": record.best_value,
        "watched": record.watched or None,
        "stopped_because": record.stopped_because,
        "metrics": {name: interval["value"] for name, interval in record.metrics.items()},
        "people": record.people_evaluated,
        "seconds": record.seconds,
        "examples_per_second": record.examples_per_second if steps else None,
        "device": record.device,
        "precision": record.precision,
        "parameters": record.parameters,
        "split": record.split_config,
        "advice": record.advice,
    }


def _run_text(record: RunRecord, *, curve_words: str) -> str:
    best = ""
    if record.best_epoch is not None:
        best = f"epoch {record.best_epoch:,}, {record.watched} {figure(record.best_value)}"
    metrics = [
        (_SHOWN_AS.get(name, name), _interval_words(record.metrics[name]))
        for name in _SHOWN_METRICS
        if name in record.metrics
    ]
    lines = [
        f"{record.name} ({record.run_id}) on {record.dataset_name}: {record.stopped_because}",
        facts(
            [
                ("learning rate", rate(record.lr) if record.lr else ""),
                ("epochs", f"{record.epochs:,} of {record.total_epochs:,}" if record.total_epochs else ""),
                ("best", best),
                ("took", duration(record.seconds)),
                (
                    "speed",
                    f"{record.examples_per_second:,.0f} {kind_of(record.model).can.examples}/s"
                    if record.total_epochs
                    else "",
                ),
                ("on", f"{record.device}, {record.precision}, {record.parameters:,} parameters"),
            ]
        ),
    ]
    if metrics:
        judged_on = judged_on_words(record.split_config["kind"], record.people_evaluated)
        lines += [f"On {judged_on}:", facts(metrics), errors_note(record.split_config["kind"], record.metrics)]
    return "\n".join(line for line in (*lines, curve_words, record.advice) if line).rstrip()


def _interval_words(interval: dict[str, float | None]) -> str:
    between = f"  ({figure(interval['low'])} to {figure(interval['high'])})" if interval["low"] is not None else ""
    return f"{figure(interval['value'])}{between}"


def _sweep_document(sweep: RateSweep) -> dict[str, Any]:
    found = {suggestion.kind: suggestion.lr for suggestion in sweep.suggestions}
    return {
        "lrs": sweep.lrs,
        "losses": sweep.losses,
        "smoothed": sweep.smoothed,
        "suggestions": {kind: found.get(kind) for kind in _KINDS},
        "chosen": sweep.chosen.lr if sweep.chosen else None,
        "chosen_kind": sweep.chosen.kind if sweep.chosen else None,
        "reason": sweep.chosen.sentence if sweep.chosen else sweep.words,
        "words": sweep.words,
        "stopped": sweep.stopped,
    }


def _sweep_text(sweep: RateSweep) -> str:
    if not sweep.suggestions:
        return sweep.words
    chosen = sweep.chosen.kind if sweep.chosen else ""
    rows = [
        ["*" if suggestion.kind == chosen else "", suggestion.title, rate(suggestion.lr), suggestion.sentence]
        for suggestion in sweep.suggestions
    ]
    take = f"Take {rate(sweep.chosen.lr)}: --lr {rate(sweep.chosen.lr)}" if sweep.chosen else ""
    return "\n".join([sweep.words, table(("", "suggestion", "rate", "why"), rows, right=(2,)), take]).rstrip()


def blended(arguments: argparse.Namespace, library: Library, driver: Driver) -> RunRecord:
    """The record of the blend that the words ask for. Raises WrongUse where they ask for something else."""
    runs = _asked_runs(arguments)
    dataset = dataset_of(arguments.dataset, library, driver)
    for run in runs:
        record = library.runs.find(run)
        if record.fingerprint != dataset.fingerprint:
            raise WrongUse(f"{record.name} learned from {record.dataset_name}, not from {dataset.name}.")
    return library.runs.find(driver.run(operations.blend(library, runs)).run_id)


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
