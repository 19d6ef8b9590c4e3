"""What the list is of: tabs at a fixed place, the words of each, and what can be done with a list of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QToolButton, QWidget

from desktop_rec.common.controls import arranged, button, named
from desktop_rec.common.plain import button_text, plain_tip
from desktop_rec.for_you.choices import SourceKind
from engine.text import format_count, plural_of, shorten
from engine.wording import said

_OWN = (SourceKind.FOR_YOU, SourceKind.SAVED, SourceKind.NOT_FOR_ME)
_EXTRA_WIDTH, _CLOSE = 14, 18
_SHORT = 2


@dataclass(frozen=True)
class SourcesState:
    """`kind` is the list that is shown, `saved` and `not_for_me` how many titles stand there; `extra` names a list
    besides, such as "Like Alien" ("" for none)."""

    kind: SourceKind = SourceKind.FOR_YOU
    saved: int = 0
    not_for_me: int = 0
    extra: str = ""


class SourceBar(QWidget):
    """chosen(SourceKind): another list is wanted. left(): the list besides these three is not wanted any more."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self.tabs.currentChanged.connect(self._on_current)

    def show_state(self, state: SourcesState) -> None:
        """Show which lists there are, and which of them is shown."""
        self.tabs.blockSignals(True)
        names = (said("For you"), _counted(said("Saved"), state.saved), _counted(said("Not for me"), state.not_for_me))
        for place, name in enumerate(names):
            self.tabs.setTabText(place, name)
        self._show_extra(state.extra)
        self.tabs.setCurrentIndex(_OWN.index(state.kind) if state.kind in _OWN else len(_OWN))
        self.tabs.blockSignals(False)

    def _show_extra(self, extra: str) -> None:
        place = len(_OWN)
        if not extra:
            if self.tabs.count() > place:
                self.tabs.removeTab(place)
            return
        if self.tabs.count() == place:
            self.tabs.addTab("")
            close = named(QToolButton(), "leave_source", said("Back to For you"))
            close.setText("✕")
            close.setAutoRaise(True)
            close.setFixedSize(_CLOSE, _CLOSE)
            close.setStyleSheet("padding: 0; margin: 0")
            close.clicked.connect(self.left)
            self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, close)
        self.tabs.setTabText(place, button_text(shorten(extra, _EXTRA_WIDTH)))
        self.tabs.setTabToolTip(place, plain_tip(extra))

    def _build(self) -> None:
        self.tabs = named(_SourceTabs(), "list_source", said("What the list is of"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setStyleSheet(f"QTabBar::tab {{ padding: 6px; margin-right: 4px; min-height: {_CLOSE}px; }}")
        tips = (
            said("New to you, best first"),
            said("What you saved for later, best first"),
            said("What is never recommended to you"),
        )
        for tip in tips:
            self.tabs.setTabToolTip(self.tabs.addTab(""), plain_tip(tip))
        arranged(QHBoxLayout(self), self.tabs)
        self.show_state(SourcesState())

    def _on_current(self, place: int) -> None:
        if place < len(_OWN):
            self.chosen.emit(_OWN[place])


class _SourceTabs(QTabBar):
    """Where room is short, the long names get shorter; two short ones would be nothing but dots."""

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index) if index < _SHORT else super().minimumTabSizeHint(index)


class ListActions(QStackedWidget):
    """Beside the heading, each always in its place. more_wanted(): rate more; taken_off(): the chosen title.

    What stands beside the list of recommendations, and what beside the other two, take the same room.
    """

    more_wanted = Signal()
    taken_off = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.more: QPushButton = button(
            said("Rate more"), "rate_more", said("Rate well known titles to make the list better")
        )
        self.take_off = button(said("Allow again"), "take_off_list", "")
        own, first, common = QWidget(), QWidget(), QWidget()
        self._common = arranged(QHBoxLayout(common), 1)
        arranged(QHBoxLayout(first), 1, self.more)
        arranged(QHBoxLayout(own), 1, self.take_off)
        self.addWidget(first)
        self.addWidget(own)
        self.addWidget(common)
        self.more.clicked.connect(self.more_wanted)
        self.take_off.clicked.connect(self._on_take_off)

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return QSize() if shown is None else shown.sizeHint()

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return QSize() if shown is None else shown.minimumSizeHint()

    def show_kind(self, kind: SourceKind, *, has_titles: bool) -> None:
        """Show what can be done with this list."""
        is_own = kind in (SourceKind.SAVED, SourceKind.NOT_FOR_ME)
        is_saved = kind is SourceKind.SAVED
        words = said("Remove") if is_saved else said("Allow again")
        tip = said("Take the chosen title off this list") if is_saved else said("Recommend the chosen title again")
        self.take_off.setText(words)
        named(self.take_off, "take_off_list", tip)
        self.take_off.setEnabled(has_titles)
        self.setCurrentIndex(1 if is_own else 2 if kind is SourceKind.TOGETHER else 0)
        self.updateGeometry()

    def add_common(self, part: QWidget) -> None:
        """A control of a list for two."""
        self._common.addWidget(part)

    def _on_take_off(self) -> None:
        self.taken_off.emit()


def heading_of(kind: SourceKind, *, extra: str, name: str, word: str) -> str:
    """What stands over the list."""
    match kind:
        case SourceKind.SAVED:
            return said("Saved for later")
        case SourceKind.NOT_FOR_ME:
            return said("Not for me")
        case SourceKind.FOR_YOU:
            titles = plural_of(word).capitalize()
            if name == "Me":
                return said("{titles} for you", titles=titles)
            return said("{titles} for {name}", titles=titles, name=name)
        case _:
            return extra


def words_of_empty(kind: SourceKind, *, unknown: str, word: str) -> tuple[str, str]:
    """The heading and the sentence of a list of one's own with nothing in it; `unknown`: of what is not in the data."""
    words = plural_of(word)
    if kind is SourceKind.SAVED:
        how = said("Save {words} that you want to watch later, or add an export: its watchlist goes here.", words=words)
        return said("No saved {words} yet", words=words) if not unknown else said(
            "No saved {words} to show", words=words
        ), unknown or how
    how = said("Press “Not for me” on a {word} that you never want to see here, and it waits in this list.", word=word)
    return said("Nothing is left out") if not unknown else said("No {words} to show", words=words), unknown or how


def _counted(name: str, count: int) -> str:
    return f"{name}  {format_count(count)}" if count else name
