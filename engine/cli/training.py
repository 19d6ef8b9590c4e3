"""find-lr, train, resume: runs and their learning rates. A blend is trained by mixing finished runs."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from engine import operations
from engine.cli.listing import dataset_of
from engine.cli.model_options import refuse_meaningless, started, with_settings, wrong_use
from engine.cli.output import Answer, WrongUse, format_facts, format_metric, format_table
from engine.cli.program import as_command
from engine.cli.progress import Driver
from engine.cli.queueing import train_queue
from engine.data.dataset import Dataset
from engine.device import ALL_GPUS
from engine.documents import document_of
from engine.evaluation.result import describe_held_out, errors_note
from engine.events import EpochEnded, Job
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.blend import Blend, BlendConfig
from engine.models.defaults import facts_from
from engine.models.presets import Preset
from engine.models.registry import kind_of
from engine.operations.predicting import Predictions, asked_pairs
from engine.settings import Config
from engine.text import format_count, format_duration, format_moment, format_rate, plural
from engine.training.config import TrainingConfig
from engine.training.more_epochs import describe_more_epochs
from engine.training.plan import TrainingPlan
from engine.training.rate_curve import KINDS
from engine.training.rate_sweep import RateSweep

_SHOWN_METRICS = {
    name: name.replace("rmse_unit", "rmse on 0..1")
    for name in ("recall@20", "recall@50", "ndcg@100", "rmse", "rmse_unit", "mae")
}


def find_rate(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Sweep learning rates and store the sweep; or list those that are stored."""
    if arguments.lists:
        return _list_sweeps(arguments, library, driver)
    if arguments.from_run is not None:
        return _sweep_answer(driver.run(_sweep_from_run(arguments, library)))
    if arguments.dataset is None:
        raise WrongUse("Name the data set to sweep on, or a run to sweep from with --from.")
    dataset, choices = started(arguments, library, driver)
    return _sweep_answer(driver.run(operations.find_rate(library, dataset, choices.plan)))


def _sweep_from_run(arguments: argparse.Namespace, library: Library) -> Job[RateSweep]:
    """The sweep of a run's model as it is now; what may be set is how it is swept."""
    refuse_meaningless(
        arguments,
        {"model": (), "preset": (), "split": ()},
        because="A sweep from a run takes the model and the split of the run",
    )
    record = library.runs.find(arguments.from_run)
    dataset = library.dataset_of(record)
    if arguments.dataset is not None and library.datasets.find(arguments.dataset).fingerprint != record.fingerprint:
        raise WrongUse(f"{record.name} learned from {record.dataset_name}; leave {arguments.dataset} out.")
    plan = replace(TrainingPlan.of_run(record), device=arguments.device)
    configs: dict[str, Config] = {"finder": plan.finder}
    if plan.training is not None:
        configs["training"] = plan.training
    with wrong_use():
        chosen = with_settings(configs, arguments.settings)
    return operations.find_rate(library, dataset, replace(plan, **chosen), from_run=record.run_id)


def _list_sweeps(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """The stored sweeps of a data set, or of all, the newest first."""
    refuse_meaningless(
        arguments, {"model": (), "preset": (), "split": (), "from_run": ()}, because="--list only lists sweeps"
    )
    wanted = library.datasets.find(arguments.dataset).fingerprint if arguments.dataset is not None else None
    sweeps = library.sweeps.records(wanted)
    rows = [
        [sweep.sweep_id, sweep.name, sweep.loss, format_count(len(sweep.lrs)),
         format_rate(sweep.chosen.lr if sweep.chosen else None), format_moment(sweep.created) if sweep.created else ""]
        for sweep in sweeps
    ]  # fmt: skip
    text = format_table(("id", "name", "loss", "rates", "chosen", "made"), rows, right=(3, 4))
    documents = [_sweep_document(sweep) for sweep in sweeps]
    return Answer({"sweeps": documents}, text if rows else "There are no sweeps yet. Find a learning rate first.")


def train(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Train a model, save the run, and say how good it is."""
    if arguments.queue is not None:
        refuse_meaningless(
            arguments,
            {"epochs": (), "lr": (), "model": (), "preset": (), "answers": ()},
            because="The plans of a queue say all of that themselves",
        )
        if arguments.settings:
            raise WrongUse("The plans of a queue have their own settings; --set means nothing to it.")
        return train_queue(arguments, library, driver)
    if arguments.model == Blend.name:
        return _run_answer(_blend(arguments, library, driver), library)
    dataset, choices = started(arguments, library, driver)
    if arguments.answers is not None:
        _refuse_without_answers(arguments, dataset, choices.plan)
    counts = facts_from(driver.run(library.datasets.statistics(dataset)))
    driver.say(f"{choices.plan.model} {choices.plan.describe_memory(counts)}.")
    job = operations.train(library, dataset, choices.plan, ranks=arguments.ranks)
    record = library.runs.find(driver.run(job).run_id)
    answered = None
    if arguments.answers is not None and not driver.asked_to_stop:
        answered = driver.run(operations.predict(library, record.run_id, None, out=arguments.answers))
    return _run_answer(record, library, preset=choices.preset, answered=answered)


def resume(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Continue a run, to a new total of epochs where one is given."""
    if arguments.epochs is not None and arguments.epochs < 1:
        raise WrongUse(f"--epochs takes 1 or more, not {arguments.epochs}.")
    record = library.runs.find(arguments.run)
    if arguments.epochs is not None and record.training_config is not None and record.epochs:
        config = TrainingConfig.from_dict(record.training_config)
        scale = library.runs.rate_scale(record.run_id)
        driver.say(describe_more_epochs(config, arguments.epochs, done=record.epochs, steps=record.steps, scale=scale))
    job = operations.resume(
        library, record.run_id, epochs=arguments.epochs, device=arguments.device, ranks=arguments.ranks
    )
    record = library.runs.find(driver.run(job).run_id)
    return _run_answer(record, library)


def _blend(arguments: argparse.Namespace, library: Library, driver: Driver) -> RunRecord:
    """The record of the blend that is asked for. Raises WrongUse where the arguments ask for something else."""
    refuse_meaningless(
        arguments,
        {"epochs": (), "lr": ("auto",), "device": ("auto", "cpu"), "split": ()},
        because="A blend is mixed from finished runs, as they are split",
    )
    with wrong_use():
        config = with_settings({"model": BlendConfig()}, arguments.settings)["model"]
    runs = config.asked_runs()
    if len(runs) < 2:
        raise WrongUse(f"A blend takes at least two runs: --set parts=RUN1+RUN2 (see: {as_command('runs')}).")
    dataset = dataset_of(arguments.dataset, library, driver)
    for run in runs:
        record = library.runs.find(run)
        if record.fingerprint != dataset.fingerprint:
            raise WrongUse(f"{record.name} learned from {record.dataset_name}, not from {dataset.name}.")
    return library.runs.find(driver.run(operations.blend(library, runs)).run_id)


def _refuse_without_answers(arguments: argparse.Namespace, dataset: Dataset, plan: TrainingPlan) -> None:
    """Before anything is learned: raise where no answers could be written after it."""
    asked_pairs(dataset)
    if not kind_of(plan.model, plan.model_config).can.predicts_ratings:
        raise WrongUse(f"{plan.model} ranks titles and predicts no ratings, so it has no answers to write.")
    if not arguments.answers.absolute().parent.is_dir():
        raise WrongUse(f"--answers {arguments.answers}: there is no folder {arguments.answers.absolute().parent}.")


def _run_answer(
    record: RunRecord, library: Library, *, preset: Preset | None = None, answered: Predictions | None = None
) -> Answer:
    curve_words = operations.describe_curves(library, record)
    document = {
        **_run_document(record),
        "curve": [_point_document(epoch) for epoch in library.runs.curves(record.run_id)],
        "curve_words": curve_words,
        "preset": preset.name if preset else None,
        "preset_words": preset.sentences if preset else "",
        "answers": answered.path if answered else None,
    }
    written = f"\n{plural(answered.pairs, 'answer')} written to {answered.path}." if answered else ""
    return Answer(document, f"{_run_text(record, curve_words=curve_words)}{written}")


def _point_document(epoch: EpochEnded) -> dict[str, Any]:
    """An epoch, its values by name."""
    named = {name: dict(getattr(epoch, name)) for name in ("parts", "validation", "learned")}
    return {**document_of(epoch, without=("monitor",)), **named}


def _run_document(record: RunRecord) -> dict[str, Any]:
    has_steps = record.training_config is not None
    return {
        **document_of(
            record,
            rename={"run_id": "run", "dataset_id": "dataset", "monitor": "watched", "people_evaluated": "people",
                    "split_config": "split"},
            without=("dataset_name", "fingerprint", "model_config", "training_config", "seed", "versions", "created",
                     "finished", "steps", "has_model", "star", "tags", "notes", "rate_changes", "differing",
                     "imported"),
        ),
        "lr": record.lr,
        "epochs": record.epochs if has_steps else None,
        "watched": record.monitor or None,
        "metrics": {name: interval["value"] for name, interval in record.metrics.items()},
        "examples_per_second": record.examples_per_second if has_steps else None,
    }  # fmt: skip


def _run_text(record: RunRecord, *, curve_words: str) -> str:
    best, epochs, speed = "", "", ""
    place = "all GPUs" if record.device == ALL_GPUS else record.device
    if record.best_epoch is not None:
        best = f"epoch {format_count(record.best_epoch)}, {record.monitor} {format_metric(record.best_value)}"
    if record.total_epochs:
        epochs = f"{format_count(record.epochs)} of {format_count(record.total_epochs)}"
        speed = f"{format_count(record.examples_per_second)} {kind_of(record.model).can.examples}/s"
    facts = [
        ("learning rate", format_rate(record.lr) if record.lr else ""),
        ("epochs", epochs),
        ("best", best),
        ("took", format_duration(record.seconds)),
        ("speed", speed),
        (
            "on",
            f"{place}, {record.precision}, {format_count(record.parameters)} parameters",
        ),
    ]
    lines = [f"{record.name} ({record.run_id}) on {record.dataset_name}: {record.stopped_because}", format_facts(facts)]
    lines.append(record.chosen)
    metrics = [
        (title, _format_interval(record.metrics[name]))
        for name, title in _SHOWN_METRICS.items()
        if name in record.metrics
    ]
    if metrics:
        kind = record.split_config["kind"]
        lines += [f"On {describe_held_out(kind, record.people_evaluated)}:", format_facts(metrics)]
        lines.append(errors_note(kind, record.metrics))
    return "\n".join(line for line in (*lines, curve_words, record.advice) if line).rstrip()


def _format_interval(interval: dict[str, float | None]) -> str:
    value, low, high = (format_metric(interval[name]) for name in ("value", "low", "high"))
    return value if interval["low"] is None else f"{value}  ({low} to {high})"


def _sweep_answer(sweep: RateSweep) -> Answer:
    return Answer(_sweep_document(sweep), _sweep_text(sweep))


def _sweep_document(sweep: RateSweep) -> dict[str, Any]:
    rates = {suggestion.kind: suggestion.lr for suggestion in sweep.suggestions}
    return {
        **document_of(sweep, without=("plan", "fingerprint")),
        "smoothed": document_of(sweep.smoothed),
        "words": sweep.words,
        "stopped": sweep.stopped,
        "suggestions": {kind: rates.get(kind) for kind in KINDS},
        "chosen": sweep.chosen.lr if sweep.chosen else None,
        "chosen_kind": sweep.chosen.kind if sweep.chosen else None,
        "reason": sweep.chosen.sentence if sweep.chosen else sweep.words,
    }


def _sweep_text(sweep: RateSweep) -> str:
    head = f"{sweep.name}: {sweep.words}"
    if not sweep.suggestions:
        return head
    chosen = sweep.chosen.kind if sweep.chosen else ""
    rows = [
        ["*" if suggestion.kind == chosen else "", suggestion.title, format_rate(suggestion.lr), suggestion.sentence]
        for suggestion in sweep.suggestions
    ]
    table = format_table(("", "suggestion", "rate", "why"), rows, right=(2,))
    take = f"Take {format_rate(sweep.chosen.lr)}: --lr {format_rate(sweep.chosen.lr)}" if sweep.chosen else ""
    return "\n".join([head, table, take]).rstrip()
