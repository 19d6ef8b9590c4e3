"""Text that comes from files is shown as it is: labels that read no markup, tooltips, and words in colours.

Left alone, Qt guesses whether a text is HTML, and opens the files and addresses that it finds in it. So every label is
a `PlainLabel`, every tooltip goes through `set_tip` or `plain_tip`, and the few texts in several colours are put
together by `markup` from words that are escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import QLabel, QWidget

from desktop_rec.common.keys import native_keys


class PlainLabel(QLabel):
    """The label of this program: what it shows is never read as HTML."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


@dataclass(frozen=True)
class Coloured:
    """Words in a colour such as "#5146d0"."""

    words: str
    colour: str


Words = str | Coloured


def markup(*parts: Words) -> str:
    """Parts one after another as HTML, whose only tags are the colours."""
    return "".join(
        f'<span style="color: {part.colour}">{escape(part.words)}</span>'
        if isinstance(part, Coloured)
        else escape(part)
        for part in parts
    )


class ColouredLabel(QLabel):
    """A label in several colours."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)

    def show_parts(self, *parts: Words) -> None:
        """Show the parts one after another."""
        self.setText(markup(*parts))


def plain_tip(text: str) -> str:
    """A text as tooltips want it: what Qt would read as HTML is escaped, all else stays."""
    if not QtText.mightBeRichText(text):
        return text
    return QtText.convertFromPlainText(text, QtText.WhiteSpaceMode.WhiteSpaceNormal)


def set_tip(control: QWidget | QAction, text: str) -> None:
    """Give a control its tooltip, its keys as this system writes them."""
    control.setToolTip(plain_tip(native_keys(text)))


def button_text(words: str) -> str:
    """Words as buttons and menus want them: an ampersand is one, not the sign of a shortcut."""
    return words.replace("&", "&&")


def tip_markup(control: QWidget) -> str:
    """A control's tooltip as a paragraph of HTML, "" where it has none."""
    tip = control.toolTip()
    return tip if not tip or QtText.mightBeRichText(tip) else f"<p>{escape(tip)}</p>"
