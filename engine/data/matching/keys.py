"""A title as matching compares it: no accents, no case, no signs, numbers as digits, articles in front.

Stands on numerals.py; names.py makes the several names of a title from it. A key is the words in one, so that
"Spider-Man", "Spiderman" and "Spider Man" are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from engine.data.matching.numerals import numbers_read, with_lone_romans_read, without_thousands_commas

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


def words_of(title: str) -> tuple[str, ...]:
    """The words of a title in the form in which they are compared; none where it has neither letters nor digits."""
    text = turned_round(title).casefold().translate(_SIGNS)
    if "." in text:
        text = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)
    text = with_lone_romans_read(without_thousands_commas(" ".join(text.split())))
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
    for one in unicodedata.normalize("NFKD", text.translate(_LETTERS)):
        kind = unicodedata.category(one)
        if kind == "Cf" or "\ufe00" <= one <= "\ufe0f" or (unicodedata.combining(one) and one not in _VOICED_KANA):
            continue
        kept.append(one if kind[0] in "LNM" else " ")
    return "".join(kept).casefold()
