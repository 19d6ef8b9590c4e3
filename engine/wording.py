"""Sentences that other languages can have: one way to make them, over the standard library's gettext.

`said("{title} is like {other}", title=..., other=...)` looks the words up as they stand, braces and all, and puts the
values in. `counted` does so where a number decides the form. The language is the system's (LANGUAGE, LC_ALL,
LC_MESSAGES, LANG), as far as there is a catalogue under `resources/locale`; else the words stay as they are. It is
chosen once, with the first sentence, so that words in tables and constants are of the same language as all else.

`messages_in` finds the sentences of a source file, from which `write_template` makes what translators start from:

    python -m engine.wording desktop_rec engine > desktop_rec.pot
"""

from __future__ import annotations

import ast
import gettext
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.text import format_count

DOMAIN = "desktop_rec"
_MODULE = "engine.wording"
_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "locale"
_SAID, _COUNTED = "said", "counted"


def said(sentence: str, **values: object) -> str:
    """A sentence in the language of the system, its values put in.

    >>> said("{titles} titles, {state}", titles=3, state="all seen")
    '3 titles, all seen'
    """
    words = catalogue().gettext(sentence)
    return words.format(**values) if values else words


def counted(singular: str, plural: str, count: int, **values: object) -> str:
    """A sentence in the form that a number wants; `{count}` in it is the number as people write it.

    >>> counted("{count} film", "{count} films", 1), counted("{count} film", "{count} films", 12480)
    ('1 film', '12,480 films')
    """
    words = catalogue().ngettext(singular, plural, count)
    return words.format(count=format_count(count), **values)


@cache
def catalogue() -> gettext.NullTranslations:
    """The catalogue of the system's language, or one that leaves all words as they are."""
    return gettext.translation(DOMAIN, _FOLDER, fallback=True)


@dataclass(frozen=True)
class Message:
    """Words that a catalogue may carry: where they stand, and their form for many where a number decides."""

    singular: str
    plural: str = ""
    line: int = 0

    @property
    def fields(self) -> frozenset[str]:
        """The names of the values in it."""
        parts = string.Formatter().parse(self.singular + self.plural)
        return frozenset(name for _, name, _, _ in parts if name)


def messages_in(source: str) -> Iterator[tuple[Message, frozenset[str]]]:
    """Each sentence of a source file, with the names of the values that it is given.

    Raises ValueError for one that is put together while the program runs, as no catalogue can have that.
    """
    tree = ast.parse(source)
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == _MODULE)
    ours = {alias.name for node in imports for alias in node.names} & {_SAID, _COUNTED}
    for call in ast.walk(tree):
        name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
        if not isinstance(call, ast.Call) or name not in ours:
            continue
        words = call.args[: 2 if name == _COUNTED else 1]
        if not all(isinstance(word, ast.Constant) and isinstance(word.value, str) for word in words):
            raise ValueError(f"line {call.lineno}: a sentence is one text, and its values have names")
        texts = [str(word.value) for word in words if isinstance(word, ast.Constant)]
        given = {keyword.arg or "" for keyword in call.keywords} | ({"count"} if name == _COUNTED else set())
        yield Message(texts[0], texts[1] if len(texts) > 1 else "", call.lineno), frozenset(given)


def write_template(folders: Iterable[Path]) -> str:
    """What translators start from: every sentence once, with where it stands, in gettext's .pot form."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        for message, _ in messages_in(path.read_text(encoding="utf-8")):
            found.setdefault((message.singular, message.plural), []).append(f"{path.as_posix()}:{message.line}")
    parts = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
    for (singular, plural), places in found.items():
        form = f"msgid {_quoted(singular)}\n" + (f"msgid_plural {_quoted(plural)}\n" if plural else "")
        parts.append(f"#: {' '.join(places)}\n{form}" + ('msgstr[0] ""\nmsgstr[1] ""\n' if plural else 'msgstr ""\n'))
    return "\n".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    sys.stdout.write(write_template(map(Path, sys.argv[1:])))
