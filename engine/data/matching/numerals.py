"""Numbers in titles, however they are written, as digits: "Part II", "Part Two" and "2" become one word.

The lowest stone of matching: keys.py stands on it. All texts here are casefolded already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def with_lone_romans_read(text: str) -> str:
    """I, V and X as digits where they can only be numbers: at the end of a title or of its first half."""
    if not _LONE.search(text):
        return text
    text = _ROMAN_OF_A_PART.sub(lambda found: f"{found.group(1)} {_LONE_LETTER[found.group(2)]}", text)
    return _LONE_ROMAN.sub(lambda found: _LONE_LETTER[found.group(1)], text)


def without_thousands_commas(text: str) -> str:
    """ "20,000 leagues" -> "20000 leagues"."""
    return _THOUSANDS.sub("", text) if "," in text else text


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
    """The numbers that stand in these words, in their order: what tells one sequel from another."""
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
