"""A stored run predicts ratings into a file: of the pairs in a table, or of those that the data set's file asked for.

A model gets all that the data set knows of a person but for the very rating that is asked for; of people whom it
learned, it keeps what it learned.

Shapes: P pairs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Dataset, Float32, Int32
from engine.data.importing.importer import asked_rows
from engine.data.reading.archives import size_of
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.pairs_file import PairsFile, PairsPiece, open_pairs
from engine.data.reading.rows import Pairs
from engine.data.split import SplitConfig, make_split
from engine.data.whole_file import refuse_same, whole_file, write_csv_part
from engine.device import use_cores
from engine.errors import DataError, SettingError
from engine.events import Event, Job, Pace, Progressed, StageStarted
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.base import Model
from engine.models.registry import MODELS
from engine.operations.recommending import recommender_of
from engine.recommending.pair_ratings import LearnedPeople, PairRatings, rate_pairs

MOST_NAMED = 20
_AT_ONCE = 50_000
_DECIMALS = 5


@dataclass(frozen=True)
class UnansweredPair:
    """A line of the file that got no rating, and why."""

    line: int
    user: str
    item: str
    reason: str


@dataclass(frozen=True)
class Predictions:
    """What was written: `pairs` lines, of which `blank` have no rating (the first 20 are `unanswered`)."""

    path: Path
    run_name: str
    pairs: int
    blank: int
    by_averages: int
    already_rated: int
    unknown_people: int
    unknown_titles: int
    skipped: int
    unanswered: tuple[UnansweredPair, ...]
    seconds: float
    run_title: str = ""

    @property
    def predicted(self) -> int:
        return self.pairs - self.blank


@dataclass
class _Tally:
    pairs: int = 0
    blank: int = 0
    by_averages: int = 0
    already_rated: int = 0
    skipped: int = 0
    people: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    unanswered: list[UnansweredPair] = field(default_factory=list)


class _Reading:
    """How far the file of pairs has been answered, in its own unit."""

    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit, self._pace = total, unit, Pace()
        self._from, self._to, self._pairs, self._before = 0.0, 0.0, 1, 0

    def begin(self, start: float, end: float, *, pairs: int) -> None:
        """The next part of the file, with so many pairs."""
        self._before += self._pairs if self._to else 0
        self._from, self._to, self._pairs = start, end, max(1, pairs)

    def report(self, done: int) -> Event | None:
        """How far it is after so many pairs of the part, or None where the last report is too recent."""
        if not self._pace.due():
            return None
        place = self._from + (self._to - self._from) * done / self._pairs
        return Progressed(f"Predicted {self._before + done:,} ratings", int(place), self._total, self._unit)


def predict(
    library: Library, run_id: str, pairs: Path | None, *, out: Path, uncertainty: bool = False
) -> Job[Predictions]:
    """Write a rating for each pair, in the order of the file, in full or not at all.

    Parameters
    ----------
    library, run_id
        Where the run is, and its id or name.
    pairs
        A table `user,item`, answered as `user,item,rating`; an unknown pair stays blank. None: the pairs that the data
        set's own text file asks for, answered one number a line; of whom or what has no ratings, by averages.
    out
        The file to write.
    uncertainty
        Whether to add a column `sd`.

    Raises
    ------
    SettingError, DataError, LibraryError
        Where the run predicts no ratings, a file cannot be read or written, or the run cannot be used.

    Examples
    --------
    ::

        written = drive(operations.predict(library, "mf 1", Path("pairs.csv"), out=Path("ratings.csv")))
    """
    started = time.monotonic()
    use_cores()
    yield StageStarted("opening", "Opening the model")
    recommender = recommender_of(library, run_id)
    record = library.runs.find(run_id)
    model, dataset = recommender.model, recommender.dataset
    refuse_without_ratings(model, record.name)
    if uncertainty and not model.states_uncertainty:
        raise _no_uncertainty(model, record.name)
    tally, asked = _Tally(), _Asked(model, dataset, learned_people(record, model, dataset))
    if pairs is None:
        yield from _answer_own(asked, out, tally)
    else:
        refuse_same(out, as_read=pairs)
        file = open_pairs(pairs)
        try:
            yield from _answer_table(asked, file, out, tally, uncertainty=uncertainty)
        except NotUtf8Error:
            tally = _Tally()
            yield from _answer_table(asked, file.as_western(), out, tally, uncertainty=uncertainty)
    return Predictions(
        Path(out).absolute(), record.name, tally.pairs, tally.blank, tally.by_averages, tally.already_rated,
        len(tally.people), len(tally.titles), tally.skipped, tuple(tally.unanswered), time.monotonic() - started,
        record.title,
    )  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """Who answers: a model, about a data set, of whose people it knows some."""

    model: Model
    dataset: Dataset
    learned: LearnedPeople | None

    def rate(self, rows_P2: Int32, *, averages: bool, sds: bool = False, at: _Reading) -> Job[PairRatings]:
        return rate_pairs(
            self.model, self.dataset, rows_P2[:, 0], rows_P2[:, 1], averages=averages, sds=sds, learned=self.learned,
            report=at.report,
        )  # fmt: skip


def learned_people(record: RunRecord, model: Model, dataset: Dataset) -> LearnedPeople | None:
    """The people whom the model of a run knows; None where it knows nobody in particular."""
    if not model.knows_people:
        return None
    return LearnedPeople.of(make_split(dataset, SplitConfig.from_dict(record.split_config)))


def asked_pairs(dataset: Dataset) -> Int32:
    """The pairs that a data set's own file asks for, [P, 2]. Raises DataError where there are none."""
    if dataset.asked_P2 is None or not len(dataset.asked_P2):
        raise DataError(
            f"The file of {dataset.name} asks for no ratings.",
            remedy="Give a file of pairs: user,item.",
            dataset=dataset.dataset_id,
        )
    return dataset.asked_P2


def _answer_own(by: _Asked, out: Path, tally: _Tally) -> Job[None]:
    dataset = by.dataset
    asked_P2 = asked_pairs(dataset)
    yield StageStarted("predicting", f"Predicting the {len(asked_P2):,} ratings that {dataset.name} asks for")
    at = _Reading(len(asked_P2), "ratings")
    with whole_file(out) as file:
        for start in range(0, len(asked_P2), _AT_ONCE):
            rows_P2 = np.array(asked_P2[start : start + _AT_ONCE])
            at.begin(start, start + len(rows_P2), pairs=len(rows_P2))
            found = yield from by.rate(rows_P2, averages=True, at=at)
            _count(tally, found)
            tally.by_averages += int(_nothing_known(dataset, rows_P2[:, 0], rows_P2[:, 1]).sum())
            file.write("".join(f"{rating:.{_DECIMALS}g}\n" for rating in found.ratings_P.tolist()).encode())


def _nothing_known(dataset: Dataset, users_P: Int32, items_P: Int32) -> Bools:
    """Which pairs are of a person or title without a single entry."""
    counts_U, counts_I = np.append(dataset.histories.counts_U, 0), np.append(dataset.counts_I, 0)
    unknown_P: Bools = (counts_U[users_P] == 0) | (counts_I[items_P] == 0)
    return unknown_P


def _answer_table(by: _Asked, pairs: PairsFile, out: Path, tally: _Tally, *, uncertainty: bool) -> Job[None]:
    yield StageStarted("predicting", f"Predicting the ratings that {pairs.source.name} asks for")
    at, begun = _Reading(size_of(pairs.source), "bytes"), 0
    names = ["user", "item", "rating", *(["sd"] if uncertainty else [])]
    with whole_file(out) as file:
        file.write((",".join(names) + "\n").encode())
        for piece in pairs.pieces():
            tally.skipped += len(piece.skipped)
            tally.unanswered += [UnansweredPair(line, "", "", "wrong number of columns") for line in piece.skipped]
            _keep_first(tally)
            share = (piece.position - begun) / max(1, len(piece.lines_P))
            for first, part in _parts(piece):
                at.begin(begun + first * share, begun + (first + len(part.lines_P)) * share, pairs=len(part.lines_P))
                found = yield from _answer_part(by, part, tally, sds=uncertainty, at=at)
                _write(file, part, found, names)
            begun = piece.position
        if not tally.pairs:
            what = f"{pairs.source.name} holds no pairs."
            raise pairs.source.error(what, remedy="Choose a file with a person and a title a line.")


def _parts(piece: PairsPiece) -> Iterator[tuple[int, PairsPiece]]:
    """A piece in parts that fit into memory, each with the number of its first pair."""
    for start in range(0, len(piece.lines_P), _AT_ONCE):
        users_P, items_P = (ids_P.slice(start, _AT_ONCE) for ids_P in (piece.users_P, piece.items_P))
        lines_P = piece.lines_P[start : start + _AT_ONCE]
        yield start, PairsPiece(users_P, items_P, lines_P, (), piece.position)


def _answer_part(by: _Asked, part: PairsPiece, tally: _Tally, *, sds: bool, at: _Reading) -> Job[PairRatings]:
    rows_P2 = asked_rows([Pairs(part.users_P, part.items_P)], by.dataset.users, by.dataset.items)
    assert rows_P2 is not None, "there is a list of pairs"
    found = yield from by.rate(rows_P2, averages=False, sds=sds, at=at)
    _count(tally, found)
    _count_unknown(by.dataset, part, rows_P2, tally)
    return found


def _count_unknown(dataset: Dataset, part: PairsPiece, rows_P2: Int32, tally: _Tally) -> None:
    """Count who and what the data set does not have, and name the first lines."""
    unknown_P2 = rows_P2 < 0
    for names, ids_P, unknown_P in ((tally.people, part.users_P, unknown_P2[:, 0]),
                                    (tally.titles, part.items_P, unknown_P2[:, 1])):  # fmt: skip
        names.update(ids_P.filter(pa.array(unknown_P)).unique().to_pylist())
    for place in np.flatnonzero(unknown_P2.any(1))[:MOST_NAMED].tolist():
        missing = [word for word, is_unknown in zip(("person", "title"), unknown_P2[place], strict=True) if is_unknown]
        reason = f"{dataset.name} has no such {' and no such '.join(missing)}"
        user, item = part.users_P[place].as_py(), part.items_P[place].as_py()
        tally.unanswered.append(UnansweredPair(int(part.lines_P[place]), user, item, reason))
    _keep_first(tally)


def _write(file: BinaryIO, part: PairsPiece, found: PairRatings, names: list[str]) -> None:
    columns = [part.users_P, part.items_P, _numbers(found.ratings_P)]
    if found.sds_P is not None:
        columns.append(_numbers(found.sds_P))
    write_csv_part(file, dict(zip(names, columns, strict=True)))


def _numbers(values_P: Float32) -> pa.Array:
    return pc.round(pa.array(values_P.astype(np.float64), from_pandas=True), _DECIMALS)


def _count(tally: _Tally, found: PairRatings) -> None:
    tally.pairs += len(found.ratings_P)
    tally.blank += int(np.isnan(found.ratings_P).sum())
    tally.already_rated += int(found.own_P.sum())


def _keep_first(tally: _Tally) -> None:
    tally.unanswered.sort(key=lambda pair: pair.line)
    del tally.unanswered[MOST_NAMED:]


def refuse_without_ratings(model: Model, run_name: str) -> None:
    """Raises SettingError where a run predicts no ratings."""
    if not model.can.predicts_ratings:
        able = [kind.name for kind in MODELS.values() if kind.can.predicts_ratings]
        raise SettingError(
            f"The run {run_name} ({model.name}) ranks titles and predicts no ratings.",
            remedy=f"Take a run of a model that does: {', '.join(able)}.",
            model=model.name,
        )


def _no_uncertainty(model: Model, run_name: str) -> SettingError:
    able = [kind.name for kind in MODELS.values() if kind.can.states_uncertainty]
    if model.can.states_uncertainty:
        return SettingError(
            f"The run {run_name} does not know how far off its predictions are: nothing was held out to measure it on.",
            remedy="Train again with ratings to validate on, or leave the uncertainty out.",
            model=model.name,
        )
    return SettingError(
        f"The run {run_name} ({model.name}) does not say how far off its predictions may be.",
        remedy=f"Take a run of a model that does ({', '.join(able)}), or leave the uncertainty out.",
        model=model.name,
    )
