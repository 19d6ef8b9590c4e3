"""A drawn cover: the initials of a title on a colour from its genre, as there are no pictures without a network."""

from __future__ import annotations

import zlib

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent, QPixmap, QPixmapCache
from PySide6.QtWidgets import QWidget

from desktop_rec.theme.theme import THEME

_HUES = {
    "action": 8, "adventure": 28, "animation": 190, "children": 165, "children's": 165, "comedy": 42, "crime": 262,
    "documentary": 140, "drama": 232, "family": 165, "fantasy": 282, "film-noir": 250, "history": 30, "horror": 352,
    "imax": 205, "music": 318, "musical": 318, "mystery": 270, "romance": 335, "sci-fi": 200, "science fiction": 200,
    "sport": 95, "thriller": 218, "war": 75, "western": 22,
}  # fmt: skip
_GREY_GENRES = ("film-noir", "documentary", "war")
_SMALL_WORDS = ("the", "a", "an", "of", "and", "in", "on", "to", "le", "la", "les", "der", "die", "das", "il", "el")


def initials(title: str) -> str:
    """One or two letters for a title: The Matrix -> M, Spirited Away -> SA, 12 Angry Men -> 12."""
    words = [word for word in title.split() if any(letter.isalnum() for letter in word)]
    words = [word for word in words if word.casefold() not in _SMALL_WORDS] or words
    if not words:
        return "?"
    first = next(letter for letter in words[0] if letter.isalnum())
    if first.isdigit():
        return "".join(letter for letter in words[0] if letter.isalnum())[:2]
    second = next((letter for letter in words[1] if letter.isalnum()), "") if len(words) > 1 else ""
    return (first + second).upper()


def cover_colours(genres: tuple[str, ...], title: str, *, dark: bool) -> tuple[QColor, QColor]:
    """The two ends of a cover's shade. The first genre sets the hue; without genres the title does."""
    genre = genres[0].casefold() if genres else ""
    hue = _HUES.get(genre, zlib.crc32((genre or title).encode()) % 360)
    strength = 0.22 if genre in _GREY_GENRES else 0.46
    light = 0.36 if dark else 0.42
    second_hue = _HUES.get(genres[1].casefold(), hue) if len(genres) > 1 else hue
    return (
        QColor.fromHslF(hue / 360, strength, light),
        QColor.fromHslF(second_hue / 360, strength, light - 0.13),
    )


def paint_cover(painter: QPainter, area: QRect, *, title: str, genres: tuple[str, ...], dark: bool) -> None:
    """Draw the cover of a title into an area (2 wide to 3 high looks best)."""
    ratio = painter.device().devicePixelRatioF()
    letters = initials(title)
    hued_by = "|".join(genres[:2]) or title
    key = f"cover {letters} {hued_by} {area.width()}x{area.height()} {ratio:g} {dark}"
    drawn = QPixmap()
    if not QPixmapCache.find(key, drawn):
        drawn = QPixmap(round(area.width() * ratio), round(area.height() * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        _draw(drawn, letters, cover_colours(genres, title, dark=dark), QSize(area.width(), area.height()))
        QPixmapCache.insert(key, drawn)
    painter.drawPixmap(area.topLeft(), drawn)


class Cover(QWidget):
    """A drawn cover of fixed size."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._genres: tuple[str, ...] = ()
        self.setFixedSize(size)
        THEME.changed.connect(self.update)

    def show_cover(self, title: str, genres: tuple[str, ...]) -> None:
        self._title, self._genres = title, genres
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._title:
            paint_cover(QPainter(self), self.rect(), title=self._title, genres=self._genres, dark=THEME.dark)


def _draw(pixmap: QPixmap, letters: str, shades: tuple[QColor, QColor], size: QSize) -> None:
    area = QRectF(0, 0, size.width(), size.height())
    shade = QLinearGradient(area.topLeft(), area.bottomRight())
    shade.setColorAt(0, shades[0])
    shade.setColorAt(1, shades[1])
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawRoundedRect(area, 4, 4)
    font = QFont()
    font.setPixelSize(max(9, round(size.width() * (0.42 if len(letters) > 1 else 0.5))))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(255, 255, 255, 235))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, letters)
    painter.end()
