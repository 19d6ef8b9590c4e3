"""A row of stars to rate one title with: by click, by keys, with halves where the scale has them.

A widget: `show_rating` in, `rated` out.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_rec.common.plain import set_tip
from desktop_rec.common.stars import StarScale, paint_stars, star_size, stars_at, stars_width
from desktop_rec.theme.theme import THEME
from engine.text import format_rating
from engine.wording import said

_UP = (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Plus)
_DOWN = (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Minus)
_CLEAR = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_MARGIN = 3


def rating_for_key(scale: StarScale, rating: float | None, event: QKeyEvent) -> tuple[bool, float | None]:
    """What a key does to a rating: (whether it means anything, the new rating; None takes it away)."""
    if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return False, rating
    key = Qt.Key(event.key())
    if key in _UP:
        return True, scale.stepped(rating, 1)
    if key in _DOWN:
        return True, scale.stepped(rating, -1)
    if key in _CLEAR:
        return True, None
    text = event.text()
    if text.isascii() and text.isdigit():
        wanted = scale.of_digit(int(text))
        return wanted is not None, wanted
    return False, rating


class StarRating(QWidget):
    """Stars for one title. `rated` carries the new rating, or None where it was taken away (Delete)."""

    rated = Signal(object)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self._rating: float | None = None
        self._hovered: float | None = None
        self._build()

    @property
    def rating(self) -> float | None:
        return self._rating

    def show_rating(self, rating: float | None, *, of: str = "") -> None:
        """Show a rating; `of` is the title that it belongs to, for those who listen instead of look."""
        self._rating = rating
        text = (
            said("not rated")
            if rating is None
            else said("rated {rating} of {high}", rating=format_rating(rating), high=format_rating(self._scale.high))
        )
        self.setAccessibleName(f"{of}: {text}" if of else said("Stars: {text}", text=text))
        self.update()

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self._scale = scale
        self._hovered = None
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        size = 20 if self._scale.count <= 5 else 16
        return QSize(stars_width(self._scale, size) + 2 * _MARGIN, size + 2 * _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = THEME.colours
        shown = self._hovered if self._hovered is not None else self._rating
        paint_stars(
            painter,
            self._area(),
            filled=0.0 if shown is None else self._scale.filled(shown),
            count=self._scale.count,
            size=self._size(),
            full=colours.accent,
            empty=colours.text_weak,
        )
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._rating_at(event.position().x())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._rate(self._rating_at(event.position().x()))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = self._rating_at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_meant, rating = rating_for_key(self._scale, self._rating, event)
        if is_meant:
            self._rate(rating)
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.setObjectName("star_rating")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_tip(self, said("Click the stars, or press a digit, the arrow keys, or Delete to take the rating away."))
        THEME.changed.connect(self.update)
        self.show_rating(None)

    def _rate(self, rating: float | None) -> None:
        self._rating = rating
        self._hovered = None
        self.update()
        self.rated.emit(rating)

    def _rating_at(self, x: float) -> float:
        return self._scale.rating_at(stars_at(self._scale, self._area(), self._size(), x))

    def _size(self) -> int:
        return star_size(self._scale, self.width() - 2 * _MARGIN, most=self.height() - 2 * _MARGIN)

    def _area(self) -> QRect:
        return self.rect().adjusted(_MARGIN, 0, -_MARGIN, 0)
