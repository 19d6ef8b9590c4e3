"""The store of people's profiles, keyed by item id, title and year, and so independent of any data set."""

from __future__ import annotations

import json
import logging
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.data.profiles import Profile, ProfileEntry
from engine.documents import fits, parsed_json
from engine.errors import LibraryError
from engine.library.database import Database, damaged_record
from engine.library.records import RecordStore, first_free
from engine.library.rows import RowReader
from engine.wording import coded, decoded

LOG = logging.getLogger(__name__)
_FIRST_ID, _FIRST_NAME = "me", "Me"
_LISTS = ("saved", "not_for_me")


@dataclass(frozen=True)
class ProfileRecord:
    """Who has a profile, and how many titles are in it. Times are in UTC."""

    profile_id: str
    name: str
    entries: int
    created: datetime
    changed: datetime


class ProfileStore(RecordStore[ProfileRecord]):
    """The profiles of a library, in the order they came. Any thread may call."""

    _table, _key, _noun = "profiles", "profile_id", "profile"
    _order = "created, rowid"
    _known = ()

    def __init__(self, database: Database) -> None:
        entries = "(SELECT count(*) FROM ratings WHERE ratings.profile_id = profiles.profile_id)"
        super().__init__(database, RowReader(ProfileRecord, columns={"entries": entries}))

    def find(self, which: str) -> ProfileRecord:
        """The record of an id: names need not differ. Raises LibraryError where nobody has it."""
        rows = self._rows("profile_id = ?", which)
        found = self._read_or_why(rows[0]) if rows else self._unknown(which)
        if isinstance(found, LibraryError):
            raise found
        return found

    def save(self, profile: Profile) -> None:
        """Save a profile as it is now, in one transaction. An unchanged rating keeps the time it was given."""
        now = datetime.now(UTC).isoformat()
        with self._changing(f"The ratings of {profile.name}") as connection:
            known = connection.execute("SELECT * FROM ratings WHERE profile_id = ?", (profile.profile_id,))
            times = {_key(row): row["rated_at"] for row in known}
            connection.execute(
                "INSERT INTO profiles (profile_id, name, created, changed) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (profile_id) DO UPDATE SET name = excluded.name, changed = excluded.changed",
                (profile.profile_id, profile.name, now, now),
            )
            connection.execute("DELETE FROM ratings WHERE profile_id = ?", (profile.profile_id,))
            rows = [
                (profile.profile_id, place, entry.item_id, entry.title, entry.year, entry.rating, int(entry.on),
                 times.get((entry.item_id, entry.title, entry.year, entry.rating), now))
                for place, entry in enumerate(profile.entries)
            ]  # fmt: skip
            connection.executemany("INSERT INTO ratings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute("DELETE FROM listed_titles WHERE profile_id = ?", (profile.profile_id,))
            listed = [
                (profile.profile_id, name, place, entry.item_id, entry.title, entry.year)
                for name in _LISTS
                for place, entry in enumerate(getattr(profile, name))
            ]
            connection.executemany("INSERT INTO listed_titles VALUES (?, ?, ?, ?, ?, ?)", listed)

    def remember(self, profile_id: str, what: str, document: object) -> None:
        """Store a JSON document about a person, such as how they bend their list; None forgets it.

        Raises NotStoredError, and LibraryError where nobody has this id.
        """
        self.find(profile_id)
        with self._changing("How the list is bent") as connection:
            connection.execute("DELETE FROM remembered WHERE profile_id = ? AND what = ?", (profile_id, what))
            if document is not None:
                text = json.dumps(coded(document), allow_nan=False)
                connection.execute("INSERT INTO remembered VALUES (?, ?, ?)", (profile_id, what, text))

    def remembered(self, profile_id: str, what: str) -> object:
        """The JSON document that was stored last; None where there is none, or where it cannot be read."""
        query = "SELECT document FROM remembered WHERE profile_id = ? AND what = ?"
        rows = self._database.rows(query, (profile_id, what))
        try:
            return decoded(parsed_json(rows[0]["document"])) if rows else None
        except (TypeError, ValueError):
            LOG.warning("What was remembered of %s as %s cannot be read.", profile_id, what)
            return None

    def load(self, profile_id: str) -> Profile:
        """A person's ratings, in the order they were made. Raises LibraryError where nobody has this id."""
        record = self.find(profile_id)
        rows = self._database.rows("SELECT * FROM ratings WHERE profile_id = ? ORDER BY place", (profile_id,))
        listed = self._database.rows("SELECT * FROM listed_titles WHERE profile_id = ? ORDER BY place", (profile_id,))
        whole = tuple(self._whole_listed(record.name, listed))
        lists = {name: tuple(entry for of, entry in whole if of == name) for name in _LISTS}
        return Profile(profile_id, record.name, tuple(self._whole_entries(record.name, rows)), **lists)

    def _whole_listed(self, name: str, rows: list[sqlite3.Row]) -> Iterator[tuple[str, ProfileEntry]]:
        """The titles of lists that can be read, each with its list; the others are named once and left out."""
        for row in rows:
            values = (row["item_id"], row["title"], row["year"])
            if row["list"] in _LISTS and all(map(fits, values, (str, str, int))):
                yield row["list"], ProfileEntry(*values, None)
            else:
                what = f"title {row['title'] or row['item_id']!s:.60} of a list by {name}"
                self._report(damaged_record(what, ValueError(f"{values!r:.60}")))

    def _whole_entries(self, name: str, rows: list[sqlite3.Row]) -> Iterator[ProfileEntry]:
        """The ratings that can be read; the others are named once and left out."""
        for row in rows:
            values = (row["item_id"], row["title"], row["year"], row["rating"], bool(row["is_on"]))
            if all(map(fits, values, (str, str, int, float | None, bool))) and math.isfinite(row["rating"] or 0):
                yield ProfileEntry(*values)
            else:
                what = f"rating of {row['title'] or row['item_id']!s:.60} by {name}"
                self._report(damaged_record(what, ValueError(f"{values[2:4]!r:.60}")))

    def default(self) -> Profile:
        """The first person of this library, made now (as "Me") where there is nobody yet."""
        records = self.records()
        if records:
            return self.load(records[0].profile_id)
        taken = {row[0] for row in self._database.rows("SELECT profile_id FROM profiles")}  # deleted ones may come back
        free_id = first_free(taken, lambda number: f"{_FIRST_ID}-{number}" if number > 1 else _FIRST_ID)
        me = Profile(free_id, _FIRST_NAME)
        self.save(me)
        return me

    def _unknown(self, which: str) -> LibraryError:
        return LibraryError(f"There is nobody with the id {which!r} in {self._database.path.parent}.", profile=which)


def _key(row: sqlite3.Row) -> tuple[str, str, int, float | None]:
    return row["item_id"], row["title"], row["year"], row["rating"]
