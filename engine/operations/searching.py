"""A search: run after run over a grid, all on the same split, compared on the validation people, kept as it goes.

Wires the grid to the verb that trains. Whatever ends a search leaves it in the library with its table; going on makes
only the runs that are missing and goes on with the one that was cut short. The test people never decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from engine.data.dataset import Dataset
from engine.data.split import SplitConfig, make_split
from engine.device import choose_device, training_threads
from engine.errors import LibraryError
from engine.events import Advised, Job, SearchMoved, SearchStarted, StageStarted, Stop
from engine.library.searches import ENDED, FINISHED, SearchRecord, SearchRow, best_of
from engine.library.store import Library
from engine.models.registry import kind_of
from engine.operations.blending import Relay
from engine.operations.search_runs import Bench, RunOfSearch, refuse_unwritable, write_summary
from engine.settings import Config
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import Grid, SearchConfig, Trial, format_settings, grid_of, refuse_unmeasurable


@dataclass(frozen=True)
class SearchResult:
    """What a search found: its record, its table, the best row (None where no run came to a value), whether stopped."""

    record: SearchRecord
    rows: tuple[SearchRow, ...]
    best: SearchRow | None
    stopped: bool


def search(
    library: Library,
    dataset: Dataset,
    *,
    model: str = "",
    grid: Mapping[str, Sequence[Any]] | None = None,
    model_config: Config | None = None,
    training: TrainingConfig | None = None,
    split: SplitConfig | None = None,
    config: SearchConfig | None = None,
    device: str = "auto",
    out: Path | None = None,
    search_id: str | None = None,
    suggestion: str | None = None,
) -> Job[SearchResult]:
    """Try every combination of a grid ({"rank": (10, 25)}); what it does not vary is as given, else as the model comes.

    A run that fails is recorded and the search goes on; one for which memory was short is tried again with half the
    batch. `suggestion` is the reading of the rate finder to take for rates of None. Stop keeps the search with all its
    runs; with `search_id` it goes on, and `out` alone is then read (None: as before). Raises SettingError, before
    anything runs, for values and combinations that cannot be; DataError where nothing can be held out or the summary
    not be written; LibraryError where the disk refuses or the data set of a kept search is not this one.
    """
    torch.set_num_threads(training_threads())
    begun = library.searches.find(search_id) if search_id is not None else None
    if begun is not None:
        plan = _Plan.from_dict(begun.plan)
        refuse_other_data(begun, dataset)
    else:
        base = TrainingPlan.of(
            model, model_config=model_config, training=training, split=split, entries=dataset.entries
        )
        plan = _Plan(grid_of(base, grid or {}), config or SearchConfig(), device, suggestion, None)
    plan = plan if out is None else replace(plan, out=out.resolve())
    trials = plan.trials()
    yield StageStarted("splitting", "Setting people aside to judge on")
    divided = make_split(dataset, plan.grid.plan.split)
    record = _recorded(library, dataset, plan, trials, begun)
    relay = Relay()
    recorder = _Table(library, record, plan, {row.place: row for row in library.searches.rows(record.search_id)})
    bench = Bench(library, dataset, divided, record.model, record.monitor, plan.device, plan.suggestion, recorder.keep)
    return (yield from _searched(trials, recorder, bench, relay))


def search_plan(record: SearchRecord) -> tuple[Grid, SearchConfig]:
    """What a kept search was asked to try."""
    plan = _Plan.from_dict(record.plan)
    return plan.grid, plan.config


def refuse_other_data(record: SearchRecord, dataset: Dataset) -> None:
    """Raise LibraryError where a kept search was over other data than these."""
    if record.fingerprint != dataset.fingerprint:
        raise LibraryError(
            f"The search {record.name} was over {record.dataset_name}; {dataset.name} is other data.",
            remedy="Go on with it on its own data set, or start a new search.",
            search=record.search_id,
        )


@dataclass(frozen=True)
class _Plan:
    """What a search is asked to do, as it is kept."""

    grid: Grid
    config: SearchConfig
    device: str
    suggestion: str | None
    out: Path | None

    def trials(self) -> tuple[Trial, ...]:
        """Every run to make. Raises before anything runs where they could not be made, compared, or summed up."""
        refuse_unmeasurable(self.grid.plan, self.config)
        trials = self.grid.trials(self.config)
        if kind_of(self.grid.plan.model).can.learns_by_steps:
            choose_device(self.device)
        if self.out is not None:
            refuse_unwritable(self.out)
        return trials

    def as_dict(self) -> dict[str, Any]:
        shared = self.grid.plan
        return {
            "model": shared.model,
            "model_config": shared.model_config.as_dict(),
            "training": shared.training.as_dict() if shared.training is not None else None,
            "split": shared.split.as_dict(),
            "grid": [[axis.name, list(axis.values)] for axis in self.grid.axes],
            "search": self.config.as_dict(),
            "device": self.device,
            "suggestion": self.suggestion,
            "out": str(self.out) if self.out is not None else None,
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> _Plan:
        """Raises SettingError where this version knows no such settings."""
        base = TrainingPlan(
            values["model"],
            kind_of(values["model"]).config_class.from_dict(values["model_config"]),
            TrainingConfig.from_dict(values["training"]) if values["training"] is not None else None,
            SplitConfig.from_dict(values["split"]),
        )
        out = Path(values["out"]) if values["out"] else None
        config = SearchConfig.from_dict(values["search"])
        return _Plan(grid_of(base, dict(values["grid"])), config, values["device"], values.get("suggestion"), out)


def _recorded(
    library: Library, dataset: Dataset, plan: _Plan, trials: Sequence[Trial], begun: SearchRecord | None
) -> SearchRecord:
    """The record of a search that begins, or of one that goes on, maybe with another plan."""
    if begun is None:
        return library.searches.begin(
            dataset, model=plan.grid.plan.model, monitor=plan.grid.monitor(plan.config), plan=plan.as_dict(),
            rows=[SearchRow(trial.place, trial.values) for trial in trials],
        )  # fmt: skip
    return begun if plan.as_dict() == begun.plan else library.searches.replan(begun.search_id, plan.as_dict())


class _Table:
    """The rows of a search in motion: kept in the library, summed up in the CSV, and what is known of the whole."""

    def __init__(self, library: Library, record: SearchRecord, plan: _Plan, rows: dict[int, SearchRow]) -> None:
        self.record, self.plan, self.rows = record, plan, rows
        self._library = library

    @property
    def best(self) -> SearchRow | None:
        return best_of(self.rows.values(), self.record.monitor)

    @property
    def ended(self) -> int:
        return sum(row.status in ENDED for row in self.rows.values())

    def keep(self, row: SearchRow) -> None:
        self.rows[row.place] = row
        self._library.searches.save_row(self.record.search_id, row)

    def keep_only_best(self) -> None:
        """Where only the best model is to be kept, the others' go; their rows stay."""
        best = self.best
        for row in self.rows.values() if self.plan.config.keep == "best" else ():
            if row.status in ENDED and row.run_id is not None and row is not best:
                self._library.runs.forget(row.run_id)
                self.keep(
                    row.changed(run_id=None, note="; ".join(one for one in (row.note, "its model was not kept") if one))
                )

    def summed_up(self) -> str:
        """Write the CSV where one is wanted; "" or why it could not be, which must not end the search."""
        if self.plan.out is None:
            return ""
        try:
            write_summary(
                self.plan.out, [self.rows[at] for at in sorted(self.rows)], model=self.record.model,
                monitor=self.record.monitor,
            )  # fmt: skip
        except OSError as error:
            return f"The summary {self.plan.out} could not be written ({error}); it is tried again after the next run."
        return ""

    def remaining_s(self) -> float | None:
        """How long the runs still to come will take, if they are like those that ended; None before one has."""
        took = [row.seconds for row in self.rows.values() if row.status == FINISHED]
        if not took:
            return None
        return sum(took) / len(took) * (len(self.rows) - self.ended)

    def moved(self, row: SearchRow) -> SearchMoved:
        best = self.best
        return SearchMoved(
            place=row.place,
            status=row.status,
            settings=format_settings(row.values),
            value=row.value,
            note=row.note,
            seconds=row.seconds,
            best_place=best.place if best is not None else None,
            best_value=best.value if best is not None else None,
            ended=self.ended,
            runs=len(self.rows),
            remaining_s=self.remaining_s(),
        )


def _searched(trials: Sequence[Trial], table: _Table, bench: Bench, relay: Relay) -> Job[SearchResult]:
    """Make the runs that are missing, one after the other."""
    record = table.record
    yield from relay.say(
        SearchStarted(record.search_id, record.name, record.model, record.monitor, len(table.rows), table.ended)
    )
    for trial in trials:
        row = table.rows[trial.place]
        if relay.stopped or row.status in ENDED:
            continue
        run = RunOfSearch(bench, trial, row, relay)
        yield from relay.say(table.moved(row.changed(status="running")))
        if relay.stopped:
            break
        yield from run.run()
        table.keep(run.row)
        table.keep_only_best()
        problem = table.summed_up()
        yield from relay.say(table.moved(table.rows[trial.place]))
        if problem:
            yield from relay.say(Advised(problem))
    return _result(table, bench.library, stopped=relay.stopped)


def _result(table: _Table, library: Library, *, stopped: bool) -> SearchResult:
    """The whole, as it is kept. A search that was stopped before any run was there is forgotten, and Stop passes on."""
    rows = tuple(table.rows[at] for at in sorted(table.rows))
    if stopped and not any(row.run_id is not None or row.status in ENDED for row in rows):
        library.searches.forget(table.record.search_id)
        raise Stop
    return SearchResult(library.searches.find(table.record.search_id), rows, table.best, stopped)
