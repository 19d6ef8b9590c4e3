"""A person's ratings as a whole: imported, saved as files, renamed, deleted; by menu, by button or by dropping a file.

Stands beside rating_side; recommend_view owns both. It asks where to save and what to open, the session does it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_rec.common import questions
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.panel import CSV, DECK, DELETE, IMPORT, LETTERBOXD, RENAME, MyRatingsPanel


class PersonSide(QObject):
    """Does what the menu asks for. onboarding_wanted(): the person wants to rate one title at a time."""

    onboarding_wanted = Signal()

    def __init__(self, my_ratings: MyRatingsController, mine: MyRatingsPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._my_ratings, self._window = my_ratings, parent
        mine.asked.connect(self.do)

    def do(self, key: str) -> None:
        """One of the entries of PersonMenu."""
        doing: dict[str, Callable[[], None]] = {
            IMPORT: self.ask_for_file,
            DECK: self.onboarding_wanted.emit,
            CSV: self._save_csv,
            LETTERBOXD: self._save_for_letterboxd,
            RENAME: self._rename,
            DELETE: self._delete,
        }
        doing[key]()

    def ask_for_file(self) -> None:
        """Let the person choose an export of their own, and read it."""
        path = questions.ask_for_my_ratings(self._window)
        if path is not None:
            self._my_ratings.import_file(path)

    def take_dropped(self, data: QMimeData) -> bool:
        """Read a file or folder that was dropped; False where nothing of the kind was."""
        paths = dropped_paths(data)
        if paths:
            self._my_ratings.import_file(paths[0])
        return bool(paths)

    def _save_csv(self) -> None:
        path = questions.ask_where_to_save(self._window, "Save my ratings as CSV", f"{self._name()} ratings.csv")
        if path is not None:
            self._my_ratings.save(path)

    def _save_for_letterboxd(self) -> None:
        path = questions.ask_where_to_save(self._window, "Save for Letterboxd", f"{self._name()} for Letterboxd.csv")
        if path is not None:
            self._my_ratings.save_for_letterboxd(path)

    def _rename(self) -> None:
        profile = self._my_ratings.profile.current
        if profile is not None:
            self._my_ratings.rename_profile(profile.profile_id, questions.ask_for_new_name(self._window, profile.name))

    def _delete(self) -> None:
        profile = self._my_ratings.profile.current
        if profile is not None and not self._my_ratings.profile.is_borrowed:
            self._my_ratings.delete_profile(profile.profile_id)

    def _name(self) -> str:
        return "My" if self._my_ratings.profile.current is None else self._my_ratings.profile.current.name


def dropped_paths(data: QMimeData) -> list[Path]:
    """The files and folders of this computer that hang on the pointer."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
