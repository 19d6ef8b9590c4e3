"""How long reasons and lists take: every rating of a profile left out once, by every model, on synthetic people.

Seconds do not hang on what was learned, so models that learn by steps are asked as they start, `two_head` at the width
of its study. The fifty best titles are explained, as the window does. What leaving out takes stands beside a dense
pass: the same model predicts all titles for all variants of the profile, in batches, with dense profiles where it is a
network.

Wanted, at 300 ratings and 6,000 titles on two processors: leaving out within 150 ms and in 1 / 2.5 of a dense pass,
equal within 1e-4; the reasons of one title (the first, and any once the list was explained) and a list after a new
rating within 100 ms; a list after a slider within 16 ms at 27,000 titles.

Shapes: V variants of a profile, I titles, C explained titles, H width of the first layer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.bench.synthetic_people import profile_of, synthetic
from engine.data.batches import Batch
from engine.data.dataset import Dataset, Histories, Int64
from engine.device import exactly, use_cores
from engine.events import Job, StageStarted, drive
from engine.models.autoencoder import MultDae, MultVae
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.blend import Blend, BlendConfig, Part, additive_scores
from engine.models.declaration import ModelConfig
from engine.models.ease import EaseConfig
from engine.models.registry import build, fitted_config, kind_of
from engine.models.two_head import TwoHead
from engine.models.two_head_config import TwoHeadConfig
from engine.recommending.explanation import explain
from engine.recommending.insights import explain_list
from engine.recommending.leaving_out import chunks_of, without_each
from engine.recommending.longer_look import joined
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

Clock = Callable[[], float]

MEASURED = ("ease", "ials", "mult_vae", "two_head", "blend")
_LISTED, _TOP, _REPEATS = 50, 100, 5
_LARGE_PEOPLE, _EASE_TITLES = 2000, 4000
_FULL_WIDTH: dict[str, Any] = {"hidden": (2048,), "latent": 512, "decoder": (1024, 2048)}
_MIXED = ("ease", "mult_vae", "two_head")


@dataclass(frozen=True)
class ExplainSpeed:
    """Seconds of a model for a profile of so many ratings.

    left_out: each rating left out once, for fifty titles; dense: a dense pass over the same; difference: the largest
    between the scores of both. first_title: the reasons of one title before anything else was explained; list: those of
    fifty, with all that is shown of them; title: those of one after that. bent: from a slider to a list; rated: from a
    new rating to a list; large_bent: from a slider to a list over a larger catalogue, where that was asked for.
    """

    model: str
    ratings: int
    titles: int
    left_out_seconds: float
    dense_seconds: float
    difference: float
    first_title_seconds: float
    list_seconds: float
    title_seconds: float
    bent_seconds: float
    rated_seconds: float
    large_bent_seconds: float | None


def explain_speeds(
    *,
    models: tuple[str, ...] | None = None,
    lengths: tuple[int, ...] = (300,),
    titles: int = 6000,
    large: int = 0,
    full_width: bool = True,
    clock: Clock = time.perf_counter,
) -> Job[tuple[ExplainSpeed, ...]]:
    """Measure some models (None: the ranking ones and a blend) on a catalogue of so many titles.

    large: so many titles for a slider alone (0: not measured), of which `ease` learns the 4,000 best known.

    Examples
    --------
    >>> from engine.events import drive
    >>> [speed.model for speed in drive(explain_speeds(models=("ease",), lengths=(5,), titles=60))]
    ['ease']
    """
    dataset = synthetic(max(50, titles // 2), titles)
    found = []
    for name in models or MEASURED:
        yield StageStarted(name, f"Measuring {kind_of(name).title}")
        use_cores()
        large_bent = (yield from _bent_at(name, large, clock)) if large else None
        model = yield from ready(name, dataset, full_width=full_width)
        for length in lengths:
            speed = measured(Recommender(model, dataset), profile_of(length, dataset), clock=clock)
            found.append(replace(speed, large_bent_seconds=large_bent))
            yield None
    return tuple(found)


def measured(recommender: Recommender, profile: Histories, *, clock: Clock = time.perf_counter) -> ExplainSpeed:
    """How long the best title of a profile takes to explain, its whole list, and a list after a change."""
    model, items = recommender.model, recommender.recommend(profile, top=_LISTED).items
    columns_C, row = np.array([item.item_row for item in items], dtype=np.int64), items[0].item_row
    left_out, fast_VC = _timed(clock, lambda: _left_out(model, profile, columns_C))
    dense, slow_VC = _timed(clock, lambda: _dense(model, profile, columns_C))

    def fresh() -> Recommender:
        other = Recommender(model, recommender.dataset)
        other.recommend(profile, top=_TOP)
        return other

    return ExplainSpeed(
        model=model.name,
        ratings=profile.entries,
        titles=model.items,
        left_out_seconds=left_out,
        dense_seconds=dense,
        difference=float((fast_VC - slow_VC).abs().max()),
        first_title_seconds=_timed_with(clock, fresh, lambda one: explain(one, profile, row)),
        list_seconds=_timed_with(clock, fresh, lambda one: drive(explain_list(one, profile, top=_LISTED))),
        title_seconds=_timed_with(clock, lambda: _explained(fresh(), profile), lambda one: explain(one, profile, row)),
        bent_seconds=_bent_seconds(recommender, profile, clock),
        rated_seconds=_rated_seconds(recommender, profile, clock),
        large_bent_seconds=None,
    )


def _explained(recommender: Recommender, profile: Histories) -> Recommender:
    drive(explain_list(recommender, profile, top=_LISTED))
    return recommender


def _bent_at(name: str, titles: int, clock: Clock) -> Job[float]:
    """From a slider to a list over so many titles."""
    dataset = synthetic(_LARGE_PEOPLE, titles)
    model = yield from ready(name, dataset, ease_titles=_EASE_TITLES)
    return _bent_seconds(Recommender(model, dataset), profile_of(300, dataset), clock)


def _bent_seconds(recommender: Recommender, profile: Histories, clock: Clock) -> float:
    """From a slider to a list of a hundred titles, for a profile that was answered before."""
    recommender.answer(profile)
    weights = (0.1, 0.2, 0.3, 0.4, 0.5) if recommender.model.can.mixes_presence else (None,) * _REPEATS
    seconds = []
    for step, weight in enumerate(weights):
        bent = ListTerms(weight, Filters(hidden_gems=0.1 * (step + 1)))
        began = clock()
        recommender.recommend(profile, bent, top=_TOP)
        seconds.append(clock() - began)
    return median(seconds)


def _rated_seconds(recommender: Recommender, profile: Histories, clock: Clock) -> float:
    """From a new rating to a list of a hundred titles."""
    seconds = []
    for left in range(_REPEATS):
        changed = profile.where(np.arange(profile.entries) != left + 1)
        began = clock()
        recommender.recommend(changed, top=_TOP)
        seconds.append(clock() - began)
    return median(seconds)


def _timed(clock: Clock, asked: Callable[[], Any]) -> tuple[float, Any]:
    """The median of a few times, and the answer."""
    seconds, answer = [], None
    for _ in range(_REPEATS):
        began = clock()
        answer = asked()
        seconds.append(clock() - began)
    return median(seconds), answer


def _timed_with(clock: Clock, made: Callable[[], Recommender], asked: Callable[[Recommender], Any]) -> float:
    """The median of a few times, each asked of something new whose making is not counted."""
    seconds = []
    for _ in range(_REPEATS):
        recommender = made()
        began = clock()
        asked(recommender)
        seconds.append(clock() - began)
    return median(seconds)


def _left_out(model: Model, profile: Histories, columns_C: Int64) -> Tensor:
    """What ranks some titles without each entry, [n, C], as reasons are found."""
    parts = [
        additive_scores(model, without_each(model, profile, some, columns_C), None)[1:]
        for some in chunks_of(np.arange(profile.entries), model.items)
    ]
    return torch.cat(parts)


def _dense(model: Model, profile: Histories, columns_C: Int64) -> Tensor:
    """The same by predicting all titles for each variant, a batch of them at once, [n, C]."""
    parts = []
    with dense_first_layer(model), exactly():
        for some in chunks_of(np.arange(profile.entries), model.items):
            sets_Vn = np.arange(profile.entries)[None] != some[:, None]
            prediction = model.predict(joined(profile, sets_Vn))
            parts.append(additive_scores(model, prediction, None)[:, torch.from_numpy(columns_C)])
    return torch.cat(parts)


@contextmanager
def dense_first_layer(model: Model) -> Iterator[None]:
    """While this lasts networks multiply dense profiles, people x inputs, as they are usually written."""
    networks = [part for part in _all_of(model) if isinstance(part, (TwoHead, MultVae, MultDae))]
    for network in networks:
        layer = _dense_two_head(network) if isinstance(network, TwoHead) else _dense_likes(network)
        network.__dict__["first_layer"] = layer
    try:
        yield
    finally:
        for network in networks:
            del network.__dict__["first_layer"]


def _all_of(model: Model) -> tuple[Model, ...]:
    return tuple(part for _, part in model.parts) if isinstance(model, Blend) else (model,)


def _dense_two_head(network: TwoHead) -> Callable[[Batch, Tensor], Tensor]:
    def first_layer(batch: Batch, normalised_N: Tensor) -> Tensor:
        inputs = torch.zeros(len(batch), 2 * network.items)
        presence_N = torch.where(torch.isnan(batch.ratings_N), network.config.seen_weight, 1.0)
        inputs[batch.person_N, batch.item_rows_N] = presence_N
        inputs[batch.person_N, batch.item_rows_N + network.items] = normalised_N
        return inputs @ network.first_2IH + network.first_bias_H

    return first_layer


def _dense_likes(network: MultVae | MultDae) -> Callable[[Batch], Tensor]:
    def first_layer(batch: Batch) -> Tensor:
        inputs = torch.zeros(len(batch), network.items)
        inputs[batch.person_N, batch.item_rows_N] = 1.0
        return torch.nn.functional.normalize(inputs) @ network.first_IH + network.first_bias_H

    return first_layer


def ready(name: str, dataset: Dataset, *, full_width: bool = False, ease_titles: int | None = None) -> Job[Model]:
    """A model that answers: computed where that takes seconds, else as it starts; a blend of three.

    Its part that mixes presence and liking ranks by presence, as in blends whose weights are found by measuring.
    """
    if name == "blend":
        return (yield from _blend(dataset, full_width=full_width, ease_titles=ease_titles))
    asked: ModelConfig | None = TwoHeadConfig(**_FULL_WIDTH) if full_width and name == "two_head" else None
    if name == "ease" and ease_titles is not None:
        asked = EaseConfig(titles=ease_titles)
    config = fitted_config(name, asked, entries=dataset.entries, titles=dataset.titles)
    model = build(name, config, items=dataset.titles, scale=dataset.scale)
    if isinstance(model, ClosedFormModel):
        yield from model.fit(dataset.histories)
    if isinstance(model, StepModel):
        model.prepare(dataset.histories, seed=1)
    if isinstance(model, (TwoHead, MultVae, MultDae)):
        _set_apart(model.eval(), dataset)
    return model.eval()


@torch.no_grad()
def _set_apart(network: TwoHead | MultVae | MultDae, dataset: Dataset) -> None:
    """Give titles chances as unlike as learned ones: a fresh network has them equal but for the last digits of float32,
    and a comparison of two ways would be one of rounding.
    """
    log_probability_UI = network.predict(dataset.histories.row(0), ratings=False).log_probability_UI
    assert log_probability_UI is not None, "these networks have a chance for each title"
    head = network.presence_head if isinstance(network, TwoHead) else network.last_layer
    head.weight.div_(log_probability_UI.std())


def _blend(dataset: Dataset, *, full_width: bool, ease_titles: int | None) -> Job[Model]:
    models = []
    for name in _MIXED:
        models.append((yield from ready(name, dataset, full_width=full_width, ease_titles=ease_titles)))
    copies = tuple(
        Part(
            model.name,
            model.config.as_dict(),
            weight=0.4,
            presence=1.0 if model.can.mixes_presence else None,
            rating_weight=float(model.can.predicts_ratings),
        )
        for model in models
    )
    return Blend(BlendConfig(copies=copies), items=dataset.titles, scale=dataset.scale, models=models).eval()
