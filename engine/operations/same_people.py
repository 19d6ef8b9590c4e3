"""Runs of different splits, evaluated on the same people: on ratings that none of them has learned from.

A run whose split holds out whole people knows nothing of its test people; one whose split holds out single ratings does
not know its test ratings. What neither knows is what the latter holds out of the former's test people. Both get the
same other ratings of these people.

Shapes: U people, N entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.dataset import Bools, Dataset, Int64
from engine.data.split import HeldOut, Split, SplitConfig, make_split, places_in
from engine.device import use_cores
from engine.errors import DataError
from engine.evaluation.protocol import DEFAULT_CUTS, evaluate_model
from engine.evaluation.result import EvaluationResult
from engine.events import Job, StageStarted
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.operations.recommending import model_of
from engine.text import plural
from engine.wording import said

LEAST_PEOPLE, LEAST_RATINGS = 10, 50
"""On fewer, no two models could be told apart."""


@dataclass(frozen=True)
class SamePeople:
    """The evaluations of runs, by id, on `people` and their `ratings` that none of the runs has learned from."""

    results: dict[str, EvaluationResult]
    people: int
    ratings: int
    stopped: bool = False

    @property
    def words(self) -> str:
        """On what they were evaluated, in a sentence."""
        return said(
            "On {ratings} of {people} that none of them learned from.",
            ratings=plural(self.ratings, "rating"),
            people=plural(self.people, "person"),
        )


def evaluate_on_same_people(library: Library, run_ids: Sequence[str]) -> Job[SamePeople]:
    """Evaluate runs of one data set on people and ratings that none of them has learned from; nothing is stored.

    Raises DataError where there are none, or too few to tell models apart, and says why. A Stop ends it with the runs
    that were evaluated so far.

    Examples
    --------
    ::

        found = drive(operations.evaluate_on_same_people(library, ["mf 1", "two_head 1"]))
    """
    records = [library.runs.find(which) for which in run_ids]
    dataset = _shared_dataset(library, records)
    use_cores()
    splits: list[Split] = []
    for record in records:
        yield StageStarted("splitting", said("Setting aside what {title} has not learned from", title=record.title))
        splits.append(make_split(dataset, SplitConfig.from_dict(record.split_config)))
    held_out = _common(dataset, splits)
    _refuse_few(held_out, records)
    candidates_I = np.logical_and.reduce([split.candidates_I for split in splits])
    results: dict[str, EvaluationResult] = {}
    ratings = held_out.to_find.entries
    for record, split in zip(records, splits, strict=True):
        yield StageStarted("loading", said("Fetching what {title} has learned", title=record.title))
        model = model_of(library.runs.load(record.run_id), dataset)
        learned_U = places_in(split.train_user_rows_U, held_out.user_rows_U) if split.config.kind != "strong" else None
        own = replace(held_out, learned_U=learned_U)
        found = yield from evaluate_model(model, own, candidates_I=candidates_I, ks=DEFAULT_CUTS)
        if found.stopped:
            return SamePeople(results, len(held_out), ratings, stopped=True)
        results[record.run_id] = found
    return SamePeople(results, len(held_out), ratings)


def _shared_dataset(library: Library, records: Sequence[RunRecord]) -> Dataset:
    if len({record.run_id for record in records}) < max(2, len(records)):
        raise DataError(said("Two different runs are compared."), remedy=said("Name two runs or more, each once."))
    if len({record.fingerprint for record in records}) > 1:
        raise DataError(
            said("These runs learned from different data sets."), remedy=said("Choose runs of one data set.")
        )
    for record in records:
        if record.split_config.get("kind") == "none":
            raise DataError(
                said("{title} learned from everything, so there is nobody whom it does not know.", title=record.title),
                remedy=said("Train it with another split."),
                run=record.run_id,
            )
        if not record.has_model:
            raise DataError(
                said("{title} ended before anything was learned.", title=record.title), remedy=said("Train it again.")
            )
    return library.dataset_of(records[0])


def _common(dataset: Dataset, splits: Sequence[Split]) -> HeldOut:
    """What none of the runs has learned from, of people whom all can be asked about; the rest of it they are given."""
    whole = [split.test for split in splits if split.config.kind == "strong" and split.test is not None]
    single = [split.test for split in splits if split.config.kind != "strong" and split.test is not None]
    rows_U = _in_all([held.user_rows_U for held in (*whole, *single)])
    histories = dataset.histories.take(rows_U)
    if single:
        hidden_N = np.logical_and.reduce([_is_among(dataset, rows_U, held) for held in single])
    else:
        hidden_N = _is_among(dataset, rows_U, whole[0])
    has_some_U = np.bincount(histories.user_rows_N[hidden_N], minlength=len(rows_U)) > 0
    kept = np.flatnonzero(has_some_U)
    return HeldOut(rows_U[kept], histories.where(~hidden_N).take(kept), histories.where(hidden_N).take(kept))


def _in_all(rows: Sequence[Int64]) -> Int64:
    common = rows[0]
    for others in rows[1:]:
        common = np.intersect1d(common, others)
    return np.sort(common).astype(np.int64)


def _is_among(dataset: Dataset, rows_U: Int64, held: HeldOut) -> Bools:
    """Which entries of people are to be found in a held-out set, in the order of their histories."""
    histories = dataset.histories.take(rows_U)
    found_N = held.user_rows_U[held.to_find.user_rows_N] * dataset.titles + held.to_find.item_rows_N
    asked_N = rows_U[histories.user_rows_N] * dataset.titles + histories.item_rows_N
    return np.asarray(np.isin(asked_N, found_N), dtype=np.bool_)


def _refuse_few(held_out: HeldOut, records: Sequence[RunRecord]) -> None:
    people, ratings = len(held_out), held_out.to_find.entries
    if people >= LEAST_PEOPLE and ratings >= LEAST_RATINGS:
        return
    titles = " and ".join(record.title for record in records)
    raise DataError(
        said(
            "There are too few ratings that neither of {titles} has learned from: {ratings} of "
            "{people}, and {least} of {least_2} are needed.",
            titles=titles,
            ratings=plural(ratings, "rating"),
            people=plural(people, "person"),
            least=LEAST_RATINGS,
            least_2=LEAST_PEOPLE,
        ),
        remedy=said("Train one of them with the split of the other."),
        people=people,
        ratings=ratings,
    )
