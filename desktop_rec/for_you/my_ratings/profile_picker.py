"""Whose ratings these are: somebody whose ratings are kept, a new profile, or a person of the data set.

A widget that pops up under its button: lists in; `profile_chosen`, `person_chosen` and `profile_named` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import named
from desktop_rec.theme.theme import set_role
from engine.text import format_count, plural

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
            holding = [row for row, id_ in enumerate(self._ids) if wanted in id_.casefold()[1:]]
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
            return f"Person {self._ids[row]} · {plural(self._counts[row], 'rating')}"
        if role == UserIdRole:
            return self._ids[row]
        return None


_WIDTH, _PEOPLE_HEIGHT, _MOST_KEPT_ROWS = 320, 220, 4
_ROWS = "QListView::item { padding: 5px 6px; }"


class ProfilePicker(QFrame):
    """profile_chosen(profile_id), profile_named(name) for a new one, person_chosen(user_id) of the data set."""

    profile_chosen = Signal(str)
    profile_named = Signal(str)
    person_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._model = PeopleModel(self)
        self._build()
        self._connect()

    def show_profiles(self, profiles: Sequence[tuple[str, str]], *, current: str) -> None:
        """The kept profiles as (id, name); `current` is the id of the one in use."""
        self._kept.clear()
        for profile_id, name in profiles:
            item = QListWidgetItem(f"{name}  ✓" if profile_id == current else name)
            item.setData(Qt.ItemDataRole.UserRole, profile_id)
            self._kept.addItem(item)
        row = self._kept.sizeHintForRow(0) if profiles else 0
        self._kept.setFixedHeight(min(len(profiles), _MOST_KEPT_ROWS) * row + 4)

    def show_people(self, ids: Sequence[str], counts: Sequence[int]) -> None:
        """The people of the data set, with how many ratings each has."""
        self._model.show_people(ids, counts)
        self._people_part.setVisible(bool(ids))
        self._search.clear()
        self._say_how_many()

    def open_under(self, button: QWidget) -> None:
        """Show it below a button, within the screen."""
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        place = button.mapToGlobal(QPoint(0, button.height() + 4))
        room = button.screen().availableGeometry()
        place.setY(max(room.top(), min(place.y(), room.bottom() - self.height())))
        self.move(place)
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _build(self) -> None:
        self.setObjectName("profile_picker")
        self.setAccessibleName("Whose ratings")
        set_role(self, "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(_heading("Kept on this computer"))
        self._kept = QListWidget()
        self._kept.setStyleSheet(_ROWS)
        named(
            self._kept, "kept_profiles", "Profiles kept on this computer", "Press Enter or click to go on as somebody"
        )
        column.addWidget(self._kept)
        column.addLayout(self._build_new())
        column.addWidget(self._build_people())

    def _build_new(self) -> QHBoxLayout:
        self._new_name = QLineEdit()
        self._new_name.setPlaceholderText("Name of a new profile")
        named(self._new_name, "new_profile_name", "Name of a new profile", "Ratings of another person, kept apart")
        self._create = QPushButton("Create")
        named(self._create, "create_profile", "Create the profile", "Create the profile and go on as that person")
        self._create.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(self._new_name, 1)
        row.addWidget(self._create)
        return row

    def _build_people(self) -> QWidget:
        self._people_part = QWidget()
        column = QVBoxLayout(self._people_part)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(_heading("Rate as a person of the data set"))
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search people by number or name")
        self._search.setClearButtonEnabled(True)
        named(self._search, "search_people", "Search people of the data set", "Type the start of an id")
        self._people = QListView()
        self._people.setStyleSheet(_ROWS)
        self._people.setModel(self._model)
        self._people.setUniformItemSizes(True)
        self._people.setFixedHeight(_PEOPLE_HEIGHT)
        self._people.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        named(self._people, "people", "People of the data set", "Look through the eyes of somebody; nothing is kept")
        self._found = QLabel()
        set_role(self._found, "caption")
        for one in (self._search, self._people, self._found):
            column.addWidget(one)
        return self._people_part

    def _connect(self) -> None:
        self._kept.itemClicked.connect(self._on_kept)
        self._kept.itemActivated.connect(self._on_kept)
        self._new_name.textChanged.connect(self._on_name)
        self._new_name.returnPressed.connect(self._on_create)
        self._create.clicked.connect(self._on_create)
        self._search.textChanged.connect(self._on_search)
        self._search.returnPressed.connect(self._on_first)
        self._people.clicked.connect(self._on_person)
        self._people.activated.connect(self._on_person)

    def _on_kept(self, item: QListWidgetItem) -> None:
        if self.isVisible():
            self.hide()
            self.profile_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_name(self, text: str) -> None:
        self._create.setEnabled(bool(text.strip()))

    def _on_create(self) -> None:
        name = self._new_name.text().strip()
        if name:
            self._new_name.clear()
            self.hide()
            self.profile_named.emit(name)

    def _on_search(self, text: str) -> None:
        self._model.narrow(text)
        self._say_how_many()

    def _on_first(self) -> None:
        if self._model.rowCount():
            self._on_person(self._model.index(0))

    def _on_person(self, index: QModelIndex) -> None:
        user_id = index.data(UserIdRole)
        if user_id is not None and self.isVisible():
            self.hide()
            self.person_chosen.emit(user_id)

    def _say_how_many(self) -> None:
        found = self._model.found
        if found == 0:
            self._found.setText("Nobody is called so here.")
        elif found > MOST_SHOWN:
            self._found.setText(f"{format_count(found)} people; the first {MOST_SHOWN} are shown. Type to narrow.")
        else:
            self._found.setText("1 person" if found == 1 else f"{format_count(found)} people")


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    set_role(label, "heading")
    return label
