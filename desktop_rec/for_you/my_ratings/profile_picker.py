"""Whose ratings these are: a stored profile, a new one, or a person of the data set. Pops up under its button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import arranged, button, named, text_label
from desktop_rec.common.panels import Popup
from desktop_rec.common.plain import set_tip
from engine.text import format_count
from engine.wording import counted, said

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
        """Show only the people whose id matches a text; all for an empty one."""
        wanted = text.strip().casefold()
        self.beginResetModel()
        if not wanted:
            matching: Sequence[int] = range(len(self._ids))
        else:
            starting = [row for row, user_id in enumerate(self._ids) if user_id.casefold().startswith(wanted)]
            holding = [row for row, user_id in enumerate(self._ids) if wanted in user_id.casefold()[1:]]
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
            return said(
                "Person {ids} · {ratings}",
                ids=self._ids[row],
                ratings=counted("{count} rating", "{count} ratings", self._counts[row]),
            )
        if role == UserIdRole:
            return self._ids[row]
        return None


_WIDTH, _PEOPLE_HEIGHT, _MOST_STORED_ROWS = 320, 220, 4
_NOBODY = said("Nobody else rates here yet. Add a person with the menu at the upper right of the window.")
_ROWS = "QListView::item { padding: 5px 6px; }"


class ProfilePicker(Popup):
    """profile_chosen(profile_id), profile_named(name) for a new one, person_chosen(user_id) of the data set."""

    profile_chosen = Signal(str)
    profile_named = Signal(str)
    person_chosen = Signal(str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        name: str = "profile_picker",
        title: str = said("Whose ratings"),
        can_create: bool = True,
    ) -> None:
        super().__init__(name, title, width=_WIDTH, parent=parent)
        self._model = PeopleModel(self)
        self._build()
        if not can_create:
            self._adapt(name)
        self._connect()

    def show_profiles(self, profiles: Sequence[tuple[str, str]], *, current: str) -> None:
        """The stored profiles as (id, name); `current` is the id of the one in use."""
        self._stored.clear()
        for profile_id, name in profiles:
            item = QListWidgetItem(f"{name}  ✓" if profile_id == current else name)
            item.setData(Qt.ItemDataRole.UserRole, profile_id)
            self._stored.addItem(item)
        row = self._stored.sizeHintForRow(0) if profiles else 0
        self._stored.setFixedHeight(min(len(profiles), _MOST_STORED_ROWS) * row + 4)
        self._stored.setVisible(bool(profiles))
        self._nobody.setVisible(not profiles)

    def show_people(self, ids: Sequence[str], counts: Sequence[int]) -> None:
        """The people of the data set, with how many ratings each has."""
        self._model.show_people(ids, counts)
        self._people_part.setVisible(bool(ids))
        self._search.clear()
        self._show_count()

    def open(self, opener: QWidget) -> None:
        """Show it below a button."""
        self.open_under(opener, focus=self._search)

    def _build(self) -> None:
        self._stored = named(
            QListWidget(),
            "kept_profiles",
            said("Profiles on this computer"),
            said("Press Enter or click to go on as somebody"),
        )
        self._stored.setStyleSheet(_ROWS)
        self._new_name = named(
            QLineEdit(),
            "new_profile_name",
            said("Name of a new profile"),
            said("Another person's ratings, apart from yours"),
        )
        self._new_name.setPlaceholderText(said("Name of a new profile"))
        self._create = button(said("Create"), "create_profile", said("Create the profile and go on as that person"))
        self._create.setEnabled(False)
        self._nobody = text_label(_NOBODY, role="caption", object_name="nobody_else", wraps=True)
        self._people_part = QWidget()
        arranged(
            self.column,
            text_label(said("On this computer"), role="heading"),
            self._stored,
            self._nobody,
            arranged(QHBoxLayout(), self._new_name, self._create, gap=-1),
            self._people_part,
            margins=(16, 12, 16, 12),
            gap=-1,
        )
        self._build_people()

    def _adapt(self, name: str) -> None:
        """Somebody else is chosen here, and nobody made."""
        self._new_name.hide()
        self._create.hide()
        self._people_heading.setText(said("A person of the data set"))
        for part in (self._stored, self._search, self._people):
            part.setObjectName(f"{name}_{part.objectName()}")
        set_tip(self._stored, said("Press Enter or click for a list with them"))
        set_tip(self._people, said("Press Enter or click for a list with them"))

    def _build_people(self) -> None:
        self._search = named(
            QLineEdit(), "search_people", said("Search people of the data set"), said("Type the start of an id")
        )
        self._search.setPlaceholderText(said("Search people by number or name"))
        self._search.setClearButtonEnabled(True)
        self._people = named(
            QListView(),
            "people",
            said("People of the data set"),
            said("See the list as somebody else would; nothing is saved"),
        )
        self._people.setStyleSheet(_ROWS)
        self._people.setModel(self._model)
        self._people.setUniformItemSizes(True)
        self._people.setFixedHeight(_PEOPLE_HEIGHT)
        self._people.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._found = text_label(role="caption")
        self._people_heading = text_label(said("Rate as a person of the data set"), role="heading")
        arranged(
            QVBoxLayout(self._people_part),
            self._people_heading,
            self._search,
            self._people,
            self._found,
            margins=(0, 8, 0, 0),
            gap=-1,
        )

    def _connect(self) -> None:
        self._stored.itemClicked.connect(self._on_stored)
        self._stored.itemActivated.connect(self._on_stored)
        self._new_name.textChanged.connect(self._on_name)
        self._new_name.returnPressed.connect(self._on_create)
        self._create.clicked.connect(self._on_create)
        self._search.textChanged.connect(self._on_search)
        self._search.returnPressed.connect(self._on_first)
        self._people.clicked.connect(self._on_person)
        self._people.activated.connect(self._on_person)

    def _on_stored(self, item: QListWidgetItem) -> None:
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
        self._show_count()

    def _on_first(self) -> None:
        if self._model.rowCount():
            self._on_person(self._model.index(0))

    def _on_person(self, index: QModelIndex) -> None:
        user_id = index.data(UserIdRole)
        if user_id is not None and self.isVisible():
            self.hide()
            self.person_chosen.emit(user_id)

    def _show_count(self) -> None:
        found = self._model.found
        if found == 0:
            self._found.setText(said("Nobody here has this id."))
        elif found > MOST_SHOWN:
            self._found.setText(
                said(
                    "{found} people; the first {MOST_SHOWN} are shown. Type to narrow.",
                    found=format_count(found),
                    MOST_SHOWN=MOST_SHOWN,
                )
            )
        else:
            self._found.setText(counted("{count} person", "{count} people", found))
