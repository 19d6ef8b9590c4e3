"""What the figures of a model mean, in plain words: hits of a list, errors of predicted ratings, against the floors.

Stands between judgements and the card "What this means". Pure text, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.models.figures import Judged
from engine.text import format_count, format_distinct, plural_of

if TYPE_CHECKING:
    from engine.data.dataset import Scale
    from engine.evaluation.intervals import Interval

Differences = Mapping[tuple[str, str], "Interval"]
"""(key of the other, metric) -> how much greater the chosen model's figure is, pairwise on the same people."""

POPULARITY, BIASES, EASE = "baseline:popularity", "baseline:biases", "baseline:ease"
BASELINE_NAMES = {POPULARITY: "Most liked", BIASES: "Averages", EASE: "EASE"}
_NAMES = {POPULARITY: "the most liked", EASE: "EASE"}
_LISTS = {POPULARITY: "the most-liked list", EASE: "EASE, which is computed at once,"}


def meaning(
    chosen: Judged,
    others: Sequence[Judged],
    differences: Differences,
    *,
    people: int,
    word: str,
    unit: str,
    likes_only: bool = False,
) -> tuple[str, ...]:
    """Paragraphs on one model; floors that were not worked out (or that it is itself) are left out.

    likes_only: whether nothing but likes was held out, so that errors are known of those alone.
    """
    baselines = [other for other in others if other.is_baseline]
    of_loved = f" of loved {plural_of(word)}" * likes_only
    paragraphs = (
        _lists(chosen, baselines, differences, people=people, word=word),
        _errors(chosen, baselines, differences, people=people, unit=unit, of=of_loved),
        (_variety(chosen, baselines, word=word),),
    )
    return tuple(words for paragraph in paragraphs if (words := " ".join(part for part in paragraph if part)))


def unit_of(scale: Scale) -> str:
    """What ratings of a scale are counted in."""
    return "stars" if scale.high == 5 else "points"


def hits_words(precision: float, k: int) -> str:
    """Hits in a list of k: 7, 2.4, 0.3."""
    hits = precision * k
    return f"{hits:.0f}" if hits >= 9.95 else f"{hits:.1f}".removesuffix(".0")


def verdict(difference: Interval | None, *, of: str, more: str, less: str) -> str:
    """Whether two figures differ by more than chance explains, as a sentence; "" where nobody worked it out.

    `of` is who tells them apart: "these 60 people".
    """
    if difference is None or difference.low is None or difference.high is None:
        return ""
    if difference.low <= 0 <= difference.high:
        return f"The two cannot be told apart on {of}."
    return more if difference.value > 0 else less


def _lists(
    chosen: Judged, baselines: Sequence[Judged], differences: Differences, *, people: int, word: str
) -> tuple[str, ...]:
    metric = _smallest("precision", chosen)
    if not metric:
        return ()
    k = int(metric.partition("@")[2])
    own = chosen.metrics[metric].value
    said = [f"Of {k} {plural_of(word)} it lists, about {hits_words(own, k)} are ones people really went on to love"]
    verdicts: dict[str, list[str]] = {}
    for one in _with(metric, baselines, (POPULARITY, EASE)):
        said.append(f"{_LISTS[one.key]} gets {hits_words(one.metrics[metric].value, k)}")
        found = verdict(differences.get((one.key, metric)), of="", more="better", less="worse")
        verdicts.setdefault(found, []).append(_NAMES[one.key])
    return (f"{'; '.join(said)}.", *_verdicts(verdicts, people=people), _found(chosen, baselines, word=word))


def _verdicts(names: Mapping[str, Sequence[str]], *, people: int) -> tuple[str, ...]:
    """What may be said of the differences, one sentence for all floors that it holds for."""
    said = []
    for found, those in names.items():
        if found in ("better", "worse"):
            said.append(f"It is {found} than {' and '.join(those)} by more than chance explains.")
        elif found:
            apart = f"it and {those[0]}" if len(those) == 1 else f"it, {' and '.join(those)}"
            said.append(f"{apart[0].upper()}{apart[1:]} cannot be told apart on {_people(people)}.")
    return tuple(said)


def _found(chosen: Judged, baselines: Sequence[Judged], *, word: str) -> str:
    """The other side: how much of what could be found is found."""
    metric = _smallest("recall", chosen)
    if not metric:
        return ""
    k = int(metric.partition("@")[2])
    most_liked = next(iter(_with(metric, baselines, (POPULARITY,))), None)
    against = f", the most-liked list {100 * most_liked.metrics[metric].value:.0f} %" if most_liked else ""
    found = 100 * chosen.metrics[metric].value
    return f"Its first {k} hold {found:.0f} % of the loved {plural_of(word)} that were kept from it{against}."


def _errors(
    chosen: Judged, baselines: Sequence[Judged], differences: Differences, *, people: int, unit: str, of: str
) -> tuple[str, ...]:
    if "mae" not in chosen.metrics:
        return ()
    floor = next(iter(_with("mae", baselines, (BIASES, POPULARITY))), None)
    own, usual = format_distinct(*(one.metrics["mae"].value for one in (chosen, floor or chosen)))
    said = f"The ratings{of} that it predicts are off by {own} {unit} on average"
    if floor is None:
        return (f"{said}.",)
    words = verdict(
        differences.get((floor.key, "mae")),
        of=_people(people),
        more="It is worse at it than averages by more than chance explains.",
        less="It is better at it than averages by more than chance explains.",
    )
    return (f"{said}; averages of title and person alone are off by {usual}.", words)


def _variety(chosen: Judged, baselines: Sequence[Judged], *, word: str) -> str:
    metric = _smallest("coverage", chosen)
    if not metric:
        return ""
    k = int(metric.partition("@")[2])
    own = f"{_percent(chosen.metrics[metric].value)} of all {plural_of(word)} are in somebody's first {k}"
    most_liked = next(iter(_with(metric, baselines, (POPULARITY,))), None)
    if most_liked is None:
        return f"{own}."
    return f"{own}; of the most-liked list {_percent(most_liked.metrics[metric].value)}."


def _smallest(head: str, chosen: Judged) -> str:
    cuts = [int(name.partition("@")[2]) for name in chosen.metrics if name.startswith(f"{head}@")]
    return f"{head}@{min(cuts)}" if cuts else ""


def _with(metric: str, baselines: Sequence[Judged], keys: Sequence[str]) -> list[Judged]:
    known = {baseline.key: baseline for baseline in baselines if metric in baseline.metrics}
    return [known[key] for key in keys if key in known]


def _people(people: int) -> str:
    return "this one person" if people == 1 else f"these {format_count(people)} people"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1f} %"
