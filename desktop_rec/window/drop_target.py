"""What shows over the whole window while a file hangs on the pointer: that it may be let go here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_rec.theme.theme import GRID, THEME, scaled_font

_WORDS = "Drop it here: your own ratings are added to yours, ratings of many people are opened as data"


class DropTarget(QWidget):
    """Covers its parent while it is shown. The pointer, and what is dropped, goes through to what is below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("drop_target")
        self.setAccessibleName(_WORDS)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def offer(self) -> None:
        """Show it over all of the window."""
        parent = self.parentWidget()
        assert parent is not None, "it covers a window"
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def watch(self, view: QWidget) -> None:
        """Files may hang over a view that takes them itself."""
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and dropped_files(event):
            self.offer()
        elif event.type() in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self.hide()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = THEME.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(now.surface)
        veil.setAlpha(240)
        painter.fillRect(self.rect(), veil)
        inside = QRectF(self.rect()).adjusted(3 * GRID, 3 * GRID, -3 * GRID, -3 * GRID)
        pen = QPen(QColor(now.accent), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(inside, 12, 12)
        painter.setFont(scaled_font(self.font(), 1.3))
        painter.setPen(QColor(now.text))
        text = inside.adjusted(4 * GRID, 0, -4 * GRID, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, _WORDS)


def dropped_files(event: QDropEvent) -> list[Path]:
    """The files that hang on the pointer, where they may be let go."""
    if event.proposedAction() not in (Qt.DropAction.CopyAction, Qt.DropAction.MoveAction, Qt.DropAction.LinkAction):
        return []
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
