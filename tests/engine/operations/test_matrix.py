"""The filled matrix: given ratings stand as they are, gaps hold what the run predicts, window by window."""

import numpy as np
import pytest
from operation_driving import QUICK, trained
from small_models import SMALL as SMALL_MODELS

from engine import operations
from engine.errors import SettingError
from engine.events import drive


def window_of(library, dataset, model="mf", **choices):
    training = QUICK.changed(batch=256, epochs=1)
    run = drive(trained(library, dataset, model=model, model_config=SMALL_MODELS[model], training=training))
    return drive(operations.filled_matrix(library, run.run_id, **choices)), run.run_id


def test_that_given_ratings_stand_and_every_gap_is_filled(library, dataset):
    found, _ = window_of(library, dataset, first_person=2, first_title=1, people=7, titles=5)
    assert (found.people, found.titles, len(found.users), len(found.items)) == (dataset.people, dataset.titles, 7, 5)
    for row, user in enumerate(found.users):
        history = dataset.histories.row(dataset.users.row(user))
        rated = dict(zip(history.item_rows_N.tolist(), history.ratings_N.tolist(), strict=True))
        for column, item in enumerate(found.items):
            given = rated.get(dataset.items.row(item), np.nan)
            assert found.given_RC[row, column] == pytest.approx(given, nan_ok=True)
            assert np.isnan(found.filled_RC[row, column]) != np.isnan(given)
    filled = found.filled_RC[~np.isnan(found.filled_RC)]
    assert ((filled >= dataset.scale.low) & (filled <= dataset.scale.high)).all()


def test_that_the_fullest_come_first_and_the_last_window_is_cut(library, dataset):
    found, run_id = window_of(library, dataset, people=5, titles=4)
    counts = [dataset.histories.counts_U[dataset.users.row(user)] for user in found.users]
    assert counts == sorted(dataset.histories.counts_U, reverse=True)[:5]
    last = drive(operations.filled_matrix(library, run_id, first_person=dataset.people - 2, people=5, titles=4))
    assert len(last.users) == 2
    assert last.items == found.items


def test_that_a_gap_is_what_predict_says_of_the_pair(library, dataset, tmp_path):
    found, run_id = window_of(library, dataset, people=4, titles=4)
    row, column = np.argwhere(~np.isnan(found.filled_RC))[0]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"user,item\n{found.users[row]},{found.items[column]}\n")
    done = drive(operations.predict(library, run_id, pairs, out=tmp_path / "out.csv"))
    rating = float(done.path.read_text().splitlines()[1].split(",")[2])
    assert rating == pytest.approx(float(found.filled_RC[row, column]), abs=1e-4)


def test_that_a_run_without_ratings_fills_nothing(library, dataset):
    with pytest.raises(SettingError, match="ranks titles and predicts no ratings"):
        window_of(library, dataset, model="mult_dae")
