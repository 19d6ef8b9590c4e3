"""A stored run recommends to everybody in a file of ratings at once, and writes their lists as a table.

Shapes: U people, I titles of the file, N entries.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Dataset, Float32, Histories, Scale, Vocabulary
from engine.data.importing.choosing import settled_of
from engine.data.importing.gathering import gather
from engine.data.importing.importer import asked_rows
from engine.data.importing.options import ImportOptions
from engine.data.importing.ratings_table import RatingsTable
from engine.data.importing.scales import KNOWN_SCALES, scale_of
from engine.data.reading.roles import MOST_BEYOND, Given
from engine.data.reading.rows import Pairs
from engine.data.whole_file import refuse_same, whole_file, write_csv_part
from engine.device import use_cores
from engine.errors import ProfileError
from engine.events import Job, Pace, Progressed, StageStarted
from engine.library.store import Library
from engine.operations.recommending import no_weight, recommender_of
from engine.recommending.many_lists import ManyLists, known_people, many_lists
from engine.recommending.recommender import Recommender
from engine.wording import counted, joined, said

MOST_NAMED = 20
_NAMES = ("user", "rank", "item", "score")


@dataclass(frozen=True)
class ManyRecommended:
    """What was written for `people` of the file; `without` get no list (the first 20 are named)."""

    path: Path
    run_name: str
    people: int
    without: int
    named_without: tuple[str, ...]
    lines: int
    titles: int
    unknown_titles: int
    out_of_scale: int
    skipped: int
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class _Asked:
    """The people of the file, their entries in rows of the data set."""

    users: Vocabulary
    histories: Histories
    titles: int
    unknown_titles: int
    out_of_scale: int
    skipped: int
    notes: tuple[str, ...]


def recommend_many(
    library: Library,
    run_id: str,
    profiles: Path,
    *,
    out: Path,
    top: int = 20,
    weight: float | None = None,
    given: Given | None = None,
) -> Job[ManyRecommended]:
    """Write the best `top` titles for everybody in a table `user,item,rating` as `user,rank,item,score`.

    Ratings on another scale are brought to the data set's, single ones beyond it are left out; the notes say so.
    In full or not at all. Raises SettingError for a weight that the model does not have, ProfileError where it knows
    nothing of anybody, DataError or LibraryError where a file or the run cannot be used.

    Examples
    --------
    ::

        written = drive(operations.recommend_many(library, "latest", Path("many.csv"), out=Path("lists.csv"), top=10))
    """
    started = time.monotonic()
    use_cores()
    yield StageStarted("opening", said("Opening the model"))
    recommender = recommender_of(library, run_id)
    record = library.runs.find(run_id)
    if weight is not None and not recommender.model.can.mixes_presence:
        raise no_weight(recommender, record.name)
    refuse_same(out, as_read=profiles)
    asked = yield from _asked(recommender.dataset, profiles, given or Given())
    known_U = known_people(recommender, asked.histories)
    if not known_U.any():
        raise ProfileError(
            said(
                "The model knows nothing of anybody in {profiles}: {why}.",
                profiles=profiles.name,
                why=_why_nobody(recommender, asked),
            ),
            remedy=said("Give ratings of titles by the ids that the data set has."),
            people=len(asked.users),
        )
    lines = yield from _write(recommender, asked, out, people=int(known_U.sum()), top=top, weight=weight)
    return ManyRecommended(
        Path(out).absolute(),
        record.name,
        len(asked.users),
        int((~known_U).sum()),
        tuple(asked.users.id(row) for row in np.flatnonzero(~known_U)[:MOST_NAMED].tolist()),
        lines,
        asked.titles,
        asked.unknown_titles,
        asked.out_of_scale,
        asked.skipped,
        asked.notes,
        time.monotonic() - started,
    )


def _asked(dataset: Dataset, profiles: Path, given: Given) -> Job[_Asked]:
    gathered = yield from gather([profiles], ImportOptions(given=given))
    histories = yield from settled_of(gathered, "last")
    words = pa.array(gathered.items.ids, pa.string())
    rows_I2 = asked_rows([Pairs(words, words)], Vocabulary(()), dataset.items)
    assert rows_I2 is not None, "there is a list of titles"
    row_N = rows_I2[:, 1][histories.item_rows_N]
    table = gathered.tables[0]
    brought = _on_scale(histories.ratings_N, table, dataset, is_said=given.scale is not None)
    kept_N = (row_N >= 0) & ~brought.beyond_N
    kept = Histories(histories.indptr_U1, row_N, brought.ratings_N, histories.times_N).where(kept_N)
    return _Asked(
        gathered.users,
        kept,
        len(gathered.items),
        int((rows_I2[:, 1] < 0).sum()),
        int(brought.beyond_N.sum()),
        table.skipped.total(),
        (*table.notes, *brought.notes),
    )


@dataclass(frozen=True)
class _Brought:
    """Ratings on the scale of a data set, which of them lie beyond it, and what was done, in a sentence."""

    ratings_N: Float32
    beyond_N: Bools
    notes: tuple[str, ...] = ()


def _on_scale(ratings_N: Float32, table: RatingsTable, dataset: Dataset, *, is_said: bool) -> _Brought:
    """Ratings as they are where (nearly) all are on the data set's scale; on another known scale, brought to it."""
    name, wanted = table.source.name, dataset.scale
    beyond_N = _beyond(ratings_N, wanted)
    if not is_said and not beyond_N.any():
        return _Brought(ratings_N, beyond_N)
    ends = said("{low:g} to {high:g} of {dataset}", low=wanted.low, high=wanted.high, dataset=dataset.name)
    given = _other_scale(ratings_N, beyond_N, table)
    if given is None:
        count, example = int(beyond_N.sum()), f"{float(ratings_N[beyond_N][0]):g}"
        note = counted(
            "In {name} {count} rating lies beyond {ends}, such as {example}; it was left out.",
            "In {name} {count} ratings lie beyond {ends}, such as {example}; they were left out.",
            count,
            name=name,
            ends=ends,
            example=example,
        )
        return _Brought(ratings_N, beyond_N, (note,))
    beyond_N = _beyond(ratings_N, given)
    if (given.low, given.high) == (wanted.low, wanted.high):
        return _Brought(ratings_N, beyond_N)
    share_N = np.clip((ratings_N - given.low) / (given.high - given.low), 0, 1)
    brought_N = np.round(wanted.low + share_N * (wanted.high - wanted.low), 2).astype(np.float32)
    rated_N = ~np.isnan(ratings_N) & ~beyond_N
    note = said(
        "The ratings in {name} go from {low:g} to {high:g}; they were brought to {ends}.",
        name=name,
        low=given.low,
        high=given.high,
        ends=ends,
    )
    if rated_N.any():
        before, now = float(ratings_N[rated_N][0]), float(brought_N[rated_N][0])
        note = joined(note, said("{before:g} counts as {now:g}.", before=before, now=now))
    return _Brought(brought_N, beyond_N, (note,))


def _beyond(ratings_N: Float32, scale: Scale) -> Bools:
    slack = 1e-6 * max(1.0, scale.high - scale.low)
    beyond_N: Bools = (ratings_N < scale.low - slack) | (ratings_N > scale.high + slack)
    return beyond_N


def _other_scale(ratings_N: Float32, beyond_N: Bools, table: RatingsTable) -> Scale | None:
    """The scale that is said or declared, else the one of those that people use; None where only a few lie beyond."""
    if table.shape.layout.scale is not None:
        return Scale(*table.shape.layout.scale)
    if int(beyond_N.sum()) <= MOST_BEYOND * int(np.count_nonzero(~np.isnan(ratings_N))):
        return None
    found = scale_of(dict.fromkeys((*table.rated, *table.shape.spelt_high), 0))
    return found if any(found == scale for scale, _ in KNOWN_SCALES) else None


def _why_nobody(recommender: Recommender, asked: _Asked) -> str:
    name = recommender.dataset.name
    if asked.unknown_titles == asked.titles:
        return said("{dataset} has none of the {titles:,} titles", dataset=name, titles=asked.titles)
    if recommender.model.can.learns_from == "likes":
        return said(
            "it goes by likes, {like:g} or better, and there is none that it knows", like=recommender.dataset.scale.like
        )
    return said("too few people have the titles")


def _write(
    recommender: Recommender, asked: _Asked, out: Path, *, people: int, top: int, weight: float | None
) -> Job[int]:
    yield StageStarted("recommending", said("Ranking all titles for {people:,} people", people=people))
    users = pa.array(asked.users.ids, pa.string())
    items = pa.array(recommender.dataset.items.ids, pa.string())
    pace, done, lines = Pace(), 0, 0
    with whole_file(out) as file:
        file.write((",".join(_NAMES) + "\n").encode())
        for lists in many_lists(recommender, asked.histories, top=top, weight=weight):
            lines += _write_lists(file, lists, users, items)
            done += len(lists.people_U)
            yield Progressed("Recommending", done, people, "people") if pace.due() else None
    return lines


def _write_lists(file: BinaryIO, lists: ManyLists, users: pa.Array, items: pa.Array) -> int:
    people, places = np.nonzero(lists.taken_UK)
    columns: tuple[pa.Array, ...] = (
        users.take(pa.array(lists.people_U[people])),
        pa.array(places + 1),
        items.take(pa.array(lists.item_rows_UK[people, places])),
        pc.cast(pa.array(lists.scores_UK[people, places]), pa.float64()),
    )
    write_csv_part(file, dict(zip(_NAMES, columns, strict=True)))
    return len(people)
