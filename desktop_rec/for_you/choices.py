"""What a person chose for their list: what it is of, how filters narrow it, and where the sliders stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from engine.recommending.fairness import Fairness
from engine.recommending.ranking import Filters, ListTerms


class SourceKind(Enum):
    """Where the titles of the list come from."""

    FOR_YOU = "for_you"
    SAVED = "saved"
    NOT_FOR_ME = "not_for_me"
    ALIKE = "alike"
    TOGETHER = "together"


@dataclass(frozen=True)
class ListSource:
    """What the list is of. `item_rows`: the titles to be like (ALIKE); `profile_id`: the other person (TOGETHER)."""

    kind: SourceKind = SourceKind.FOR_YOU
    item_rows: tuple[int, ...] = ()
    profile_id: str = ""
    fairness: Fairness = Fairness.LEAST


@dataclass(frozen=True)
class ListChoices:
    """How a person bends their list.

    `gems` and `variety` are 0 (off) to 1; `weight` is watch (1) to love (0), None for the model's own.
    """

    filters: Filters = field(default_factory=Filters)
    gems: float = 0.0
    weight: float | None = None
    source: ListSource = field(default_factory=ListSource)
    variety: float = 0.0

    @property
    def all_filters(self) -> Filters:
        return replace(self.filters, hidden_gems=self.gems, variety=self.variety)

    @property
    def terms(self) -> ListTerms:
        """What a list is asked for by."""
        return ListTerms(self.weight, self.all_filters)

    @property
    def is_bent(self) -> bool:
        """Whether any filter or slider is elsewhere than it was at first."""
        return replace(self, source=ListSource()) != ListChoices()

    @property
    def reset(self) -> ListChoices:
        """The same list without filters, the sliders where they were at first."""
        return ListChoices(source=self.source)
