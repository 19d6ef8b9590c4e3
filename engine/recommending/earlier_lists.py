"""Lists that were shown to a person before: what is kept of each, and what came, went and moved since.

They are stored as one JSON document a person; what of it cannot be understood is left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.data.profiles import Profile, ProfileEntry

KEPT_LISTS = 20
KEPT_TITLES = 50
_NAMED_CHANGES = 8


@dataclass(frozen=True)
class ShownTitle:
    """A title of an earlier list; its place is its number there."""

    item_id: str
    title: str
    year: int


@dataclass(frozen=True)
class RatedMeanwhile:
    """A rating that was new or another when a list was shown, against the list before; None: taken back."""

    title: str
    rating: float | None


@dataclass(frozen=True)
class ShownList:
    """The first titles of a list; `ratings` is how many counted, `meanwhile` the first few of `changed` new ones.

    `bent`: filters or sliders had a say in it.
    """

    shown: datetime
    model: str
    titles: tuple[ShownTitle, ...]
    ratings: int
    changed: int = 0
    meanwhile: tuple[RatedMeanwhile, ...] = ()
    bent: bool = False


@dataclass(frozen=True)
class EarlierLists:
    """The lists of one person, the latest last, and the ratings that the latest was made from."""

    lists: tuple[ShownList, ...] = ()
    ratings: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def after(
        self, titles: Sequence[ShownTitle], profile: Profile, *, model: str, shown: datetime, bent: bool = False
    ) -> EarlierLists | None:
        """With one more list; None where it is the latest once more. The oldest are forgotten."""
        kept = tuple(titles[:KEPT_TITLES])
        latest = self.lists[-1] if self.lists else None
        if not kept or (latest is not None and latest.titles == kept and latest.model == model):
            return None
        now = _ratings(profile)
        changes = _changes(profile, self.ratings, now) if latest is not None else ()
        entry = ShownList(shown, model, kept, len(now), len(changes), changes[:_NAMED_CHANGES], bent)
        return EarlierLists((*self.lists, entry)[-KEPT_LISTS:], now)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"lists": [_list_document(entry) for entry in self.lists], "ratings": dict(self.ratings)}

    @staticmethod
    def of(document: object) -> EarlierLists:
        """What a document says; lists in it that cannot be understood are left out."""
        if not isinstance(document, dict):
            return EarlierLists()
        lists, ratings = document.get("lists"), document.get("ratings")
        entries = [_list_of(entry) for entry in lists] if isinstance(lists, list) else []
        known = ratings if isinstance(ratings, dict) else {}
        return EarlierLists(
            tuple(entry for entry in entries if entry is not None)[-KEPT_LISTS:],
            {key: float(value) for key, value in known.items() if _is_number(value)},
        )


@dataclass(frozen=True)
class Moved:
    """A title of both lists, with its places."""

    title: ShownTitle
    before: int
    now: int


@dataclass(frozen=True)
class ListChange:
    """From one list to another: what came in (with its place now), went out (with its place then), and moved."""

    came: tuple[tuple[ShownTitle, int], ...]
    went: tuple[tuple[ShownTitle, int], ...]
    moved: tuple[Moved, ...]
    stayed: int


def compared(before: Sequence[ShownTitle], now: Sequence[ShownTitle]) -> ListChange:
    """What changed from a list to a later one; the titles that moved most come first."""
    then = {_key(title): place for place, title in enumerate(before, start=1)}
    today = {_key(title): place for place, title in enumerate(now, start=1)}
    both = [Moved(title, then[_key(title)], place) for place, title in enumerate(now, start=1) if _key(title) in then]
    moved = sorted(
        (title for title in both if title.before != title.now), key=lambda title: -abs(title.before - title.now)
    )
    return ListChange(
        came=tuple((title, place) for place, title in enumerate(now, start=1) if _key(title) not in then),
        went=tuple((title, place) for place, title in enumerate(before, start=1) if _key(title) not in today),
        moved=tuple(moved),
        stayed=len(both) - len(moved),
    )


def _key(title: ShownTitle) -> tuple[str, str]:
    return title.item_id, title.title


def _ratings(profile: Profile) -> dict[str, float]:
    """The ratings that count, by a key of their title."""
    return {_entry_key(entry): entry.rating for entry in profile.entries if entry.on and entry.rating is not None}


def _entry_key(entry: ProfileEntry) -> str:
    return f"{entry.item_id}|{entry.title}|{entry.year}"


def _changes(profile: Profile, before: Mapping[str, float], now: Mapping[str, float]) -> tuple[RatedMeanwhile, ...]:
    """New and other ratings, the latest first, then what was taken back."""
    rated = [
        RatedMeanwhile(entry.title or entry.item_id, entry.rating)
        for entry in reversed(profile.entries)
        if entry.on and entry.rating is not None and before.get(_entry_key(entry)) != entry.rating
    ]
    gone = [RatedMeanwhile(key.split("|", 1)[1].rsplit("|", 1)[0], None) for key in before if key not in now]
    return (*rated, *gone)


def _list_document(entry: ShownList) -> dict[str, Any]:
    return {
        "shown": entry.shown.isoformat(),
        "model": entry.model,
        "titles": [[title.item_id, title.title, title.year] for title in entry.titles],
        "ratings": entry.ratings,
        "changed": entry.changed,
        "meanwhile": [[change.title, change.rating] for change in entry.meanwhile],
        "bent": entry.bent,
    }


def _list_of(document: object) -> ShownList | None:
    try:
        assert isinstance(document, dict)
        shown = datetime.fromisoformat(document["shown"])
        titles = tuple(ShownTitle(str(item_id), str(title), int(year)) for item_id, title, year in document["titles"])
        meanwhile = tuple(
            RatedMeanwhile(str(title), None if rating is None else float(rating))
            for title, rating in document["meanwhile"]
        )
        counts = int(document["ratings"]), int(document["changed"])
        model, bent = str(document["model"]), bool(document.get("bent"))
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
    is_whole = bool(titles) and shown.tzinfo is not None
    return ShownList(shown, model, titles, *counts, meanwhile, bent) if is_whole else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
