"""Why For you has no list at this moment: one sentence, and the button that helps.

Stands between what the view knows and its middle; plain values, no Qt.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_rec.notices import Failure
from desktop_rec.widgets.taste_words import plural


@dataclass(frozen=True)
class Situation:
    """`on`: ratings that count. `listed`: titles in the list, None before it came. `word`: what a title is called."""

    word: str
    on: int
    has_model: bool
    model_words: str
    failure: Failure | None
    listed: int | None


@dataclass(frozen=True)
class Missing:
    """What to say. `action` is what the button does: "train", "clear_filters", "rate" or "" for no button."""

    heading: str
    sentence: str
    button: str = ""
    action: str = ""
    second: str = ""
    busy: bool = False


def why_no_list(now: Situation) -> Missing | None:
    """The sentence that fits, or None where there is a list to show."""
    if not now.on:
        return Missing("All of these ratings are switched off.", "Switch one on at the left, or rate something new.")
    if not now.has_model:
        return _without_model(now)
    if now.failure is not None:
        return Missing(
            now.failure.sentence,
            now.failure.remedy,
            button=f"Rate well known {plural(now.word)}",
            action="rate",
            second="Copy details" if now.failure.details else "",
        )
    if now.listed is None:
        return Missing("Working out your list…", "", busy=True)
    if now.listed == 0:
        return Missing(
            f"No {now.word} passes these filters.",
            "Take one of them away, or all.",
            button="Clear all filters",
            action="clear_filters",
        )
    return None


def _without_model(now: Situation) -> Missing:
    if now.model_words:
        return Missing("A first model is being prepared", f"{now.model_words}…".replace("……", "…"), busy=True)
    return Missing(
        "There is no model for this data set yet.",
        "Train one; it takes a few minutes.",
        button="Go to Train",
        action="train",
    )
