"""How a breakdown of a judgement is called and explained on the screen.

Stands between judgements and the small plots of one model. Pure text, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.text import format_count

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown


@dataclass(frozen=True)
class BreakdownWords:
    """Heading, sentence, and whether the rows are steps of one scale, so that a line joins them.

    share: the figure is a share of 1 and is said in percent. behind: what is drawn behind it in grey, "" for nothing.
    axis: what the labels are of; labels: shorter ones, for the axis. says_counts: whether the sentence ends with how
    many there are of each.
    """

    heading: str
    sentence: str
    is_scale: bool = True
    share: bool = False
    behind: str = ""
    axis: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    says_counts: bool = False

    def short(self, label: str) -> str:
        """A row's label where there is little room: of a range its beginning."""
        return self.labels.get(label, label.split(" to ")[0])


_WORDS = {
    "cold start": BreakdownWords(
        "How much it must be told",
        "The same people, of whom it is told more and more titles. A line that starts high needs to know little.",
        behind="the most liked",
        axis="titles it was told of",
    ),
    "profile length": BreakdownWords(
        "For people with few and many ratings",
        "Other people in each row, by how many ratings it was told of.",
        behind="the most liked",
        axis="ratings it was told of, from",
    ),
    "popularity": BreakdownWords(
        "How popular its lists are",
        "The share of all listed places that the best known titles take, beside their share of all ratings.",
        is_scale=False,
        share=True,
        behind="in the data",
        axis="titles, the most rated first",
        labels={
            "1 % most rated": "1 %",
            "10 % most rated": "10 %",
            "50 % most rated": "50 %",
            "less rated half": "the rest",
        },
    ),
    "errors by rating": BreakdownWords(
        "Errors by rating",
        "How far predictions are off for each rating held out. What is rarely given is hard for every model.",
        behind="averages",
        axis="rating given",
    ),
    "known and new": BreakdownWords(
        "Known and new",
        "How far predictions are off for people and titles that it learned from, and for new ones.",
        is_scale=False,
        says_counts=True,
        behind="averages",
    ),
}
BEHIND_ONLY = {"popularity in the data": "popularity"}
"""Breakdowns that are only ever drawn behind another, and which."""


def breakdown_words(name: str) -> BreakdownWords:
    """The words of a breakdown; one that nobody has put into words is called by its name."""
    return _WORDS.get(name, BreakdownWords(name.capitalize(), "", is_scale=False))


def sentence_below(breakdown: Breakdown) -> str:
    """What stands below a breakdown's plot: what it shows, and where counts matter most also these."""
    words = breakdown_words(breakdown.name)
    if not words.says_counts or not breakdown.rows:
        return words.sentence
    first, *others = (f"{format_count(row.count)}{{}} of {row.label}" for row in breakdown.rows)
    counts = ", ".join((first.format(f" {breakdown.counted}"), *(other.format("") for other in others)))
    return f"{words.sentence} {counts}."
