"""Settings that were left automatic, chosen for one split: by small trials, and by rules for what is not tried.

Trials look at the training and the validation people alone. What was given is kept. Equal splits settle alike, and a
run stores what was settled, so that resuming it chooses nothing anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.split import Split
from engine.events import Job
from engine.models.autoencoder import AutoencoderConfig
from engine.models.ease import EaseConfig
from engine.models.mf import MfConfig
from engine.models.popularity import PopularityConfig
from engine.models.registry import fitted_config, kind_of
from engine.settings import Config, declared_settings
from engine.text import format_count, format_number, join_words
from engine.training.rating_trial import Dampings, RatingsToTryOn, choose_dampings, choose_factor_l2, choose_l2_in_turns
from engine.training.taste_trial import Open, Tastes, TastesToTryOn, choose_tastes
from engine.wording import said


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
        Learned from, and tried on its validation people; without these, on some of what is learned from.
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
    usual = fitted_config(model, given, entries=entries, titles=split.titles)
    tried: Config
    if isinstance(given, PopularityConfig):
        tried, on = yield from _popularity(given, split)
    elif isinstance(given, MfConfig):
        tried, on = yield from _mf(given, split, entries)
    elif isinstance(given, EaseConfig):
        tried, on = yield from _ease(given, split, entries)
    elif isinstance(given, AutoencoderConfig):
        tried, on = yield from _autoencoder(given, split, entries)
    else:
        return Settled(usual)
    return Settled(
        fitted_config(model, tried, entries=entries, titles=split.titles),
        _describe(given, usual, tried, on) if on else "",
    )


def _popularity(config: PopularityConfig, split: Split) -> Job[tuple[PopularityConfig, str]]:
    ratings = RatingsToTryOn.of(split)
    if ratings is None or (config.item_damping is not None and config.user_damping is not None):
        return config, ""
    user = config.user_damping if config.bias else np.inf
    found = yield from choose_dampings(ratings, user_damping=user, item_damping=config.item_damping)
    settled = config.changed(item_damping=found.item)
    return settled.changed(user_damping=found.user) if config.bias else settled, _on_ratings(ratings)


def _mf(config: MfConfig, split: Split, entries: int) -> Job[tuple[MfConfig, str]]:
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
        span = ratings.scale.high - ratings.scale.low if config.targets == "unit" else 1.0
        unit = span if span > 0 else 1.0
        if config.learns_by_steps:
            l2 = yield from choose_factor_l2(
                ratings, usual=config.pull, fold_in_l2=config.fold_in_l2, unit=unit, dampings=dampings
            )
        else:
            l2 = yield from choose_l2_in_turns(ratings, config.fitted_to(entries))
        config = config.changed(l2=l2)
    return config, tried


def _ease(config: EaseConfig, split: Split, entries: int) -> Job[tuple[EaseConfig, str]]:
    may_change = Open(others=config.other_ratings is None, dropout=config.dropout is None, l2=config.l2 is None)
    tastes = TastesToTryOn.of(split) if any((may_change.others, may_change.dropout, may_change.l2)) else None
    if tastes is None:
        return config, ""
    share = len(tastes.learned) / len(split.train)
    rule = config.fitted_to(round(entries * share)).l2 if config.l2 is None else config.l2 * share
    usual = config.fitted_to(entries)
    found = yield from choose_tastes(
        tastes,
        Tastes(usual.other_ratings or 0.0, usual.dropout or 0.0),
        may_change=may_change,
        l2=rule or 0.0,
        exponent=config.user_weight_exponent,
        fold_in=config.fold_in_others,
    )
    settled = config.changed(other_ratings=found.others, dropout=found.dropout)
    return settled.changed(l2=found.l2_factor * (usual.l2 or 0.0)), _on_people(tastes)


def _autoencoder(config: AutoencoderConfig, split: Split, entries: int) -> Job[tuple[AutoencoderConfig, str]]:
    """How much other ratings count is as `ease` would have it: networks learn from the same entries."""
    if config.other_ratings is not None:
        return config, ""
    found, on = yield from _ease(EaseConfig(fold_in_others=0.0), split, entries)
    if not on:
        return config, ""
    return config.changed(other_ratings=found.other_ratings), on


def _on_people(tastes: TastesToTryOn) -> str:
    return said("{people} people held out", people=format_count(tastes.people))


def _on_ratings(ratings: RatingsToTryOn) -> str:
    return said("{entries} held-out ratings", entries=format_count(ratings.wanted.entries))


def _describe(given: Config, usual: Config, tried: Config, on: str) -> str:
    """What was chosen for which settings, and what a rule would have taken where that is something else."""
    parts = []
    for declared in declared_settings(type(tried)):
        before, ruled, now = (getattr(config, declared.name) for config in (given, usual, tried))
        if before is None and now is not None:
            label = declared.setting.label
            named, value = f"{label[:1].lower()}{label[1:]}", format_number(now)
            if now == ruled:
                parts.append(said("{setting} {value}", setting=named, value=value))
            else:
                usually = format_number(ruled)
                parts.append(said("{setting} {value} (usually {ruled})", setting=named, value=value, ruled=usually))
    return said("Chosen on {on}: {parts}.", on=on, parts=join_words(parts)) if parts else ""
