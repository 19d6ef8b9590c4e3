"""Dated copies of the records, and of people's ratings as CSV, so that a damaged file costs minutes and not all.

A copy of the records is made where they differ from the last one: at the opening, at the end, and after changes, at
most every ten minutes; ratings follow their changes within a minute. Only records that are whole are copied. A handful
is kept: the last ones, and the last one of each of the last days.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import renaming, unfinished
from engine.errors import LibraryError
from engine.library.home import uri_of
from engine.stored_files import check, checksums_in, checksums_of, read_document, sealed

LOG = logging.getLogger(__name__)
_RECORDS, _RATINGS, _CLOSED = "records", "ratings", "closed.json"
_NAME = re.compile(r"(records|ratings)-([0-9]{8}-[0-9]{6})\.(sqlite|csv)", re.ASCII)
_STAMP = "%Y%m%d-%H%M%S"
_KEPT, _DAYS_KEPT = 3, 4
_RECORDS_EVERY_S, _RATINGS_EVERY_S = 600.0, 60.0
_MOST_BYTES, _ROOM_BYTES = 16 << 20, 4 << 20
"""Larger records are copied at the opening and at the end only."""
Row = tuple[Any, ...]
"""As in `_COLUMNS`; `list` is "" for a rating, else the list that the title is on."""
_COLUMNS = ("profile_id", "name", "item_id", "title", "year", "rating", "is_on", "rated_at", "list")
_OF_RATINGS = (
    "SELECT p.profile_id, p.name, r.item_id, r.title, r.year, r.rating, r.is_on, r.rated_at, '' FROM ratings r"
    " JOIN profiles p USING (profile_id) WHERE NOT p.deleted ORDER BY p.created, p.profile_id, r.place"
)
_OF_LISTS = (
    "SELECT p.profile_id, p.name, l.item_id, l.title, l.year, NULL, 1, '', l.list FROM listed_titles l"
    " JOIN profiles p USING (profile_id) WHERE NOT p.deleted ORDER BY p.created, p.profile_id, l.list, l.place"
)


class Copies:
    """The copies in one folder. Making one never fails: what the disk refuses is left out."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()
        self._made_at = dict.fromkeys((_RECORDS, _RATINGS), -_RECORDS_EVERY_S)
        self._is_changed = True

    def after_change(self, path: Path) -> None:
        """Copy what is due after a change of the records in `path`."""
        self._is_changed = True
        now = self._clock()
        for kind, every_s in ((_RECORDS, _RECORDS_EVERY_S), (_RATINGS, _RATINGS_EVERY_S)):
            if now - self._made_at[kind] >= every_s:
                with suppress(OSError):
                    if kind == _RATINGS or path.stat().st_size <= _MOST_BYTES:
                        self._make(path, (kind,))

    def make(self, path: Path) -> None:
        """Copy records and ratings now, where they differ from their last copies."""
        if self._is_changed:
            self._make(path, (_RECORDS, _RATINGS))

    @property
    def are_there(self) -> bool:
        """Whether there is a copy of anything: then there were records."""
        return self.newest(_RECORDS) is not None or self.newest(_RATINGS) is not None

    def note_closed(self, path: Path) -> None:
        """Remember what the file of the records is like now that it is closed."""
        with suppress(OSError):
            if not path.with_name(f"{path.name}-wal").exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                (self._folder / _CLOSED).write_text(
                    json.dumps(sealed({"files": checksums_of([path])})), encoding="utf-8"
                )

    def was_changed(self, path: Path) -> bool:
        """Whether the file of the records is another than when it was closed; forgotten from then on."""
        note, is_other = self._folder / _CLOSED, False
        with suppress(LibraryError):
            known = checksums_in(read_document(note), note)
            try:
                check(path, known)
            except LibraryError:
                is_other = path.exists() and not path.with_name(f"{path.name}-wal").exists()
        with suppress(OSError):
            note.unlink(missing_ok=True)
        return is_other

    def newest(self, kind: str = _RECORDS) -> Path | None:
        found = self._found(kind)
        return found[-1] if found else None

    def restore(self, path: Path) -> Path | None:
        """Write the newest copy of the records that is whole to `path`, and which it was; None where there is none."""
        for copy in reversed(self._found(_RECORDS)):
            if _is_whole(copy):
                path.write_bytes(copy.read_bytes())
                return copy
        return None

    def ratings_since(self, copy: Path | None) -> tuple[Path | None, list[Row]]:
        """The newest table of ratings and its rows, where it is newer than a copy of the records."""
        table = self.newest(_RATINGS)
        if table is None or (copy is not None and _stamp_of(table) <= _stamp_of(copy)):
            return None, []
        return table, list(_rows_in(table))

    def _make(self, path: Path, kinds: tuple[str, ...]) -> None:
        with self._lock:
            self._made_at.update(dict.fromkeys(kinds, self._clock()))
            try:
                with closing(sqlite3.connect(path, timeout=1.0)) as source:
                    if _RECORDS in kinds:
                        self._copy_records(source)
                    if _RATINGS in kinds:
                        self._write(_RATINGS, _table_of(source))
            except (sqlite3.Error, OSError) as error:
                self._is_changed = True
                LOG.info("No copy of the records is made: %s", error)

    def _copy_records(self, source: sqlite3.Connection) -> None:
        """Copy records that are whole: damaged ones must take no copy's place. sqlite3.Error passes through."""
        self._is_changed = False
        with closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            if copy.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("they are damaged")
            self._write(_RECORDS, copy.serialize())

    def _write(self, kind: str, content: bytes) -> None:
        newest = self.newest(kind)
        if shutil.disk_usage(self._folder.parent).free < len(content) + _ROOM_BYTES:
            return
        if newest is not None and newest.stat().st_size == len(content) and newest.read_bytes() == content:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / f"{kind}-{datetime.now(UTC):{_STAMP}}.{'sqlite' if kind == _RECORDS else 'csv'}"
        passing = unfinished.beside(place)
        try:
            passing.write_bytes(content)
            renaming.replace(passing, place)
        except OSError:
            passing.unlink(missing_ok=True)
            raise
        for old in _superfluous(self._found(kind)):
            with suppress(OSError):  # somebody looks at it: it goes the next time
                old.unlink(missing_ok=True)

    def drop_oldest(self) -> bool:
        """Give up the oldest copy of the records, never the last one, to make room; whether there was one."""
        found = self._found(_RECORDS)
        if len(found) < 2:
            return False
        with suppress(OSError):
            found[0].unlink()
            return True
        return False

    def _found(self, kind: str) -> list[Path]:
        """The copies of a kind, the oldest first."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError:
            return []
        return [self._folder / name for name in names if (found := _NAME.fullmatch(name)) and found.group(1) == kind]


def put_ratings(connection: sqlite3.Connection, rows: list[Row], *, only_unknown: bool = False) -> None:
    """Let people have just these ratings and lists, in this order; others keep theirs, and with `only_unknown` who has
    any."""
    now = datetime.now(UTC).isoformat()
    known = set()
    if only_unknown:
        query = "SELECT profile_id FROM ratings UNION SELECT profile_id FROM listed_titles"
        known = {row[0] for row in connection.execute(query)}
    for profile_id in dict.fromkeys(row[0] for row in rows if row[0] not in known):
        own = [row for row in rows if row[0] == profile_id]
        connection.execute(
            "INSERT INTO profiles (profile_id, name, created, changed) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (profile_id) DO UPDATE SET name = excluded.name",
            (profile_id, own[0][1], now, now),
        )
        connection.execute("DELETE FROM ratings WHERE profile_id = ?", (profile_id,))
        connection.execute("DELETE FROM listed_titles WHERE profile_id = ?", (profile_id,))
        rated = [(profile_id, place, *row[2:-1]) for place, row in enumerate(own) if not row[-1]]
        connection.executemany("INSERT INTO ratings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rated)
        listed = [(profile_id, row[-1], place, *row[2:5]) for place, row in enumerate(own) if row[-1]]
        connection.executemany("INSERT INTO listed_titles VALUES (?, ?, ?, ?, ?, ?)", listed)


def salvaged_ratings(path: Path) -> list[Row]:
    """The ratings and lists that can still be read of damaged records, as far as they come."""
    rows: list[Row] = []
    for query in (_OF_RATINGS, _OF_LISTS):
        try:
            with closing(sqlite3.connect(f"{uri_of(path)}?immutable=1", uri=True)) as connection:
                connection.text_factory = _readable
                for row in connection.execute(query):
                    rows.append(row)
        except (sqlite3.Error, OSError) as error:
            LOG.info("%d ratings were read of the damaged records, then: %s", len(rows), error)
    return rows


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _table_of(copy: sqlite3.Connection) -> bytes:
    copy.text_factory = _readable
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for query in (_OF_RATINGS, _OF_LISTS):
        writer.writerows(copy.execute(query))
    return text.getvalue().encode("utf-8", "replace")


def _rows_in(table: Path) -> Iterator[Row]:
    """The rows of a table of ratings as they are stored; lines that are none are left out.

    Tables of before there were lists have no last column.
    """
    try:
        text = table.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    with suppress(csv.Error):
        for line in csv.reader(io.StringIO(text, newline="")):
            with suppress(ValueError):
                profile_id, name, item_id, title, year, rating, is_on, rated_at, listed = (*line, "")[: len(_COLUMNS)]
                values = (int(year), float(rating) if rating else None, int(is_on), rated_at, listed)
                yield profile_id, name, item_id, title, *values


def _is_whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{uri_of(path)}?immutable=1", uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            is_whole = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.Error:
        return False
    return is_whole and {"datasets", "runs", "profiles", "ratings"} <= tables


def _superfluous(found: list[Path]) -> list[Path]:
    """All but the last ones and the last one of each of the last days."""
    last_of_day = {_stamp_of(path)[:8]: path for path in found[:-_KEPT]}
    kept = {*found[-_KEPT:], *list(last_of_day.values())[-_DAYS_KEPT:]}
    return [path for path in found if path not in kept]


def _stamp_of(path: Path) -> str:
    found = _NAME.fullmatch(path.name)
    return found.group(2) if found else ""


def moment_of(path: Path) -> datetime:
    """When a copy was made."""
    return datetime.strptime(_stamp_of(path), _STAMP).replace(tzinfo=UTC)
