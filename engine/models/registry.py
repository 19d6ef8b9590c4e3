"""Every model by name: what people should know to choose it, what it can do, and where its class is.

A new model is one module and one entry of `MODELS`. Importing this module does not import torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import SettingError
from engine.models.declaration import Capabilities, CatalogueConfig, ModelConfig
from engine.settings import Config
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Scale
    from engine.models.base import Model


@dataclass(frozen=True)
class ModelKind:
    """A model on offer; `model` and `config` are "module:Class", the mappings are where its defaults differ."""

    name: str
    title: str
    sentence: str
    model: str
    can: Capabilities
    config: str = ""
    """Where it is not called like the model and Config."""
    training: Mapping[str, Any] = field(default_factory=dict)
    finder: Mapping[str, Any] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = "steepest"
    other_ratings: bool = False
    """Whether a model of likes also learns from other ratings, with less weight."""
    only_rates: bool = False
    """Whether it learns nothing but how high titles are rated: it needs ratings that differ."""
    slower_on_little: bool = False
    """Whether its learning rate is lowered on small data sets."""
    made_of_runs: bool = False
    """Whether it is mixed from finished runs instead of learning from ratings (see engine.operations.blending)."""
    by_steps: ModelKind | None = None
    """What it is where its settings have it learn by steps, though it is usually computed."""

    def as_set(self, config: Config | None) -> ModelKind:
        """What it is with these settings (None: its defaults), which may choose between two ways to learn."""
        by_steps = isinstance(config, ModelConfig) and config.learns_by_steps
        return self.by_steps if by_steps and self.by_steps is not None else self

    @property
    def model_class(self) -> type[Model]:
        found: type[Model] = _load(self.model)
        return found

    @property
    def config_class(self) -> type[Config]:
        """The class of the model's settings. Loads its module, and torch with it."""
        found: type[Config] = _load(self.config or f"{self.model}Config")
        return found

    @property
    def abilities(self) -> str:
        """What it learns from and what it answers, in a sentence.

        >>> kind_of("ease").abilities
        'Learns from likes, and with less weight from other ratings; ranks titles, without ratings.'
        """
        if self.made_of_runs:
            return said("Learns from finished runs; predicts ratings where one of these does, and ranks titles.")
        answers = (
            said("predicts ratings and ranks titles")
            if self.can.predicts_ratings
            else said("ranks titles, without ratings")
        )
        learned = said("likes") if self.can.learns_from == "likes" else said("ratings")
        if self.other_ratings:
            learned = said("{likes}, and with less weight from other ratings", likes=learned)
        if self.can.needs_times:
            learned = said("{ratings} in the order of time", ratings=learned)
        return said("Learns from {learned}; {answers}.", learned=learned, answers=answers)

    def training_for(self, entries: int) -> dict[str, Any]:
        """What its training settings start from on a data set of so many entries.

        Beyond a million ratings, or twenty million entries for models of people, epochs go down with the fourth root,
        to a third at the least. Networks of ratings overfit small data: their rate goes down with the square root.

        >>> kind_of("lstm").training_for(100_000)["epochs"], kind_of("lstm").training_for(20_000_000)["epochs"]
        (15, 7)
        """
        full = 2e7 if self.can.examples == "people" else 1e6
        values, share = dict(self.training), (full / max(1, entries)) ** 0.25
        if "epochs" in values:
            values["epochs"] = round(values["epochs"] * max(1 / 3, min(1.0, share)))
        if self.slower_on_little and 0 < entries < full:
            values["lr"] = values["lr"] * max(0.1, (entries / full) ** 0.5)
        return values

    def usual_rate(self, entries: int) -> float:
        """The learning rate where neither a person nor a sweep has chosen one.

        >>> kind_of("two_head").usual_rate(100_000)
        0.01
        """
        return float(self.training_for(entries).get("lr") or _RATE_WITHOUT_FINDER)


def _load(place: str) -> Any:
    """The class at "module:Class"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


_LISTS = {"epochs": 30, "schedule": "slanted_triangle"}
_STARS = {"epochs": 15, "schedule": "slanted_triangle", "monitor": "rmse"}
_AT_RANDOM = {"kind": "random"}
"""Models that only predict ratings are evaluated on held-out ratings of any height."""
_RATE_WITHOUT_FINDER = 0.01
_LONG_SWEEP = {"steps": 300, "lowest": 1e-5}
"""Single ratings make a noisy loss, so the learning-rate sweep takes more steps."""
_LONGER_SWEEP = {"steps": 1000, "lowest": 1e-4}
"""Of a factorisation it falls by little before it rises: with fewer steps the noise hides it."""

_MF_BY_STEPS = ModelKind(
    name="mf",
    title=said("Factorisation"),
    sentence=said("Predicts how many stars you would give; quick and precise."),
    model="engine.models.mf_by_steps:FactorizationBySteps",
    config="engine.models.mf:MfConfig",
    can=Capabilities(predicts_ratings=True, learns_by_steps=True, states_uncertainty=True, examples="ratings"),
    training={**_STARS, "lr": 5e-3},
    finder=_LONGER_SWEEP,
    split=_AT_RANDOM,
    suggestion="steepest",
    only_rates=True,
)
_MF = ModelKind(
    name="mf",
    title=said("Factorisation"),
    sentence=said("Predicts how many stars you would give, best of all models and in seconds."),
    model="engine.models.mf_by_turns:FactorizationByTurns",
    config="engine.models.mf:MfConfig",
    can=Capabilities(predicts_ratings=True, states_uncertainty=True, examples="ratings"),
    finder=_LONGER_SWEEP,
    split=_AT_RANDOM,
    only_rates=True,
    by_steps=_MF_BY_STEPS,
)

MODELS: dict[str, ModelKind] = {
    kind.name: kind
    for kind in (
        ModelKind(
            name="two_head",
            title=said("Watch and love"),
            sentence=said(
                "Learns what people watch and how they rate it; with few ratings, plain averages predict stars better."
            ),
            model="engine.models.two_head:TwoHead",
            config="engine.models.two_head_config:TwoHeadConfig",
            can=Capabilities(predicts_ratings=True, learns_by_steps=True, mixes_presence=True, scores_as_graph=True),
            training=_LISTS,
            suggestion="lowest",
        ),
        ModelKind(
            name="mult_vae",
            title=said("Next favourites"),
            sentence=said("Predicts what people like next; best when many people like many films."),
            model="engine.models.autoencoder:MultVae",
            can=Capabilities(learns_by_steps=True, learns_from="likes", scores_as_graph=True),
            training={**_LISTS, "lr": 2e-3},
            suggestion="peak",
            other_ratings=True,
        ),
        ModelKind(
            name="mult_dae",
            title=said("Quick favourites"),
            sentence=said("A smaller and quicker form of Next favourites; about as good."),
            model="engine.models.autoencoder:MultDae",
            can=Capabilities(learns_by_steps=True, learns_from="likes", scores_as_graph=True),
            training={**_LISTS, "epochs": 50, "lr": 2e-3},
            suggestion="lowest",
            other_ratings=True,
        ),
        _MF,
        ModelKind(
            name="embedding_mlp",
            title=said("Star network"),
            sentence=said(
                "Predicts stars with a small neural network; with few ratings hardly better than plain averages."
            ),
            model="engine.models.embedding_mlp:EmbeddingMlp",
            can=Capabilities(predicts_ratings=True, learns_by_steps=True, examples="ratings"),
            training={**_STARS, "lr": 2e-3},
            finder=_LONG_SWEEP,
            split=_AT_RANDOM,
            suggestion="minimum",
            only_rates=True,
            slower_on_little=True,
        ),
        ModelKind(
            name="lstm",
            title=said("Rating sequence"),
            sentence=said(
                "Predicts your next stars from the films you rated last; on ratings held out at random, "
                "plain averages do better."
            ),
            model="engine.models.lstm:Lstm",
            can=Capabilities(predicts_ratings=True, learns_by_steps=True, needs_times=True, examples="windows"),
            training={**_STARS, "lr": 3e-3},
            split=_AT_RANDOM,
            suggestion="steepest",
            only_rates=True,
            slower_on_little=True,
        ),
        ModelKind(
            name="ease",
            title=said("Liked together"),
            sentence=said(
                "Knows which films the same people like; ready in seconds, and the best choice on small data."
            ),
            model="engine.models.ease:Ease",
            can=Capabilities(learns_from="likes", scores_as_graph=True),
            other_ratings=True,
        ),
        ModelKind(
            name="ials",
            title=said("Common taste"),
            sentence=said(
                "Knows what people who like the same films have in common; ready in a minute on the largest data."
            ),
            model="engine.models.ials:Ials",
            can=Capabilities(learns_from="likes"),
            other_ratings=True,
        ),
        ModelKind(
            name="popularity",
            title=said("Most liked"),
            sentence=said("The same list for everyone, the most liked films first; every other model should beat it."),
            model="engine.models.popularity:Popularity",
            can=Capabilities(predicts_ratings=True),
        ),
        ModelKind(
            name="blend",
            title=said("Blend"),
            sentence=said(
                "Combines models that you trained, each with the weight that makes the best list; often "
                "better than any of them."
            ),
            model="engine.models.blend:Blend",
            can=Capabilities(),
            made_of_runs=True,
        ),
    )
}

FIRST_MODEL = next(iter(MODELS))


def kind_of(name: str, config: Config | None = None) -> ModelKind:
    """The declaration of a model, with these settings (None: its defaults). Raises SettingError, naming the known ones.

    >>> kind_of("mf").title
    'Factorisation'
    """
    if name not in MODELS:
        raise SettingError(
            said("There is no model called {name!r}.", name=name),
            remedy=said("Known are: {names}.", names=", ".join(MODELS)),
            model=name,
        )
    return MODELS[name].as_set(config)


def title_of(name: str) -> str:
    """What people read instead of a model's name; the name itself of one that is not known here.

    >>> title_of("ease"), title_of("some_other")
    ('Liked together', 'some_other')
    """
    return MODELS[name].title if name in MODELS else name


def trainable_models() -> tuple[ModelKind, ...]:
    """The models that learn from a data set, in the order in which they are offered: all but mixes of runs.

    >>> [kind.name for kind in trainable_models()][:3]
    ['two_head', 'mult_vae', 'mult_dae']
    """
    return tuple(kind for kind in MODELS.values() if not kind.made_of_runs)


def fitted_config(name: str, config: Config | None, *, entries: int, titles: int | None = None) -> Config:
    """A model's settings (None: its defaults) with everything automatic chosen for so many entries and titles.

    >>> fitted_config("ease", None, entries=100_000).l2
    79.0
    """
    config = config or kind_of(name).config_class()
    if isinstance(config, CatalogueConfig) and titles is not None:
        config = config.fitted_to_titles(titles)
    return config.fitted_to(entries) if isinstance(config, ModelConfig) else config


def build(name: str, config: Config, *, items: int, scale: Scale, seed: int = 1) -> Model:
    """A model that has learned nothing yet, over I `items`; equal seeds give equal weights.

    Its settings are fitted to the data set (see `fitted_config`). One that learns fewer titles than there are ranks the
    others by what they share with these. Raises SettingError for settings of another model.

    >>> from engine.data.dataset import Scale
    >>> build("mf", fitted_config("mf", None, entries=1_000), items=40, scale=Scale(1, 5, 1)).items
    40
    """
    import torch

    kind = kind_of(name, config)
    if not isinstance(config, kind.config_class):
        raise SettingError(
            said("These settings are not those of {name}.", name=name),
            remedy=said("Give a {name__}.", name__=kind.config_class.__name__),
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if not isinstance(config, CatalogueConfig) or config.titles is None or config.titles >= items:
            return kind.model_class(config, items=items, scale=scale)
        from engine.models.best_known import over_best_known

        return over_best_known(kind.model_class(config, items=config.titles, scale=scale), items=items)
