"""What a model predicts for a person without each of their ratings, remembered while they look around.

Explaining a list works it out, and so do the first reasons of a title where that takes as long (see
`Model.leaves_out_for_all`); the reasons of any title are then looked up. One person is remembered for each recommender,
where that takes little memory.

Shapes: V entries left out in turn, I titles, C columns, R of the variants 1 + V, P parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from engine.data.dataset import Float32, Histories, Int64
from engine.device import exactly
from engine.models.base import Model, Prediction, Variants, as_index
from engine.models.blend import LeftOutOfParts
from engine.recommending.answers import same_history
from engine.recommending.leaving_out import chunks_of
from engine.recommending.recommender import Recommender

_MOST_NUMBERS = 8_000_000
"""So many numbers of a kind are remembered: 32 MB a kind, of which networks have one, and a blend one for each part."""


@dataclass(frozen=True)
class Portion:
    """The history whole and without each of some entries."""

    left_out_V: Int64
    variants: Variants

    def of(self, columns_C: Int64 | None, *, rows_R: Int64 | slice | None = None, ratings: bool = True) -> Prediction:
        """See Variants. Raises DivergedError where the model has no numbers."""
        with exactly():
            return self.variants.of(columns_C, rows_R=rows_R, ratings=ratings).checked()

    def by_part(self, columns_C: Int64) -> Float32:
        """What each of P parts of a blend adds to the scores of some titles, [1 + V, C, P]; P is 0 of other models."""
        if not isinstance(self.variants, LeftOutOfParts):
            return np.zeros((1 + len(self.left_out_V), len(columns_C), 0), dtype=np.float32)
        with exactly():
            return self.variants.by_part(columns_C).float().numpy()


@dataclass(frozen=True)
class LeftOut:
    """A history whole and without each of the entries that tell anything, in portions."""

    history: Histories
    portions: tuple[Portion, ...]

    @property
    def entries_V(self) -> Int64:
        """The entries that were left out."""
        return np.concatenate([portion.left_out_V for portion in self.portions])

    def for_titles(self, columns_C: Int64, *, ratings: bool) -> Prediction:
        """Of some titles, [1 + V, C]."""
        found = [portion.of(columns_C, ratings=ratings) for portion in self.portions]
        return Prediction.joined([found[0], *(one.changed(lambda values: values[1:]) for one in found[1:])])

    def by_part(self, columns_C: Int64, entries: Int64) -> Float32:
        """What each part adds to scores, for the whole history and without each of some entries, [1 + len, C, P]."""
        first, *rest = (portion.by_part(columns_C) for portion in self.portions)
        scores_XCP = np.concatenate([first, *(one[1:] for one in rest)])
        found: Float32 = scores_XCP[np.append(0, _places(self.entries_V, entries))]
        return found

    def without(self, entries: Int64, *, ratings: bool) -> Prediction | None:
        """Of all titles without each of some entries, [len, I]; None where one of these was not left out."""
        places = [_places(portion.left_out_V, entries) for portion in self.portions]
        if not len(entries) or not np.logical_or.reduce([at > 0 for at in places]).all():
            return None
        asked = [(portion, at) for portion, at in zip(self.portions, places, strict=True) if at.any()]
        found = [portion.of(None, rows_R=at[at > 0], ratings=ratings) for portion, at in asked]
        rows = as_index(np.argsort(np.concatenate([np.flatnonzero(at) for _, at in asked])))
        return Prediction.joined(found).changed(lambda values: values[rows])


_MEMORY: WeakKeyDictionary[Recommender, LeftOut] = WeakKeyDictionary()


def left_out_of(model: Model, history: Histories, left_out_V: Int64, *, settled: bool = False) -> Portion:
    """A history whole and without each of some entries, with all that takes long worked out (settled) or not."""
    with exactly():
        variants = model.left_out(history, left_out_V=left_out_V)
        return Portion(left_out_V, variants.settled() if settled else variants)


def each_left_out(recommender: Recommender, history: Histories) -> Iterator[Portion]:
    """The history whole and without each of the entries that tell anything: from memory, or portion by portion.

    All of them, where the model predicts ratings or has a companion that does; else those that it takes in. What was
    worked out to the end is remembered, where it is small enough.
    """
    known = remembered(recommender, history)
    if known is not None:
        yield from known.portions
        return
    entries = np.arange(history.entries)
    if recommender.stars is None:
        entries = np.flatnonzero(recommender.informative(history))
    is_kept = _fits(recommender, len(entries))
    portions: list[Portion] = []
    for left_out_V in chunks_of(entries, recommender.model.items):
        portion = left_out_of(recommender.model, history, left_out_V, settled=is_kept)
        if is_kept:
            portions.append(portion)
        yield portion
    if portions:
        _MEMORY[recommender] = LeftOut(history, tuple(portions))


def remembering_if_as_quick(recommender: Recommender, history: Histories) -> Iterator[None]:
    """Work out and remember all of a history, where that takes no longer than what one title needs; in portions."""
    if recommender.model.leaves_out_for_all and _fits(recommender, history.entries):
        for _ in each_left_out(recommender, history):
            yield None


def remembered(recommender: Recommender, history: Histories) -> LeftOut | None:
    """What is remembered of this history."""
    found = _MEMORY.get(recommender)
    return found if found is not None and same_history(found.history, history) else None


def _fits(recommender: Recommender, entries: int) -> bool:
    return (1 + entries) * recommender.model.items <= _MOST_NUMBERS


def _places(left_out_V: Int64, entries: Int64) -> Int64:
    """The row of the variant without each of some entries; 0 where it was not left out."""
    place_n = np.zeros(1 + int(max(left_out_V.max(initial=0), entries.max(initial=0))), dtype=np.int64)
    place_n[left_out_V] = 1 + np.arange(len(left_out_V))
    found: Int64 = place_n[entries]
    return found
