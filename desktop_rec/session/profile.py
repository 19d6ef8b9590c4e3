"""Whose ratings the window is about, and the changes made to them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.undo import Change, UndoStack

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile

BORROWED = "borrowed profile"
"""The scope of changes to ratings that are not stored: they are forgotten with the person they were lent by."""


class CurrentProfile(QObject):
    """`current` is the person; `is_borrowed`: somebody of the data set, whose changes are not stored.

    `changed` says that the person, or one of their ratings, is another.
    """

    changed = Signal()

    def __init__(self, library: OpenLibrary, undo: UndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Profile | None = None
        self.is_borrowed = False
        self._library, self._undo = library, undo

    def load_default(self) -> None:
        """Go on as the person who used this library last. Raises LibraryError."""
        if self._library.files is not None:
            self._take(self._library.files.profiles.default(), borrowed=False)

    def load(self, profile_id: str) -> None:
        """Go on as one of the people whose ratings are stored. Raises LibraryError."""
        if self._library.files is not None:
            self._take(self._library.files.profiles.load(profile_id), borrowed=False)

    def borrow(self, dataset: Dataset, user_id: str) -> None:
        """Look through the eyes of somebody in the data set. Raises ProfileError where nobody has this id."""
        from engine.data.profiles import profile_of_user

        self._take(profile_of_user(dataset, user_id), borrowed=True)

    def start(self, profile: Profile) -> None:
        """Go on as a new person, whose ratings are stored from now on. Raises LibraryError."""
        if self._library.files is not None:
            self._library.files.profiles.save(profile)
        self._take(profile, borrowed=False)

    def note_name(self, profile_id: str, name: str) -> None:
        """A stored profile is called otherwise now."""
        if self.current is not None and self.current.profile_id == profile_id:
            self.current = replace(self.current, name=name)
            self.changed.emit()

    def change(self, after: Profile, text: str, *, undone: str = "", announced: bool = False) -> bool:
        """Change the ratings of the person in a way that can be undone; stored at once, unless borrowed."""
        before = self.current
        if before is None or after == before:
            return False
        return self._undo.do(
            Change(
                text,
                partial(self._apply, before, after),
                partial(self._apply, after, before),
                undone=undone,
                announced=announced,
                scope=BORROWED if self.is_borrowed else "",
            )
        )

    def _apply(self, before: Profile, after: Profile) -> None:
        """Make a change to the person it is about, also where somebody else has gone on meanwhile."""
        from engine.data.profile_merge import with_change

        profile_id, library = before.profile_id, self._library.files
        if self.current is not None and self.current.profile_id == profile_id:
            self.current = with_change(self.current, before=before, after=after)
            if not self.is_borrowed and library is not None:
                library.profiles.save(self.current)
            self.changed.emit()
        elif library is not None:
            profile = library.profiles.load(profile_id)
            library.profiles.save(with_change(profile, before=before, after=after))
        self._library.forget_lists()

    def _take(self, profile: Profile, *, borrowed: bool) -> None:
        if self.is_borrowed and (self.current is None or self.current.profile_id != profile.profile_id):
            self._undo.forget(BORROWED)
        self.current, self.is_borrowed = profile, borrowed
        self.changed.emit()
