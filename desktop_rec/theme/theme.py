"""Colours, palettes and text roles: the one place that knows how the window looks.

What others use:

    THEME.colours      the Colours in force now (strings "#rrggbb"); THEME.dark says which palette
    THEME.changed      signal: repaint, re-pen plots (connect a named slot; read THEME.colours again)
    apply_theme(app, "system" | "light" | "dark")
    set_role(widget, "title")      a look from the style sheet, by name:
        QLabel:      "title" "heading" "weak" "figure" (a big number) "caption" "caption-warning" "positive" "negative"
                     "warning"
        QPushButton: "primary" (one a view) "quiet" (no border) "small" "link"; no role = an ordinary button
        QFrame:      "card" (raised, rounded) "panel" (the left column of a view) "line" (a rule, 1 px high)
        QWidget:     "page" (the plain background), "raised" (that of a card)
    series_colour(n)   the colour of the n-th of several runs that are drawn together
    number_font(font)  the same font with figures of equal width, for columns of numbers
    contrast(a, b)     WCAG contrast ratio of two colours, 1 to 21
    GRID = 8           distances are multiples of it
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop_rec.theme.colours import DARK, LIGHT, Colours
from desktop_rec.theme.stylesheet import style_sheet

GRID = 8
CHOICES = ("system", "light", "dark")


def colours(dark: bool) -> Colours:
    """The palette for a dark or a light window."""
    return DARK if dark else LIGHT


def series_colour(place: int | None) -> str:
    """The colour of a run by its number, in the palette in force; they come again after eight. None: a baseline."""
    now = THEME.colours
    return now.raw if place is None else now.series[place % len(now.series)]


def palette(dark: bool) -> QPalette:
    """The same palette in Qt's roles, so that Fusion draws its own controls with it."""
    now = colours(dark)
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: now.surface,
        roles.WindowText: now.text,
        roles.Base: now.raised,
        roles.AlternateBase: now.surface,
        roles.Text: now.text,
        roles.Button: now.raised,
        roles.ButtonText: now.text,
        roles.BrightText: now.negative,
        roles.ToolTipBase: now.raised,
        roles.ToolTipText: now.text,
        roles.PlaceholderText: now.text_weak,
        roles.Highlight: now.accent,
        roles.HighlightedText: now.on_accent,
        roles.Accent: now.accent,
        roles.Link: now.accent,
        roles.LinkVisited: now.accent,
        roles.Light: now.raised,
        roles.Midlight: now.line,
        roles.Mid: now.line,
        roles.Dark: now.raw,
        roles.Shadow: now.line,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(now.raw))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(now.line))
    return made


class Theme(QObject):
    """The palette in force. There is one, THEME; it follows the system until somebody chooses."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = "system"
        self.dark = False
        self._follows = False

    @property
    def colours(self) -> Colours:
        return colours(self.dark)

    def choose(self, app: QApplication, choice: str) -> None:
        """Use "light", "dark" or what the system uses, now and (for "system") whenever that changes."""
        self.choice = choice if choice in CHOICES else "system"
        hints = app.styleHints()
        if not self._follows:
            hints.colorSchemeChanged.connect(self._follow_system)
            self._follows = True
        if self.choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if self.choice == "dark" else Qt.ColorScheme.Light)
        self._put_on(app)

    def _follow_system(self) -> None:
        app = QApplication.instance()
        if self.choice == "system" and isinstance(app, QApplication):
            self._put_on(app)

    def _put_on(self, app: QApplication) -> None:
        system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.dark = self.choice == "dark" or (self.choice == "system" and system_is_dark)
        app.setStyle("Fusion")
        app.setPalette(palette(self.dark))
        app.setStyleSheet(style_sheet(self.colours, points_of(app.font()), dark=self.dark))
        self.changed.emit()


THEME = Theme()


def apply_theme(app: QApplication, choice: str) -> None:
    """Dress the application: "system", "light" or "dark"."""
    THEME.choose(app, choice)


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget a look by its name (see the top of this file); may be called again, and costs only with another."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def number_font(font: QFont) -> QFont:
    """A copy of a font whose figures have equal width."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def points_of(font: QFont) -> float:
    """The size of a font in points, also of one whose size is given in pixels (Qt says -1 for its points)."""
    return font.pointSizeF() if font.pointSizeF() > 0 else QFontInfo(font).pointSizeF()


def scaled_font(font: QFont, factor: float) -> QFont:
    """A copy of a font in another size."""
    made = QFont(font)
    made.setPointSizeF(points_of(font) * factor)
    return made


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours after WCAG 2.1: 1 (equal) to 21 (black on white)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    made = QColor(colour)
    return 0.2126 * linear(made.redF()) + 0.7152 * linear(made.greenF()) + 0.0722 * linear(made.blueF())
