"""Ways in which a stored file is damaged, drawn from a random source: bytes, values in JSON, cells of records."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"), [], [[]], {}, {"": None}, [None] * 3),
    *("", "x", "\x00", "../../../etc", "1e999", "9" * 5000, "\ud800", "\U0010ffff" * 3, "2026-13-45T99:99:99"),
)
ODD_CELLS: tuple[Any, ...] = (
    *(b"\xff\xfe", b"", -1, 7, 2**62, 1e308, float("inf")),
    *("", "x", "../../../etc", "\x00", "9" * 5000, "[" * 10**5, "0001-01-01T00:00:00+00:00"),
)


def damaged_bytes(content: bytes, drawn: random.Random) -> bytes:
    """Some other bytes in place of these."""
    kind: Callable[[bytes, random.Random], bytes] = drawn.choice(
        (_flipped, _flipped, _cut, _swapped, _zeroed, _randomised, _lengthened, _emptied, _repeated)
    )
    return kind(content, drawn)


def damaged_json(content: bytes, drawn: random.Random) -> bytes:
    """JSON with another value at one place, or with what only looks like JSON."""
    kind = drawn.randrange(8)
    if kind == 0:
        return b"[" * drawn.choice((10, 100_000)) + content
    if kind == 1:
        return content.replace(b":", b": " + b'{"a":' * 100_000, 1)
    if kind == 2:
        place = drawn.randrange(max(1, len(content)))
        return content[:place] + drawn.choice((b"\xff", b"\xc3", b"\x00", b"\xed\xa0\x80")) + content[place:]
    document = json.loads(content)
    replaced = _replaced(document, drawn)
    return json.dumps(replaced).encode()


def damage_cell(path: Path, drawn: random.Random) -> str:
    """Another value in one cell of the records; which one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        of_people = ("profiles", "ratings", "listed_titles", "remembered")
        tables = ("datasets", "runs", "curves", *of_people, "searches", "search_rows", "sweeps")
        table = drawn.choice(tables)
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column = drawn.choice(columns)
        keys = [row[5] for row in connection.execute(f"PRAGMA table_info({table})")]
        key = columns[keys.index(1)]
        rows = connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall()
        which, value = drawn.choice(rows)
        other = _other_cell(value, drawn)
        connection.execute(f"UPDATE OR REPLACE {table} SET {column} = {_as_sql(other)} WHERE {key} = ?", (other, which))
    return f"{table}.{column} of {which} is {other!r:.60}"


def _other_cell(value: Any, drawn: random.Random) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{") and drawn.random() < 0.7:
        return damaged_json(value.encode(), drawn).decode("utf-8", "replace")
    return drawn.choice(ODD_CELLS)


def _as_sql(value: Any) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, bytes) and value else "?"


def _replaced(value: Any, drawn: random.Random) -> Any:
    """The value with one part replaced, somewhere in it."""
    if isinstance(value, dict) and value and drawn.random() < 0.85:
        key = drawn.choice(sorted(value))
        if drawn.random() < 0.15:
            return {name: of for name, of in value.items() if name != key}
        return {**value, key: _replaced(value[key], drawn)}
    if isinstance(value, list) and value and drawn.random() < 0.7:
        place = drawn.randrange(len(value))
        return [*value[:place], _replaced(value[place], drawn), *value[place + 1 :]]
    if isinstance(value, int | float) and not isinstance(value, bool) and drawn.random() < 0.4:
        return value + drawn.choice((1, -1, 0.5, 10**6))
    return drawn.choice(ODD_VALUES)


def _flipped(content: bytes, drawn: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(drawn.choice((1, 1, 1, 2, 8))):
        if changed:
            changed[drawn.randrange(len(changed))] ^= 1 << drawn.randrange(8)
    return bytes(changed)


def _cut(content: bytes, drawn: random.Random) -> bytes:
    return content[: drawn.randrange(len(content) + 1)] if drawn.random() < 0.7 else content[: -drawn.randint(1, 8)]


def _swapped(content: bytes, drawn: random.Random) -> bytes:
    size = max(1, len(content) // 8)
    first, second = (drawn.randrange(max(1, len(content) - size)) for _ in range(2))
    changed = bytearray(content)
    changed[first : first + size], changed[second : second + size] = (
        changed[second : second + size],
        changed[first : first + size],
    )
    return bytes(changed)


def _zeroed(content: bytes, drawn: random.Random) -> bytes:
    start = drawn.randrange(len(content) + 1) if drawn.random() < 0.6 else 0
    size = min(len(content) - start, drawn.choice((4, 64, 4096, len(content))))
    return content[:start] + bytes(size) + content[start + size :]


def _randomised(content: bytes, drawn: random.Random) -> bytes:
    start = drawn.randrange(len(content) + 1) if drawn.random() < 0.6 else 0
    size = min(len(content) - start, drawn.choice((4, 64, 4096, len(content))))
    return content[:start] + drawn.randbytes(size) + content[start + size :]


def _lengthened(content: bytes, drawn: random.Random) -> bytes:
    return content + drawn.choice((b"\0", b"x" * 100, content, bytes(5000)))


def _emptied(content: bytes, drawn: random.Random) -> bytes:
    return b""


def _repeated(content: bytes, drawn: random.Random) -> bytes:
    start = drawn.randrange(len(content) + 1)
    return content[:start] + content[start : start + 64] + content[start:]
