"""The model that answers before anything was trained, and the stars beside lists of models that only rank.

Both are computed in seconds or minutes, and stored, so that the next opening has them at once.
"""

from __future__ import annotations

import logging

from engine.data.dataset import Dataset
from engine.data.split import SplitConfig, make_split
from engine.device import available_memory_bytes, use_cores
from engine.errors import DataError, DeviceError, EngineError, NotStoredError, TrainingError, ran_out_of_memory
from engine.events import Job
from engine.library.quick_models import QuickModel
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model
from engine.models.declaration import Load
from engine.models.ease import ease_operations
from engine.models.registry import build, kind_of
from engine.operations.preparing import fitted, fresh_model
from engine.operations.problem import free_memory_of
from engine.recommending.recommender import Recommender
from engine.settings import Config
from engine.training.settling import settle

LOG = logging.getLogger(__name__)
QUICK_MODELS = ("ease", "ials", "popularity")
MOST_EASE_OPERATIONS = 1e12
"""With more, `ease` takes longer than somebody waits for a first list: 8,000 titles of as many people or more."""

MOST_TRIED_TITLES = 500
"""Up to so many, settings are tried before the first list, in a small part of its time. Data with few titles are those
where much may be gained: everybody has rated nearly everything."""

STARS = "mf"
"""The model that predicts stars best, and in seconds."""
_LIST, _STARS = "list", "stars"
_HELD_OUT, _MOST_HELD_OUT = 0.05, 20_000
"""What share of the ratings tells how far off predicted stars are; the companion does not learn from these."""
_SHARE_OF_FREE_MEMORY = 0.5


def quick_model(library: Library, dataset: Dataset) -> Job[Recommender]:
    """The stored first model of a data set with its stars, or one that is computed now. Raises TrainingError.

    `ease` where people or titles are few enough for it, else `ials`; `popularity` where neither can be. Stars come
    with it where they were stored, else later, by `companion`, so that no first list waits for them.

    Examples
    --------
    ::

        recommender = drive(operations.quick_model(library, dataset))
    """
    use_cores()
    yield None
    model = _stored(library, dataset, _LIST)
    if model is None:
        model = yield from _computed(dataset)
    return Recommender(
        model,
        dataset,
        candidates_I=dataset.counts_I > 0,
        stars=stored_companion(library, dataset, model),
    )


def companion(library: Library, dataset: Dataset, first: Model | None = None) -> Job[Model | None]:
    """The model that predicts stars beside those that only rank; None where there are no ratings that differ.

    Stored or computed now, with how far off it is on ratings that it did not learn from. What is computed is stored,
    and so is `first`, the first model, where it was not: that takes a moment that the first list should not wait for.

    Examples
    --------
    ::

        stars = drive(operations.companion(library, dataset))
    """
    use_cores()
    yield None
    if first is not None and not library.quick_models.has(dataset.fingerprint, _LIST):
        _store(library, dataset, _LIST, first)
        yield None
    found = _stored(library, dataset, _STARS)
    if found is not None or not _fits(dataset):
        return found
    try:
        stars = yield from _computed_stars(dataset)
    except (TrainingError, RuntimeError, MemoryError) as error:
        if not isinstance(error, EngineError) and not ran_out_of_memory(error):
            raise
        return None
    _store(library, dataset, _STARS, stars)
    return stars


def stored_companion(library: Library, dataset: Dataset, model: Model) -> Model | None:
    """The stored companion for a model that only ranks; None for others, and where none is stored yet."""
    return None if model.can.predicts_ratings else _stored(library, dataset, _STARS)


def _computed(dataset: Dataset) -> Job[Model]:
    is_quick = ease_operations(dataset.people, dataset.titles) <= MOST_EASE_OPERATIONS
    for name in QUICK_MODELS if is_quick else QUICK_MODELS[1:]:
        try:
            is_tried = dataset.entries and dataset.titles <= MOST_TRIED_TITLES
            config = (yield from _quick_settings(name, dataset)) if is_tried else None
            return (yield from fitted(name, config, dataset))
        except (DeviceError, TrainingError, RuntimeError, MemoryError) as error:
            is_foreseen = isinstance(error, EngineError) or ran_out_of_memory(error)
            if name == QUICK_MODELS[-1] or not is_foreseen:
                raise
            free_memory_of(error)
    raise AssertionError("the last of them either is computed or raises")


def _quick_settings(model: str, dataset: Dataset) -> Job[Config]:
    """The settings of a model that is to learn from everything, tried on a part of the people."""
    everything = make_split(dataset, SplitConfig(kind="none"))
    return (yield from settle(model, None, everything, entries=dataset.entries)).config


def _computed_stars(dataset: Dataset) -> Job[Model]:
    """Learned from all but a few ratings, by which its uncertainty is measured. Raises TrainingError."""
    share = min(_HELD_OUT, _MOST_HELD_OUT / max(1, dataset.entries))
    try:
        split = make_split(dataset, SplitConfig(kind="random", test_share=max(share, 0.001), validation_share=0.0))
    except DataError:  # too few to hold any out
        split = make_split(dataset, SplitConfig(kind="none"))
    stars = fresh_model(STARS, None, dataset, seed=1)
    assert isinstance(stars, ClosedFormModel), "stars are computed at once"
    yield from stars.fit(split.train)
    if split.test is not None:
        stars.learn_uncertainty(split.test.fold_in, split.test.to_find)
    return stars.eval()


def _fits(dataset: Dataset) -> bool:
    """Whether learning stars takes no more than a part of the free memory."""
    free = available_memory_bytes()
    load = Load(dataset.people, dataset.titles, dataset.entries)
    kind = kind_of(STARS)
    return free is None or kind.model_class.working_bytes(kind.config_class(), load) <= _SHARE_OF_FREE_MEMORY * free


def _store(library: Library, dataset: Dataset, purpose: str, model: Model) -> None:
    """Keep a model for the next opening, where there is room; nothing is lost where there is none."""
    if library.why_read_only is not None:
        return
    try:
        config = model.config.as_dict()
        library.quick_models.save(dataset.fingerprint, purpose, QuickModel(model.name, config, model.state_dict()))
    except NotStoredError as error:
        LOG.info("%s", error)


def _stored(library: Library, dataset: Dataset, purpose: str) -> Model | None:
    """A stored model of a data set, ready to answer; None where there is none that fits."""
    found = library.quick_models.find(dataset.fingerprint, purpose)
    if found is None:
        return None
    try:
        config = kind_of(found.name).config_class.from_dict(found.config)
        model = build(found.name, config, items=dataset.titles, scale=dataset.scale)
        model.load_state_dict(dict(found.weights))
    except (EngineError, RuntimeError, KeyError, TypeError, ValueError) as error:
        LOG.info("The stored first model is computed anew: %s", error)
        library.quick_models.forget(dataset.fingerprint, purpose)
        return None
    return model.eval()
