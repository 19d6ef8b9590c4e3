"""Where the parts of a recommended title stand in its row: the same places in every row, whatever it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from desktop_rec.common.row_painting import strong
from desktop_rec.common.stars import StarScale, stars_width

_GAP = 10
_RANK_WIDTH = 38
_ROOMY, _NARROW = 500, 350
_EDGE = 7
BUTTON = 26
STAR = 13
_WIDEST_FIGURE = "4.6 ± 0.6"
_SLACK = 4
_MOST_LETTERS = 400


class RowPart(Enum):
    """What of a row the pointer is on."""

    SAVE = "save"
    REFUSE = "refuse"
    MENU = "menu"
    REST = "rest"


@dataclass(frozen=True)
class RowLayout:
    """The places of one row: the title goes into `text`, what follows it into `below`, which is wider.

    Where `buttons` are painted, on hover and with the focus, `below` ends at `beside_buttons` instead. With little room
    there is one star before the predicted figure; with less the cover and all buttons but the menu go (empty, or
    missing in `buttons`).
    """

    rank: QRect
    cover: QRect
    text: QRect
    below: QRect
    stars: QRect
    buttons: tuple[tuple[RowPart, QRect], ...]
    has_all_stars: bool
    has_uncertainty: bool

    @property
    def beside_buttons(self) -> QRect:
        """What of `below` is left of the buttons."""
        return QRect(self.below.topLeft(), QPoint(self.buttons[0][1].left() - _GAP, self.below.bottom()))

    def part_at(self, place: QPoint) -> RowPart:
        """The button under a place, or REST."""
        return next((part for part, area in self.buttons if area.contains(place)), RowPart.REST)


def row_height(font: QFont) -> int:
    """Room for a title of two lines, what is known of it, and its reason."""
    return max(84, 4 * QFontMetrics(font).height() + 2 * _EDGE)


def lay_out(area: QRect, font: QFont, scale: StarScale, *, predicts: bool) -> RowLayout:
    """Place the parts of one row into its area: rank, cover and text at the left, stars over buttons at the right."""
    metrics = QFontMetrics(font)
    is_narrow, is_roomy = area.width() < _NARROW, area.width() >= _ROOMY
    has_all_stars = is_roomy and scale.count <= 5
    has_uncertainty = not is_narrow
    figure = metrics.horizontalAdvance(_WIDEST_FIGURE if has_uncertainty else "10.0")
    stars_wide = (stars_width(scale, STAR) + 8 if has_all_stars else STAR + 6) + figure if predicts else 0
    shown = (RowPart.MENU,) if is_narrow else (RowPart.SAVE, RowPart.REFUSE, RowPart.MENU)
    right = area.right() - _EDGE
    buttons_left, buttons_top = right - len(shown) * BUTTON + 1, area.bottom() - _EDGE - BUTTON
    buttons = tuple(
        (part, QRect(buttons_left + place * BUTTON, buttons_top, BUTTON, BUTTON)) for place, part in enumerate(shown)
    )
    rank = QRect(area.left() + 4, area.top(), _RANK_WIDTH, area.height())
    height = min(area.height() - 2 * _EDGE, 66)
    cover = QRect(rank.right() + 7, area.top() + (area.height() - height) // 2, height * 2 // 3, height)
    left = rank.right() + 5 if is_narrow else cover.right() + 1 + _GAP
    aside = stars_wide + _GAP if stars_wide else 0
    text = QRect(left, area.top() + _EDGE, right - aside - left, area.height() - 2 * _EDGE)
    below = QRect(left, text.top(), right - left, text.height())
    stars = QRect(right - stars_wide, area.top() + _EDGE, stars_wide, metrics.height())
    return RowLayout(rank, QRect() if is_narrow else cover, text, below, stars, buttons, has_all_stars, has_uncertainty)


def title_lines(title: str, year: int, font: QFont, width: int) -> list[str]:
    """A title in one line, or in two where it does not fit beside its year, which stands behind the last one.

    Titles that differ only at their end still do: of a very long one the middle is cut.
    """
    metrics, plain = QFontMetrics(strong(font)), QFontMetrics(font)
    last_width = width - (plain.horizontalAdvance(f"  {year}") + _SLACK if year else 0)
    whole = " ".join(title.split())
    if metrics.horizontalAdvance(whole) + _SLACK <= last_width:
        return [whole]
    first = _fitting(whole, metrics, width - _SLACK)
    rest = metrics.elidedText(whole[len(first) :].strip(), Qt.TextElideMode.ElideMiddle, last_width)
    return [first.strip(), rest]


def _fitting(text: str, metrics: QFontMetrics, width: int) -> str:
    """As much of the start of a text as fits: whole words, or letters where not even one word does."""
    low, high = 1, min(len(text), _MOST_LETTERS)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if metrics.horizontalAdvance(text[:middle]) <= width else (low, middle - 1)
    if low == len(text):
        return text
    end = low if text[low] == " " else text.rfind(" ", 0, low)
    return text[:end] if end > 0 else text[:low]
