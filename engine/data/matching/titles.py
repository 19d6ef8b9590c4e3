"""All the names that a title goes by, and their words in the form in which they are compared.

"Seven (a.k.a. Se7en)" has two names; "Star Wars: Episode IV - A New Hope" has one with parts. Accents, case, signs,
articles and the way a number is written ("Part II", "part two", "2") do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_NAME_PARTS = frozenset({"part", "pt", "vol", "volume", "chapter", "episode", "season", "book"})
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_PARENTHESES_AT_END = re.compile(r"(?:\s*[(\[][^()\[\]]*[)\]])*\s*$")
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

_ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "il", "lo", "gli", "el", "los", "las", "der", "das", "une"})
"""Articles that may be missing in front. "Die", "I", "O" and "As" are left: they are English words too."""
_ARTICLES_AT_END = (
    *_ARTICLES,
    *("l'", "l’", "un", "des", "i", "uno", "una", "os", "as", "o", "um", "uma", "die", "ein", "eine", "de", "het"),
    *("een", "den", "det", "en", "ett", "ei", "et"),
)

_AT_END = re.compile(rf"^(.+),\s*({'|'.join(sorted(_ARTICLES_AT_END))})\s*$", re.IGNORECASE | re.DOTALL)
_ELIDED = re.compile(r"^[lL]['’´`]\s*(?=\S)")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
_BETWEEN_OTHERS = re.compile(r"(?<!\d) | (?!\d)")
_PLAIN_WORDS = re.compile(r"[a-z0-9]+")
_FRACTIONS = {"½": " 1 2 ", "¼": " 1 4 ", "¾": " 3 4 ", "⅓": " 1 3 ", "⅔": " 2 3 "}
_SIGNS = str.maketrans(
    {
        **_FRACTIONS,
        **{sign: f" {number} " for number, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        **dict.fromkeys("'’‘`´ʼʻ", ""),
        "&": " and ",
        "+": " and ",
        "@": " at ",
        "×": " x ",
        "_": " ",
    }
)
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ĸ": "k"}
)
_VOICED_KANA = frozenset("\u3099\u309a")
_SAME_WORDS = {
    "doctor": "dr",
    "mister": "mr",
    "missus": "mrs",
    "saint": "st",
    "street": "st",
    "versus": "vs",
    "boulevard": "blvd",
    "junior": "jr",
    "mount": "mt",
}

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth"),
)
_ROMANS = (
    *("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii"),
    *("xviii", "xix", "xx"),
)

_WORTH = {word: number for number, word in enumerate(_SMALL)}
_TENS_WORTH = {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_ORDINAL_WORDS = dict(zip(_ORDINALS, ["1st", "2nd", "3rd", *(f"{number}th" for number in range(4, 15))], strict=True))
_ROMAN_WORDS = {word: str(number) for number, word in enumerate(_ROMANS, start=2) if len(word) > 1}
_NUMBER_WORDS = frozenset({*_WORTH, *_TENS_WORTH, *_ORDINAL_WORDS, *_ROMAN_WORDS})
_PARTS = frozenset({"part", "pt", "parts", "episode", "ep", "volume", "vol", "chapter"})

_LONE_LETTER = {"i": "1", "v": "5", "x": "10"}
_LONE_ROMAN = re.compile(r"(?<=[^\W_]{2} )([ivx])(?=\s*(?:[:;,(]|\s[-–—]\s|$))")
_ROMAN_OF_A_PART = re.compile(r"\b(part|pt\.?|episode|ep\.?|volume|vol\.?|chapter) ([ivx])\b")
_LONE = re.compile(r" [ivx](?!\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Name:
    """One name: `key`, `bare_key` (no article) and its `words`. `is_alias`: another name beside the title."""

    text: str
    words: tuple[str, ...]
    key: str
    bare_key: str
    is_alias: bool = False

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
        return not any(sign.isalpha() for sign in self.text)


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning (`leads`) or end of a title with a subtitle. `words` are without an article."""

    words: tuple[str, ...]
    key: str
    leads: bool


def names_of(title: str, others: Iterable[str] = ()) -> tuple[Name, ...]:
    """The names of a title, its own first; none where it is empty. `others` are further names it goes by."""
    found: dict[tuple[str, str], Name] = {}
    for text, is_alias in _texts(title, others):
        name = _name(text, is_alias=is_alias)
        if name is not None and len(found) < _MOST_NAMES:
            found.setdefault((name.key, name.bare_key), name)
    return tuple(found.values())


def parts_of(title: str) -> tuple[Part, ...]:
    """The beginnings and ends of a title at its colons and dashes; none where it has no subtitle."""
    main = _without_parentheses(title)
    breaks = list(_SEPARATOR.finditer(main))[:4] if _SEPARATOR.search(main) else []
    parts: dict[tuple[str, bool], Part] = {}
    for separator in breaks:
        for text, leads in ((main[: separator.start()], True), (main[separator.end() :], False)):
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
        if not any(_says_part(inner.strip()) for inner in _PARENTHESES.findall(title)):
            yield main, False
        for inner in _PARENTHESES.findall(_PARENTHESES_AT_END.findall(title)[0]):
            yield from ((text, True) for text in _split_up(inner.strip()))
    yield from ((alias, True) for alias in others)


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
    return len(words) in (1, 2) and words[-1].isdecimal() and (len(words) == 1 or words[0] in _NAME_PARTS)


def _without_parentheses(title: str) -> str:
    return " ".join(_PARENTHESES.sub(" ", title).split()) if "(" in title or "[" in title else title


def _name(text: str, *, is_alias: bool) -> Name | None:
    words = words_of(text)
    key = key_of(text, words)
    if not key:
        return None
    bare = without_article(text, words)
    return Name(text, bare, key, joined(bare) or key, is_alias)


def words_of(title: str) -> tuple[str, ...]:
    """The words of a title in the form in which they are compared; none where it has neither letters nor digits."""
    text = turned_round(title).casefold().translate(_SIGNS)
    if "." in text:
        text = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)
    text = with_lone_romans_read(_THOUSANDS.sub("", " ".join(text.split())))
    words = _PLAIN_WORDS.findall(text) if text.isascii() else _without_accents(text).split()
    return tuple(numbers_read([_SAME_WORDS.get(word, word) for word in words]))


def key_of(title: str, words: Sequence[str]) -> str:
    """What two equal titles share: the words in one, or the signs themselves of a title that has only signs."""
    return joined(words) or "".join(title.casefold().split())


def joined(words: Sequence[str]) -> str:
    """The words without spaces, but for those between numbers: "8 1/2" is not 812."""
    text = "".join(words)
    return text if text.isalpha() else _BETWEEN_OTHERS.sub("", " ".join(words))


def without_article(title: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without an article in front (in the languages where it cannot be another word)."""
    if len(words) > 1 and words[0] in _ARTICLES:
        return words[1:]
    elided = _ELIDED.sub("", turned_round(title), count=1) if words and words[0].startswith("l") else title
    return words if elided == title else words_of(elided) or words


def without_articles(words: Sequence[str]) -> tuple[str, ...]:
    """The words without any English article, wherever it stands."""
    return tuple(word for word in words if word not in ("the", "a", "an"))


def turned_round(title: str) -> str:
    """ "Matrix, The" -> "The Matrix", in many languages; other titles as they are."""
    found = _AT_END.match(title) if "," in title else None
    if found is None:
        return title
    rest, article = found.groups()
    return article + rest if article[-1] in "'’" else f"{article} {rest}"


def literal_of(title: str) -> str:
    """A title with all its signs, only case and spaces made even: tells namesakes apart that differ by a sign."""
    return " ".join(unicodedata.normalize("NFKC", turned_round(title)).casefold().split())


def _without_accents(text: str) -> str:
    """Accents off, other signs as spaces; marks that make another syllable (kana, vowel signs) stay."""
    kept: list[str] = []
    for sign in unicodedata.normalize("NFKD", text.translate(_LETTERS)):
        kind = unicodedata.category(sign)
        if kind == "Cf" or "\ufe00" <= sign <= "\ufe0f" or (unicodedata.combining(sign) and sign not in _VOICED_KANA):
            continue
        kept.append(sign if kind[0] in "LNM" else " ")
    return "".join(kept).casefold()


def with_lone_romans_read(text: str) -> str:
    """I, V and X as digits where they can only be numbers: at the end of a title or of its first half."""
    if not _LONE.search(text):
        return text
    text = _ROMAN_OF_A_PART.sub(lambda found: f"{found.group(1)} {_LONE_LETTER[found.group(2)]}", text)
    return _LONE_ROMAN.sub(lambda found: _LONE_LETTER[found.group(1)], text)


def numbers_read(words: Sequence[str]) -> list[str]:
    """The words with every number as digits, and without "part", "episode" and the like before a number."""
    if _NUMBER_WORDS.isdisjoint(words) and not any(word.isdecimal() for word in words):
        return list(words)
    read: list[str] = []
    place = 0
    while place < len(words):
        worth, length = _spelt_out(words, place)
        word = str(worth) if length else _ORDINAL_WORDS.get(words[place]) or _ROMAN_WORDS.get(words[place])
        word = word or words[place]
        if word.isdecimal() and len(read) > 1 and read[-1] in _PARTS:
            read.pop()
        read.append(word)
        place += length or 1
    return read


def numbers_in(words: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(digits) for word in words for digits in re.findall(r"[0-9]+", word)[:20] if len(digits) < 19)


def _spelt_out(words: Sequence[str], place: int) -> tuple[int, int]:
    """The number that begins at a place, and how many words it takes (0: none begins there)."""
    worth, length = _below_hundred(words, place)
    if not length or place + length >= len(words) or words[place + length] != "hundred":
        return worth, length
    worth, length = worth * 100, length + 1
    joint = 1 if place + length < len(words) and words[place + length] == "and" else 0
    rest, more = _below_hundred(words, place + length + joint)
    return (worth + rest, length + joint + more) if more else (worth, length)


def _below_hundred(words: Sequence[str], place: int) -> tuple[int, int]:
    if place >= len(words):
        return 0, 0
    if words[place] in _WORTH:
        return _WORTH[words[place]], 1
    if words[place] not in _TENS_WORTH:
        return 0, 0
    unit = _WORTH.get(words[place + 1], 0) if place + 1 < len(words) else 0
    return (_TENS_WORTH[words[place]] + unit, 2) if 0 < unit < 10 else (_TENS_WORTH[words[place]], 1)
