"""What a column of ratings says: numbers, or `8/10`, `80%`, `★★★½`, "4 stars", thumbs and words of liking.

What says out of how much it is (8/10, stars out of five) is brought to one scale, that of most of the column.

Shapes: N values of a column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Float32
from engine.data.formats import BLANKS
from engine.data.reading.values import is_number, numbers_in, numbers_of, texts_in
from engine.wording import said

NOT_RATED = frozenset(
    [*["nr", "n.r.", "n.r", "nr.", "unrated", "none", "null", "n/a", "na", "-", "--", "–", "—", ".", "?", "unbewertet"],
     "not rated", "not yet rated", "no rating", "not scored", "not reviewed", "nicht bewertet", "n. r.", "(none)"]
)  # fmt: skip
"""What stands (in small letters) in the place of a rating that was not given."""

_MOSTLY = 0.6
_LONGEST = 80
"""In characters: no rating is longer."""
_HIGHS = (5.0, 10.0, 100.0)
_OUT_OF = (3.0, 4.0, 5.0, 6.0, 7.0, 10.0, 12.0, 20.0, 100.0, 1000.0)
"""What ratings are given out of: 1/2 is half a star, and 3/8 a day."""
_FULL, _OPEN, _HALF = "★⭐🌟✭✮✯⋆*✩", "☆", r"½|1/2|⯨|⯪|\.5|,5"
_VALUE = r"(\d+(?:[.,]\d+)?)"
_HALVED = re.compile(r"(\d*)[\s-]*(?:½|(?<!\d)1/2)")
_SHARE = re.compile(rf"{_VALUE}\s*(?:/|out\s*of|of|von|sur|su|sobre|de|из)\s*{_VALUE}")
_PERCENT = re.compile(rf"{_VALUE}\s*(?:%|percent|prozent)")
_STARS = re.compile(rf"([{_FULL}]*)({_HALF})?({_OPEN}*)")
_STAR_WORD = re.compile(
    r"\s*(?:-?\s?(?:stars?|stern(?:e|en)?|étoiles?|estrellas?|stelle?|estrelas?|sterren|gwiazd\w*|зв[её]зд\w*|星|颗星|[★⭐🌟]))$"
)
_BEFORE = re.compile(r"^(?:rated|rating|score)\s*:?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+\s*")
_NUMBER_OF_ARROW = r"(?i)^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(nan|inf|infinity)$"
_INVISIBLE = re.compile("[\ufe0e\ufe0f\u200b\u200d\u00a0\U0001f3fb-\U0001f3ff]")

_YES = (
    "like likes liked 👍 ❤ ♥ 💚 + +1 up true yes y t thumbsup thumbs_up thumb_up upvote upvoted recommended recommend "
    "positive да ja oui sí si tak gefällt"
)
_NO = (
    "dislike dislikes disliked 👎 💔 -1 down false no n f thumbsdown thumbs_down thumb_down downvote downvoted "
    "negative нет nein non nie"
)
_LIKES = {
    **dict.fromkeys([*_YES.split(), "thumbs up", "thumb up", "i like it", "i like this", "gefällt mir"], 1.0),
    **dict.fromkeys(
        [*_NO.split(), "thumbs down", "thumb down", "not recommended", "i don't like it", "didn't like", "not for me",
         "not liked", "gefällt mir nicht"],
        0.0,
    ),
}  # fmt: skip
_GRADES = {
    **dict.fromkeys(
        ["loved", "love", "loved it", "love it", "amazing", "excellent", "masterpiece", "great", "favorite",
         "favourite", "perfect", "outstanding", "two thumbs up", "👍👍", "😍", "🤩", "力荐", "отлично", "superliked"],
        5.0,
    ),
    **dict.fromkeys(
        ["liked", "like", "liked it", "like it", "good", "really good", "very good", "👍", "thumbs up", "🙂", "😊",
         "😀", "😃", "😄", ":)", ":-)", "推荐", "хорошо", "❤", "♥"],
        4.0,
    ),
    **dict.fromkeys(
        ["okay", "ok", "it was ok", "it was okay", "it's ok", "it's okay", "average", "meh", "fine", "so-so", "so so",
         "neutral", "mixed", "decent", "fair", "alright", "mediocre", "😐", ":|", ":-|", "还行", "нормально"],
        3.0,
    ),
    **dict.fromkeys(
        ["disliked", "dislike", "didn't like it", "did not like it", "don't like it", "bad", "poor", "not good",
         "👎", "thumbs down", "🙁", "☹", "😕", ":(", ":-(", "较差", "плохо"],
        2.0,
    ),
    **dict.fromkeys(
        ["hated", "hate", "hated it", "hate it", "terrible", "awful", "horrible", "worst", "very bad", "😡", "🤮", "💩",
         "很差", "ужасно"],
        1.0,
    ),
}  # fmt: skip
_GOODREADS = {
    "did not like it": 1.0, "it was ok": 2.0, "liked it": 3.0, "really liked it": 4.0, "it was amazing": 5.0,
}  # fmt: skip
_WORDS: tuple[tuple[Mapping[str, float], float], ...] = ((_LIKES, 1.0), (_GOODREADS, 5.0), (_GRADES, 5.0))
"""Words of liking, with their greatest value; of tables that know the same words of a column the first counts."""


_LETTERS = tuple(letter + sign for letter in "fedcba" for sign in ("-", "", "+"))
"""Grades of schools, the lowest first."""
_MINUS = ("-", "−", "–", " -", " minus")
_PLUS = ("+", " +", " plus")


@dataclass(frozen=True)
class Spelling:
    """How the ratings of a column are written. `high` is the top of the scale that those which say one are brought to.

    `words` says what each word of liking is on that scale; `has_full` whether there are full stars beside open ones.
    `is_plain`: as far as the column was looked at, all are numbers. `letters` are the letter grades it has, from the
    lowest on, each a step above the one before.
    """

    high: float
    words: Mapping[str, float] = field(default_factory=dict)
    has_full: bool = True
    is_plain: bool = False
    letters: tuple[str, ...] = ()

    def rating_in(self, text: str) -> float | None:
        """The rating that a text says on the scale up to `high`, None where it says none."""
        plain = _plain(text)
        if plain in self.words:
            return self.words[plain]
        said = _said(plain, has_full=self.has_full)
        if said is None:
            return None
        value, out_of = said
        return value if out_of is None else round(value * self.high / out_of, 4)


def is_not_rated(text: str) -> bool:
    """Whether a text says that there is no rating."""
    plain = text.strip().casefold()
    return not plain or plain in NOT_RATED


def spelling_of(texts: Iterable[str], *, high: float | None = None) -> Spelling | None:
    """How a column writes these ratings; None where nothing in it can be read, or its numbers are on no common scale.

    `high` is the top of their scale where that is known.
    """
    counts = Counter[str]()
    for text, count in Counter(texts).items():
        if not is_not_rated(text):
            counts[_plain(text)] += count
    numbers = [float(text.replace(",", ".")) for text in counts if is_number(text)]
    others = {text: count for text, count in counts.items() if not is_number(text)}
    has_full = any(sign in text for text in others for sign in _FULL)
    tops, words = Counter[float](), dict[str, int]()
    for text, count in others.items():
        said = _said(text, has_full=has_full)
        if said is not None and said[1] is not None:
            tops[said[1]] += count
        elif said is None:
            words[text] = count
    letters = _letters_in(words)
    if sum(count for word, count in words.items() if _letter(word) in letters) > _MOSTLY * sum(counts.values()):
        return _spelling_of_letters(letters, high)
    known, out_of = _words_for(words)
    told = sum(words[text] for text in words if text in known)
    if told > _MOSTLY * sum(counts.values()):
        top = high or out_of
        return Spelling(top, {word: round(value * top / out_of, 4) for word, value in known.items()}, has_full)
    if len(words) < len(others):
        return Spelling(high or _top(numbers, tops), has_full=has_full)
    top = high or _top(numbers, tops)
    return Spelling(top, is_plain=True) if numbers and top in _HIGHS else None


def describe_spelling(example: str, name: str, spelling: Spelling) -> str:
    """A sentence for people on how ratings such as this one, in a file of this name, were read."""
    if spelling.letters:
        lowest, highest = (spelling.letters[at].upper() for at in (0, -1))
        values = [spelling.words[letter] for letter in (spelling.letters[0], spelling.letters[-1])]
        return said(
            "Ratings such as {example} in {name} are letter grades. They were read in their order, "
            "from {lowest} as {low:g} to {highest} as {high:g}, a step for each of the "
            "{count} grades that occur.",
            example=example.strip(),
            name=name,
            lowest=lowest,
            low=values[0],
            highest=highest,
            high=values[1],
            count=len(spelling.letters),
        )
    if spelling.high == 1.0:
        return said(
            "Ratings such as {example} in {name} were read as 1 for liked and 0 for not liked.",
            example=example.strip(),
            name=name,
        )
    return said(
        "Ratings such as {example} in {name} were read as numbers up to {high:g}.",
        example=example.strip(),
        name=name,
        high=spelling.high,
    )


def ratings_of(texts: Sequence[str], spelling: Spelling | None) -> list[float]:
    """The ratings that these texts say."""
    numbers = numbers_of(texts)
    if spelling is None:
        return numbers
    said = (spelling.rating_in(text) for text in texts if not is_number(text) and not is_not_rated(text))
    return numbers + [rating for rating in said if rating is not None]


def has_decimal_comma(texts: Sequence[str]) -> bool:
    """Whether numbers among the texts are written 3,5."""
    return any(_DECIMAL_COMMA.fullmatch(text) for text in texts) and not any("." in text for text in texts)


def are_ratings(texts: Sequence[str]) -> bool:
    """Whether most are ratings and none of them numbers as large as a time; words may mean anything."""
    spelling = spelling_of(texts)
    numbers = ratings_of(texts, spelling if spelling and not spelling.words else None)
    return bool(texts) and len(numbers) >= 0.6 * len(texts) and min(numbers) < 1e6


def ratings_in(values: pa.Array, spelling: Spelling | None = None) -> tuple[Float32, Bools, Bools]:
    """Ratings of a column of any type (NaN where none is given), where none is given, and which cannot be read."""
    if pa.types.is_dictionary(values.type):
        parts = ratings_in(values.dictionary, spelling)
        places_N = numbers_in(values.indices.cast(pa.int32()), blank=len(values.dictionary))
        ratings_N, none_N, unread_N = (
            np.append(part, end)[places_N] for part, end in zip(parts, (np.nan, True, False), strict=True)
        )
        return ratings_N.astype(np.float32), none_N.astype(bool), unread_N.astype(bool)
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    none_N, kind = _is_none(values), values.type
    with np.errstate(over="ignore"):
        if pa.types.is_null(kind):
            return np.full(len(values), np.nan, np.float32), none_N, np.zeros(len(values), dtype=bool)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            ratings_N = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float32)
            return ratings_N, none_N, np.zeros(len(values), dtype=bool)
        texts = pc.utf8_trim_whitespace(texts_in(values))
        plain = pc.replace_substring(texts, ",", ".")
        good_N = pc.fill_null(pc.match_substring_regex(plain, _NUMBER_OF_ARROW), False).to_numpy(zero_copy_only=False)
        numbers = pc.if_else(pa.array(good_N & ~none_N), plain, None).cast(pa.float64())
        ratings_N = numbers.to_numpy(zero_copy_only=False).astype(np.float32)
        return _with_spelt(ratings_N, none_N, ~good_N & ~none_N, texts, spelling)


def _with_spelt(
    ratings_N: Float32, none_N: Bools, unread_N: Bools, texts: pa.Array, spelling: Spelling | None
) -> tuple[Float32, Bools, Bools]:
    """What is no number, as the column spells it, each text once."""
    places = np.flatnonzero(unread_N)
    if not len(places):
        return ratings_N, none_N, unread_N
    coded = texts.take(pa.array(places)).dictionary_encode()
    words = coded.dictionary.to_pylist()
    said = [None if spelling is None else spelling.rating_in(word) for word in words]
    are_none = np.array([is_not_rated(word) for word in words])
    codes = numbers_in(coded.indices, blank=0)
    ratings_N = ratings_N.copy()
    ratings_N[places] = np.array([np.nan if rating is None else rating for rating in said], np.float32)[codes]
    none_N, unread_N = none_N.copy(), unread_N.copy()
    none_N[places] = are_none[codes]
    unread_N[places] = np.isnan(ratings_N[places]) & ~none_N[places]
    return ratings_N, none_N, unread_N


def _is_none(values: pa.Array) -> Bools:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.if_else(pc.is_in(pc.utf8_trim_whitespace(values), pa.array(BLANKS, values.type)), None, values)
    none: Bools = pc.is_null(values).to_numpy(zero_copy_only=False)
    return none


def _plain(text: str) -> str:
    """In small letters, without what cannot be seen; a text too long for a rating says nothing."""
    if len(text) > _LONGEST:
        return ""
    return " ".join(_INVISIBLE.sub(" ", text).replace("’", "'").casefold().split()).rstrip(".!")


def _said(text: str, *, has_full: bool) -> tuple[float, float | None] | None:
    """A rating and what it is out of (None where it does not say); None where the text says neither."""
    text = _BEFORE.sub("", text)
    if is_number(text):
        return float(text.replace(",", ".")), None
    stars = _stars(text, has_full=has_full)
    if stars is not None:
        return stars
    without_word = _STAR_WORD.sub("", text)
    is_stars = without_word != text
    share = _SHARE.fullmatch(without_word)
    if share:
        value, out_of = (float(part.replace(",", ".")) for part in share.groups())
        return (value, out_of) if out_of in _OUT_OF and value <= out_of else None
    percent = _PERCENT.fullmatch(text)
    if percent:
        value = float(percent.group(1).replace(",", "."))
        return (value, 100.0) if value <= 100 else None
    halved = _HALVED.fullmatch(without_word)
    if halved:
        value = float(halved.group(1) or 0) + 0.5
    elif is_stars and is_number(without_word):
        value = float(without_word.replace(",", "."))
    else:
        return None
    if not is_stars and halved and halved.group(1):
        return value, None
    return (value, 5.0 if value <= 5 else 10.0) if value <= 10 else None


def _stars(text: str, *, has_full: bool) -> tuple[float, float] | None:
    found = _STARS.fullmatch(text.replace(" ", ""))
    if not found or not any(found.groups()):
        return None
    full, half, still_open = found.groups()
    if not full and not half and not has_full:
        full, still_open = still_open, ""
    if half and not full and not still_open and half not in ("½", "1/2", "⯨", "⯪"):
        return None
    value = len(full) + (0.5 if half else 0.0)
    of_open = len(full) + bool(half) + len(still_open)
    out_of = float(of_open) if still_open else 5.0 if value <= 5 else 10.0
    return (value, out_of) if value <= out_of and out_of in _OUT_OF else None


def _top(numbers: Sequence[float], tops: Counter[float]) -> float:
    """The top of the scale of most ratings that say it, if the plain numbers fit; else the least that holds these."""
    most = max(numbers, default=0.0)
    fitting = [(count, top) for top, count in tops.items() if top >= most]
    if fitting:
        return max(fitting)[1]
    return next((high for high in _HIGHS if most <= high), most)


def _letter(word: str) -> str:
    """The grade that a word is, as "b+"; "" for any other."""
    for sign, spellings in (("-", _MINUS), ("+", _PLUS)):
        letter = next((word.removesuffix(end).strip() for end in spellings if word.endswith(end)), "")
        if len(letter) == 1:
            return letter + sign if letter + sign in _LETTERS else ""
    return word if word in _LETTERS else ""


def _letters_in(words: Iterable[str]) -> tuple[str, ...]:
    """The letter grades among these words, the lowest first; none where two alone may mean yes and no."""
    found = {_letter(word) for word in words} - {""}
    are_grades = len(found) > 2 and any(letter[0] in "abc" for letter in found)
    return tuple(letter for letter in _LETTERS if letter in found) if are_grades else ()


def _spelling_of_letters(letters: tuple[str, ...], high: float | None) -> Spelling:
    """A step for each grade that occurs; one that only occurs later lies between its neighbours, or as the end does."""
    top = high or float(len(letters))
    places = [_LETTERS.index(letter) for letter in letters]
    steps = np.interp(range(len(_LETTERS)), places, range(1, len(letters) + 1))
    words: dict[str, float] = {}
    for letter, step in zip(_LETTERS, steps, strict=True):
        spellings = {"-": _MINUS, "+": _PLUS}.get(letter[1:], ("",))
        words |= dict.fromkeys((letter[0] + end for end in spellings), round(float(step) * top / len(letters), 4))
    return Spelling(top, words, letters=letters)


def _words_for(words: Mapping[str, int]) -> tuple[Mapping[str, float], float]:
    """The table that knows most of these words."""
    known = [sum(count for word, count in words.items() if word in table) for table, _ in _WORDS]
    return _WORDS[known.index(max(known))]
