"""formats: which layouts of files are known, and what they are. Works without torch."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.answer import Answer
from engine.commands.driving import Driver
from engine.commands.wording import table
from engine.data.formats import LAYOUTS, Layout


def list_formats(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """All declared layouts: those of many people's ratings first, then one person's exports."""
    known = {one.name: one for one in reversed(LAYOUTS)}
    layouts = [one for one in LAYOUTS if known.get(one.name) is one]
    rows = [[one.name, _whose(one), _scale_words(one), one.about] for one in layouts]
    text = table(("layout", "whose", "scale", "what it is"), rows)
    last = "Any other table of people, titles and ratings can be imported; say its columns with --columns."
    return Answer({"formats": [_document(one) for one in layouts]}, f"{text}\n{last}")


def _whose(layout: Layout) -> str:
    return "one person" if layout.personal else "many people"


def _scale_words(layout: Layout) -> str:
    return f"{layout.scale[0]:g} to {layout.scale[1]:g}" if layout.scale else "as found"


def _document(layout: Layout) -> dict[str, Any]:
    scale = dict(zip(("low", "high", "step"), layout.scale, strict=True)) if layout.scale else None
    return {
        "name": layout.name,
        "personal": layout.personal,
        "service": layout.service or None,
        "scale": scale,
        "about": layout.about,
    }
