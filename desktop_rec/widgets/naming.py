"""Gives a control its three names in one line, so that none is forgotten.

A part of views: the object name (for tests and the tour), the accessible name (for screen readers), the tooltip.
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QPushButton, QWidget

Control = TypeVar("Control", bound=QWidget)


def named(control: Control, object_name: str, accessible_name: str, tooltip: str = "") -> Control:
    """The control itself, named. Without a tooltip of its own it shows the accessible name."""
    control.setObjectName(object_name)
    control.setAccessibleName(accessible_name)
    control.setToolTip(tooltip or accessible_name)
    return control


def button(words: str, object_name: str, tooltip: str, *, role: str = "") -> QPushButton:
    """A push button with its words, its names and its role in the style sheet."""
    made = named(QPushButton(words), object_name, words, tooltip)
    if role:
        made.setProperty("role", role)
    return made
