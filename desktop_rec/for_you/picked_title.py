"""The title that a person picked last, kept beside their ratings, so that the next opening shows the same reasons.

Stored a moment after the last pick. What cannot be read or stored is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop_rec.common.log import LOG
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.profiles import ProfileStore

STORED_AFTER_MS = 800


class PickedTitle(QObject):
    """people: where it is stored; None while no library is open."""

    def __init__(self, people: Callable[[], ProfileStore | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._people = people
        self._waiting: tuple[str, str, str | None] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(STORED_AFTER_MS)
        self._pause.timeout.connect(self.store)

    def keep(self, profile_id: str, dataset: Dataset, item_id: str | None) -> None:
        """A person picked a title, or goes back to the first one (None)."""
        picked = (profile_id, _name(dataset), item_id)
        if self._waiting is not None and self._waiting[:2] != picked[:2]:
            self.store()
        self._waiting = picked
        self._pause.start()

    def store(self) -> None:
        """Store now what is not stored yet."""
        self._pause.stop()
        waiting, self._waiting = self._waiting, None
        people = self._people()
        if waiting is None or people is None:
            return
        profile_id, name, item_id = waiting
        try:
            people.remember(profile_id, name, None if item_id is None else {"item": item_id})
        except EngineError as error:
            LOG.warning("The title that was picked was not stored: %s", error)

    def row_of(self, profile_id: str, dataset: Dataset) -> int | None:
        """The row of the title that a person picked last; None for none, or one that the data do not have any more."""
        people = self._people()
        if people is None:
            return None
        try:
            document = people.remembered(profile_id, _name(dataset))
        except EngineError as error:
            LOG.warning("The title that was picked cannot be read: %s", error)
            return None
        item_id = document.get("item") if isinstance(document, dict) else None
        return dataset.items.row(item_id) if isinstance(item_id, str) else None


def _name(dataset: Dataset) -> str:
    return f"title:{dataset.fingerprint}"
