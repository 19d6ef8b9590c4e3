"""Matrix-completion text: how many people, titles and ratings; `user item rating` lines; pairs to predict.

People and titles that the first line counts are there even if nobody has a rating of theirs.

Shapes: L lines of a block, K ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Int64
from engine.data.formats import kind_of_layout
from engine.data.reading.archives import Source, size_of
from engine.data.reading.dialect import encoding_of, text_of
from engine.data.reading.lines import Block, read_blocks
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import Pairs, Piece, no_entries, read_ratings
from engine.data.reading.values import is_number, whole_number
from engine.wording import said

KIND = "matrix"
_COUNTS = re.compile(r"\s*(\d{1,18})[ \t]+(\d{1,18})[ \t]+(\d{1,18})\s*", re.ASCII)
_LOOKED_AT = 400
_HEAD_BYTES = 256 * 1024


MOST_UNSEEN = 1_000_000
"""More people or titles without a rating than this are taken for a wrong first line."""


@dataclass
class _Counted:
    """What the first line announces, and what has come."""

    people: int
    titles: int
    ratings: int
    entries: int = 0
    pairs_announced: int | None = None
    pairs: int = 0
    users: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    starts_at_0: bool = False

    def saw(self, users: pa.Array, items: pa.Array, *, rated: bool) -> None:
        """Ids that have come; ids of pairs only tell whether numbers begin at 0."""
        users, items = set(users.to_pylist()), set(items.to_pylist())
        self.starts_at_0 |= "0" in users or "0" in items
        if rated:
            self.users |= users
            self.items |= items

    def unseen(self) -> tuple[list[str], list[str]]:
        """The ids of people and of titles that the first line counts and no rating has."""
        first = 0 if self.starts_at_0 else 1
        counted = ((self.people, self.users), (self.titles, self.items))
        people, titles = (
            [id_ for id_ in map(str, range(first, first + count)) if id_ not in seen]
            if count - len(seen) <= MOST_UNSEEN
            else []
            for count, seen in counted
        )
        return people, titles


def recognise_matrix(source: Source, head: bytes, given: Given) -> Shape | None:
    """Recognise matrix-completion text by its first line, with which ids and the number of lines must agree."""
    encoding = encoding_of(head, given.encoding)
    lines = text_of(head, encoding).splitlines()
    counts = _COUNTS.fullmatch(lines[0]) if lines else None
    if counts is None or given.columns or given.header:
        return None
    people, titles, ratings = (int(group) for group in counts.groups())
    if not min(people, titles) or ratings > people * titles:
        return None
    rows = [line.split() for line in lines[1:_LOOKED_AT]]
    rated = [row for row in rows[: max(1, min(ratings, len(rows) - 1))] if row]
    if not rated or not all(len(row) == 3 and all(is_number(cell) for cell in row) for row in rated):
        return None
    if any(not _fits(row[0], people) or not _fits(row[1], titles) for row in rated):
        return None
    lines_about = len(lines) - 1 if len(head) < _HEAD_BYTES else size_of(source) * len(lines) / len(head)
    if ratings > 2 * lines_about + 2 or (ratings < lines_about / 20 and not _is_tail(rows, ratings)):
        return None
    return Shape(
        encoding=encoding,
        delimiter=" ",
        header=("user", "item", "rating"),
        width=3,
        roles={"user": 0, "item": 1, "rating": 2},
        layout=kind_of_layout(KIND),
        sample=tuple(tuple(row) for row in rated[:20]),
        unrated=given.unrated if given.unrated is not None else (),
    )


def _fits(an_id: str, most: int) -> bool:
    number = whole_number(an_id)
    return number is not None and number <= most


def _is_tail(rows: list[list[str]], ratings: int) -> bool:
    """Whether pairs, or how many there are, follow right after so many ratings."""
    return ratings < len(rows) and len(rows[ratings]) in (1, 2)


def read_matrix(source: Source, shape: Shape) -> Iterator[Piece]:
    """The ratings, then the pairs to predict, which come with pieces that hold no ratings. Raises DataError."""
    plain = replace(shape, header=None)
    counted: _Counted | None = None
    end = Piece(no_entries(), 0, 0)
    for block in read_blocks(source, plain):
        if counted is None:
            counted, block = _without_counts(block)
        above, below = _halves(block, _where_pairs_begin(block.text))
        found = read_ratings(above, plain, file=source.name) if above.text.strip() else no_entries()
        counted.entries += len(found.ratings_N) + found.skipped.total()
        counted.saw(found.users_N.dictionary, found.items_N.dictionary, rated=True)
        pairs = _pairs(below, counted) if below.text.strip() else None
        end = Piece(found, block.position, block.first_line + block.lines - 1, pairs)
        yield end
    if counted is not None:
        people, titles = counted.unseen()
        nobody = replace(no_entries(), users_N=_without_entries(people), items_N=_without_entries(titles))
        yield Piece(nobody, end.position, end.line, notes=tuple(_notes(source, counted, len(people), len(titles))))


def _without_entries(ids_K: list[str]) -> pa.DictionaryArray:
    """Ids that are there although no entry has them."""
    return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array(ids_K, pa.string()))


def _without_counts(block: Block) -> tuple[_Counted, Block]:
    first, _, rest = block.text.partition(b"\n")
    people, titles, ratings = (int(part) for part in first.split()[:3])
    below = replace(block, text=rest, first_line=block.first_line + 1, lines=block.lines - 1)
    return _Counted(people, titles, ratings), below


def _where_pairs_begin(text: bytes) -> int:
    """Where the line after the last rating begins: what stands there are pairs, and how many."""
    columns_L, starts_L = _columns_of(text)
    rated = np.flatnonzero(columns_L > 2)
    first = int(rated[-1]) + 1 if len(rated) else 0
    return int(starts_L[first]) if first < len(starts_L) else len(text)


def _columns_of(text: bytes) -> tuple[Int64, Int64]:
    """How many columns each line has (0 where it is blank), and where it begins. One space parts columns."""
    bytes_ = np.frombuffer(text, dtype=np.uint8)
    ends_L = np.flatnonzero(bytes_ == ord("\n"))
    if len(text) and not text.endswith(b"\n"):
        ends_L = np.append(ends_L, len(bytes_))
    starts_L = np.concatenate([[0], ends_L[:-1] + 1]).astype(np.int64)
    spaces = np.flatnonzero(bytes_ == ord(" "))
    counts_L = np.searchsorted(spaces, ends_L) - np.searchsorted(spaces, starts_L) + 1
    return np.where(ends_L == starts_L, 0, counts_L), starts_L


def _halves(block: Block, cut: int) -> tuple[Block, Block]:
    above, below = block.text[:cut], block.text[cut:]
    lines = above.count(b"\n")
    return (
        replace(block, text=above, lines=lines),
        replace(block, text=below, first_line=block.first_line + lines, lines=block.lines - lines),
    )


def _pairs(block: Block, counted: _Counted) -> Pairs:
    """The pairs of a block; how many there should be is taken down where a line says so."""
    lines = pa.array(block.text.decode("utf-8", "replace").splitlines(), pa.string())
    parts = pc.split_pattern(lines, " ")
    counts = pc.list_value_length(parts)
    alone = lines.filter(pc.equal(counts, 1)).to_pylist()
    if counted.pairs_announced is None:
        counted.pairs_announced = next((number for line in alone if (number := whole_number(line)) is not None), None)
    paired = parts.filter(pc.greater_equal(counts, 2))
    counted.pairs += len(paired)
    pairs = Pairs(pc.list_element(paired, 0), pc.list_element(paired, 1))
    counted.saw(pairs.users_P.unique(), pairs.items_P.unique(), rated=False)
    return pairs


def _notes(source: Source, counted: _Counted, people: int, titles: int) -> Iterator[str]:
    if counted.entries != counted.ratings:
        yield said(
            "{name} announces {ratings:,} ratings and holds {entries:,}.",
            name=source.name,
            ratings=counted.ratings,
            entries=counted.entries,
        )
    if people or titles:
        yield (
            said(
                "{name} announces {people:,} people and {titles:,} titles; {unrated_people:,} people and "
                "{unrated_titles:,} titles of these have no ratings.",
                name=source.name,
                people=counted.people,
                titles=counted.titles,
                unrated_people=people,
                unrated_titles=titles,
            )
        )
    if counted.pairs:
        yield said(
            "{name} asks for {pairs:,} ratings; they can be predicted once a model has learned.",
            name=source.name,
            pairs=counted.pairs,
        )
    if counted.pairs_announced not in (None, counted.pairs):
        yield said(
            "{name} announces {announced:,} pairs to predict and holds {pairs:,}.",
            name=source.name,
            announced=counted.pairs_announced,
            pairs=counted.pairs,
        )
