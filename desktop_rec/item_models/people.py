"""The people of a data set as a Qt list that narrows as one types: id and number of ratings.

Stands between the Dataset and the person picker. Holds ids and counts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_rec.widgets.taste_words import counted

Index = QModelIndex | QPersistentModelIndex

MOST_SHOWN = 500
UserIdRole = int(Qt.ItemDataRole.UserRole) + 1


class PeopleModel(QAbstractListModel):
    """People whose id starts with (then: holds) what was typed, at most MOST_SHOWN of them; `found` counts all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: Sequence[str] = ()
        self._counts: Sequence[int] = ()
        self._shown: list[int] = []
        self.found = 0

    def show_people(self, ids: Sequence[str], counts: Sequence[int]) -> None:
        """All people of a data set, in its order, with how many ratings each has."""
        self._ids, self._counts = ids, counts
        self.narrow("")

    def narrow(self, text: str) -> None:
        """Keep the people whose id matches a text; all for an empty one."""
        wanted = text.strip().casefold()
        self.beginResetModel()
        if not wanted:
            matching: Sequence[int] = range(len(self._ids))
        else:
            starting = [row for row, one in enumerate(self._ids) if one.casefold().startswith(wanted)]
            holding = [row for row, one in enumerate(self._ids) if wanted in one.casefold()[1:]]
            matching = list(dict.fromkeys([*starting, *holding]))
            matching.sort(key=lambda row: len(self._ids[row]))
        self.found = len(matching)
        self._shown = list(matching[:MOST_SHOWN])
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"Person {self._ids[row]} · {counted(self._counts[row], 'rating')}"
        if role == UserIdRole:
            return self._ids[row]
        return None
