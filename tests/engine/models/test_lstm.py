import numpy as np
import pytest
import torch
from planted import CPU

from engine.data.batches import ResidentWindows, time_order
from engine.data.dataset import Histories, Scale
from engine.models.base import Moment
from engine.models.lstm import Lstm, LstmConfig
from engine.models.registry import build

SCALE, TITLES, START = Scale(1, 5, 1), 30, Moment(0, 1)
SMALL = LstmConfig(embedding=5, hidden=7, window=4, dropout=0.0, l2=0.0)


def a_model(config=SMALL, *, seed=1) -> Lstm:
    model = build("lstm", config, items=TITLES, scale=SCALE, seed=seed)
    assert isinstance(model, Lstm)
    model.prepare(some_histories(), seed=1)
    model.counts_I.clamp_(min=1)
    return model


def some_histories(people=7, *, seed=3, times=True) -> Histories:
    rng = np.random.default_rng(seed)
    users, rows = np.nonzero(rng.random((people, TITLES)) < 0.3)
    ratings = rng.integers(1, 6, len(users)).astype(float)
    ratings[rng.random(len(users)) < 0.2] = np.nan
    moments = rng.integers(0, 50, len(users)) if times else None
    return Histories.of(users, rows, ratings, people=people, times=moments)


def in_order(rows, ratings, times=None):
    profile = Histories.of_one(rows, ratings)
    times = None if times is None else np.array(times, dtype=np.int64)
    return Histories(profile.indptr_U1, profile.item_rows_N, profile.ratings_N, times)


def torchs_own(model, rows, ratings):
    """The target of each step of one sequence by torch's own LSTM with the model's weights."""
    width = model.config.hidden
    own = torch.nn.LSTM(model.config.embedding + 2, width, batch_first=True)
    own.weight_ih_l0.data = torch.cat([model.from_title.weight, model.from_rating.weight], 1).detach()
    own.weight_hh_l0.data, own.bias_ih_l0.data = model.from_state.weight.detach(), model.from_title.bias.detach()
    own.bias_hh_l0.data.zero_()
    known = [None, *ratings[:-1]]
    apart = [0.0 if rating is None else (rating - float(model.mean)) / float(model.spread) for rating in known]
    read = torch.tensor([[far, 0.0 if rating is None else 1.0] for far, rating in zip(apart, known, strict=True)])
    titles = model.titles.weight[torch.tensor(rows) + 1].detach()
    shown, _ = own(torch.cat([titles, read], 1)[None])
    return ((float(model.mean) - 1) / 4 + model.last(shown[0])[:, 0]).detach()


def test_that_a_window_is_read_as_torchs_own_lstm_reads_it():
    model, rows, ratings = a_model(), [3, 8, 1, 20], [5.0, None, 2.0, 4.0]
    examples = model.examples(in_order(rows, ratings), CPU)
    losses = model.losses(examples.batch(torch.arange(1)), noise=torch.Generator(), moment=START)
    targets, known = torch.tensor([1.0, 0.0, 0.25, 0.75]), torch.tensor([True, False, True, True])
    expected = (torchs_own(model, rows, ratings) - targets)[known].square().mean()
    torch.testing.assert_close(losses.total.detach(), expected)
    torch.testing.assert_close(losses.shown, 16 * expected)


def test_that_a_candidate_is_the_step_after_the_latest_titles():
    model, rows, ratings = a_model(), [9, 3, 8, 1], [1.0, 5.0, None, 2.0]
    rating_I = model.predict(in_order(rows, ratings)).rating_UI[0]
    for candidate in (0, 14, 29):
        expected = 1 + 4 * torchs_own(model, [*rows[1:], candidate], [*ratings[1:], None])[-1]
        torch.testing.assert_close(rating_I[candidate], expected)


def test_that_titles_older_than_the_window_have_no_say():
    model = a_model()
    first = model.predict(in_order([9, 3, 8, 1], [1.0, 5.0, None, 2.0]))
    second = model.predict(in_order([20, 3, 8, 1], [5.0, 5.0, None, 2.0]))
    assert torch.equal(first.rating_UI, second.rating_UI)


def test_that_earlier_ratings_are_read_unless_switched_off():
    profiles = [in_order([3, 8, 1], [first, 3.0, 2.0]) for first in (1.0, 5.0)]
    low, high = (a_model().predict(profile).rating_UI for profile in profiles)
    assert not torch.equal(low, high)
    low, high = (a_model(SMALL.changed(reads_ratings=False)).predict(profile).rating_UI for profile in profiles)
    assert torch.equal(low, high)


def test_that_times_order_a_history_and_file_order_where_there_are_none():
    model = a_model()
    by_time = model.predict(in_order([1, 3, 8], [2.0, 5.0, 4.0], times=[30, 10, 20]))
    written_so = model.predict(in_order([3, 8, 1], [5.0, 4.0, 2.0]))
    assert torch.equal(by_time.rating_UI, written_so.rating_UI)


def test_that_data_without_times_are_said_to_be_read_in_file_order():
    model = a_model()
    assert model.notes(some_histories()) == ()
    assert "order of the file" in model.notes(some_histories(times=False))[0]


def test_that_windows_hold_every_entry_once_in_order_of_time():
    histories = some_histories()
    windows = ResidentWindows(histories, CPU, steps=4)
    batch = windows.batch(torch.arange(len(windows)))
    assert len(windows) == sum(-(-count // 4) for count in histories.counts_U)
    words = batch.words_BL.flatten()
    order = time_order(histories)
    assert torch.equal(words[words > 0] - 1, torch.from_numpy(histories.item_rows_N[order].astype(np.int64)))
    np.testing.assert_array_equal(batch.ratings_BL.flatten()[words > 0].numpy(), histories.ratings_N[order])
    assert torch.isnan(batch.ratings_BL.flatten()[words == 0]).all()
    for person in range(len(histories)):
        own = slice(histories.indptr_U1[person], histories.indptr_U1[person + 1])
        assert (np.diff(histories.times_N[order[own]]) >= 0).all()


@pytest.mark.parametrize("reads_ratings", [True, False])
def test_that_the_gradient_of_a_batch_is_that_of_the_same_windows_each_alone(reads_ratings):
    model = a_model(SMALL.changed(l2=0.01, reads_ratings=reads_ratings))
    examples = model.examples(some_histories(), CPU)
    together = examples.batch(torch.arange(len(examples)))
    counts_W = (~together.ratings_BL.isnan()).sum(1)
    parameters = [of for name, of in model.named_parameters() if reads_ratings or name != "from_rating.weight"]

    def gradients(rows):
        losses = model.losses(examples.batch(rows), noise=torch.Generator(), moment=START)
        return torch.autograd.grad(losses.total, parameters)

    alone = [gradients(torch.tensor([row])) for row in range(len(examples))]
    for place, whole in enumerate(gradients(torch.arange(len(examples)))):
        shares = [share * counts_W[row] / counts_W.sum() for row, share in enumerate(part[place] for part in alone)]
        torch.testing.assert_close(whole, torch.stack(shares).sum(0), atol=1e-6, rtol=1e-4)


def test_that_no_title_learns_nothing_and_titles_in_a_batch_do():
    model = a_model(SMALL.changed(l2=0.01))
    batch = model.examples(in_order([3, 8], [4.0, 2.0]), CPU).batch(torch.arange(1))
    losses = model.losses(batch, noise=torch.Generator(), moment=START)
    (slopes_WE,) = torch.autograd.grad(losses.total, [model.titles.weight])
    assert torch.equal(slopes_WE.any(1).nonzero()[:, 0], torch.tensor([4, 9]))


def test_that_dropout_is_for_learning_alone():
    model = a_model(SMALL.changed(dropout=0.5))
    batch = model.examples(some_histories(), CPU).batch(torch.arange(3))

    def loss(seed):
        return float(model.losses(batch, noise=torch.Generator().manual_seed(seed), moment=START).total.detach())

    assert loss(1) == loss(1) != loss(2)
    model.eval()
    assert loss(1) == loss(2)


def test_that_a_window_without_ratings_takes_no_part_in_the_loss():
    model = a_model()
    examples = model.examples(in_order([3, 8], [None, None]), CPU)
    losses = model.losses(examples.batch(torch.arange(1)), noise=torch.Generator(), moment=START)
    assert torch.isfinite(losses.total)


def test_that_many_people_are_predicted_as_each_alone():
    model, histories = a_model(), some_histories(people=40)
    together = model.predict(histories)
    for person in (0, 17, 39):
        alone = model.predict(histories.row(person))
        torch.testing.assert_close(together.rating_UI[person], alone.rating_UI[0])


def test_that_single_ratings_asked_for_are_those_of_the_whole_row():
    model, histories, wanted = a_model(), some_histories(), some_histories(seed=8)
    whole = model.predict(histories).rating_UI
    expected = whole[torch.from_numpy(wanted.user_rows_N), torch.from_numpy(wanted.item_rows_N.astype(np.int64))]
    torch.testing.assert_close(model.ratings_of(histories, wanted), expected)


@pytest.mark.parametrize("rows", [[], [4]])
def test_that_a_history_of_next_to_nothing_is_read(rows):
    prediction = a_model().predict(in_order(rows, [3.0] * len(rows)))
    assert torch.isfinite(prediction.score_UI).all()


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_that_slopes_are_those_of_torchs_own_cell_step_by_step(precision):
    model = a_model(SMALL.changed(l2=0.01))
    examples = model.examples(some_histories(), CPU)
    batch = examples.batch(torch.arange(len(examples)))
    learned = [of for name, of in model.named_parameters() if name != "counts_I"]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        losses = model.losses(batch, noise=torch.Generator(), moment=START)
    found, expected = losses.total, stepwise_loss(model, batch)
    exact = {"atol": 1e-6, "rtol": 1e-4}
    torch.testing.assert_close(found, expected, **(exact if precision == "float32" else {"atol": 0.0, "rtol": 0.01}))
    pairs = zip(torch.autograd.grad(found, learned), torch.autograd.grad(expected, learned), strict=True)
    for own, theirs in pairs:
        near = exact if precision == "float32" else {"atol": 0.06 * float(theirs.abs().max()), "rtol": 0.0}
        assert own.dtype == torch.float32
        torch.testing.assert_close(own, theirs, **near)


def stepwise_loss(model, batch):
    """The loss by torch's cell, one step after the other, with autograd."""
    state = (torch.zeros(len(batch), model.config.hidden),) * 2
    shown, spread = [], float(model.spread)
    for step in range(batch.words_BL.shape[1]):
        gates_BG = model.from_title(model.titles(batch.words_BL[:, step]))
        if step:
            known_B = ~batch.ratings_BL[:, step - 1].isnan()
            apart_B = torch.where(known_B, (batch.ratings_BL[:, step - 1] - model.mean) / spread, 0.0)
            gates_BG = gates_BG + model.from_rating(torch.stack([apart_B, known_B.float()], dim=1))
        state = torch.lstm_cell(gates_BG, state, torch.eye(gates_BG.shape[1]), model.from_state.weight)
        shown.append(state[0])
    known_BL = ~batch.ratings_BL.isnan()
    predicted_BL = (model.mean - 1) / 4 + model.last(torch.stack(shown, dim=1))[..., 0]
    missed = (predicted_BL - (batch.ratings_BL - 1) / 4)[known_BL]
    lengths = model.titles(batch.words_BL).square().sum(2)[known_BL]
    return missed.square().mean() + model.config.l2 * lengths.mean()
