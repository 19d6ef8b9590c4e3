"""Titles, years and genres by item_row; searched and compared without accents, case and signs.

Shapes: I titles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from engine.data.spelling import Spellings
from engine.wording import nouns, singular_of

_YEAR_AT_END = re.compile(r"\((\d{4})(?:[-–](?:\d{4})?)?\)\s*$")
_ARTICLE_AT_END = re.compile(r"^(.*), (The|A|An|Le|La|Les|L'|Il|El|Der|Die|Das|Los|Las|Un|Une)$")
_OTHER_NAMES_AT_END = re.compile(r"(?:\s*\([^()]*\))+$")
_IN_PARENTHESES = re.compile(r"\((a\.k\.a\. )?([^()]*)\)")
WORDS = nouns("title", "film", "book", "series", "anime", "manga", "game", "joke", "product", "artist")
"""What the titles of data sets and exports are called (`word`)."""
TITLE = singular_of("title")
"""What a title is called (`noun`) where no data set is open."""
_FEW = 5
"""With fewer hits than this a search also looks for other spellings."""


@dataclass(frozen=True)
class Catalogue:
    """What is known of each title; unknown are year 0 and no genres.

    `id_kind` says what the data set's own item ids are ("movielens", "imdb", ...); `links` has one id a title by kind.
    """

    titles: tuple[str, ...]
    years: tuple[int, ...]
    genres: tuple[tuple[str, ...], ...]
    word: str = field(default="title")
    id_kind: str = ""
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.titles)

    @property
    def noun(self) -> str:
        """What a title is called, in the language of the system; `word` is what it is called in files."""
        return singular_of(self.word)

    def name(self, item_row: int) -> str:
        """The title with its year, as lists show it: "The Matrix (1999)"."""
        year = self.years[item_row]
        return f"{self.titles[item_row]} ({year})" if year else self.titles[item_row]

    def prepare_search(self) -> None:
        """Make what searching and sorting need now, so that the first letter that is typed need not wait for it."""
        _ = self._search_keys, self._spellings, self.title_order_I, self.genre_order_I

    @cached_property
    def title_order_I(self) -> npt.NDArray[np.float64]:
        """The place of each title in alphabetical order, equal ones at one place; NaN for a blank one."""
        return _alphabetical_places([title.casefold() for title in self.titles])

    @cached_property
    def genre_order_I(self) -> npt.NDArray[np.float64]:
        """The place of each title's genres in alphabetical order; NaN where it has none."""
        return _alphabetical_places([", ".join(genres) for genres in self.genres])

    @cached_property
    def _search_keys(self) -> tuple[str, ...]:
        return tuple(fold(title) for title in self.titles)

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._search_keys)

    @cached_property
    def _rows_by_name(self) -> dict[tuple[str, int], tuple[int, ...]]:
        rows: dict[tuple[str, int], list[int]] = {}
        for row, name in enumerate(zip(self._search_keys, self.years, strict=True)):
            rows.setdefault(name, []).append(row)
        return {name: tuple(found) for name, found in rows.items()}

    def rows_named(self, title: str, year: int) -> tuple[int, ...]:
        """The rows with just this title (folded) and year; more than one where the file has namesakes."""
        return self._rows_by_name.get((fold(title), year), ())

    def rows_with(self, text: str) -> list[int]:
        """All item rows whose title holds every word of the text, in their own order."""
        found: list[int] | range = range(len(self))
        for word in sorted(fold(text).split(), key=len, reverse=True):
            found = [row for row in found if word in self._search_keys[row]]
        return list(found)

    def search(self, text: str, *, most: int = 20, popularity: npt.NDArray[np.int64] | None = None) -> list[int]:
        """Item rows whose title holds every word of the text; starts of titles first, then by `popularity`.

        Where there are few, titles follow that may be meant though they are written otherwise.
        """
        words = fold(text).split()
        if not words:
            return []
        holding = self.rows_with(text)
        counts = np.zeros(len(self), np.int64) if popularity is None else np.asarray(popularity)
        keys, whole, rows = [self._search_keys[row] for row in holding], " ".join(words), np.array(holding, np.int64)
        is_other = np.array([key != whole for key in keys], dtype=np.bool_)
        is_within = np.array([not key.startswith(words[0]) for key in keys], dtype=np.bool_)
        found: list[int] = rows[np.lexsort((rows, -counts[rows], is_within, is_other))][:most].tolist()
        if len(found) < min(_FEW, most):
            near = self._spellings.near(whole, most=most, popularity=counts)
            found += [row for row in near if row not in found]
        return found[:most]


@lru_cache(maxsize=2**16)
def fold(text: str) -> str:
    """A text as search compares it: no accents, no case, signs as spaces. Remembered: profiles fold at every change."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", plain.casefold()).split())


def split_title(text: str) -> tuple[str, int]:
    """A raw title in the form people read, and its year (0 if none): "Matrix, The (1999)" -> ("The Matrix", 1999)."""
    year = 0
    match = _YEAR_AT_END.search(text)
    if match:
        year = int(match.group(1))
        text = text[: match.start()]
    return _turned_round(text.strip()), year


def _alphabetical_places(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    place_of = {text: place for place, text in enumerate(sorted(set(texts)))}
    return np.array([place_of[text] if text else np.nan for text in texts], dtype=np.float64)


def _turned_round(text: str) -> str:
    """Articles brought to the front, in the title and in other names behind it in parentheses."""
    main, others = text, ""
    names = _OTHER_NAMES_AT_END.search(text)
    if names and names.start() > 0:
        main, others = text[: names.start()], text[names.start() :]
        others = _IN_PARENTHESES.sub(lambda found: f"({found.group(1) or ''}{_article_first(found.group(2))})", others)
    return _article_first(main) + others


def _article_first(name: str) -> str:
    article = _ARTICLE_AT_END.match(name)
    if not article:
        return name
    joint = "" if article.group(2).endswith("'") else " "
    return f"{article.group(2)}{joint}{article.group(1)}"
