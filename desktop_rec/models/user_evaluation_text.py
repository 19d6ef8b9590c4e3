"""A UserEvaluation in words, as rows of plots and as a table of the person's favourites. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.common.plots.card import Table
from desktop_rec.models.comparison import FigureRow, MetricFigures, baseline_title
from desktop_rec.models.meaning import verdict
from engine.text import format_count, format_distinct, format_predicted_rating, format_rating, plural
from engine.wording import joined, said, singular_of

if TYPE_CHECKING:
    from engine.recommending.user_evaluation import Comparison, LeftOut, UserEvaluation

_IN_LIST = said("Each favourite is left out, and its place in the list is looked up. More is better.")
_SHOWN = {
    "mae": (
        said("Ratings off by, on average"),
        said("Each rating is left out and predicted from the others. Less is better."),
        "biases",
    ),
    "hits@20": (said("Favourites in its first 20"), _IN_LIST, "popularity"),
    "hits@100": (said("Favourites in its first 100"), _IN_LIST, "popularity"),
}
"""Metric -> heading, explanation, baseline."""


def describe_user_evaluation(
    found: UserEvaluation, *, word: str, unit: str, is_in_data: bool, is_me: bool = True
) -> tuple[str, ...]:
    """What was found, a paragraph each; what limits it after that. is_me: the person reads about themselves."""
    whose = said("your") if is_me else said("their")
    paragraphs = [_errors(found, unit=unit, whose=whose), _hits(found, word, whose=whose)]
    if not found.favourites:
        paragraphs.append(
            said(
                "None of these ratings is a favourite, so no {title} could be looked for in the list.",
                title=singular_of(word),
            )
        )
    if is_in_data:
        paragraphs.append(
            said("These ratings are part of the data set: a model trained on them looks better than it is.")
        )
    if found.stopped:
        done, wanted = format_count(found.entries_done), format_count(found.entries_wanted)
        paragraphs.append(said("Only {done} of {wanted} ratings were looked at.", done=done, wanted=wanted))
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
    predictions = (said("It predicts"), said("Averages predict")) if has_ratings else ()
    headings = (said("Title"), said("Rated"), said("Place in its list"), said("Place in the most liked"), *predictions)
    rows = [_row(entry, has_ratings=has_ratings) for entry in sorted(found.entries, key=_order)]
    return Table(headings, rows, has_titles=True)


def _errors(evaluation: UserEvaluation, *, unit: str, whose: str) -> str:
    found = evaluation.figures.get("mae")
    if found is None:
        return ""
    low, high = found.model.low, found.model.high
    own, baseline = format_distinct(found.model.value, found.baseline.value)
    apart = verdict(
        found.difference,
        of=said("{whose} {ratings}", whose=whose, ratings=plural(found.of, "rating")),
        more=said("Plain averages predict {whose} ratings better, by more than chance explains.", whose=whose),
        less=said("It predicts {whose} ratings better than plain averages, by more than chance explains.", whose=whose),
    )
    sentence = (
        said(
            "Its predictions of {whose} ratings are off by {own} {unit} on average ({low:.2f} to {high:.2f}), plain "
            "averages by {baseline}.",
            whose=whose,
            own=own,
            unit=unit,
            low=low,
            high=high,
            baseline=baseline,
        )
        if low is not None and high is not None
        else said(
            "Its predictions of {whose} ratings are off by {own} {unit} on average, plain averages by {baseline}.",
            whose=whose,
            own=own,
            unit=unit,
            baseline=baseline,
        )
    )
    return joined(sentence, apart)


def _hits(evaluation: UserEvaluation, word: str, *, whose: str) -> str:
    found = evaluation.figures.get("hits@100")
    if found is None:
        return ""
    own, baseline = round(found.model.value * found.of), round(found.baseline.value * found.of)
    favourites = said("{whose} {favourites}", whose=whose, favourites=plural(found.of, "favourite"))
    apart = verdict(
        found.difference,
        of=favourites,
        more=said("That is more than chance explains."),
        less=said("That is less than chance explains."),
    )
    sentence = said(
        "Of {favourites}, {own} would be among the first 100 of {titles} without that rating; the most-liked list has "
        "{baseline}.",
        favourites=favourites,
        own=own,
        titles=plural(evaluation.candidates, word),
        baseline=baseline,
    )
    return joined(sentence, apart)


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
