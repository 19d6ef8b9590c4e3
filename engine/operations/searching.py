"""A search: run after run over a grid, on the same split, compared on the validation people, saved as it goes.

However it ends, going on makes only the missing runs and resumes the one that was cut short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.data.dataset import Dataset
from engine.data.split import make_split
from engine.data.whole_file import whole_file
from engine.device import choose_device, use_cores
from engine.errors import DataError, LibraryError
from engine.events import Advised, Job, SearchMoved, SearchStarted, StageStarted, Stop
from engine.library.searches import ENDED, FINISHED, WAITING, SearchRecord, SearchRow, best_of
from engine.library.store import Library
from engine.operations.search_runs import Relay, RunOfSearch, SearchBench, after
from engine.training.plan import TrainingPlan
from engine.training.search import (
    Grid,
    SearchConfig,
    Trial,
    format_settings,
    format_value,
    grid_of,
    refuse_unmeasurable,
)
from engine.wording import said


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
    grid: Grid,
    *,
    config: SearchConfig | None = None,
    out: Path | None = None,
) -> Job[SearchResult]:
    """Try every combination of a grid; what it does not vary is as its plan has it.

    A run that fails is recorded and the search goes on. After a Stop `resume_search` goes on with it.

    Parameters
    ----------
    library, dataset
        Where the search is stored, and what its runs learn from.
    grid
        A plan, and around it settings of the model or of training with the values to try, {"rank": (10, 25)}, or for a
        random search the range to draw from, {"lr": Span(1e-4, 1e-1, "log")}. A rate of None is found for each run.
    config
        How many of the combinations, by which metric they are compared, and which models stay.
    out
        A CSV of the table, written after each run.

    Raises
    ------
    SettingError, DataError, LibraryError
        For values that cannot be (before anything runs), nothing held out, or a full disk.

    Examples
    --------
    ::

        grid = grid_of(TrainingPlan.defaults("mf", entries=dataset.entries), {"rank": (10, 25)})
        found = drive(operations.search(library, dataset, grid))
    """
    plan = _Plan(grid, config or SearchConfig(), out.resolve() if out is not None else None)
    return (yield from _begun(library, dataset, plan, None))


def resume_search(library: Library, dataset: Dataset, search_id: str, *, out: Path | None = None) -> Job[SearchResult]:
    """Go on with a search that was stopped or cut short: make the missing runs, resume the one that was cut.

    Parameters
    ----------
    library, dataset
        Where the search is, and the data set it is over.
    search_id
        Its id or name.
    out
        As for `search`; None for the file it has.

    Raises
    ------
    SettingError, DataError, LibraryError
        Where there is no such search, it was over other data, or its settings are unknown here.

    Examples
    --------
    ::

        found = drive(operations.resume_search(library, dataset, "latest"))
    """
    begun = library.searches.find(search_id)
    plan = _Plan.from_dict(begun.plan)
    refuse_other_data(begun, dataset)
    plan = plan if out is None else replace(plan, out=out.resolve())
    return (yield from _begun(library, dataset, plan, begun))


def _begun(library: Library, dataset: Dataset, plan: _Plan, begun: SearchRecord | None) -> Job[SearchResult]:
    """Check and record what is to be searched, and make the runs that are missing."""
    use_cores()
    trials = plan.trials()
    yield StageStarted("splitting", said("Setting people aside to evaluate on"))
    divided = make_split(dataset, plan.grid.plan.split)
    record = _recorded(library, dataset, plan, trials, begun)
    relay = Relay()
    table = _Table(library, record, plan, {row.place: row for row in library.searches.rows(record.search_id)})
    bench = SearchBench(library, dataset, divided, record.monitor, table.save_row)
    return (yield from _searched(trials, table, bench, relay))


def search_plan(record: SearchRecord) -> tuple[Grid, SearchConfig]:
    plan = _Plan.from_dict(record.plan)
    return plan.grid, plan.config


def refuse_other_data(record: SearchRecord, dataset: Dataset) -> None:
    """Raise LibraryError where a stored search was over other data than these."""
    if record.fingerprint != dataset.fingerprint:
        raise LibraryError(
            said(
                "The search {record} was over {dataset_name}; {dataset} is other data.",
                record=record.name,
                dataset_name=record.dataset_name,
                dataset=dataset.name,
            ),
            remedy=said("Go on with it on its own data set, or start a new search."),
            search=record.search_id,
        )


@dataclass(frozen=True)
class _Plan:
    """What a search is asked to do, as it is stored."""

    grid: Grid
    config: SearchConfig
    out: Path | None

    def trials(self) -> tuple[Trial, ...]:
        """Every run to make. Raises before anything runs where they could not be made, compared, or summed up."""
        refuse_unmeasurable(self.grid.plan, self.config)
        trials = self.grid.trials(self.config)
        if self.grid.plan.training is not None:
            choose_device(self.grid.plan.device)
        if self.out is not None:
            refuse_unwritable(self.out)
        return trials

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.grid.plan.as_dict(),
            "grid": [
                [axis.name, list(axis.values) if axis.span is None else axis.span.as_dict()] for axis in self.grid.axes
            ],
            "search": self.config.as_dict(),
            "out": str(self.out) if self.out is not None else None,
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> _Plan:
        """Raises SettingError where this version knows no such settings."""
        out = Path(values["out"]) if values["out"] else None
        config = SearchConfig.from_dict(values["search"])
        return _Plan(grid_of(TrainingPlan.from_dict(values), dict(values["grid"])), config, out)


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
    """The rows of a running search: saved in the library, summed up in the CSV, and what is known of the whole."""

    def __init__(self, library: Library, record: SearchRecord, plan: _Plan, rows: dict[int, SearchRow]) -> None:
        self.record, self.plan, self.rows = record, plan, rows
        self._library = library

    @property
    def best(self) -> SearchRow | None:
        return best_of(self.rows.values(), self.record.monitor)

    @property
    def ended(self) -> int:
        return sum(row.status in ENDED for row in self.rows.values())

    def save_row(self, row: SearchRow) -> None:
        self.rows[row.place] = row
        self._library.searches.save_row(self.record.search_id, row)

    def drop_all_but_best(self) -> None:
        """Where only the best model is wanted, the others go; their rows stay."""
        best = self.best
        for row in self.rows.values() if self.plan.config.keep == "best" else ():
            if row.status in ENDED and row.run_id is not None and row is not best:
                self._library.runs.forget(row.run_id)
                note = after(row.note, said("its model was not kept"))
                self.save_row(row.changed(run_id=None, note=note))

    def summed_up(self) -> str:
        """Write the CSV where one is wanted; "" or why it could not be, which must not end the search."""
        if self.plan.out is None:
            return ""
        try:
            write_summary(
                self.plan.out, [self.rows[at] for at in sorted(self.rows)], model=self.record.model,
                monitor=self.record.monitor,
            )  # fmt: skip
        except DataError as error:
            return said("{what} The summary is tried again after the next run.", what=error.what)
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


def _searched(trials: Sequence[Trial], table: _Table, bench: SearchBench, relay: Relay) -> Job[SearchResult]:
    """Make the runs that are missing, one after the other."""
    record = table.record
    yield from relay.report(
        SearchStarted(record.search_id, record.name, record.model, record.monitor, len(table.rows), table.ended)
    )
    for trial in trials:
        row = table.rows[trial.place]
        if relay.stopped or row.status in ENDED:
            continue
        run = RunOfSearch(bench, trial, row, relay)
        yield from relay.report(table.moved(row.changed(status="running")))
        if relay.stopped:
            break
        yield from run.run()
        table.save_row(run.row)
        table.drop_all_but_best()
        problem = table.summed_up()
        yield from relay.report(table.moved(table.rows[trial.place]))
        if problem:
            yield from relay.report(Advised(problem))
    return _result(table, bench.library, stopped=relay.stopped)


def _result(table: _Table, library: Library, *, stopped: bool) -> SearchResult:
    """The whole, as it is stored. A search that was stopped before any run was there is forgotten, and Stop passes."""
    rows = tuple(table.rows[at] for at in sorted(table.rows))
    if stopped and not any(row.run_id is not None or row.status in ENDED for row in rows):
        library.searches.forget(table.record.search_id)
        raise Stop
    return SearchResult(library.searches.find(table.record.search_id), rows, table.best, stopped)


_FIRST = ("number", "model")


def summary_columns(rows: Sequence[SearchRow], *, monitor: str) -> tuple[str, ...]:
    """The test metrics that any row has: the monitor first, then as they turned up."""
    found = dict.fromkeys(name for row in rows for name, _ in row.metrics)
    return tuple(sorted(found, key=lambda name: name != monitor))


def write_summary(path: Path, rows: Sequence[SearchRow], *, model: str, monitor: str) -> None:
    """Write the rows that have begun. Readers see the old file or the new one, never a part. Raises DataError."""
    import pandas as pd

    begun = [row for row in rows if row.status != WAITING]
    best = best_of(begun, monitor)
    metrics = summary_columns(begun, monitor=monitor)
    documents = [_document(row, model, monitor, metrics, is_best=row is best) for row in begun]
    axes = [name for name, _ in rows[0].values] if rows else []
    columns = list(_document(SearchRow(0, tuple((name, 0) for name in axes)), model, monitor, metrics, is_best=False))
    table = pd.DataFrame(documents, columns=columns)
    for name in ("best_epoch", "batch_used"):
        table[name] = table[name].astype("Int64")
    with whole_file(path) as file:
        file.write(table.to_csv(index=False, lineterminator="\n").encode())


def refuse_unwritable(path: Path) -> None:
    """Raise DataError, before anything runs, where the summary cannot be written or would overwrite something else."""
    if path.is_dir() or not path.parent.is_dir():
        raise DataError(
            said("The summary cannot be written to {path}: that is a folder.", path=path)
            if path.is_dir()
            else said(
                "The summary cannot be written to {path}: there is no folder {parent}.", path=path, parent=path.parent
            ),
            remedy=said("Name a file, such as --out summary.csv."),
            path=str(path),
        )
    try:
        with path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            head = file.readline()
        if not head:
            path.unlink()
    except (OSError, ValueError) as error:
        raise DataError(
            said("The summary cannot be written to {path} ({error}).", path=path, error=error),
            remedy=said("Name another file."),
            path=str(path),
        ) from error
    if head and tuple(head.strip().split(",")[:2]) != _FIRST:
        raise DataError(
            said("{path} is there already and is no summary of a search.", path=path),
            remedy=said("Name another file."),
            path=str(path),
        )


def _document(row: SearchRow, model: str, monitor: str, metrics: Sequence[str], *, is_best: bool) -> dict[str, Any]:
    tested = dict(row.metrics)
    return {
        "number": row.place,
        "model": model,
        **{name: _cell(value) for name, value in row.values},
        "status": row.status,
        "best": "yes" if is_best else "",
        "training_loss": row.training_loss,
        "validation_loss": row.validation_loss,
        f"validation_{monitor}": row.value,
        "best_epoch": row.best_epoch,
        "epochs_run": row.epochs,
        **{f"test_{name}": tested.get(name) for name in metrics},
        "seconds": round(row.seconds, 3),
        "parameters": row.parameters,
        "lr_used": row.lr,
        "batch_used": row.batch,
        "note": row.note,
        "run": row.run_id,
    }


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else format_value(value)
