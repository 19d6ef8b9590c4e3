"""Sentences that other languages can have: one way to make them, over the standard library's gettext.

`said("{title} is like {other}", title=..., other=...)` looks the words up as they stand, braces and all, and puts the
values in. `counted` does so where a number decides the form. The language is the system's (LANGUAGE, LC_ALL,
LC_MESSAGES, LANG), as far as there is a catalogue under `resources/locale`; else the words stay as they are. It is
chosen once, with the first sentence, so that words in tables and constants are of the same language as all else.

Words that are stored, such as the notes of an import, are stored as what they are made of (`coded`), and are said
anew when they are read (`decoded`): an old run speaks the language of now. Texts without such a code stay as they are.

A noun that is a value, such as what a data set's titles are called, is declared with `nouns`; `plural`, `plural_of` and
`singular_of` look it up, also one that `singular_of` has said (`Catalogue.noun`), which stands in sentences as it is.

`messages_in` finds the sentences of a source file, from which `write_template` makes what translators start from:

    python -m engine.wording desktop_rec engine > desktop_rec.pot
"""

from __future__ import annotations

import ast
import gettext
import json
import string
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOMAIN = "desktop_rec"
_MODULES = ("engine.wording", "engine.text")
_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "locale"
MARK = "said:"
_SAID, _COUNTED, _NOUNS, _PLURAL, _PLURAL_OF = "said", "counted", "nouns", "plural", "plural_of"
_PLURALS = {"series": "series", "anime": "anime", "manga": "manga", "person": "people", "epoch": "epochs"}


class Said(str):
    """Words that know how they were made, so that they can be stored without being of one language.

    `code` holds what was looked up, with its values. Whatever is done with the words gives plain text, so what is to be
    stored is put together by `joined`, or is a value of another sentence.
    """

    code: Mapping[str, Any]

    @property
    def values(self) -> Mapping[str, object]:
        """The values that were put in."""
        found: Mapping[str, object] = self.code.get("values", {})
        return found

    def __new__(cls, words: str, code: Mapping[str, Any] | None = None) -> Said:
        made = super().__new__(cls, words)
        made.code = code or {"says": words}
        return made


def said(sentence: str, /, **values: object) -> str:
    """A sentence in the language of the system, its values put in.

    >>> said("{titles} titles, {state}", titles=3, state="all seen")
    '3 titles, all seen'
    """
    words = catalogue().gettext(sentence)
    return Said(_filled(words, sentence, values) if values else words, {"says": sentence, "values": values})


def counted(one: str, many: str, count: int, /, **values: object) -> str:
    """A sentence in the form that a number wants; `{count}` in it is the number as people write it.

    >>> counted("{count} film", "{count} films", 1), counted("{count} film", "{count} films", 12480)
    ('1 film', '12,480 films')
    """
    words = catalogue().ngettext(one, many, count)
    filled = _filled(words, one if count == 1 else many, {"count": format_count(count), **values})
    return Said(filled, {"says": one, "many": many, "count": count, "values": values})


def joined(*parts: str) -> str:
    """Sentences one after another, those that say nothing left out.

    >>> joined("It is there.", "", "Open it.")
    'It is there. Open it.'
    """
    full = tuple(part for part in parts if part)
    return Said(" ".join(full), {"parts": full})


def in_english(words: str) -> str:
    """What words that were `said` are without a catalogue: the same in every language. Others stay as they are.

    >>> in_english(said("{count} of {titles}", count=3, titles=plural_of("film")))
    '3 of films'
    """
    if not isinstance(words, Said):
        return words
    code = words.code
    if "parts" in code:
        return " ".join(map(in_english, code["parts"]))
    if "noun" in code:
        singular, several, none = _forms(code["noun"])
        words = {0: none, 1: singular}.get(code["count"], several)
        return words.replace("{count}", format_count(code["count"]))
    values = {name: in_english(of) if isinstance(of, str) else of for name, of in code.get("values", {}).items()}
    if "many" in code:
        words, values = code["says" if code["count"] == 1 else "many"], {"count": format_count(code["count"]), **values}
        return str(words.format(**values))
    return str(code["says"].format(**values) if values else code["says"])


def _filled(words: str, english: str, values: Mapping[str, object]) -> str:
    """A sentence with its values; the English one where a catalogue's has other names for them, or is damaged."""
    try:
        return words.format(**values)
    except (KeyError, IndexError, ValueError, AttributeError):
        return english.format(**values)


def format_count(count: float) -> str:
    """A count with its thousands apart.

    >>> format_count(12480)
    '12,480'
    """
    return f"{count:,.0f}"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    >>> [plural(count, "rating") for count in (0, 1, 12480)]
    ['no ratings', '1 rating', '12,480 ratings']
    """
    noun = in_english(noun)
    singular, several, none = _forms(noun)
    words = catalogue().ngettext(singular, several, count) if count else catalogue().gettext(none)
    return Said(words.replace("{count}", format_count(count)), {"noun": noun, "count": count})


def plural_of(noun: str) -> str:
    """The word for several.

    >>> [plural_of(noun) for noun in ("film", "story", "series", "match", "epoch", "person")]
    ['films', 'stories', 'series', 'matches', 'epochs', 'people']
    """
    several = _several(in_english(noun))
    return Said(catalogue().gettext(several), {"says": several})


def singular_of(noun: str) -> str:
    """The word for one: a noun of this program in the language of the system.

    >>> singular_of("film")
    'film'
    """
    return Said(catalogue().gettext(in_english(noun)), {"says": in_english(noun)})


def nouns(*words: str) -> tuple[str, ...]:
    """These nouns as they are, for `plural`, `plural_of` and `singular_of`: so a catalogue gets all of their forms.

    >>> nouns("film", "book")
    ('film', 'book')
    """
    return words


def _several(noun: str) -> str:
    if noun.lower() in _PLURALS:
        return _PLURALS[noun.lower()]
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def _forms(noun: str) -> tuple[str, str, str]:
    """What is looked up for a count of a noun: one, several, none."""
    several = _several(noun)
    return f"{{count}} {noun}", f"{{count}} {several}", f"no {several}"


def coded(value: Any) -> Any:
    """A value to be stored as JSON or as text: words that were `said` become what they are made of.

    >>> coded(["Alien", said("seen by {people}", people=plural(3, "person"))])
    ['Alien', 'said:{"says": "seen by {people}", "values": {"people": {"noun": "person", "count": 3}}}']
    """
    if isinstance(value, Said):
        return MARK + json.dumps(_plain(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        return {coded(key): coded(of) for key, of in value.items()}
    return [coded(member) for member in value] if isinstance(value, list | tuple) else value


def decoded(value: Any) -> Any:
    """What `coded` gave, in the language of now. Texts of before, and all others, stay as they are.

    >>> decoded({"notes": coded([said("seen by {people}", people="Anna")]), "name": "Ben"})
    {'notes': ['seen by Anna'], 'name': 'Ben'}
    """
    if isinstance(value, str):
        return _said_again(value) if value.startswith(MARK) else value
    if isinstance(value, dict):
        return {decoded(key): decoded(of) for key, of in value.items()}
    return type(value)(map(decoded, value)) if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    if isinstance(value, Said):
        return {name: _plain(part) for name, part in value.code.items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    item = getattr(value, "item", None)  # a number of numpy
    number = item() if callable(item) else value
    return number if number is None or isinstance(number, str | int | float) else str(number)


def _said_again(text: str) -> str:
    try:
        code = json.loads(text.removeprefix(MARK))
        return _again(code) if isinstance(code, dict) else text
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return text


def _again(code: Any) -> str:
    """Words from what they are made of. Raises what a damaged code raises."""
    if isinstance(code, str):
        return code
    if "parts" in code:
        return joined(*map(_again, code["parts"]))
    if "noun" in code:
        return plural(int(code["count"]), code["noun"])
    values = {name: _again(of) if isinstance(of, dict) else of for name, of in code.get("values", {}).items()}
    if not isinstance(code["says"], str):
        raise TypeError("a sentence is a text")
    if "many" in code:
        return counted(code["says"], code["many"], int(code["count"]), **values)
    return said(code["says"], **values)


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
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in _MODULES)
    ours = {alias.name for node in imports for alias in node.names}
    for call in ast.walk(tree):
        name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
        if not isinstance(call, ast.Call) or name not in ours:
            continue
        if name in (_SAID, _COUNTED):
            yield _sentence(call, texts=2 if name == _COUNTED else 1)
        elif name in (_NOUNS, _PLURAL, _PLURAL_OF):
            words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            yield from ((message, frozenset()) for word in words for message in _noun_messages(word, call.lineno))


def _sentence(call: ast.Call, *, texts: int) -> tuple[Message, frozenset[str]]:
    words = call.args[:texts]
    if not all(isinstance(word, ast.Constant) and isinstance(word.value, str) for word in words):
        raise ValueError(f"line {call.lineno}: a sentence is one text, and its values have names")
    found = [str(word.value) for word in words if isinstance(word, ast.Constant)]
    given = {keyword.arg or "" for keyword in call.keywords} | ({"count"} if texts > 1 else set())
    return Message(found[0], found[1] if texts > 1 else "", call.lineno), frozenset(given)


def _noun_messages(noun: str, line: int) -> Iterator[Message]:
    one, several, none = _forms(noun)
    yield Message(one, several, line)
    yield from (Message(word, "", line) for word in (none, noun, _several(noun)))


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
