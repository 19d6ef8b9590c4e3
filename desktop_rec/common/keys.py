"""Keys as the system writes them: Ctrl+Z, and ⌘Z on macOS."""

from __future__ import annotations

import re
import sys

_KEYS = re.compile(r"\b(?:(?:Ctrl|Shift|Alt)\+)+[A-Z0-9][a-z0-9]*\b")
_SIGNS = {"Ctrl": "⌘", "Shift": "⇧", "Alt": "⌥"}
_ORDER = "⌥⇧⌘"
"""In which order macOS writes them."""


def native_keys(sentence: str, *, platform: str = sys.platform) -> str:
    """A sentence whose keys are written as people see them in this system's menus.

    >>> native_keys("Throw the run away (Ctrl+Z brings it back)", platform="darwin")
    'Throw the run away (⌘Z brings it back)'
    """
    return _KEYS.sub(lambda found: _of_mac(found.group()), sentence) if platform == "darwin" else sentence


def _of_mac(keys: str) -> str:
    *held, key = keys.split("+")
    return "".join(sorted((_SIGNS[name] for name in held), key=_ORDER.index)) + key
