"""The ratings of a data set as the table they are, its gaps filled by a model: a window of it at a time.

People with the most entries and titles that most people have come first, so the first window is the fullest.

Shapes: R people and C titles of a window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Bools, Dataset, Float32, Int32, Int64, stable_order
from engine.device import use_cores
from engine.events import Job, StageStarted
from engine.library.store import Library
from engine.models.base import Model
from engine.operations.predicting import learned_people, refuse_without_ratings
from engine.operations.recommending import recommender_of
from engine.recommending.pair_ratings import LearnedPeople, rate_pairs

PEOPLE, TITLES = 25, 12
"""How much of it is looked at, at once."""


@dataclass(frozen=True)
class MatrixWindow:
    """Some people and titles: `given_RC` are their ratings (NaN for a gap), `filled_RC` predictions in the gaps.

    A title that was only seen is a gap. Places count from 0 in the orders of the whole matrix.
    """

    run_id: str
    first_person: int
    first_title: int
    people: int
    titles: int
    users: tuple[str, ...]
    items: tuple[str, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    given_RC: Float32
    filled_RC: Float32


@dataclass(frozen=True)
class FilledMatrix:
    """A model over its data set, ready to fill windows. Made by `open_matrix`."""

    run_id: str
    model: Model
    dataset: Dataset
    learned: LearnedPeople | None
    user_order_U: Int64
    item_order_I: Int64

    def window(
        self, *, first_person: int = 0, first_title: int = 0, people: int = PEOPLE, titles: int = TITLES
    ) -> Job[MatrixWindow]:
        """So many people and titles from these places on; fewer at the end."""
        dataset = self.dataset
        user_rows_R = self.user_order_U[first_person : first_person + people]
        item_rows_C = self.item_order_I[first_title : first_title + titles]
        given_RC, is_gap_RC = _given(dataset, user_rows_R, item_rows_C)
        filled_RC = np.full(given_RC.shape, np.nan, dtype=np.float32)
        rows, columns = np.nonzero(is_gap_RC)
        found = yield from rate_pairs(
            self.model, dataset, _as_rows(user_rows_R[rows]), _as_rows(item_rows_C[columns]), averages=False,
            learned=self.learned,
        )  # fmt: skip
        filled_RC[rows, columns] = found.ratings_P
        catalogue = dataset.catalogue
        return MatrixWindow(
            self.run_id, first_person, first_title, dataset.people, dataset.titles,
            tuple(dataset.users.id(int(row)) for row in user_rows_R),
            tuple(dataset.items.id(int(row)) for row in item_rows_C),
            tuple(dataset.title_of(int(row)) for row in item_rows_C),
            tuple(int(catalogue.years[int(row)]) for row in item_rows_C),
            given_RC, filled_RC,
        )  # fmt: skip


def open_matrix(library: Library, run_id: str) -> Job[FilledMatrix]:
    """A run's model over its data set. Raises SettingError where it predicts no ratings, LibraryError."""
    use_cores()
    yield StageStarted("opening", "Opening the model")
    record = library.runs.find(run_id)
    recommender = recommender_of(library, record.run_id)
    model, dataset = recommender.model, recommender.dataset
    refuse_without_ratings(model, record.name)
    return FilledMatrix(
        record.run_id,
        model,
        dataset,
        learned_people(record, model, dataset),
        stable_order(-dataset.histories.counts_U),
        stable_order(-dataset.counts_I),
    )


def filled_matrix(
    library: Library,
    run_id: str,
    *,
    first_person: int = 0,
    first_title: int = 0,
    people: int = PEOPLE,
    titles: int = TITLES,
) -> Job[MatrixWindow]:
    """A window of the ratings of a run's data set, its gaps filled by the run.

    Parameters
    ----------
    library, run_id
        Where the run is, and its id or name.
    first_person, first_title
        Where the window begins, from 0: those with the most entries come first.
    people, titles
        How many of each.

    Raises
    ------
    SettingError, LibraryError
        Where the run predicts no ratings, or cannot be used.

    Examples
    --------
    ::

        window = drive(operations.filled_matrix(library, "mf 1", people=10, titles=5))
    """
    matrix = yield from open_matrix(library, run_id)
    return (yield from matrix.window(first_person=first_person, first_title=first_title, people=people, titles=titles))


def _given(dataset: Dataset, user_rows_R: Int64, item_rows_C: Int64) -> tuple[Float32, Bools]:
    """The ratings of a window, and which of its cells the data set has nothing in."""
    histories = dataset.histories.take(user_rows_R)
    column_I = np.full(dataset.titles, -1, dtype=np.int64)
    column_I[item_rows_C] = np.arange(len(item_rows_C))
    columns_N = column_I[histories.item_rows_N]
    some = columns_N >= 0
    given_RC = np.full((len(user_rows_R), len(item_rows_C)), np.nan, dtype=np.float32)
    is_gap_RC = np.ones(given_RC.shape, dtype=np.bool_)
    given_RC[histories.user_rows_N[some], columns_N[some]] = histories.ratings_N[some]
    is_gap_RC[histories.user_rows_N[some], columns_N[some]] = np.isnan(histories.ratings_N[some])
    return given_RC, is_gap_RC


def _as_rows(rows: Int64) -> Int32:
    return rows.astype(np.int32)
