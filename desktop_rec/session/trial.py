"""Ratings that are changed to see what becomes of the list, and not stored: kept at the end, or put back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.undo import Change, UndoStack

if TYPE_CHECKING:
    from engine.data.profiles import Profile

TRIAL = "trial"
"""The scope of what is tried: steps back and forth end with the trial."""


class Trial(QObject):
    """`profile` is the person with what is tried, None while nothing is; `changed` says that it is another.

    Whoever owns the person says by `follow` how they are stored meanwhile: lists of saved titles and changes from
    before the trial go on beside it.
    """

    changed = Signal()

    def __init__(self, undo: UndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.profile: Profile | None = None
        self._stored: Profile | None = None
        self._undo = undo

    @property
    def changes(self) -> int:
        """How many titles are rated, switched or gone otherwise than is stored."""
        if self.profile is None or self._stored is None:
            return 0
        tried, stored = set(self.profile.entries), set(self._stored.entries)
        return len({(entry.item_id, entry.title, entry.year) for entry in tried ^ stored})

    def begin(self, stored: Profile) -> None:
        """Try changes of a person from now on."""
        self.profile = self._stored = stored
        self.changed.emit()

    def change(self, after: Profile, text: str) -> bool:
        """Try one more change; Ctrl+Z takes it back."""
        before = self.profile
        if before is None or after == before:
            return False
        return self._undo.do(Change(text, partial(self._take, after), partial(self._take, before), scope=TRIAL))

    def follow(self, stored: Profile) -> None:
        """The person is stored otherwise now: what is tried stays tried on top of it."""
        if self.profile is None or self._stored is None:
            return
        from engine.data.profile_merge import with_change

        self.profile = with_change(stored, before=self._stored, after=self.profile)
        self._stored = stored

    def end(self) -> None:
        """Forget what was tried."""
        if self.profile is not None:
            self.profile = self._stored = None
            self._undo.forget(TRIAL)

    def _take(self, profile: Profile) -> None:
        """Take other ratings; the lists are as they are stored, without what is rated now."""
        assert self._stored is not None, "steps end with the trial"
        tried = replace(profile, saved=self._stored.saved, not_for_me=self._stored.not_for_me)
        for entry in set(profile.entries) - set(self._stored.entries):
            tried = tried.unlisted(entry)
        self.profile = tried
        self.changed.emit()
