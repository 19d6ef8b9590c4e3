"""The store of people: whose ratings are kept, keyed by item id, title and year.

Stands beside the data sets and depends on none of them: a person's ratings survive every deletion and re-import.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.data.profiles import Profile, ProfileEntry
from engine.errors import LibraryError
from engine.library.database import Database

_FIRST_ID, _FIRST_NAME = "me", "Me"


@dataclass(frozen=True)
class ProfileRecord:
    """Who has a profile, and how many titles are in it. Times are in UTC."""

    profile_id: str
    name: str
    entries: int
    created: datetime
    changed: datetime


class ProfileStore:
    """The profiles of a library. Any thread may call. A deleted one is kept, out of sight, until `settle`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle(self) -> None:
        """Forget deleted profiles for good: called when the library opens, as the trash is emptied."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM profiles WHERE deleted")

    def save(self, profile: Profile) -> None:
        """Keep a profile as it is now, in one transaction. An unchanged rating keeps the time it was given."""
        now = datetime.now(UTC).isoformat()
        with self._database.transaction() as connection:
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

    def records(self) -> tuple[ProfileRecord, ...]:
        """Everybody, in the order they came."""
        rows = self._database.rows(
            "SELECT *, (SELECT count(*) FROM ratings WHERE ratings.profile_id = profiles.profile_id) AS entries"
            " FROM profiles WHERE NOT deleted ORDER BY created, rowid"
        )
        return tuple(
            ProfileRecord(
                row["profile_id"],
                row["name"],
                row["entries"],
                datetime.fromisoformat(row["created"]),
                datetime.fromisoformat(row["changed"]),
            )
            for row in rows
        )

    def rename(self, profile_id: str, name: str) -> None:
        """Call somebody by another name. Raises LibraryError where nobody has this id."""
        self._change(profile_id, "name = ?", name, was_deleted=False)

    def delete(self, profile_id: str) -> None:
        """Put somebody's ratings away; `restore` brings them back. Raises LibraryError where nobody has this id."""
        self._change(profile_id, "deleted = ?", 1, was_deleted=False)

    def restore(self, profile_id: str) -> None:
        """Bring a deleted profile back, in its old place. Raises LibraryError where it is not there any more."""
        self._change(profile_id, "deleted = ?", 0, was_deleted=True)

    def load(self, profile_id: str) -> Profile:
        """A person's ratings, in the order they were made. Raises LibraryError where nobody has this id."""
        found = self._database.rows("SELECT name FROM profiles WHERE profile_id = ? AND NOT deleted", (profile_id,))
        if not found:
            raise self._nobody(profile_id)
        rows = self._database.rows("SELECT * FROM ratings WHERE profile_id = ? ORDER BY place", (profile_id,))
        entries = tuple(
            ProfileEntry(row["item_id"], row["title"], row["year"], row["rating"], bool(row["is_on"])) for row in rows
        )
        return Profile(profile_id, found[0]["name"], entries)

    def default(self) -> Profile:
        """The first person of this library, made now (as "Me") where there is nobody yet."""
        records = self.records()
        if records:
            return self.load(records[0].profile_id)
        me = Profile(self._free_id(), _FIRST_NAME)
        self.save(me)
        return me

    def _change(self, profile_id: str, setting: str, value: object, *, was_deleted: bool) -> None:
        with self._database.transaction() as connection:
            done = connection.execute(
                f"UPDATE profiles SET {setting} WHERE profile_id = ? AND deleted = ?",
                (value, profile_id, int(was_deleted)),
            )
        if done.rowcount == 0:
            raise self._nobody(profile_id)

    def _nobody(self, profile_id: str) -> LibraryError:
        return LibraryError(
            f"There is nobody with the id {profile_id!r} in {self._database.path.parent}.", profile=profile_id
        )

    def _free_id(self) -> str:
        """An id that not even a deleted profile has: that one may still come back."""
        taken = {row[0] for row in self._database.rows("SELECT profile_id FROM profiles")}
        numbered = (f"{_FIRST_ID}-{number}" for number in range(2, len(taken) + 3))
        return next(one for one in (_FIRST_ID, *numbered) if one not in taken)


def _key(row: sqlite3.Row) -> tuple[str, str, int, float | None]:
    return row["item_id"], row["title"], row["year"], row["rating"]
