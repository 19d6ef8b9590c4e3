"""Which model to take for a data set on a machine: the rules behind "Best for your data" and "Fastest".

A rule looks at how much there is to learn from and to compute with, and says in a sentence why it holds. The first rule
that holds decides; the last of each list always does. What the rules rest on: no single network was ahead of EASE on
MovieLens-1M (NDCG@100 near 0.44; Mult-VAE with its study's settings 0.393, tuned near 0.42) nor on the bundled sample,
while Mult-VAE is ahead on MovieLens-20M (0.426 against 0.420, published); implicit ALS is not far behind EASE (0.431),
at a cost that grows with the ratings alone. The time of EASE grows with the square of the titles times the titles or
people, whichever are fewer; its memory with the square of the titles. So it learns no more of them than it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.data.dataset import Dataset
from engine.data.split import LIKES_THAT_COUNT
from engine.data.statistics import DatasetStatistics, count_statistics
from engine.device import available_memory_bytes, find_devices, usable_cores
from engine.errors import SettingError
from engine.events import drive
from engine.models.declaration import MOST_TITLES
from engine.models.ease import ease_memory_bytes, ease_operations, ease_titles_within
from engine.models.presets import CHOSEN, PRESETS, Preset, preset_of
from engine.models.registry import kind_of, title_of
from engine.text import format_size
from engine.wording import counted, joined, plural, said

FEW_PEOPLE = 20
MANY_PEOPLE = 50_000
_SHARE_OF_FREE_MEMORY = 0.5
_LONG_S, _QUICK_S = 1800.0, 60.0
_EASE_FLOPS_PER_CORE = 2.5e10
_IALS_PER_CORE = 4e5
"""Ratings a second."""
_NEARLY_ALL_TITLES = 15_000
"""In catalogues of films so many of the best known titles have all ratings but one or two in a hundred."""
_NETWORK_PER_CORE, _NETWORK_ON_GPU = 1.6e7, 4e9
"""People times titles a second: Mult-VAE on two cores, and on a GPU by what others published."""


@dataclass(frozen=True)
class Machine:
    """What there is to compute with. Memory in bytes that are free now, None where that is unknown."""

    memory_bytes: int | None
    cores: int
    gpu: bool


@dataclass(frozen=True)
class DataFacts:
    """What the rules look at; `counted` people like five titles or more, `rates` and `timed` say what differs.

    `liked` titles are liked by somebody, and `likes` of the entries are likes; None where nobody counted.
    """

    people: int
    titles: int
    entries: int
    rated: int
    counted: int
    rates: bool
    timed: bool
    liked: int | None = None
    likes: int | None = None


@dataclass(frozen=True)
class Rule:
    """A model and when to take it: `why` gives the sentence, or None where the rule does not hold."""

    model: str
    why: Callable[[DataFacts, Machine], str | None]
    training: Mapping[str, Any] = field(default_factory=dict)


def this_machine() -> Machine:
    """What this process may compute with."""
    return Machine(available_memory_bytes(), usable_cores(), any(device.key != "cpu" for device in find_devices()))


def facts_of(dataset: Dataset) -> DataFacts:
    """Count what the rules look at; reads every rating once. The library has the same counts stored."""
    return facts_from(drive(count_statistics(dataset)))


def facts_from(statistics: DatasetStatistics) -> DataFacts:
    """What the rules look at, from statistics that were counted before."""
    return DataFacts(
        people=statistics.people,
        titles=statistics.titles,
        entries=statistics.entries,
        rated=statistics.rated,
        counted=statistics.likers,
        rates=statistics.has_varied_ratings,
        timed=statistics.has_varied_times,
        liked=int((statistics.title_counts.likes_I > 0).sum()),
        likes=statistics.likes,
    )


def choose_preset(name: str, facts: DataFacts, machine: Machine) -> Preset:
    """ "best_quality" or "fastest" by the rules; its `why` is the sentence of the rule that decided."""
    if name not in RULES:
        raise SettingError(
            said("There is no rule for {name!r}.", name=name),
            remedy=said("Known are: {names}.", names=", ".join(RULES)),
            preset=name,
        )
    for rule in RULES[name]:
        why = rule.why(facts, machine)
        if why is not None:
            title, sentence = CHOSEN[name]
            return Preset(name, title, sentence, rule.model, training=rule.training, why=why)
    raise AssertionError("the last rule always holds")


def preset_for(name: str, dataset: Dataset, *, machine: Machine | None = None) -> Preset:
    """A preset adapted to a data set and a machine (None: this one). Raises SettingError where it is of no use."""
    facts = facts_of(dataset)
    preset = choose_preset(name, facts, machine or this_machine()) if name in CHOSEN else fitted(preset_of(name), facts)
    if preset.refusal:
        raise SettingError(preset.refusal, remedy=said("Choose another preset."), preset=name)
    return preset


def presets_for(
    dataset: Dataset, *, machine: Machine | None = None, facts: DataFacts | None = None
) -> tuple[Preset, ...]:
    """Every preset, the two chosen for the data set first; useless ones carry a refusal. `facts`: if counted."""
    facts, machine = facts or facts_of(dataset), machine or this_machine()
    chosen = (choose_preset(name, facts, machine) for name in CHOSEN)
    return (*chosen, *(fitted(preset, facts) for preset in PRESETS.values()))


def fitted(preset: Preset, facts: DataFacts) -> Preset:
    """A study's preset adapted to what these data cannot do, with a note for each change."""
    kind = kind_of(preset.model)
    if kind.only_rates and not facts.rates:
        why = said("all ratings are the same") if facts.rated else said("nothing is rated, only seen")
        return replace(preset, refusal=said("It learns how high titles are rated, and in these data {why}.", why=why))
    notes = []
    if preset.split.get("kind") == "time" and not facts.timed:
        preset = replace(preset, split={**preset.split, "kind": "random"})
        notes.append(
            said("These data do not say when a rating was given, so ratings are held out at random, not the newest.")
        )
    if kind.can.needs_times and not facts.timed:
        notes.append(
            said("These data do not say when a rating was given, so titles are read in the order of the file.")
        )
    return replace(preset, notes=tuple(notes))


def ease_titles(facts: DataFacts, machine: Machine) -> int:
    """How many titles EASE learns: those whose matrix fills at most half of the free memory, and not too many."""
    free = machine.memory_bytes
    fitting = facts.titles if free is None else ease_titles_within(_SHARE_OF_FREE_MEMORY * free)
    return min(facts.titles, MOST_TITLES, fitting)


def ease_seconds(facts: DataFacts, machine: Machine) -> float:
    """About how long EASE takes: 2.0 s on two cores for the 3,706 titles of MovieLens-1M."""
    return ease_operations(facts.people, ease_titles(facts, machine)) / (_EASE_FLOPS_PER_CORE * machine.cores)


def ials_seconds(facts: DataFacts, machine: Machine) -> float:
    """About how long implicit ALS takes."""
    return facts.entries / (_IALS_PER_CORE * machine.cores)


def network_seconds(facts: DataFacts, machine: Machine, *, epochs: int) -> float:
    """About how long an autoencoder of likes takes."""
    speed = _NETWORK_ON_GPU if machine.gpu else _NETWORK_PER_CORE * machine.cores
    return epochs * facts.counted * facts.titles / speed


def ease_fits(facts: DataFacts, machine: Machine) -> bool:
    """Whether it learns the titles that nearly all ratings are of: all, or what large catalogues have of these."""
    return ease_titles(facts, machine) >= min(facts.titles, _NEARLY_ALL_TITLES)


def _only_seen(facts: DataFacts, machine: Machine) -> str | None:
    if facts.rated or not facts.entries:
        return None
    return said(
        "Nothing is rated here, only seen, and {title} is the model that learns from what was seen.",
        title=title_of("two_head"),
    )


def _too_few(facts: DataFacts, machine: Machine) -> str | None:
    if facts.counted >= FEW_PEOPLE:
        return None
    return said(
        "Only {counted:,} people like {least} titles or more, too few to see whose "
        "tastes are alike: what most people like is the safest answer.",
        counted=facts.counted,
        least=LIKES_THAT_COUNT,
    )


def _best_is_ease(facts: DataFacts, machine: Machine) -> str | None:
    seconds = ease_seconds(facts, machine)
    if not ease_fits(facts, machine) or seconds > _LONG_S or (facts.counted >= MANY_PEOPLE and machine.gpu):
        return None
    memory = format_size(ease_memory_bytes(ease_titles(facts, machine)))
    which = _ease_titles_words(facts, machine)
    worth = (
        said("On data of this size no network that we measured was ahead of it.")
        if facts.counted < MANY_PEOPLE
        else said("A network would do a little better with so many people, but takes hours without a GPU.")
    )
    needs = said("The {titles} need {memory} and about {about}.", memory=memory, about=_about(seconds), titles=which)
    return joined(worth, needs, said("Blended with a trained network it gets a little better still."))


def _best_is_vae(facts: DataFacts, machine: Machine) -> str | None:
    if facts.counted < MANY_PEOPLE or not machine.gpu:
        return None
    epochs = kind_of("mult_vae").training_for(facts.entries)["epochs"]
    about = _about(network_seconds(facts, machine, epochs=epochs))
    return said(
        "{counted:,} people are enough for a network to beat {title}, and there is a GPU: {about}.",
        counted=facts.counted,
        title=title_of("ease"),
        about=about,
    )


def _best_is_ials(facts: DataFacts, machine: Machine) -> str:
    return _instead_of_ease(facts, machine, said("it is nearly as good"))


def _fastest_is_ease(facts: DataFacts, machine: Machine) -> str | None:
    seconds = ease_seconds(facts, machine)
    if not ease_fits(facts, machine) or seconds > _QUICK_S:
        return None
    which = _ease_titles_words(facts, machine)
    return said(
        "It is computed at once, in about {about} for the {which}, without any training.",
        about=_about(seconds),
        which=which,
    )


def _fastest_is_ials(facts: DataFacts, machine: Machine) -> str:
    return _instead_of_ease(facts, machine, said("it is computed at once"))


def _instead_of_ease(facts: DataFacts, machine: Machine, worth: str) -> str:
    ease = title_of("ease")
    return said(
        "{ease} would take long or not fit with {titles:,} titles; the time of {title} grows "
        "with the ratings alone, and {worth}: about {about}.",
        ease=ease,
        titles=facts.titles,
        title=title_of("ials"),
        worth=worth,
        about=_about(ials_seconds(facts, machine)),
    )


def _ease_titles_words(facts: DataFacts, machine: Machine) -> str:
    learned = ease_titles(facts, machine)
    titles = plural(facts.titles, "title")
    if learned == facts.titles:
        return titles
    return said("{learned:,} best known of {titles}", learned=learned, titles=titles)


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    return (
        counted("{count} minute", "{count} minutes", minutes)
        if seconds < 5400
        else counted("{count} hour", "{count} hours", hours)
    )


RULES: dict[str, tuple[Rule, ...]] = {
    "best_quality": (
        Rule("two_head", _only_seen),
        Rule("popularity", _too_few),
        Rule("ease", _best_is_ease),
        Rule("mult_vae", _best_is_vae),
        Rule("ials", _best_is_ials),
    ),
    "fastest": (
        Rule("two_head", _only_seen, training={"epochs": 10}),
        Rule("popularity", _too_few),
        Rule("ease", _fastest_is_ease),
        Rule("ials", _fastest_is_ials),
    ),
}
