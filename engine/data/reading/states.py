"""Whether somebody has seen a title, gave it up, or only plans to see it: by what a table's columns of states say.

One person's and many people's tables are read by the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.data.formats import normalised

State = Literal["seen", "dropped", "planned", "refused"]
"""Planned: on a watchlist, a wishlist or a to-read shelf. Refused: not for this person. Nobody has seen such titles."""

UNSEEN: frozenset[State] = frozenset(("planned", "refused"))

DROPPED_SHARE = 0.25
"""How far up the scale what was given up lies at most: the mirror image of where a like begins."""

StateKind = Literal["status", "code", "done", "count", "want", "wish", "own"]
"""A status or shelf in words; MyAnimeList's number of one; whether, or how often, seen; wanted to see, or to get."""

MAL_CODES: dict[str, State] = {"1": "seen", "2": "seen", "3": "seen", "4": "dropped", "6": "planned"}
"""MyAnimeList: watching, completed, on hold, dropped, plan to watch."""

_COLUMNS: dict[StateKind, str] = {
    "status": "status mystatus watchingstatus watchstatus watchedstatus readstatus readingstatus playstatus liststatus "
    "exclusiveshelf shelf shelves bookshelf bookshelves list listname collection collections state userstatus статус "
    "状态 statut estado stato stan zustand półka",
    "done": "seen watched read played viewed isseen iswatched isread isplayed hasseen haswatched hasread alreadyseen "
    "finished isfinished completed iscompleted gesehen gelesen vu lu visto obejrzane przeczytane просмотрено прочитано "
    "看过 读过",
    "count": "readcount timesread timeswatched timesplayed watchcount viewcount viewings numplays playcount",
    "want": "wanttoplay wanttoread wanttowatch wanttosee towatch toread toplay watchlist inwatchlist onwatchlist "
    "iswatchlist planned plantowatch backlog tbr",
    "wish": "want wanttobuy wanttoown preordered wishlist wished onwishlist tobuy",
    "own": "own owned prevowned",
}
_KIND_OF: dict[str, StateKind] = {name: kind for kind, names in _COLUMNS.items() for name in names.split()}
_CODED = frozenset(("status", "mystatus", "watchingstatus", "liststatus", "watchstatus"))
_ALWAYS_CODED = frozenset(("mystatus", "watchingstatus"))
_NEVER_LACKING = frozenset(["numplays", "playcount", "finished", "isfinished", "completed", "iscompleted"])
"""People who play seldom count their plays, and who has not finished may have begun: a no says nothing there."""
_SHELVES = frozenset(["shelves", "bookshelf", "bookshelves", "list", "listname", "collection", "collections"])
"""Of which a title may stand on several, so that what a status says goes first."""

_LEADING_NUMBER = re.compile(r"\d+(?:\.\d+)?")
"""Of a count such as 3 or 12/26, and of a day."""
_LONGEST = 1_000
"""In characters: a longer text is no status."""
_NO = frozenset(("0", "0.0", "no", "n", "false", "f", "none", "never", "nein", "non", "нет", "nie", "否", "✗", "❌"))
_YES = frozenset(("yes", "y", "true", "t", "x", "ja", "oui", "sí", "si", "да", "tak", "是", "✓", "✔", "✅", "☑"))

_GIVEN_UP = re.compile(
    r"\b(dropped|drop|abandoned|abandon|dnf|did not finish|didn'?t finish|not finished|never finished|unfinished|"
    r"gave up|given up|quit|stopped|could not finish|couldn'?t finish|abgebrochen|abandonnée?|abandonad[oa]|"
    r"interrott[oa]|porzucon[aey]|afgebroken)\b|брош|弃"
)
_ACTS = "read|watch|see|buy|play|get|own|listen|try|borrow|start|finish|rewatch|reread"
_PLANNED = re.compile(
    rf"\b(?:to|wanna)(?: be)? (?:{_ACTS})\b|\b(?:plan|planning|planned|plans|planowane|geplant)\b|"
    r"\b(?:want|wanted|wish|wishes|wished|wants)\b|\b(?:wish|watch|buy|reading) ?list(?:ed)?\b|\btbr\b|\bbacklog\b|"
    r"\bqueued?\b|\bpre ?ordered\b|\bup next\b|\bnext up\b|\b(?:read|watch|play) next\b|\bsomeday\b|\binterested\b|"
    r"\b(?:un|not (?:yet )?)(?:read|seen|watched|played|started|begun)\b|\bfor later\b|\blater\b|"
    r"\bzu (?:sehen|lesen)\b|\bmerkliste\b|\bwunschliste\b|\bà (?:voir|lire)\b|\bpor (?:ver|leer)\b|\bpendiente\b|"
    r"\bda (?:vedere|leggere)\b|\bchc[ęe] (?:zobaczyć|przeczytać)\b|\bdo (?:obejrzenia|przeczytania)\b|"
    r"хочу|буду|план|отложен|想|未看|未读"
)
_REFUSED = re.compile(r"\b(?:not (?:for me|interested)|uninterested)\b")
_SEEN = re.compile(
    r"\b(read|watched|seen|completed|complete|finished|finish|played|done|watching|reading|playing|current|currently|"
    r"progress|rewatching|rereading|repeating|paused|hold|caught up|up to date|owned|own|collected|collection|"
    r"favou?rites?|favou?rited|shelved|retired|gesehen|gelesen|vue?s?|lue?s?|vist[oa]s?|leíd[oa]s?|lett[oi]|obejrzane|"
    r"przeczytane)\b|просмотр|смотр|прочита|читаю|看过|读过|玩过|听过|已看|已读|在看|在读"
)


def known_state_of(text: str) -> State | None:
    """What a status, a shelf or the name of a list says of its titles; None where it says nothing."""
    return _known_state_of(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=10_000)
def _known_state_of(text: str) -> State | None:
    words = " ".join(re.sub(r"[\W_]+", " ", _split_camel(text).casefold().replace("'", "")).split())
    if not words:
        return None
    if _REFUSED.search(words):
        return "refused"
    if _GIVEN_UP.search(words):
        return "dropped"
    if _PLANNED.search(words) or words in _CLOSED_UP:
        return "planned"
    return "seen" if _SEEN.search(words) else None


_CLOSED_UP = frozenset(("plantowatch", "plantoread", "toread", "towatch", "wanttoread", "wanttowatch", "ptw", "ptr"))


def _split_camel(text: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)


def state_of(text: str, *, otherwise: State = "seen") -> State:
    """Whether a status, a shelf or a list means seen, given up or planned."""
    return known_state_of(text) or otherwise


def says_yes(text: str) -> bool | None:
    """Whether a cell says yes or no; None where it says neither."""
    plain = text.strip().casefold()
    if not plain:
        return None
    if plain in _NO or plain.startswith("0000-00-00"):
        return False
    number = _LEADING_NUMBER.match(plain)
    return float(number.group()) > 0 if number else True if plain in _YES else None


@dataclass(frozen=True)
class StateColumn:
    """A column (from 0) that says something of states; `lacks`: whether a no or none counted means not seen."""

    place: int
    kind: StateKind
    lacks: bool = True

    def state_in(self, cell: str) -> State | None:
        """What a status or a code says; a list that is called like a state may hold just yes and no."""
        if self.kind == "code":
            return MAL_CODES.get(_whole(cell))
        if self.kind in ("status", "want", "wish") and says_yes(cell) is None:
            return known_state_of(cell)
        return None


@dataclass(frozen=True)
class StateColumns:
    """The columns of a table that say whether a title was seen."""

    columns: tuple[StateColumn, ...]

    def state_of(self, cells: Sequence[str], *, otherwise: State = "seen") -> State:
        """What these cells, one for each of the columns, say together: words before yes and no, given up first."""
        said = list(zip(self.columns, cells, strict=True))
        known = [state for column, cell in said if (state := column.state_in(cell)) is not None]
        if known:
            return "dropped" if "dropped" in known else known[0]
        answers = [(column, says_yes(cell)) for column, cell in said if column.kind not in ("status", "code")]
        yes = {column.kind for column, answer in answers if answer}
        if yes & {"done", "count"}:
            return "seen"
        if "want" in yes or ("wish" in yes and "own" not in yes):
            return "planned"
        lacks = any(answer is False and column.lacks for column, answer in answers if column.kind in ("done", "count"))
        return "planned" if lacks and "own" not in yes else otherwise


NO_STATES = StateColumns(())


def _whole(cell: str) -> str:
    return cell.strip().removesuffix(".0")


def state_columns(header: Sequence[str], rows: Iterable[Sequence[str]], *, taken: Iterable[int] = ()) -> StateColumns:
    """The columns with these names that say states, as far as these rows bear it out; `taken` hold other things."""
    rows, others = list(rows), set(taken)
    found = []
    for place, name in enumerate(header):
        key = normalised(name)
        kind = _KIND_OF.get(key)
        if kind is None or place in others:
            continue
        cells = {row[place].strip() for row in rows if place < len(row) and row[place].strip()}
        if kind == "status" and cells and all(cell.replace(".", "").isdigit() for cell in cells):
            if not _are_codes(key, {_whole(cell) for cell in cells}):
                continue
            kind = "code"
        found.append(StateColumn(place, kind, key not in _NEVER_LACKING))
    found.sort(key=lambda column: normalised(header[column.place]) in _SHELVES)
    return StateColumns(tuple(found))


def _are_codes(key: str, cells: set[str]) -> bool:
    """Whether numbers in a column of this name are MyAnimeList's; a 1 elsewhere may mean anything."""
    return key in _ALWAYS_CODED or (key in _CODED and "6" in cells and cells <= MAL_CODES.keys())
