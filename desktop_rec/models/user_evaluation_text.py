"""How well a model knows somebody, in words, as rows of plots and as a table of their favourites.

Stands between the engine's UserEvaluation and the panel. Plain values, no Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.common.plots.card import Table
from desktop_rec.models.figures import FigureRow, MetricFigures
from desktop_rec.models.meaning import verdict
from engine.text import format_count, format_distinct, format_predicted_rating, format_rating, plural, plural_of

if TYPE_CHECKING:
    from engine.recommending.user_evaluation import Comparison, LeftOut, UserEvaluation

_SHOWN = ("mae", "hits@20", "hits@100")
_HEADINGS = {
    "mae": "Ratings off by, on average",
    "hits@20": "Favourites in its first 20",
    "hits@100": "Favourites in its first 100",
}
_ABOUT = {
    "mae": "Each rating is left out and predicted from the others. Less is better.",
    "hits@20": "Each favourite is left out, and its place in the list is looked up. More is better.",
    "hits@100": "Each favourite is left out, and its place in the list is looked up. More is better.",
}
_USUAL = {"mae": "Averages", "hits@20": "Most liked", "hits@100": "Most liked"}


def knowing_sentences(
    known: UserEvaluation, *, word: str, unit: str, is_in_data: bool, is_me: bool = True
) -> tuple[str, ...]:
    """What was found, a paragraph each; what holds it back after that. is_me: the person reads about themselves."""
    whose = "your" if is_me else "their"
    said = [" ".join(one).strip() for one in (_errors(known, unit=unit, whose=whose), _hits(known, word, whose=whose))]
    if not known.favourites:
        said.append(f"None of these ratings is a favourite, so no {word} could be looked for in the list.")
    if is_in_data:
        said.append("These ratings are part of the data set: a model that learned from them looks better than it is.")
    if known.stopped:
        done, wanted = format_count(known.entries_done), format_count(known.entries_wanted)
        said.append(f"Only {done} of {wanted} ratings were looked at.")
    return tuple(one for one in said if one)


def knowing_figures(known: UserEvaluation, name: str) -> tuple[tuple[str, MetricFigures], ...]:
    """A heading and two rows for each figure there is: the model and what it is held against."""
    return tuple(
        (_HEADINGS[metric], MetricFigures(metric, _ABOUT[metric], _rows(metric, known.figures[metric], name)))
        for metric in _SHOWN
        if metric in known.figures
    )


def favourites_table(known: UserEvaluation) -> Table:
    """The left out ratings: favourites by their place in the list, then the others by how far they were off."""
    has_ratings = any(one.predicted is not None for one in known.entries)
    guesses = ("It guesses", "Averages guess") if has_ratings else ()
    headings = ("Title", "Rated", "Place in its list", "Place in the most liked", *guesses)
    rows = [_row(entry, has_ratings=has_ratings) for entry in sorted(known.entries, key=_order)]
    return Table(headings, rows)


def _errors(known: UserEvaluation, *, unit: str, whose: str) -> tuple[str, ...]:
    found = known.figures.get("mae")
    if found is None:
        return ()
    between, whom = _between(found), "you" if whose == "your" else "them"
    own, usual = format_distinct(found.model.value, found.baseline.value)
    said = f"It guesses {whose} ratings {own} {unit} off on average{between}; plain averages are {usual} off."
    return said, verdict(
        found.difference,
        of=f"{whose} {plural(found.of, 'rating')}",
        more=f"Averages know {whom} better than it does, by more than chance explains.",
        less=f"It knows {whom} better than averages do, by more than chance explains.",
    )


def _hits(known: UserEvaluation, word: str, *, whose: str) -> tuple[str, ...]:
    found = known.figures.get("hits@100")
    if found is None:
        return ()
    own, usual = round(found.model.value * found.of), round(found.baseline.value * found.of)
    said = (
        f"Of {whose} {plural(found.of, 'favourite')}, {own} would be among the first 100 of "
        f"{format_count(known.candidates)} {plural_of(word)} without that rating; the most-liked list has {usual}."
    )
    return said, verdict(
        found.difference,
        of=f"{whose} {plural(found.of, 'favourite')}",
        more="That is more than chance explains.",
        less="That is less than chance explains.",
    )


def _between(found: Comparison) -> str:
    if found.model.low is None or found.model.high is None:
        return ""
    return f" ({found.model.low:.2f} to {found.model.high:.2f})"


def _rows(metric: str, found: Comparison, name: str) -> tuple[FigureRow, ...]:
    """The model's row and the usual one; the better is marked where it is so by more than chance explains."""
    low, high = found.difference.low, found.difference.high
    is_clear = low is not None and high is not None and not low <= 0 <= high
    is_better = (found.difference.value < 0) == (metric == "mae")
    return (
        FigureRow("model", name, 0, found.model, is_clear and is_better),
        FigureRow("usual", _USUAL[metric], None, found.baseline, is_clear and not is_better),
    )


def _order(one: LeftOut) -> tuple[bool, float]:
    if one.rank is not None:
        return False, float(one.rank)
    return True, -abs(one.rating - one.predicted) if one.predicted is not None else 0.0


def _row(one: LeftOut, *, has_ratings: bool) -> tuple[str, ...]:
    places = tuple(f"#{format_count(place)}" if place is not None else "" for place in (one.rank, one.baseline_rank))
    guesses = tuple(
        format_predicted_rating(value) if value is not None else "" for value in (one.predicted, one.baseline)
    )
    return (one.title, format_rating(one.rating), *places, *(guesses if has_ratings else ()))
