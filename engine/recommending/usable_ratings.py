"""Which of a person's ratings a model can go by, and what is said of the others.

Shapes: n entries of one history.
"""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Bools, Dataset, Histories, Int64
from engine.data.profiles import Profile, ProfileMatch, profile_rows
from engine.errors import ProfileError
from engine.models.base import Model
from engine.text import plural, plural_of
from engine.wording import counted, said


class UsableRatings:
    """What of profiles counts for a model of a data set whose titles have so many entries each."""

    def __init__(self, model: Model, dataset: Dataset, *, counts_I: Int64) -> None:
        self._model, self._dataset, self._counts_I = model, dataset, counts_I
        self._learned_I = model.learned_I

    def match(self, profile: Profile) -> ProfileMatch:
        """What of a person's profile can be used. Raises ProfileError, saying why, where that is nothing."""
        found = profile_rows(profile, self._dataset)
        if profile.entries and not found.matched:
            raise ProfileError(
                counted(
                    "{dataset} doesn't know the {count} title of {person}.",
                    "{dataset} knows none of the {count} titles of {person}.",
                    len(profile.entries),
                    dataset=self._dataset.name,
                    person=profile.name,
                ),
                remedy=said("Rate a title that it has: search for one you know."),
                unmatched=len(found.unmatched),
            )
        if found.matched and not found.history.entries:
            raise ProfileError(
                said(
                    "All ratings of {person} that {dataset} knows are switched off.",
                    person=profile.name,
                    dataset=self._dataset.name,
                ),
                remedy=said("Switch one on."),
                matched=found.matched,
            )
        self.check(found.history)
        return found

    def check(self, history: Histories) -> None:
        """Raises ProfileError where the model has nothing to go by: no entry, or none that has influence on it."""
        if not history.entries:
            raise ProfileError(
                said("There are no ratings to recommend from."), remedy=said("Rate a title you know; one will do.")
            )
        learns_likes, is_like_n = self._model.can.learns_from == "likes", history.ratings_N >= self._dataset.scale.like
        if (self.telling(history) & (is_like_n if learns_likes else True)).any():
            return
        if learns_likes and not is_like_n.any():
            raise ProfileError(
                said(
                    "This model goes by {words} you gave {like} or more, and there are none yet.",
                    words=plural_of(self._dataset.catalogue.word),
                    like=self._least_like(),
                ),
                remedy=said("Rate something {like} or better.", like=self._least_like()),
                entries=history.entries,
            )
        raise ProfileError(
            said("The model learned nothing about the titles you rated: too few people have them."),
            remedy=said("Rate a better known title, or train again on more of the data."),
            entries=history.entries,
        )

    def telling(self, history: Histories) -> Bools:
        """Which entries the model can go by, [n]: of titles that it knows; of these one of likes may ignore some."""
        known_n: Bools = self._counts_I[history.item_rows_N] > 0
        if self._learned_I is not None:
            known_n = known_n & self._learned_I[history.item_rows_N]
        return known_n & self._model.takes_in(history) if self._model.can.learns_from == "likes" else known_n

    def note(self, history: Histories) -> str:
        """What the list is drawn from, where that is not every title, and which entries do not count, or ""."""
        return " ".join(words for words in (self._uncounted_words(history), self._drawn_words()) if words)

    def _uncounted_words(self, history: Histories) -> str:
        ignored_n = ~self._model.takes_in(history)
        titles, is_like_n = plural_of(self._dataset.catalogue.word), history.ratings_N >= self._dataset.scale.like
        sentences = []
        uses_others = bool((~ignored_n & ~is_like_n).any())
        if self._model.can.learns_from == "likes" and not uses_others:
            count = int((ignored_n & ~is_like_n).sum())
            sentence = counted(
                "This model uses only {words} you gave {like} or more; one of yours doesn't count yet.",
                "This model uses only {words} you gave {like} or more; {count} of yours don't count yet.",
                count,
                words=titles,
                like=self._least_like(),
            )
            sentences += [sentence] if count else []
            ignored_n &= is_like_n
        if self._learned_I is not None or self._model.can.learns_from == "likes":
            count = int(ignored_n.sum())
            sentence = counted(
                "This model uses only the {words} it learned; one of yours doesn't count yet.",
                "This model uses only the {words} it learned; {count} of yours don't count yet.",
                count,
                words=titles,
            )
            sentences += [sentence] if count else []
        return " ".join(sentences)

    def _drawn_words(self) -> str:
        if self._learned_I is None:
            return ""
        return said(
            "Drawn from the {learned:,} best known of {titles}; others come where they share enough with these.",
            learned=int(self._learned_I.sum()),
            titles=plural(self._dataset.titles, self._dataset.catalogue.word),
        )

    def _least_like(self) -> str:
        scale = self._dataset.scale
        if not scale.step:
            return f"{scale.like:g}"
        steps = np.ceil((scale.like - scale.low) / scale.step - 1e-6)
        return f"{scale.low + steps * scale.step:g}"
