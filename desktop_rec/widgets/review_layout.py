"""Where the parts of a reviewed title lie in its row: what the file says, what it is here, and what can be done.

Beside the street; plain geometry shared by painting and by the pointer.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics

from desktop_rec.item_models.review_rows import Act

_GAP = 8
_ARROW = 28
_WIDEST_ACTS = 0.42
_SAID = 0.43
"""The share of what the file says; the catalogue's titles are longer, with all their names."""
_BOLD = 1.12


@dataclass(frozen=True)
class ReviewLayout:
    """The places of all parts of one row. `acts` are aligned with the acts of the row."""

    said: QRect
    rating: QRect
    arrow: QRect
    cover: QRect
    found: QRect
    why: QRect
    acts: tuple[QRect, ...]

    def act_at(self, place: QPoint) -> int | None:
        """Which act lies under a place, as its number in the row."""
        return next((number for number, area in enumerate(self.acts) if area.contains(place)), None)


def row_height(metrics: QFontMetrics) -> int:
    return max(50, 2 * metrics.height() + 18)


def lay_out_review(
    area: QRect, metrics: QFontMetrics, acts: tuple[Act, ...], reserved: tuple[Act, ...]
) -> ReviewLayout:
    """Place the parts of one row. `reserved` are the acts of the widest row, so that columns stand under each other."""
    inner = area.adjusted(2 * _GAP, 0, -2 * _GAP, 0)
    widths = [_act_width(metrics, act) for act in acts]
    room = min(sum(_act_width(metrics, act) for act in reserved), int(inner.width() * _WIDEST_ACTS))
    line = metrics.height()
    top = area.top() + (area.height() - 2 * line - 4) // 2
    texts = inner.width() - room - _GAP
    half = int((texts - _ARROW) * _SAID)
    said = QRect(inner.left(), top, half - _GAP, line)
    arrow = QRect(inner.left() + half, top, _ARROW, line)
    cover_height = min(area.height() - 10, 42)
    cover = QRect(
        arrow.right() + 1, area.top() + (area.height() - cover_height) // 2, cover_height * 2 // 3, cover_height
    )
    left = cover.right() + 1 + _GAP
    found = QRect(left, top, inner.left() + texts - left, line)
    placed, at = [], inner.right() - room + 1
    for width in widths:
        placed.append(QRect(at, area.center().y() - line // 2 - 5, width, line + 10))
        at += width
    return ReviewLayout(
        said, said.translated(0, line + 4), arrow, cover, found, found.translated(0, line + 4), tuple(placed)
    )


def _act_width(metrics: QFontMetrics, act: Act) -> int:
    words = f"✓ {act.value}" if act in (Act.MINE, Act.THEIRS) else act.value
    return round(metrics.horizontalAdvance(words) * _BOLD) + 2 * _GAP
