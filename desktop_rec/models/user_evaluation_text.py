"""A UserEvaluation in words, as rows of plots and as a table of the person's favourites. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.common.plots.card import Table
from desktop_rec.models.comparison import FigureRow, MetricFigures, baseline_title
from desktop_rec.models.meaning import verdict
from engine.text import format_count, format_distinct, format_predicted_rating, format_rating, plural, plural_of

if TYPE_CHECKING:
    from engine.recommending.user_evaluation import Comparison, LeftOut, UserEvaluation

_IN_LIST = "Each favourite is left out, and its place in the list is looked up. More is better."
_SHOWN = {
    "mae": (
        "Ratings off by, on average",
        "Each rating is left out and predicted from the others. Less is better.",
        "biases",
    ),
    "hits@20": ("Favourites in its first 20", _IN_LIST, "popularity"),
    "hits@100": ("Favourites in its first 100", _IN_LIST, "popularity"),
}
"""Metric -> heading, explanation, baseline."""


def describe_user_evaluation(
    found: UserEvaluation, *, word: str, unit: str, is_in_data: bool, is_me: bool = True
) -> tuple[str, ...]:
    """What was found, a paragraph each; what limits it after that. is_me: the person reads about themselves."""
    whose = "your" if is_me else "their"
    paragraphs = [_errors(found, unit=unit, whose=whose), _hits(found, word, whose=whose)]
    if not found.favourites:
        paragraphs.append(f"None of these ratings is a favourite, so no {word} could be looked for in the list.")
    if is_in_data:
        paragraphs.append("These ratings are part of the data set: a model trained on them looks better than it is.")
    if found.stopped:
        done, wanted = format_count(found.entries_done), format_count(found.entries_wanted)
        paragraphs.append(f"Only {done} of {wanted} ratings were looked at.")
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def user_figures(found: UserEvaluation, name: str) -> tuple[tuple[str, MetricFigures], ...]:
    """A heading and two rows for each figure there is: the model and its baseline."""
    return tuple(
        (title, MetricFigures(metric, about, _rows(metric, found.figures[metric], name, baseline_title(baseline))))
        for metric, (title, about, baseline) in _SHOWN.items()
        if metric in found.figures
    )


def favourites_table(found: UserEvaluation) -> Table:
    """The left out ratings: favourites by their place in the list, then the others by how far they were off."""
    has_ratings = any(entry.predicted is not None for entry in found.entries)
    predictions = ("It predicts", "Averages predict") if has_ratings else ()
    headings = ("Title", "Rated", "Place in its list", "Place in the most liked", *predictions)
    rows = [_row(entry, has_ratings=has_ratings) for entry in sorted(found.entries, key=_order)]
    return Table(headings, rows, has_titles=True)


def _errors(evaluation: UserEvaluation, *, unit: str, whose: str) -> str:
    found = evaluation.figures.get("mae")
    if found is None:
        return ""
    low, high = found.model.low, found.model.high
    between = f" ({low:.2f} to {high:.2f})" if low is not None and high is not None else ""
    own, baseline = format_distinct(found.model.value, found.baseline.value)
    apart = verdict(
        found.difference,
        of=f"{whose} {plural(found.of, 'rating')}",
        more=f"Plain averages predict {whose} ratings better, by more than chance explains.",
        less=f"It predicts {whose} ratings better than plain averages, by more than chance explains.",
    )
    return (
        f"Its predictions of {whose} ratings are off by {own} {unit} on average{between}, "
        f"plain averages by {baseline}. {apart}"
    ).strip()


def _hits(evaluation: UserEvaluation, word: str, *, whose: str) -> str:
    found = evaluation.figures.get("hits@100")
    if found is None:
        return ""
    own, baseline = round(found.model.value * found.of), round(found.baseline.value * found.of)
    favourites = f"{whose} {plural(found.of, 'favourite')}"
    apart = verdict(
        found.difference,
        of=favourites,
        more="That is more than chance explains.",
        less="That is less than chance explains.",
    )
    return (
        f"Of {favourites}, {own} would be among the first 100 of {format_count(evaluation.candidates)} "
        f"{plural_of(word)} without that rating; the most-liked list has {baseline}. {apart}"
    ).strip()


def _rows(metric: str, found: Comparison, name: str, baseline: str) -> tuple[FigureRow, ...]:
    """The model's row and the baseline's; the better is marked where it is so by more than chance explains."""
    low, high = found.difference.low, found.difference.high
    is_clear = low is not None and high is not None and not low <= 0 <= high
    is_better = (found.difference.value < 0) == (metric == "mae")
    return (
        FigureRow(name, 0, found.model, is_clear and is_better),
        FigureRow(baseline, None, found.baseline, is_clear and not is_better),
    )


def _order(entry: LeftOut) -> tuple[bool, float]:
    if entry.rank is not None:
        return False, float(entry.rank)
    return True, -abs(entry.rating - entry.predicted) if entry.predicted is not None else 0.0


def _row(entry: LeftOut, *, has_ratings: bool) -> tuple[str, ...]:
    places = [f"#{format_count(rank)}" if rank is not None else "" for rank in (entry.rank, entry.baseline_rank)]
    predicted = [
        format_predicted_rating(value) if value is not None else "" for value in (entry.predicted, entry.baseline)
    ]
    return (entry.title, format_rating(entry.rating), *places, *(predicted if has_ratings else ()))
