"""Which earlier list the next one is compared with, so that arrows show what one change did.

Stands between the view of For you and its list. A change of another kind starts a new comparison; a slider that is
still held keeps the one it began with. Plain Python, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping


class Comparison:
    """`before` are the places, by item id, to compare the next list with; None where nothing is to be compared."""

    def __init__(self) -> None:
        self.before: Mapping[str, int] | None = None
        self._sliding = ""

    def begin(self, ranks: Mapping[str, int]) -> None:
        """Something changed once (a rating, a switch, the model): compare with the list that stands now."""
        self._sliding = ""
        self.before = ranks or None

    def slide(self, slider: str, ranks: Mapping[str, int]) -> None:
        """A slider moved a little: compare with the list from before it was first moved."""
        if self._sliding != slider:
            self.begin(ranks)
            self._sliding = slider

    def rest(self) -> None:
        """The slider was let go: moving it again is another change."""
        self._sliding = ""

    def forget(self) -> None:
        """Somebody or something else: arrows would say nothing."""
        self._sliding = ""
        self.before = None
