"""What the list is compared with after a change, and since when: the places titles had, and what was done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.common.text import short_title
from engine.text import format_count, format_rating
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.data.profiles import Profile, ProfileEntry


class Comparison:
    """`before` are the places, by item id, to compare the next list with; None where nothing is to be compared.

    `since` says what was done then: "since you rated Alien 5"; "" where that has no words.
    """

    def __init__(self) -> None:
        self.before: Mapping[str, int] | None = None
        self.since = ""
        self._own: frozenset[str] = frozenset()
        self._sliding = ""

    def begin(self, ranks: Mapping[str, int], since: str = "", *, own: Collection[str] = ()) -> None:
        """Something changed once (a rating, a switch, the model): compare with the list that stands now.

        `own` are titles that come and go by the person's own hand: they move nobody.
        """
        self._sliding, self._own = "", frozenset(own)
        self.before, self.since = ranks or None, since

    def slide(self, slider: str, ranks: Mapping[str, int], since: str = "") -> None:
        """A slider moved a little: compare with the list from before it was first moved."""
        if self._sliding != slider:
            self.begin(ranks, since)
            self._sliding = slider

    def rest(self) -> None:
        """The slider was let go: moving it again is another change."""
        self._sliding = ""

    def leave_out(self, own: Collection[str]) -> None:
        """Titles were put away or came back, which changes no order: what is compared stays."""
        self._own |= frozenset(own)

    def forget(self) -> None:
        """Somebody or something else: arrows would say nothing."""
        self._sliding, self.since, self._own = "", "", frozenset()
        self.before = None

    def places(self, now: Sequence[str]) -> Mapping[str, int] | None:
        """The former places for a list of item ids, with gaps closed and opened where own titles left and came back."""
        if self.before is None or not self._own:
            return self.before
        listed = {item_id: rank for rank, item_id in enumerate(now, start=1)}
        former = sorted(self.before, key=self.before.__getitem__)
        kept = [item_id for item_id in former if item_id in listed or item_id not in self._own]
        for item_id in now:
            if item_id in self._own and item_id not in self.before:
                kept.insert(min(listed[item_id] - 1, len(kept)), item_id)
        return {item_id: place for place, item_id in enumerate(kept, start=1)}


class ListMoves:
    """What each change of a person means for the list: what it is compared with, and whether it goes to row 1.

    What was done with listed titles leaves the list where it is scrolled to, also when it is undone: whoever works
    down the list goes on from there. In a trial the list is compared with the one before the trial.
    """

    def __init__(self) -> None:
        self.comparison = Comparison()
        self._profile: Profile | None = None
        self._acted: set[str] = set()
        self._stays = self._was_trying = False

    def take_person(self, profile: Profile) -> None:
        """Somebody else, or other data: there is nothing to compare with."""
        self.comparison.forget()
        self._acted.clear()
        self._profile, self._stays, self._was_trying = profile, False, False

    def take_profile(self, profile: Profile, ranks: Mapping[str, int], *, is_trying: bool) -> None:
        """A rating, a list of the person, or a trial is another; `ranks` are those of the list that stands."""
        before, was_trying = self._profile or profile, self._was_trying
        self._profile, self._was_trying = profile, is_trying
        changed, put_away = changed_entries(before, profile), listed_ids(before, profile)
        own = put_away | {entry.item_id for pair in changed for entry in pair if entry is not None}
        self._acted |= own & ranks.keys()
        self._stays = own <= self._acted
        if is_trying and not was_trying:
            self.comparison.begin(ranks, said("since you began trying"), own=own)
        elif was_trying and not is_trying and changed:
            self.comparison.forget()
        elif changed and not is_trying:
            self.comparison.begin(ranks, describe_since(before, profile), own=own)
        else:
            self.comparison.leave_out(own)

    def hold(self) -> None:
        """The next list is the same with more said of each title: it stays where it is scrolled to."""
        self._stays = True

    def stays(self) -> bool:
        """Whether the list that arrives now stays where it is scrolled to; the next one does not by itself."""
        stays, self._stays = self._stays, False
        return stays


def changed_entries(before: Profile, after: Profile) -> list[tuple[ProfileEntry | None, ProfileEntry | None]]:
    """Each title whose rating or switch differs, as it was and as it is; None where it was or is no rating."""
    was = {(entry.item_id, entry.title, entry.year): entry for entry in before.entries}
    now = {(entry.item_id, entry.title, entry.year): entry for entry in after.entries}
    return [(was.get(key), now.get(key)) for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key)]


def listed_ids(before: Profile, after: Profile) -> set[str]:
    """The ids of titles that were put on *Saved* or *Not for me*, or taken off them."""
    was, now = ({*profile.saved, *profile.not_for_me} for profile in (before, after))
    return {entry.item_id for entry in was ^ now} | {entry.item_id for entry in {*before.saved} ^ {*after.saved}}


def describe_since(before: Profile, after: Profile) -> str:
    """What was done to the ratings: "since you rated Alien 5", "since you left out Heat"."""
    changes = changed_entries(before, after)
    if len(changes) != 1:
        return (
            said("since {ratings} changed", ratings=counted("{count} rating", "{count} ratings", len(changes)))
            if changes
            else ""
        )
    was, now = changes[0]
    if now is None:
        assert was is not None, "a change has two sides"
        return said("since you removed {title}", title=short_title(was.title or was.item_id))
    name = short_title(now.title or now.item_id)
    if was is not None and was.on != now.on:
        return (
            said("since you let {name} count again", name=name)
            if now.on
            else said("since you left out {name}", name=name)
        )
    return (
        said("since you marked {name} as seen", name=name)
        if now.rating is None
        else said("since you rated {name} {rating}", name=name, rating=format_rating(now.rating))
    )


def describe_moves(moves: Sequence[int | None], since: str) -> str:
    """How much of a list moved, and since when: "12 moved, 1 new since you rated Alien 5"."""
    moved, new = sum(1 for places in moves if places), sum(1 for places in moves if places is None)
    parts = [said("{number} moved", number=format_count(moved))] if moved else []
    parts += [said("{number} new", number=format_count(new))] if new else []
    return f"{', '.join(parts) or said('nothing moved')} {since}".strip()
