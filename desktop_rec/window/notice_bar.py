"""A notice over the view: one sentence, what to do, Details and Copy. Never a message box for what is not a question.

It floats over the lower right corner, so that nothing moves when it comes and goes. The newest notice is on top;
dismissing it shows the one before.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, button, named, text_label
from desktop_rec.common.notices import Notice
from desktop_rec.common.plain import set_tip
from desktop_rec.theme.icons import icon
from desktop_rec.theme.theme import GRID, THEME, set_role

INFO_STAYS_MS = 8000
_STORE_TIP = "Try to store it again. A change, or something deleted, does that too"
_MOST = 5
_WIDEST, _MARGIN = 480, 2 * GRID


class NotStoredBar(QFrame):
    """Stays as long as something is not stored. again: the person wants another try."""

    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "not_stored_bar", "Not stored yet")
        set_tip(self, "")
        set_role(self, "notice-warning")
        self._sentence = text_label(object_name="not_stored_words", wraps=True)
        again = button("Store now", "not_stored_again", _STORE_TIP)
        again.clicked.connect(self.again)
        row = arranged(QHBoxLayout(self), self._sentence, again, margins=(GRID * 2, GRID, GRID, GRID))
        row.setStretch(0, 1)
        self.hide()

    def show_words(self, words: str) -> None:
        """Say what is not stored, why, and what to do; "" for nothing."""
        self._sentence.setText(words)
        self.setAccessibleDescription(words)
        self.setVisible(bool(words))


class NoticeBar(QFrame):
    """Hidden while there is nothing to say. Notices of kind "info" leave by themselves, unless they stay.

    `float_over` says over which part of the window it floats.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: list[Notice] = []
        self._host: QWidget | None = None
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.setInterval(INFO_STAYS_MS)
        self._build()
        self._connect()
        self._tint()
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What it says now."""
        return self._notices[-1] if self._notices else None

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; the same one is not shown twice, and news take the place of older news."""
        self._notices = [old for old in self._notices if old != notice and old.kind != "info"][1 - _MOST :]
        self._notices.append(notice)
        self._show_top()

    def withdraw(self, about: str) -> None:
        """Forget what offers something that no longer holds."""
        kept = [notice for notice in self._notices if notice.about != about]
        if len(kept) < len(self._notices):
            self._notices = kept
            self._show_top()

    def float_over(self, host: QWidget) -> None:
        """Stay in the lower right corner of a part of the window, which has this one's parent above it."""
        self._host = host
        host.installEventFilter(self)
        self._settle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._settle()
        return False

    def dismiss(self) -> None:
        """Forget the notice on top."""
        if self._notices:
            self._notices.pop()
        self._show_top()

    def _build(self) -> None:
        named(self, "notice_bar", "Notice")
        set_tip(self, "")
        self._sentence = text_label(wraps=True)
        self._action = button("Undo", "notice_action", "Do what the notice offers")
        self._details_button = button("Details", "notice_details", "Show what happened, for experts", role="quiet")
        self._details_button.setCheckable(True)
        self._copy = button("Copy", "notice_copy", "Copy the notice and its details", role="quiet")
        self._dismiss = named(QPushButton(), "notice_dismiss", "Dismiss", "Dismiss this notice")
        set_role(self._dismiss, "quiet")
        self._dismiss.setIconSize(QSize(16, 16))
        row = across(self._sentence, self._action, self._details_button, self._copy, self._dismiss)
        row.setStretch(0, 1)
        self._details = named(QPlainTextEdit(), "notice_details_text", "Details of the notice")
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(GRID * 22)
        self._details.hide()
        self._column = arranged(QVBoxLayout(self), row, self._details, margins=(GRID * 2, GRID, GRID, GRID))

    def _connect(self) -> None:
        self._dismiss.clicked.connect(self.dismiss)
        self._copy.clicked.connect(self._on_copy)
        self._details_button.toggled.connect(self._on_details)
        self._action.clicked.connect(self._on_action)
        self._leave.timeout.connect(self._on_leave)
        THEME.changed.connect(self._tint)

    def _tint(self) -> None:
        self._dismiss.setIcon(icon("close", THEME.colours.text_weak, size=16))

    def _settle(self) -> None:
        """Take the room that the words need, above the corner."""
        host, parent = self._host, self.parentWidget()
        if host is None or parent is None or self.isHidden():
            return
        area = QRect(host.mapTo(parent, host.rect().topLeft()), host.size())
        width = min(_WIDEST, area.width() - 2 * _MARGIN)
        self._column.activate()  # or rows in it still say what they needed before
        height = min(self.heightForWidth(width), area.height() - 2 * _MARGIN)
        left, top = area.right() + 1 - _MARGIN - width, area.bottom() + 1 - _MARGIN - height
        self.setGeometry(left, top, width, height)
        self.raise_()

    def _on_details(self, is_open: bool) -> None:
        self._details.setVisible(is_open)
        self._settle()

    def _show_top(self) -> None:
        notice = self.notice
        self._leave.stop()
        self.setVisible(notice is not None)
        if notice is None:
            return
        set_role(self, f"notice-{notice.kind}")
        self._sentence.setText(f"{notice.sentence} {notice.remedy}".strip())
        self.setAccessibleDescription(self._sentence.text())
        self._details_button.setChecked(False)
        self._details_button.setVisible(bool(notice.details))
        self._copy.setVisible(notice.kind != "info")
        self._details.setPlainText(notice.details)
        self._action.setVisible(notice.action is not None)
        self._action.setText(notice.action_words)
        self._action.setAccessibleName(notice.action_words)
        self._settle()
        if notice.kind == "info" and not notice.stays:
            self._leave.start()

    def _on_copy(self) -> None:
        if self.notice is not None:
            QGuiApplication.clipboard().setText(self.notice.as_text())

    def _on_action(self) -> None:
        notice = self.notice
        self.dismiss()
        if notice is not None and notice.action is not None:
            notice.action()

    def _on_leave(self) -> None:
        if self.notice is not None and self.notice.kind == "info":
            self.dismiss()
