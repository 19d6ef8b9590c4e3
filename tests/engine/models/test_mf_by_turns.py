"""Factorisation in turns: whoever asks is answered by the very system that the people of the training data had."""

import numpy as np
import pytest
import torch
from operation_driving import stop_at
from planted import Kept, planted_dataset

from engine.data.dataset import Histories, Scale
from engine.data.split import SplitConfig, make_split
from engine.errors import TrainingError
from engine.events import Progressed, StageStarted, Stop, drive
from engine.models import alternating
from engine.models.alternating import PRESENCE_RIDGE, Numbers, both_sides
from engine.models.mf import MfConfig
from engine.models.mf_by_turns import FactorizationByTurns
from engine.models.registry import build
from engine.training import trainer

SCALE, TITLES = Scale(1, 5, 1), 30
SMALL = MfConfig(rank=3, l2=0.6, sweeps=4, user_bias_damping=1.5, item_bias_damping=4.0)


def some_ratings(people=60, *, seed=3) -> Histories:
    """Ratings by two tastes, some titles only seen; nobody rated the last title."""
    rng = np.random.default_rng(seed)
    users, rows = np.nonzero(rng.random((people, TITLES - 1)) < 0.5)
    ratings = np.where((users + rows) % 2 == 0, 4.0, 2.0) + rng.integers(-1, 2, len(users))
    ratings[rng.random(len(users)) < 0.1] = np.nan
    return Histories.of(users, rows, ratings, people=people)


def a_model(config=SMALL, histories=None) -> FactorizationByTurns:
    model = build("mf", config, items=TITLES, scale=SCALE)
    assert isinstance(model, FactorizationByTurns)
    drive(model.fit(some_ratings() if histories is None else histories))
    return model


def by_hand(model, profile):
    """One person's ratings of all titles, by the system as the module's documentation writes it."""
    rated = profile.rated()
    rows, rank = torch.from_numpy(rated.item_rows_N.astype(np.int64)), model.config.rank
    q_IK, b_I = model.title_numbers_IF[:, :rank].double(), model.title_numbers_IF[:, rank:].double().sum(1)
    targets = (torch.from_numpy(np.array(rated.ratings_N)).double() - 1) / 4 - model.level.double() - b_I[rows]
    x = torch.cat([q_IK, torch.ones(TITLES, 1).double()], 1)[:, : model.title_numbers_IF.shape[1]]
    spread = torch.zeros(x.shape[1]).double()
    spread[:rank] = model.title_variances_IK[rows].double().sum(0)
    ridge = torch.full((x.shape[1],), model.config.l2).double()
    ridge[rank:] = model.config.user_bias_damping
    near = torch.zeros(x.shape[1]).double()
    near[:rank] = model.presence_IK[rows].double().sum(0) / max(1, len(rows)) ** 0.5
    system = x[rows].T @ x[rows] + torch.diag(spread + ridge)
    person = torch.linalg.solve(system, x[rows].T @ targets + ridge * near)
    return (1 + 4 * (model.level.double() + b_I + x @ person)).clamp(1, 5).float()


@pytest.mark.parametrize("bias", [True, False])
def test_that_whoever_asks_is_answered_by_the_system_in_the_books(bias):
    model, asking = a_model(SMALL.changed(bias=bias)), some_ratings(people=9, seed=8)
    found, known = model.predict(asking).rating_UI, model.is_known_I
    for person in range(len(asking)):
        torch.testing.assert_close(found[person, known], by_hand(model, asking.row(person))[known])


def sides_of(model, histories, *, width=3):
    """The ratings as `fit` has them, less the model's level."""
    rated = histories.rated()
    targets_N = ((np.array(rated.ratings_N) - 1) / 4 - float(model.level)).astype(np.float32)
    return both_sides(rated.indptr_U1, rated.item_rows_N, targets_N, columns=TITLES, width=width)


def titles_of(model) -> Numbers:
    return Numbers(model.title_numbers_IF, model.title_variances_IK, torch.zeros(TITLES, 4), torch.zeros(60, 3))


def turn(people, own, titles, model, *, noise=0.1) -> list[tuple[int, float]]:
    return list(people.solve(own, titles, ridge_F=model._ridge_F("user"), noise=noise))


def test_that_people_of_the_training_data_are_answered_as_their_own_turns_would():
    histories = some_ratings()
    model = a_model(histories=histories)
    people, _ = sides_of(model, histories)
    own = Numbers.zeros(60, TITLES, factors=3, width=4)
    rated = histories.rated()
    own.near_RF[:, :3] = torch.stack(
        [model.presence_IK[row.item_rows_N].sum(0) / row.entries**0.5 for row in (rated.row(at) for at in range(60))]
    )
    for _ in range(20):
        assert sum(rows for rows, _ in turn(people, own, titles_of(model), model)) == 60
    expected = own.values_RF[:, :3] @ model.title_numbers_IF[:, :3].T
    expected += own.values_RF[:, 3:] + model.title_numbers_IF[:, 3] + model.level
    found, known = model.predict(histories).rating_UI, model.is_known_I
    torch.testing.assert_close(found[:, known], (1 + 4 * expected[:, known]).clamp(1, 5), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("precision", "rtol"), [(torch.float32, 1e-5), (torch.bfloat16, 1e-2)])
def test_that_a_turn_says_how_uncertain_its_numbers_are_and_what_error_is_expected(precision, rtol, monkeypatch):
    monkeypatch.setattr(alternating, "_SUMMED", precision)
    histories, noise = some_ratings(), 0.1
    model = a_model(histories=histories)
    people, _ = sides_of(model, histories)
    own = Numbers.zeros(60, TITLES, factors=3, width=4)
    squares = sum(error for _, error in turn(people, own, titles_of(model), model, noise=noise))
    q_IK, v_IK, b_I = model.title_numbers_IF[:, :3], model.title_variances_IK, model.title_numbers_IF[:, 3]
    ridge_F, expected = model._ridge_F("user"), 0.0
    for person in range(60):
        row = histories.row(person).rated()
        rows = torch.from_numpy(row.item_rows_N.astype(np.int64))
        known_K = (q_IK[rows].square() + v_IK[rows]).sum(0)
        torch.testing.assert_close(own.variances_RK[person], noise / (known_K + ridge_F[:3]), rtol=rtol, atol=1e-5)
        p_K, bias = own.values_RF[person, :3], own.values_RF[person, 3]
        targets = (torch.from_numpy(np.array(row.ratings_N)) - 1) / 4 - model.level - b_I[rows]
        expected += float((targets - q_IK[rows] @ p_K - bias).square().sum() + v_IK[rows].sum(0) @ p_K.square())
        expected += float(own.variances_RK[person] @ known_K + noise * len(rows) / (len(rows) + ridge_F[3]))
    assert squares == pytest.approx(expected, rel=max(rtol, 1e-4))


@pytest.mark.parametrize(("precision", "atol"), [(torch.float32, 1e-4), (torch.bfloat16, 5e-3)])
def test_that_presence_becomes_the_ridge_regression_of_factors_on_who_rated_what(precision, atol, monkeypatch):
    monkeypatch.setattr(alternating, "_SUMMED", precision)
    histories, model = some_ratings(), a_model()
    people, titles = sides_of(model, histories)
    own = Numbers.zeros(60, TITLES, factors=3, width=4)
    own.values_RF.copy_(torch.randn(60, 4, generator=torch.Generator().manual_seed(2)))
    for _ in range(30):
        people.learn_presence(own, titles)
    system_CC, right_CK = presence_system(histories, own)
    expected_CK = torch.linalg.solve(system_CC, right_CK)
    torch.testing.assert_close(own.presence_CK, expected_CK.float(), atol=atol, rtol=1e-3)
    torch.testing.assert_close(own.near_RF[:, :3], (shares_of(histories) @ expected_CK).float(), atol=atol, rtol=1e-3)
    assert not bool(own.near_RF[:, 3].any()), "biases are held near 0"


def test_that_presence_is_nearer_by_two_steps_of_conjugate_gradients(monkeypatch):
    monkeypatch.setattr(alternating, "_SUMMED", torch.float32)
    histories, model = some_ratings(), a_model()
    people, titles = sides_of(model, histories)
    own = Numbers.zeros(60, TITLES, factors=3, width=4)
    own.values_RF.copy_(torch.randn(60, 4, generator=torch.Generator().manual_seed(2)))
    people.learn_presence(own, titles)
    system_CC, right_CK = presence_system(histories, own)
    found_CK, left_CK, scales_C1 = torch.zeros_like(right_CK), right_CK.clone(), system_CC.diagonal()[:, None]
    towards_CK = left_CK / scales_C1
    for _ in range(2):
        step_K = (left_CK * left_CK / scales_C1).sum(0) / (towards_CK * (system_CC @ towards_CK)).sum(0)
        found_CK, before_CK = found_CK + step_K * towards_CK, left_CK
        left_CK = left_CK - step_K * (system_CC @ towards_CK)
        kept_K = (left_CK**2 / scales_C1).sum(0) / (before_CK**2 / scales_C1).sum(0)
        towards_CK = left_CK / scales_C1 + kept_K * towards_CK
    torch.testing.assert_close(own.presence_CK, found_CK.float(), atol=1e-5, rtol=1e-4)


def presence_system(histories, own) -> tuple[torch.Tensor, torch.Tensor]:
    """The matrix and the right side whose solution presence is, in double precision."""
    shares_RC = shares_of(histories)
    system_CC = shares_RC.T @ shares_RC + PRESENCE_RIDGE * torch.eye(TITLES)
    return system_CC, shares_RC.T @ own.values_RF[:, :3].double()


def shares_of(histories) -> torch.Tensor:
    """One over the root of how many a person rated, where they did."""
    rated, there_RC = histories.rated(), torch.zeros(60, TITLES, dtype=torch.float64)
    there_RC[rated.user_rows_N, rated.item_rows_N] = 1.0
    return there_RC / there_RC.sum(1, keepdim=True).sqrt()


def test_that_figures_do_not_depend_on_how_many_threads_there_are(monkeypatch):
    monkeypatch.setattr(alternating, "_NUMBERS_AT_ONCE", 300)
    before, states = torch.get_num_threads(), []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        try:
            states.append(a_model().state_dict())
            assert torch.get_num_threads() == threads
        finally:
            torch.set_num_threads(before)
    assert all(torch.equal(state[name], states[0][name]) for state in states[1:] for name in states[0])


def test_that_nothing_is_known_of_a_title_that_nobody_rated():
    model = a_model()
    assert not bool(model.is_known_I[-1])
    for values in (model.title_numbers_IF, model.title_variances_IK, model.presence_IK):
        assert float(values[-1].abs().sum()) == 0


def test_that_it_finds_tastes_that_averages_cannot_hold():
    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=1))
    model = build("mf", SMALL.changed(rank=8, l2=1.6, sweeps=12), items=split.titles, scale=split.scale)
    run = drive(trainer.fit(split, model, recorder=Kept()))
    wanted = split.test.to_find.rated()
    errors = run.model.ratings_of(split.test.fold_in, wanted).numpy() - wanted.ratings_N
    assert float(np.sqrt((errors**2).mean())) < 0.8
    assert run.model.states_uncertainty, "it was measured on the validation ratings"
    assert (run.model.rating_sds_of(split.test.fold_in, wanted) > 0).all()


def test_that_two_fits_are_equal_and_the_random_state_is_left_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first, again = a_model().state_dict(), a_model().state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert torch.equal(before, torch.get_rng_state())


def fitting():
    """A fit that has not begun, its model, and what it keeps."""
    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=1))
    model, kept = build("mf", SMALL, items=split.titles, scale=split.scale), Kept()
    return trainer.fit(split, model, recorder=kept), model, kept


def test_that_a_stop_keeps_what_whole_sweeps_found():
    job, model, kept = fitting()
    run = stop_at(job, lambda _event: model.sweeps_done >= 2)
    assert run.stopped
    assert torch.equal(kept.states[-1].weights["title_numbers_IF"], model.title_numbers_IF)


def test_that_a_stop_before_the_first_sweep_has_ended_keeps_nothing():
    job, _, kept = fitting()
    with pytest.raises(Stop):
        stop_at(job, lambda _event: True)
    assert not kept.states


def test_that_it_says_what_it_is_at():
    events = [event for event in build("mf", SMALL, items=TITLES, scale=SCALE).fit(some_ratings()) if event is not None]
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["counting", "solving"]
    assert all(event.done <= event.total for event in events if isinstance(event, Progressed))


def test_that_ratings_that_say_nothing_are_refused():
    alike = Histories.of([0, 0, 1], [0, 1, 1], [3.0, 3.0, 3.0], people=2)
    with pytest.raises(TrainingError, match="All 3 ratings to learn from are 3"):
        a_model(histories=alike)


def test_that_settings_of_earlier_versions_learn_by_steps():
    former = {name: value for name, value in MfConfig(solver="sgd", rank=5).as_dict().items() if name != "solver"}
    assert MfConfig.from_dict(former).solver == "adam"
    assert MfConfig.from_dict(MfConfig().as_dict()).solver == "als"
