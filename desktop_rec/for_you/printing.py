"""A page as it is saved, on paper or as PDF."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrinter


def print_page(html: str, printer: QPrinter) -> None:
    """Print a page of HTML that this program wrote (what is in it of files is escaped)."""
    document = QTextDocument()
    document.setHtml(html)
    document.print_(printer)
