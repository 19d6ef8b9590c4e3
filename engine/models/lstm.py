"""A recurrent network that reads a person's titles in the order in which they rated them and predicts each rating.

A history is cut into windows of ten steps. A step takes in its title and (unless switched off) the rating of the step
before, and gives a rating for its title. A candidate is scored as the last step of a window, after the person's nine
latest titles; older ones have no influence.

torch's own LSTM learns, by oneDNN on processors and cuDNN on GPUs: all steps in one call, in bf16 where that was
measured faster.

Shapes: U profiles, I titles, R distinct ones, E embedding, H width of the state, G = 4 H gates, B windows, L steps,
N = L B entries, P earlier steps, X distinct variants, V variants, C columns.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from engine.data.batches import Examples, ResidentWindows, WindowBatch, time_order
from engine.data.dataset import Bools, Histories, Int64, Scale, stable_order
from engine.models.base import Losses, Moment, Prediction, as_index
from engine.models.declaration import Load
from engine.models.every_pair import TITLES_IN_A_LOT, lstm_step, reaches_too_far
from engine.models.hidden_layer import squared_errors, with_dropout
from engine.models.network import HIDDEN, INPUT, OUTPUT, TABLE, Layer, Network
from engine.models.products import precision_for
from engine.models.rating_model import RatingConfig, RatingModel
from engine.models.registry import kind_of
from engine.settings import setting
from engine.wording import said

warnings.filterwarnings("ignore", r"RNN\smodule\sweights\sare\snot", UserWarning)
"""cuDNN says so at each step; that it puts them together takes next to no time here."""
_GATES_AT_ONCE = 2**24
_MANY_TITLES = 64
"""From so many on, what they add to the gates is raised to powers once for all people."""


@dataclass(frozen=True)
class LstmConfig(RatingConfig):
    embedding: int = setting(
        64, label=said("Embedding"), help=said("Numbers kept for each title."), low=1, high=4096, more=False
    )
    hidden: int = setting(
        128,
        label=said("State"),
        help=said("Numbers in which the network remembers what it has read."),
        low=1,
        high=8192,
        more=False,
    )
    window: int = setting(
        10,
        label=said("Window"),
        help=said("How many titles in a row are read together; a prediction looks back one less."),
        low=2,
        high=1000,
        unit="titles",
        more=False,
    )
    reads_ratings: bool = setting(
        True,
        label=said("Read earlier ratings"),
        help=said("Whether the ratings of earlier titles are read, or only which titles they were."),
    )
    dropout: float = setting(
        0.3,
        label=said("Dropout"),
        help=said("Share of each title's numbers, and of what is remembered, that is hidden in training."),
        low=0.0,
        high=0.99,
    )
    l2: float = setting(
        0.01,
        label=said("Regularisation (l2)"),
        help=said("Pulls the titles' numbers towards zero, each time a title is learned from."),
        low=0.0,
        high=100.0,
    )
    spread: float = setting(
        0.1, label=said("Start"), help=said("Spread of the titles' numbers at the start."), low=1e-4, high=10.0
    )

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        title = Layer(said("Title"), self.embedding, TABLE, said("{window} in a row", window=self.window))
        earlier = (Layer(said("Earlier rating"), 2, INPUT),) if self.reads_ratings else ()
        columns = (
            (title, *earlier),
            (Layer(said("LSTM"), self.hidden, HIDDEN, "state"),),
            (Layer(said("Rating"), 1, OUTPUT),),
        )
        return Network(columns, (said("squared error"),))


class Lstm(RatingModel):
    """One layer of LSTM over embedded titles and a line from its state to a rating. Row 0 stands for no title."""

    name = "lstm"
    can = kind_of(name).can
    config: LstmConfig
    pairs_an_example = 60

    def __init__(self, config: LstmConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.titles = nn.Embedding(items + 1, config.embedding, padding_idx=0)
        with torch.no_grad():
            self.titles.weight.mul_(config.spread)
        self.from_title = nn.Linear(config.embedding, 4 * config.hidden)
        self.from_rating = nn.Linear(2, 4 * config.hidden, bias=False)
        self.from_state = nn.Linear(config.hidden, 4 * config.hidden, bias=False)
        self.last = nn.Linear(config.hidden, 1)

    def examples(self, histories: Histories, device: torch.device) -> Examples:
        return ResidentWindows(histories, device, steps=self.config.window)

    @classmethod
    def working_bytes(cls, config: LstmConfig, load: Load) -> float:
        """See RatingModel: and of each step of a batch's windows four arrays as wide as all gates."""
        gates = 4.0 * load.batch * config.window * 4 * 4 * config.hidden
        return super().working_bytes(config, load) + gates

    @classmethod
    def answering_bytes(cls, config: LstmConfig) -> float:
        """See Model: the gates of some people and all titles, and half as much again that they are made into."""
        return 6.0 * _GATES_AT_ONCE

    def notes(self, histories: Histories) -> tuple[str, ...]:
        if histories.times_N is not None:
            return ()
        return (
            said(
                "These data do not say when a rating was given; lstm reads everybody's titles in the order of the file."
            ),
        )

    def losses(self, batch: WindowBatch, *, noise: torch.Generator, moment: Moment) -> Losses:
        """See StepModel. A title that occurs several times in a batch is fetched, and learns, once."""
        dropout = self.config.dropout if self.training else 0.0
        ratings_LB = batch.ratings_BL.t().contiguous()
        occurring = _Occurring.of(batch.words_BL.t(), most=self.items)
        titles_RE = self.titles(occurring.words_R)
        known_LB = ~torch.isnan(ratings_LB)
        counted = moment.counted(known_LB.sum())
        precision = precision_for(self.titles.weight)
        with torch.autocast(batch.words_BL.device.type, enabled=False):
            shown_RE = with_dropout(titles_RE.to(precision), dropout, noise)
            states_LBH = self._states(shown_RE, occurring, ratings_LB)
            targets_LB = (ratings_LB - self.mean) / self._zero_and_unit[1]
            squared = squared_errors(states_LBH, self.last, targets_LB, dropout, noise)
            times_R = torch.zeros_like(titles_RE[:, 0])
            times_R.index_add_(0, occurring.place_LB.flatten(), known_LB.flatten().float())
            lengths = titles_RE.square().sum(1) @ times_R / counted
        error = squared / counted
        return self._losses_of(error + self.config.l2 * lengths, error)

    def _states(self, titles_RE: Tensor, occurring: _Occurring, ratings_LB: Tensor) -> Tensor:
        """The states after each step, [L, B, H], in the precision of the titles."""
        into_GK = self.from_title.weight
        beside_LBF = ratings_LB.new_zeros(*ratings_LB.shape, 2 if self.config.reads_ratings else 0)
        if self.config.reads_ratings:
            beside_LBF[1:] = self._as_earlier(ratings_LB[:-1])
            into_GK = torch.cat([into_GK, self.from_rating.weight], dim=1)
        read_LBK: Tensor = _Read.apply(titles_RE, occurring, beside_LBF)  # type: ignore[no-untyped-call]
        bias_G = self.from_title.bias
        weights = (into_GK, self.from_state.weight, bias_G, torch.zeros_like(bias_G))
        zeros_1BH = read_LBK.new_zeros(1, ratings_LB.shape[1], self.config.hidden)
        states_LBH, _, _ = torch.lstm(
            read_LBK,
            (zeros_1BH, zeros_1BH),
            [of.to(read_LBK.dtype) for of in weights],
            has_biases=True,
            num_layers=1,
            dropout=0.0,
            train=torch.is_grad_enabled(),
            bidirectional=False,
            batch_first=False,
        )
        return states_LBH

    def _known_gates(self, words: Tensor, mean_E: Tensor) -> Tensor:
        """What titles (0: none) add to the gates, [..., 4H]; one that nobody rated counts as an average title."""
        is_new = ~F.pad(self.is_known_I, (1, 0), value=True)[words]
        gates: Tensor = self.from_title(torch.where(is_new[..., None], mean_E, self.titles(words)))
        return gates

    def item_vectors(self) -> Tensor:
        return self.titles.weight[1:] * self.is_known_I[:, None]

    def _with_ratings(self, gates_BLG: Tensor, earlier_BL: Tensor) -> Tensor:
        """The gates of titles and of the ratings before them, [B, L, 4H]."""
        return gates_BLG + self._rating_gates(earlier_BL) if self.config.reads_ratings else gates_BLG

    def _rating_gates(self, earlier: Tensor) -> Tensor:
        """What the rating of the step before adds to the gates."""
        gates: Tensor = self.from_rating(self._as_earlier(earlier))
        return gates

    def _as_earlier(self, ratings: Tensor) -> Tensor:
        """How the rating of the step before is read, [..., 2]: how far it is from the mean, and that there is one."""
        is_there = ~torch.isnan(ratings)
        apart = torch.where(is_there, (ratings - self.mean) / self.spread.clamp(min=1e-6), 0.0)
        return torch.stack([apart, is_there.to(apart.dtype)], dim=-1)

    def _start(self, people: int) -> tuple[Tensor, Tensor]:
        zeros_BH = self.from_state.weight.new_zeros(people, self.config.hidden)
        return zeros_BH, zeros_BH

    def _next(self, gates_BG: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The state after a step: output and cell, [B, H] each."""
        return _stepped(gates_BG + self.from_state(state[0]), state[1])

    def _target(self, output_H: Tensor) -> Tensor:
        target: Tensor = self._as_targets(self.mean) + self.last(output_H)[..., 0]
        return target

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without entries gets the prediction for a first title."""
        state = self._read(profiles, _last_entries(profiles, self._reach))
        return self._prediction(self._candidates(state, None), None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories, *, learned_U: Int64 | None = None) -> Tensor:
        gates_UG, cell_UH = self._read(profiles, _last_entries(profiles, self._reach))
        device, width = gates_UG.device, gates_UG.shape[1]
        rows_N, person_N = as_index(wanted.item_rows_N, device), as_index(wanted.user_rows_N, device)
        parts, mean_E = [gates_UG.new_zeros(0)], self._mean_of_known(self.titles.weight[1:])
        for some_N in torch.split(torch.arange(len(rows_N), device=device), _GATES_AT_ONCE // width):
            gates_NG = self._known_gates(rows_N[some_N] + 1, mean_E) + gates_UG[person_N[some_N]]
            parts.append(self._target(_stepped(gates_NG, cell_UH[person_N[some_N]])[0]))
        return self._ratings(torch.cat(parts))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Only variants without one of the latest titles differ from the whole profile."""
        latest_P = time_order(profile)[-self._reach - 1 :]
        moved_V = np.isin(left_out_V, latest_P[-self._reach :])
        entries_XP = np.full((1 + int(moved_V.sum()), self._reach), -1, dtype=np.int64)
        for row, left_out in enumerate([-1, *np.asarray(left_out_V)[moved_V].tolist()]):
            read = latest_P[latest_P != left_out][-self._reach :]
            entries_XP[row, : len(read)] = read
        variant_V = np.where(moved_V, np.cumsum(moved_V), 0)
        columns = None if columns_C is None else as_index(columns_C, self.last.weight.device)
        targets_XC = self._candidates(self._read(profile, entries_XP), columns)
        return self._prediction(targets_XC[torch.from_numpy(np.concatenate([[0], variant_V]))], columns)

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. The latest steps of each person, as many as a window has before its last."""
        places_UP = _last_entries(profiles, self._reach)
        taken_N = np.zeros(profiles.entries, dtype=np.bool_)
        taken_N[places_UP[places_UP >= 0]] = True
        return taken_N

    @property
    def _reach(self) -> int:
        return self.config.window - 1

    def _read(self, profiles: Histories, entries_UP: Int64) -> tuple[Tensor, Tensor]:
        """Read entries (-1: none) in order: the next step's gates but for its title, [U, 4H], and the cell, [U, H]."""
        device = self.last.weight.device
        there_UP = torch.from_numpy(entries_UP >= 0).to(device)
        rows_N = as_index(np.append(profiles.item_rows_N, -1), device)
        ratings_N = torch.from_numpy(np.append(profiles.ratings_N, np.nan).astype(np.float32)).to(device)
        entries = torch.from_numpy(entries_UP).to(device)
        words_UP, ratings_UP = rows_N[entries] + 1, ratings_N[entries]
        gates_UPG = self._known_gates(words_UP, self._mean_of_known(self.titles.weight[1:]))
        gates_UPG = self._with_ratings(gates_UPG, F.pad(ratings_UP[:, :-1], (1, 0), value=torch.nan))
        state = self._start(len(entries_UP))
        latest_U = ratings_UP.new_full((len(entries_UP),), torch.nan)
        for step in range(entries_UP.shape[1]):
            here_U1 = there_UP[:, step : step + 1]
            output_UH, cell_UH = self._next(gates_UPG[:, step], state)
            state = torch.where(here_U1, output_UH, state[0]), torch.where(here_U1, cell_UH, state[1])
            latest_U = torch.where(here_U1[:, 0], ratings_UP[:, step], latest_U)
        gates_UG: Tensor = self.from_state(state[0])
        return self._with_ratings(gates_UG, latest_U), state[1]

    def _candidates(self, state: tuple[Tensor, Tensor], columns_C: Tensor | None) -> Tensor:
        """The targets of titles as the next step of each person, [U, C]; a few of both at a time."""
        device, mean_E = state[0].device, self._mean_of_known(self.titles.weight[1:])
        rows_C = torch.arange(self.items, device=device) if columns_C is None else columns_C
        lots = torch.split(rows_C, TITLES_IN_A_LOT if device.type == "cpu" else max(1, len(rows_C)))
        return torch.cat([self._candidates_of(state, self._known_gates(some_T + 1, mean_E)) for some_T in lots], dim=1)

    def _candidates_of(self, state: tuple[Tensor, Tensor], gates_TG: Tensor) -> Tensor:
        """Those of titles with these gates, [U, T]."""
        is_here = gates_TG.device.type == "cpu"
        if is_here and len(gates_TG) >= _MANY_TITLES and not reaches_too_far(gates_TG, state[0]):
            outputs_UT = lstm_step(gates_TG, *state, self.last.weight[0])
            return self._as_targets(self.mean) + self.last.bias + outputs_UT
        at_once = max(1, _GATES_AT_ONCE // max(1, gates_TG.numel()))
        parts = [
            self._target(_stepped(gates_TG[None] + some_UG[:, None], some_UH[:, None])[0])
            for some_UG, some_UH in zip(*(torch.split(part, at_once) for part in state), strict=True)
        ]
        return torch.cat(parts)


@dataclass(frozen=True)
class _Occurring:
    """The distinct words of a batch, and which of them each step reads; the steps of each word, one word after the
    other, and where those of each begin."""

    words_R: Tensor
    place_LB: Tensor
    order_N: Tensor
    starts_R: Tensor

    @staticmethod
    def of(words_LB: Tensor, *, most: int) -> _Occurring:
        """Of words from 0 to the most. On a GPU each is taken for one of its own: how many there are would have to be
        waited for."""
        if words_LB.device.type != "cpu":
            each_N = torch.arange(words_LB.numel(), device=words_LB.device)
            return _Occurring(words_LB.flatten(), each_N.view_as(words_LB), each_N, each_N)
        words_N = words_LB.numpy().ravel()
        order_N = stable_order(words_N, most=most)
        sorted_N, is_first_N = words_N[order_N], np.ones(len(order_N), dtype=np.bool_)
        np.not_equal(sorted_N[1:], sorted_N[:-1], out=is_first_N[1:])
        starts_R, place_N = np.flatnonzero(is_first_N), np.empty_like(order_N)
        place_N[order_N] = np.cumsum(is_first_N) - 1
        words_R, place_LB = sorted_N[starts_R], place_N.reshape(words_LB.shape)
        return _Occurring(*(torch.from_numpy(part) for part in (words_R, place_LB, order_N, starts_R)))


class _Read(torch.autograd.Function):
    """What each step reads, [L, B, E + F]: its title's row of a table, [R, E], and what comes beside it, [L, B, F]."""

    @staticmethod
    def forward(ctx: Any, titles_RE: Tensor, occurring: _Occurring, beside_LBF: Tensor) -> Tensor:
        ctx.occurring, ctx.width = occurring, titles_RE.shape[1]
        rows_RK = F.pad(titles_RE, (0, beside_LBF.shape[2]))
        read_LBK = rows_RK.index_select(0, occurring.place_LB.flatten()).view(*beside_LBF.shape[:2], -1)
        read_LBK[..., ctx.width :] = beside_LBF
        return read_LBK

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slopes_LBK: Tensor) -> tuple[Tensor, None, None]:
        order_N, starts_R = ctx.occurring.order_N, ctx.occurring.starts_R
        sums_RK = F.embedding_bag(order_N, slopes_LBK.flatten(0, 1), starts_R, mode="sum")
        return sums_RK[:, : ctx.width], None, None


def _stepped(gates_G: Tensor, cell_H: Tensor) -> tuple[Tensor, Tensor]:
    """One step of an LSTM from all its gates (input, forget, candidate, output): its output and its cell."""
    let_in, forget, candidate, output = gates_G.chunk(4, dim=-1)
    cell_H = torch.sigmoid(forget) * cell_H + torch.sigmoid(let_in) * torch.tanh(candidate)
    return torch.sigmoid(output) * torch.tanh(cell_H), cell_H


def _last_entries(profiles: Histories, most: int) -> Int64:
    """The latest entries of each person in order of time, [U, most]; -1 where there are fewer, at the end."""
    order_N, ends_U, counts_U = time_order(profiles), profiles.indptr_U1[1:], np.minimum(profiles.counts_U, most)
    steps_P = np.arange(most)[None]
    places_UP = (ends_U - counts_U)[:, None] + steps_P
    there_UP = steps_P < counts_U[:, None]
    if not len(order_N):
        return np.full(there_UP.shape, -1, dtype=np.int64)
    return np.where(there_UP, order_N[np.where(there_UP, places_UP, 0)], -1)
