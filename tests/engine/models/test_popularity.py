from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories, Scale
from engine.errors import TrainingError
from engine.events import StageStarted, drive
from engine.models.biases import BiasEquations
from engine.models.popularity import Popularity, PopularityConfig

FIVE_STARS = Scale(1, 5, 1)
NAN = float("nan")


def histories(*people: dict[int, float]) -> Histories:
    users = [user for user, own in enumerate(people) for _ in own]
    items = [item for own in people for item in own]
    ratings = [rating for own in people for rating in own.values()]
    return Histories.of(np.array(users, dtype=int), np.array(items, dtype=int), np.array(ratings), people=len(people))


CROWD = histories({0: 5, 1: 4, 2: 1}, {0: 4, 2: 5}, {0: 2, 3: NAN})


def fitted(config: PopularityConfig | None = None) -> Popularity:
    model = Popularity(config or PopularityConfig(), items=5, scale=FIVE_STARS)
    drive(model.fit(CROWD))
    return model


def test_that_the_score_is_how_many_liked_the_title_for_everybody():
    prediction = fitted().predict(histories({4: 1}, {0: 5}), ratings=False)
    assert prediction.score_UI.tolist() == [[2, 1, 1, 0, 0]] * 2
    assert prediction.rating_UI is None


def test_that_ratings_are_the_damped_biases_of_title_and_person():
    model = fitted(PopularityConfig(item_damping=2.0, user_damping=3.0))
    profile = histories({0: 5, 1: 2, 3: NAN})
    rating_UI = model.predict(profile).rating_UI
    assert rating_UI is not None
    biases = drive(BiasEquations(CROWD, titles=5).fitted(user_damping=3.0, item_damping=2.0))
    mean, item_bias = biases.mean, biases.item_I
    person = ((5 - mean - item_bias[0]) + (2 - mean - item_bias[1])) / 5
    expected = np.clip([mean + person + bias for bias in item_bias], 1, 5)
    np.testing.assert_allclose(rating_UI[0].numpy(), expected, rtol=1e-6)


def test_that_without_bias_and_damping_a_title_has_its_mean():
    model = fitted(PopularityConfig(bias=False, item_damping=0.0, user_damping=0.0))
    rating_UI = model.predict(histories({0: 5})).rating_UI
    assert rating_UI is not None
    np.testing.assert_allclose(rating_UI[0, :3].numpy(), [11 / 3, 4, 3], rtol=1e-6)


def test_that_predictions_stay_on_the_scale():
    rating_UI = fitted(PopularityConfig(user_damping=0.0)).predict(histories({0: 1}, {2: 5})).rating_UI
    assert rating_UI is not None
    assert float(rating_UI.min()) >= 1
    assert float(rating_UI.max()) <= 5


@pytest.mark.parametrize("columns", [None, np.array([3, 0])])
def test_that_leaving_one_out_equals_predicting_without_it(columns):
    model = fitted()
    entries = {0: 5.0, 2: 1.0, 3: NAN}
    left_out = model.leave_one_out(histories(entries), left_out_V=np.arange(3), columns_C=columns)
    profiles = [entries, *({item: r for item, r in entries.items() if item != out} for out in entries)]
    slow = model.predict(histories(*profiles))
    picked = slice(None) if columns is None else columns
    assert torch.equal(left_out.score_UI, slow.score_UI[:, picked])
    assert left_out.rating_UI is not None
    assert slow.rating_UI is not None
    torch.testing.assert_close(left_out.rating_UI, slow.rating_UI[:, picked])


def test_that_a_fresh_model_takes_the_kept_state():
    model, fresh = fitted(), Popularity(PopularityConfig(), items=5, scale=FIVE_STARS)
    fresh.load_state_dict(model.state_dict())
    assert torch.equal(model.predict(CROWD).score_UI, fresh.predict(CROWD).score_UI)


def test_that_fitting_reports_its_stages_and_no_entries_are_refused():
    model = Popularity(PopularityConfig(), items=5, scale=FIVE_STARS)
    stages: list[object] = []
    drive(model.fit(CROWD), on_event=stages.append)
    assert [type(stage) for stage in stages] == [StageStarted, StageStarted]
    with pytest.raises(TrainingError, match="no ratings to learn from"):
        drive(model.fit(histories({})))


def test_that_seen_only_data_still_fits():
    model = Popularity(PopularityConfig(), items=2, scale=FIVE_STARS)
    drive(model.fit(histories({0: NAN, 1: NAN})))
    rating_UI = model.predict(histories({})).rating_UI
    assert rating_UI is not None
    assert rating_UI.tolist() == [[3.0, 3.0]]
