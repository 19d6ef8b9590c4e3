"""A review as the page says it: what the file was, how ratings are taken over, and what adding it would do.

Stands between the session's values and the review page; plain values in and out, no Qt.
"""

from __future__ import annotations

from collections import Counter

from desktop_rec.for_you.my_ratings.import_state import MyImport, UnderReview
from desktop_rec.for_you.my_ratings.review_page import ReviewOutcome, ReviewState
from desktop_rec.for_you.my_ratings.review_rows import ReviewRows, conflict_rows
from engine.data.dataset import Scale
from engine.data.matching.review import counted as counts_of
from engine.data.personal.conversion import converted
from engine.data.personal.export import Export
from engine.text import format_count, format_rating, plural

_MOST_SKIPPED = 3


def review_state(made: MyImport, found: UnderReview, rows: ReviewRows) -> ReviewState:
    """What was found, as the page shows it; `rows` are those of this export."""
    export, counts = found.review.export, counts_of(found.review)
    titles = len(found.review.titles)
    return ReviewState(
        heading=f"Your ratings from {made.path.name}",
        about=f"{export.layout} · {plural(titles, 'title')} · into the profile {found.profile.name} "
        f"· matched with {found.dataset.name}",
        notes=" ".join([*export.notes, *_skipped_words(export)]),
        groups=rows.groups(found.review),
        scale=scale_words(export, found.given, found.wanted),
        open_titles=counts.unsure + counts.unmatched,
    )


def review_outcome(found: UnderReview) -> ReviewOutcome:
    """What adding it would do; with thousands of titles this takes its time."""
    return ReviewOutcome(
        words=_outcome_words(found),
        differ=conflict_rows(found.merge.conflicts, found.taken),
        add_words=f"Add {plural(found.changes, 'rating')}" if found.changes else "Nothing to add",
        can_add=found.changes > 0,
    )


def scale_words(export: Export, given: Scale, wanted: Scale) -> str:
    """How ratings are taken over: "Ratings from 1 to 10 become 0.5 to 5: 8 becomes 4."."""
    ratings = Counter(title.rating for title in export.titles if title.rating is not None)
    if not ratings:
        return "The file has no ratings: its titles count as seen."
    guess = "" if export.scale_is_known else " The file does not say its scale; it was guessed from its ratings."
    ends = f"{format_rating(given.low)} to {format_rating(given.high)}"
    if (given.low, given.high) == (wanted.low, wanted.high):
        return f"Ratings stay as they are, {ends}.{guess}"
    near = given.low + 0.75 * (given.high - given.low)
    example = min(ratings, key=lambda rating: (abs(rating - near), rating))
    becomes = f"{format_rating(wanted.low)} to {format_rating(wanted.high)}"
    shown = f"{format_rating(example)} becomes {format_rating(converted(example, given, wanted))}"
    return f"Ratings from {ends} become {becomes}: {shown}.{guess}"


def _outcome_words(found: UnderReview) -> str:
    """What adding would do: "312 new, 14 fill gaps, 5 differ from what you said: yours stay."."""
    merge, counts = found.merge, counts_of(found.review)
    unrated = sum(one.rating is None for one in merge.added)
    not_rated = f" ({format_count(unrated)} seen, not rated)" if unrated else ""
    parts = [f"{format_count(len(merge.added))} new{not_rated}"]
    parts += [f"{_verb(len(merge.filled), 'fills a gap', 'fill gaps')}"] if merge.filled else []
    parts += [f"{format_count(len(merge.same))} you have already"] if merge.same else []
    if merge.conflicts:
        theirs = len(found.taken)
        stays = "yours stay" if not theirs else "theirs are taken" if theirs == len(merge.conflicts) else (
            f"{format_count(theirs)} taken from the file")  # fmt: skip
        parts.append(f"{_verb(len(merge.conflicts), 'differs', 'differ')} from what you said: {stays}")
    stays_out = ((counts.unsure, "unsure"), (counts.unmatched, "not found"), (counts.left_out, "left out"))
    left = [f"{format_count(number)} {words}" for number, words in stays_out if number]
    return ", ".join(parts) + "." + (f" Not added: {', '.join(left)}." if left else "")


def _verb(count: int, one: str, many: str) -> str:
    return f"{format_count(count)} {one if count == 1 else many}"


def _skipped_words(export: Export) -> list[str]:
    if not export.skipped_count:
        return []
    first = "; ".join(f"line {one.line}: {one.reason}" for one in export.skipped[:_MOST_SKIPPED])
    more = ", …" if export.skipped_count > _MOST_SKIPPED else ""
    was = "entry was" if export.skipped_count == 1 else "entries were"
    return [f"{format_count(export.skipped_count)} {was} skipped ({first}{more})."]
