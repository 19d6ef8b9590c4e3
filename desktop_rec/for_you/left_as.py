"""How a person left a part of For you, kept beside their ratings, so that the next opening shows it so again.

Stored a moment after the last change. What cannot be read or stored is as good as none.
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


class LeftAs(QObject):
    """A JSON document for each person and data set. `what` it is of: "title".

    people: where it is stored; None while no library is open.
    """

    def __init__(self, what: str, people: Callable[[], ProfileStore | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._what, self._people = what, people
        self._waiting: tuple[str, str, object] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(STORED_AFTER_MS)
        self._pause.timeout.connect(self.store)

    def keep(self, profile_id: str, dataset: Dataset, document: object) -> None:
        """A person left it otherwise, or as it is at first (None)."""
        left = (profile_id, self._name(dataset), document)
        if self._waiting is not None and self._waiting[:2] != left[:2]:
            self.store()
        self._waiting = left
        self._pause.start()

    def store(self) -> None:
        """Store now what is not stored yet."""
        self._pause.stop()
        waiting, self._waiting = self._waiting, None
        people = self._people()
        if waiting is None or people is None:
            return
        try:
            people.remember(*waiting)
        except EngineError as error:
            LOG.warning("How the %s was left was not stored: %s", self._what, error)

    def found(self, profile_id: str, dataset: Dataset) -> object:
        """What was kept of a person last; None for nothing."""
        people = self._people()
        if people is None:
            return None
        try:
            return people.remembered(profile_id, self._name(dataset))
        except EngineError as error:
            LOG.warning("How the %s was left cannot be read: %s", self._what, error)
            return None

    def _name(self, dataset: Dataset) -> str:
        return f"{self._what}:{dataset.fingerprint}"


def picked_title(item_id: str | None) -> object:
    """The title that a person picked last, as a document; None for the first one."""
    return None if item_id is None else {"item": item_id}


def picked_row(document: object, dataset: Dataset) -> int | None:
    """The row of the title in such a document; None for none, or one that the data do not have any more."""
    item_id = document.get("item") if isinstance(document, dict) else None
    return dataset.items.row(item_id) if isinstance(item_id, str) else None
