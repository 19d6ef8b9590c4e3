"""All the names that one title goes by: its own, what stands in parentheses behind it, and its parts.

Stands between keys.py and the index of a catalogue. "Seven (a.k.a. Se7en)" has two names; "Star Wars: Episode IV - A
New Hope" has one, and parts that others call it by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.data.matching.keys import joined, key_of, literal_of, without_article, words_of

_PARTS = frozenset({"part", "pt", "vol", "volume", "chapter", "episode", "season", "book"})
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_AT_END = re.compile(r"(?:\s*[(\[][^()\[\]]*[)\]])*\s*$")
_AKA = re.compile(r"\ba\.?k\.?a\b\.?:?\s*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"^(?:tv|v|vg|video|short|film|movie|music|specials?|mini-?series|"
    r"tv (?:series|movie|mini-?series|special)|ova|ona|imax|3-?d|"
    r"(?:the )?(?:director's|final|extended|uncut|restored) (?:cut|version|edition)|(?:the )?original version|"
    r"english dub|dubbed|subtitled|re-?release|(?:19|20)\d\d(?:[-–]\d*)?)$",
    re.IGNORECASE,
)
_PLACE_IN_SERIES = re.compile(r"#\s*\d")
_SEPARATOR = re.compile(r"\s*(?::\s|\s[-–—]\s|[,;]?\s+or:?\s+(?=[A-Z])|;\s|\s/\s)\s*")
_MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Name:
    """One name. `key` and `bare_key` (no article) are what is compared, `words` the bare one's words.

    `other`: not the title itself, but what stands in parentheses or what else it is called.
    """

    text: str
    words: tuple[str, ...]
    key: str
    bare_key: str
    other: bool = False

    @property
    def spaced(self) -> str:
        """The words as one text, or the signs of a name without words: what is compared where keys differ."""
        return " ".join(self.words) or self.key

    @property
    def literal(self) -> str:
        return literal_of(self.text)

    @property
    def has_article(self) -> bool:
        return self.key != self.bare_key

    @property
    def is_number(self) -> bool:
        return all(word.isdecimal() for word in self.words)

    @property
    def is_written_in_digits(self) -> bool:
        return not any(one.isalpha() for one in self.text)


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning (`leads`) or end of a title with a subtitle. `words` are without an article."""

    words: tuple[str, ...]
    key: str
    leads: bool


def names_of(title: str, others: Iterable[str] = ()) -> tuple[Name, ...]:
    """The names of a title, its own first; none where it is empty. `others` are further names it goes by."""
    found: dict[tuple[str, str], Name] = {}
    for text, other in _texts(title, others):
        name = _name(text, other=other)
        if name is not None and len(found) < _MOST_NAMES:
            found.setdefault((name.key, name.bare_key), name)
    return tuple(found.values())


def parts_of(title: str) -> tuple[Part, ...]:
    """The beginnings and ends of a title at its colons and dashes; none where it has no subtitle."""
    main = _without_parentheses(title)
    breaks = list(_SEPARATOR.finditer(main))[:4] if _SEPARATOR.search(main) else []
    parts: dict[tuple[str, bool], Part] = {}
    for one in breaks:
        for text, leads in ((main[: one.start()], True), (main[one.end() :], False)):
            words = without_article(text, words_of(text))
            key = joined(words)
            if key:
                parts.setdefault((key, leads), Part(words, key, leads))
    return tuple(parts.values())


def _texts(title: str, others: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Every text that is a name, and whether it is another name than the title's own."""
    yield _AKA.sub("", title) if "(" in title else title, False
    main = _without_parentheses(title)
    if main and main != title:
        inner = [one.strip() for one in _PARENTHESES.findall(title)]
        if not any(_says_part(one) for one in inner):
            yield main, False
        for one in _PARENTHESES.findall(_AT_END.search(title).group()):  # type: ignore[union-attr]
            for text in _split_up(one.strip()):
                yield text, True
    for other in others:
        yield other, True


def _split_up(inner: str) -> Iterator[str]:
    """The names within one pair of parentheses: "a.k.a. All I Wanna Do, The Hairy Bird" is one, or two."""
    if not _is_name(inner):
        return
    for text in _AKA.split(inner):
        whole = text.strip(" ,;/")
        if not whole:
            continue
        yield whole
        pieces = whole.split("/")
        if _AKA.search(inner) and len(pieces) == 1:
            pieces = whole.split(", ")
        if len(pieces) > 1 and all(len(words_of(piece)) > 1 for piece in pieces):
            yield from pieces


def _is_name(inner: str) -> bool:
    return bool(words_of(inner)) and not (_NO_NAME.match(inner) or _PLACE_IN_SERIES.search(inner) or _says_part(inner))


def _says_part(inner: str) -> bool:
    """Whether parentheses say which part it is ("Part 2", "500") and so belong to the title."""
    words = words_of(inner)
    return len(words) in (1, 2) and words[-1].isdecimal() and (len(words) == 1 or words[0] in _PARTS)


def _without_parentheses(title: str) -> str:
    return " ".join(_PARENTHESES.sub(" ", title).split()) if "(" in title or "[" in title else title


def _name(text: str, *, other: bool) -> Name | None:
    words = words_of(text)
    key = key_of(text, words)
    if not key:
        return None
    bare = without_article(text, words)
    return Name(text, bare, key, joined(bare) or key, other)
