"""An export on its way into a profile: being read, failed, or under review. Plain values; no profile is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_rec.common.notices import Failure
from engine.data.profile_merge import Both, Merge, merge, merged
from engine.text import join_words, plural
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset, Scale
    from engine.data.matching.review import Review
    from engine.data.profiles import Profile, ProfileEntry

TitleKey = tuple[str, str, int]


@dataclass(frozen=True)
class Progress:
    """How far reading and matching are; `share` is 0 to 1, None where nobody can know."""

    words: str
    share: float | None = None


@dataclass(frozen=True)
class UnderReview:
    """What was matched, what the person has decided, and what it would do to a profile as it is now.

    `first` is the review before any decision. `theirs` holds the titles rated differently for which the file's rating
    is to be taken.
    """

    dataset: Dataset
    profile: Profile
    first: Review
    review: Review
    theirs: frozenset[TitleKey] = frozenset()

    @property
    def wanted(self) -> Scale:
        """The scale of the open data set, and so of the profile."""
        return self.dataset.scale

    @cached_property
    def given(self) -> Scale:
        """The scale that the file's ratings are on."""
        from engine.data.personal.conversion import scale_for

        return scale_for(self.review.export, self.wanted)

    @cached_property
    def merge(self) -> Merge:
        """What the accepted titles mean for the profile."""
        from engine.data.matching.review import entries_of, lists_of

        saved, not_for_me = lists_of(self.review, self.dataset)
        return merge(self.profile, entries_of(self.review, self.dataset), saved=saved, not_for_me=not_for_me)

    @cached_property
    def taken(self) -> frozenset[int]:
        """The places in merge.conflicts where the file's rating is taken."""
        return frozenset(
            place for place, conflict in enumerate(self.merge.conflicts) if key_of(conflict) in self.theirs
        )

    @property
    def changes(self) -> int:
        """How many ratings adding it would give or change."""
        return len(self.merge.added) + len(self.merge.filled) + len(self.taken)

    @property
    def listed(self) -> int:
        """How many titles adding it would put on lists."""
        return len(self.merge.saved) + len(self.merge.not_for_me)

    @property
    def changes_words(self) -> str:
        """What adding it would give: "12 ratings and 3 saved titles"; "" for nothing."""
        merge = self.merge
        parts = [plural(self.changes, "rating")] if self.changes else []
        parts += [counted("{count} saved title", "{count} saved titles", len(merge.saved))] if merge.saved else []
        parts += (
            [said("{titles} not for you", titles=counted("{count} title", "{count} titles", len(merge.not_for_me)))]
            if merge.not_for_me
            else []
        )
        return join_words(parts)

    def merged(self) -> Profile:
        """The profile with the import."""
        return merged(self.merge, self.taken)

    def with_review(self, review: Review) -> UnderReview:
        return replace(self, review=review)

    def taking_lists(self, is_taken: bool) -> UnderReview:
        """With the titles of the file's watchlist, or without."""
        from engine.data.matching.review import taking_lists

        return self.with_review(taking_lists(self.review, is_taken))

    def with_first(self, index: int) -> UnderReview:
        """One title as it was matched before any decision about it."""
        from engine.data.matching.review import reset

        matches = list(self.review.matches)
        matches[index] = self.first.matches[index]
        return self.with_review(reset(replace(self.review, matches=tuple(matches)), index))

    def deciding(self, place: int, *, for_theirs: bool) -> UnderReview:
        """One title that was rated differently: mine or theirs."""
        key = frozenset([key_of(self.merge.conflicts[place])])
        return replace(self, theirs=self.theirs | key if for_theirs else self.theirs - key)

    def deciding_all(self, *, for_theirs: bool) -> UnderReview:
        return replace(
            self, theirs=frozenset(key_of(conflict) for conflict in self.merge.conflicts) if for_theirs else frozenset()
        )


@dataclass(frozen=True)
class MyImport:
    """One file on its way; exactly one of the other three is there."""

    path: Path
    progress: Progress | None = None
    failure: Failure | None = None
    found: UnderReview | None = None


def key_of(pair: Both) -> TitleKey:
    """What a title is recognised by when the review has changed."""
    mine: ProfileEntry = pair.mine
    return mine.item_id, mine.title, mine.year


def whose(name: str) -> str:
    """The owner of ratings, as people say it."""
    return said("your") if name == "Me" else said("{name}'s", name=name)
