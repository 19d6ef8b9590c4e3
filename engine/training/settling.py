"""Settings that were left automatic, chosen for one split: by small trials, and by rules for what is not tried.

Trials look at the training and the validation people alone. What was given is kept. Equal splits settle alike, and a
run stores what was settled, so that resuming it chooses nothing anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.split import Split
from engine.events import Job
from engine.models.mf import MfConfig
from engine.models.popularity import PopularityConfig
from engine.models.registry import fitted_config, kind_of
from engine.settings import Config, declared_settings
from engine.text import format_count, format_number, join_words
from engine.training.rating_trial import Dampings, RatingsToTryOn, choose_dampings, choose_factor_l2


@dataclass(frozen=True)
class Settled:
    """Settings of which none is automatic, and what was chosen by trying, in a sentence ("" for nothing)."""

    config: Config
    words: str = ""


def settle(model: str, config: Config | None, split: Split, *, entries: int) -> Job[Settled]:
    """Choose what is automatic among a model's settings (None: its defaults) for a split.

    Parameters
    ----------
    model, config
        A name of the registry, and its settings; those that are not None are kept.
    split
        Learned from, and tried on its validation people; without these, rules decide.
    entries
        The size of the whole data set, which rules go by.

    Returns
    -------
    Settled
        A Stop passes through.

    Examples
    --------
    ::

        settled = drive(settle("mf", None, split, entries=dataset.entries))
    """
    given = config or kind_of(model).config_class()
    usual = fitted_config(model, given, entries=entries)
    tried: Config
    if isinstance(given, PopularityConfig):
        tried, on = yield from _popularity(given, split)
    elif isinstance(given, MfConfig):
        tried, on = yield from _mf(given, split)
    else:
        return Settled(usual)
    return Settled(fitted_config(model, tried, entries=entries), _describe(given, usual, tried, on) if on else "")


def _popularity(config: PopularityConfig, split: Split) -> Job[tuple[PopularityConfig, str]]:
    ratings = RatingsToTryOn.of(split)
    if ratings is None or (config.item_damping is not None and config.user_damping is not None):
        return config, ""
    user = config.user_damping if config.bias else np.inf
    found = yield from choose_dampings(ratings, user_damping=user, item_damping=config.item_damping)
    settled = config.changed(item_damping=found.item)
    return settled.changed(user_damping=found.user) if config.bias else settled, _on_ratings(ratings)


def _mf(config: MfConfig, split: Split) -> Job[tuple[MfConfig, str]]:
    ratings = RatingsToTryOn.of(split)
    if ratings is None:
        return config, ""
    dampings: Dampings | None = None
    tried = ""
    if config.bias:
        user, item = config.user_bias_damping, config.item_bias_damping
        if user is None or item is None:
            tried = _on_ratings(ratings)
            dampings = yield from choose_dampings(ratings, user_damping=user, item_damping=item)
            config = config.changed(user_bias_damping=dampings.user, item_bias_damping=dampings.item)
        else:
            dampings = Dampings(user, item)
    if config.l2 is None:
        tried = _on_ratings(ratings)
        span = ratings.high - ratings.low if config.targets == "unit" else 1.0
        unit = span if span > 0 else 1.0
        l2 = yield from choose_factor_l2(
            ratings, usual=config.pull, fold_in_l2=config.fold_in_l2, unit=unit, dampings=dampings
        )
        config = config.changed(l2=l2)
    return config, tried


def _on_ratings(ratings: RatingsToTryOn) -> str:
    return f"{format_count(ratings.held_out.to_find.entries)} held-out ratings"


def _describe(given: Config, usual: Config, tried: Config, on: str) -> str:
    """What was chosen for which settings, and what a rule would have taken where that is something else."""
    parts = []
    for declared in declared_settings(type(tried)):
        before, ruled, now = (getattr(config, declared.name) for config in (given, usual, tried))
        if before is None and now is not None:
            label = declared.setting.label
            otherwise = f" (usually {format_number(ruled)})" if now != ruled else ""
            parts.append(f"{label[:1].lower()}{label[1:]} {format_number(now)}{otherwise}")
    return f"Chosen on {on}: {join_words(parts)}." if parts else ""
