"""What the figures of a model mean, in plain words: hits of a list, errors of predicted ratings, beside baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.models.comparison import BIASES, EASE, POPULARITY, Differences, EvaluatedModel
from engine.models.registry import title_of
from engine.text import format_distinct, format_percent, join_words, plural, plural_of
from engine.wording import counted, joined, said

if TYPE_CHECKING:
    from engine.data.dataset import Scale
    from engine.evaluation.intervals import Interval

Models = Sequence[EvaluatedModel]

_MOST_LIKED_LIST = said("the most-liked list")
_NAMES = {POPULARITY: said("the most liked"), EASE: title_of("ease")}
_LISTS = {POPULARITY: _MOST_LIKED_LIST, EASE: title_of("ease")}


def meaning(
    chosen: EvaluatedModel,
    others: Models,
    differences: Differences,
    *,
    people: int,
    word: str,
    unit: str,
    likes_only: bool = False,
) -> tuple[str, ...]:
    """Paragraphs on one model; baselines that are not there (or that it is itself) are left out.

    likes_only: whether nothing but likes was held out, so that errors are known of those alone.
    """
    baselines = [other for other in others if other.place is None]
    predicted = unit
    if likes_only:
        predicted = said("{stars} for loved {titles}", stars=unit, titles=plural_of(word))
    paragraphs = (
        _lists(chosen, baselines, differences, people=people, word=word),
        _errors(chosen, baselines, differences, people=people, unit=predicted),
        (_variety(chosen, baselines, word=word),),
    )
    return tuple(text for paragraph in paragraphs if (text := joined(*paragraph)))


def unit_of(scale: Scale) -> str:
    """What ratings of a scale are counted in."""
    return said("stars") if scale.high == 5 else said("points")


def format_hits(precision: float, k: int) -> str:
    """Hits in a list of k: 7, 2.4, 0.3."""
    hits = precision * k
    return f"{hits:.0f}" if hits >= 9.95 else f"{hits:.1f}".removesuffix(".0")


def verdict(difference: Interval | None, *, of: str, more: str, less: str) -> str:
    """Whether two figures differ by more than chance explains, as a sentence; "" where nobody measured it.

    `of` is who tells them apart: "these 60 people".
    """
    if difference is None or difference.low is None or difference.high is None:
        return ""
    if difference.low <= 0 <= difference.high:
        return said("The two cannot be told apart on {people}.", people=of)
    return more if difference.value > 0 else less


def _lists(
    chosen: EvaluatedModel, baselines: Models, differences: Differences, *, people: int, word: str
) -> tuple[str, ...]:
    metric, k = _smallest("precision", chosen)
    if not metric:
        return ()
    own = format_hits(chosen.metrics[metric].value, k)
    listed = plural(k, word)
    hits = said("Of {titles} it lists, about {hits} are ones people really went on to love", titles=listed, hits=own)
    verdicts: dict[str, list[str]] = {}
    for baseline in _with(metric, baselines, (POPULARITY, EASE)):
        theirs = format_hits(baseline.metrics[metric].value, k)
        hits = said("{text}; {model} gets {hits}", text=hits, model=_LISTS[baseline.key], hits=theirs)
        found = verdict(differences.get((baseline.key, metric)), of="", more="better", less="worse")
        verdicts.setdefault(found, []).append(_NAMES[baseline.key])
    return (f"{hits}.", *_verdicts(verdicts, people=people), _found(chosen, baselines, word=word))


def _verdicts(names: Mapping[str, Sequence[str]], *, people: int) -> tuple[str, ...]:
    """What may be said of the differences, one sentence for all baselines that it holds for."""
    sentences = []
    for found, those in names.items():
        if found == "better":
            sentences.append(said("It is better than {models} by more than chance explains.", models=join_words(those)))
        elif found == "worse":
            sentences.append(said("It is worse than {models} by more than chance explains.", models=join_words(those)))
        elif found:
            same = join_words((said("It"), *those))
            sentences.append(said("{models} cannot be told apart on {people}.", models=same, people=_people(people)))
    return tuple(sentences)


def _found(chosen: EvaluatedModel, baselines: Models, *, word: str) -> str:
    """How much of what could be found is found."""
    metric, k = _smallest("recall", chosen)
    if not metric:
        return ""
    most_liked = _first(metric, baselines, POPULARITY)
    found = said(
        "Its first {k} hold {percent:.0f} % of the loved {titles} that were kept from it",
        k=k,
        percent=100 * chosen.metrics[metric].value,
        titles=plural_of(word),
    )
    if most_liked is None:
        return f"{found}."
    theirs = 100 * most_liked.metrics[metric].value
    return said("{found}, {model} {percent:.0f} %.", found=found, model=_MOST_LIKED_LIST, percent=theirs)


def _errors(
    chosen: EvaluatedModel, baselines: Models, differences: Differences, *, people: int, unit: str
) -> tuple[str, ...]:
    if "mae" not in chosen.metrics:
        return ()
    baseline = _first("mae", baselines, BIASES, POPULARITY)
    own, plain = format_distinct(*(model.metrics["mae"].value for model in (chosen, baseline or chosen)))
    if baseline is None:
        return (said("Its predicted {stars} are off by {own} on average.", stars=unit, own=own),)
    apart = verdict(
        differences.get((baseline.key, "mae")),
        of=_people(people),
        more=said("Plain averages predict them better, by more than chance explains."),
        less=said("That is better than plain averages, by more than chance explains."),
    )
    sentence = said(
        "Its predicted {stars} are off by {own} on average; plain averages of title and person are off by {plain}.",
        stars=unit,
        own=own,
        plain=plain,
    )
    return sentence, apart


def _variety(chosen: EvaluatedModel, baselines: Models, *, word: str) -> str:
    metric, k = _smallest("coverage", chosen)
    if not metric:
        return ""
    own = said(
        "{percent} of all {titles} are in somebody's first {k}",
        percent=format_percent(chosen.metrics[metric].value),
        titles=plural_of(word),
        k=k,
    )
    most_liked = _first(metric, baselines, POPULARITY)
    if most_liked is None:
        return f"{own}."
    theirs = format_percent(most_liked.metrics[metric].value)
    return said("{variety}; of {model} {percent}.", variety=own, model=_MOST_LIKED_LIST, percent=theirs)


def _smallest(head: str, chosen: EvaluatedModel) -> tuple[str, int]:
    """The metric for the shortest list, and how long that is; ("", 0) where there is none."""
    cuts = [int(name.partition("@")[2]) for name in chosen.metrics if name.startswith(f"{head}@")]
    return (f"{head}@{min(cuts)}", min(cuts)) if cuts else ("", 0)


def _first(metric: str, baselines: Models, *keys: str) -> EvaluatedModel | None:
    return next(iter(_with(metric, baselines, keys)), None)


def _with(metric: str, baselines: Models, keys: Sequence[str]) -> list[EvaluatedModel]:
    known = {baseline.key: baseline for baseline in baselines if metric in baseline.metrics}
    return [known[key] for key in keys if key in known]


def _people(people: int) -> str:
    return counted("this one person", "these {count} people", people)
