"""One title to rate: a large cover, what it is, and stars that wait for a click or a key."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.controls import arranged, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.stars import StarScale, stars_width
from desktop_rec.for_you.cover import Cover
from desktop_rec.for_you.star_rating import StarRating, rating_for_key
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import GRID, THEME, set_role
from engine.text import format_count, format_rating
from engine.wording import said

_COVER = QSize(136, 204)
_STAR, _SMALLER_STAR = 34, 22
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_HOW = said("Digits rate at once, arrow keys choose stars and Enter takes them, Space: not seen, Backspace: back")


class OnboardingCard(QFrame):
    """`row` is the title that is shown. rated(rating), seen() without a rating, not_seen(), went_back().

    Keys work while the card has the focus.
    """

    rated = Signal(float)
    seen = Signal()
    not_seen = Signal()
    went_back = Signal()

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self.row: TitleRow | None = None
        self._pending: float | None = None
        self._build()
        self.stars.rated.connect(self._on_stars)
        self.use_scale(scale)

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self._scale = scale
        self.stars.use_scale(scale)
        size = _STAR if scale.count <= 5 else _SMALLER_STAR
        self.stars.setFixedSize(stars_width(scale, size) + 6, size + 8)

    def show_title(self, row: TitleRow, *, people: int) -> None:
        """Show a title, with the rating that it has already, if any; `people`: how many the data set has."""
        self.row = row
        self._cover.show_cover(row.title, row.genres)
        self._title.setText(row.title)
        facts = [str(row.year)] if row.year else []
        facts += [", ".join(row.genres[:3])] if row.genres else []
        self._facts.setText(" · ".join(facts))
        self._facts.setVisible(bool(facts))
        self._known.setText(
            said("Rated by {number} of {people} people", number=format_count(row.people), people=format_count(people))
        )
        self._choose(row.rating)
        self.setAccessibleName(f"{row.sentence()}. {_HOW}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.row is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self.not_seen.emit()
        elif key == Qt.Key.Key_Backspace:
            self.went_back.emit()
        elif key in _ENTER:
            self._take_pending()
        elif not self._obey(event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(THEME.colours.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)

    def _build(self) -> None:
        self.setObjectName("onboarding_card")
        set_tip(self, f"{_HOW}.")
        set_role(self, "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cover = Cover(_COVER)
        self._title = text_label(role="title", wraps=True)
        self._facts, self._known = text_label(role="weak", wraps=True), text_label(role="weak", wraps=True)
        self._chosen = text_label(role="caption")
        self.stars = StarRating(self._scale)
        self.stars.setObjectName("onboarding_stars")
        self.stars.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = arranged(
            QVBoxLayout(), self._title, self._facts, self._known, 1, self.stars, self._chosen, gap=GRID // 2
        )
        row = arranged(QHBoxLayout(self), self._cover, column, gap=3 * GRID, margins=(3 * GRID,) * 4)
        row.setStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _obey(self, event: QKeyEvent) -> bool:
        """Digits rate at once; arrows only choose, because half stars take several presses."""
        is_meant, rating = rating_for_key(self._scale, self._pending, event)
        if not is_meant:
            return False
        if event.text().isdigit() and rating is not None:
            self.rated.emit(rating)
        else:
            self._choose(rating)
        return True

    def _take_pending(self) -> None:
        if self._pending is None:
            self.seen.emit()
        else:
            self.rated.emit(self._pending)

    def _choose(self, rating: float | None) -> None:
        self._pending = rating
        self.stars.show_rating(rating, of="" if self.row is None else self.row.name)
        self._chosen.setText(" " if rating is None else said("{rating} · Enter takes it", rating=format_rating(rating)))

    def _on_stars(self, rating: float | None) -> None:
        if rating is not None:
            self.rated.emit(rating)
