"""Gathered entries -> one Dataset, chosen from, cleaned, counted and reported. Nothing is written.

Shapes: N entries, U people, I titles.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.catalogue import Catalogue
from engine.data.dataset import Bools, Dataset, Float32, Histories, Int32, Scale, Vocabulary, fingerprinting
from engine.data.formats import UNNAMED_COLUMNS
from engine.data.importing.choosing import Alive, alive_after, settled_of
from engine.data.importing.gathering import Gathered, gather
from engine.data.importing.grouping import only, slices_of
from engine.data.importing.identifying import WITH_POINT
from engine.data.importing.items import catalogue_of
from engine.data.importing.options import Duplicates, Selection, name_of, peak_mib
from engine.data.importing.options import ImportOptions as ImportOptions
from engine.data.importing.options import ImportReport as ImportReport
from engine.data.importing.ratings_table import RatingsTable
from engine.data.importing.scales import declared_scale, scale_of
from engine.data.importing.title_lists import TitlesOfRatings, titles_of_ratings
from engine.data.reading.rows import MOST_PROBLEMS, Pairs
from engine.errors import DataError
from engine.events import Job, StageStarted
from engine.text import join_words
from engine.wording import said


def import_files(
    paths: Sequence[Path], *, options: ImportOptions, dataset_id: str
) -> Job[tuple[Dataset, ImportReport]]:
    """One data set from ratings files (plain, .gz, .zip or folders), and what was found. Raises DataError.

    >>> from engine.data.sample import sample_files
    >>> from engine.events import drive
    >>> dataset, report = drive(import_files(sample_files(), options=ImportOptions(), dataset_id="sample"))
    >>> report.layout, report.skipped
    ('MovieLens csv', {})
    """
    gathered = yield from gather(paths, options)
    return (yield from import_gathered(gathered, options=options, dataset_id=dataset_id))


def import_gathered(
    gathered: Gathered, *, options: ImportOptions, dataset_id: str
) -> Job[tuple[Dataset, ImportReport]]:
    """One data set from gathered entries, which stay as they are; all options but `given` count."""
    started = time.monotonic() - gathered.seconds
    chosen = yield from _chosen(gathered, options)
    yield StageStarted("titles", said("Looking for titles, years and genres"))
    first = replace(gathered.tables[0])
    named = yield from _titles_of(gathered, first, chosen.items, options.items)
    fingerprint = yield from fingerprinting(chosen.histories, chosen.users, chosen.items)
    dataset = Dataset(
        dataset_id,
        options.name or name_of([table.source for table in gathered.tables]),
        chosen.users,
        chosen.items,
        _catalogue_of(first, chosen.items, named),
        chosen.histories,
        gathered.counts.scale if gathered.counts is not None else _scale_of(gathered.tables),
        fingerprint,
        asked_rows([pairs for table in gathered.tables for pairs in table.pairs], chosen.users, chosen.items),
    )
    unrated = yield from _count_unrated(chosen.histories.ratings_N)
    report = _report([first, *gathered.tables[1:]], chosen, named, seconds=time.monotonic() - started)
    notes = _notes_on_counts(gathered, options.duplicates)
    report = replace(report, notes=(*notes, *report.notes), duplicates=gathered.replaced, unrated=unrated)
    return dataset, replace(report, are_counts=gathered.counts is not None)


def asked_rows(pairs: Sequence[Pairs], users: Vocabulary, items: Vocabulary) -> Int32 | None:
    """A user_row and an item_row for each pair, -1 where the data set has none; None without pairs. In order."""
    if not pairs:
        return None
    users_P = _rows([some.users_P for some in pairs], users)
    return np.column_stack([users_P, _rows([some.items_P for some in pairs], items)])


def _rows(ids: Sequence[pa.Array], vocabulary: Vocabulary) -> Int32:
    """The rows of these ids; 8.0 is 8 where there is no 8.0."""
    known, asked = pa.array(vocabulary.ids, pa.string()), pa.chunked_array(ids)
    plain = pc.index_in(pc.replace_substring_regex(asked, WITH_POINT, r"\1"), known)
    rows: Int32 = pc.fill_null(pc.coalesce(pc.index_in(asked, known), plain), -1).to_numpy().astype(np.int32)
    return rows


@dataclass(frozen=True)
class _Chosen:
    """What is kept of the gathered entries, with vocabularies of its own."""

    histories: Histories
    users: Vocabulary
    items: Vocabulary
    left_out: dict[str, int]


def _chosen(gathered: Gathered, options: ImportOptions) -> Job[_Chosen]:
    settled = yield from settled_of(gathered, options.duplicates)
    if options.selection.keeps_all:
        return _Chosen(settled, gathered.users, gathered.items, {})
    yield StageStarted("choosing", said("Choosing people and titles"))
    steps = yield from alive_after(gathered, options.selection, duplicates=options.duplicates)
    left, alive = steps[-1].figures, steps[-1]
    people_U, titles_I = alive.people_U & (alive.counts_U > 0), alive.titles_I & (alive.counts_I > 0)
    if not left.entries:
        raise _nothing_left(gathered, options.selection, steps)
    kept_N = yield from _kept(settled, people_U, titles_I)
    histories = yield from only(settled, kept_N)
    yield from _renumber(histories.item_rows_N, titles_I)
    starts = np.append(histories.indptr_U1[:-1][people_U], histories.indptr_U1[-1])
    return _Chosen(
        Histories(starts, histories.item_rows_N, histories.ratings_N, histories.times_N),
        _only_ids(gathered.users, people_U),
        _only_ids(gathered.items, titles_I),
        {
            "people": len(gathered.users) - left.people,
            "titles": len(gathered.items) - left.titles,
            "entries": settled.entries - left.entries,
        },
    )


def _kept(histories: Histories, people_U: Bools, titles_I: Bools) -> Job[Bools]:
    kept_N = np.repeat(people_U, histories.counts_U)
    for part in slices_of(histories.entries):
        kept_N[part] &= titles_I[histories.item_rows_N[part]]
        yield None
    return kept_N


def _renumber(item_rows_N: Int32, titles_I: Bools) -> Job[None]:
    """In place: rows among all titles become rows among those that stay."""
    row_I = (np.cumsum(titles_I) - 1).astype(np.int32)
    for part in slices_of(len(item_rows_N)):
        item_rows_N[part] = row_I[item_rows_N[part]]
        yield None


def _only_ids(vocabulary: Vocabulary, kept: Bools) -> Vocabulary:
    return Vocabulary([vocabulary.id(row) for row in np.flatnonzero(kept).tolist()])


def _nothing_left(gathered: Gathered, selection: Selection, steps: Sequence[Alive]) -> DataError:
    rules = (
        said("people active in the last {last_years:g} years", last_years=selection.last_years or 0),
        said("the {most_titles:,} most rated titles", most_titles=selection.most_titles or 0),
        said("titles with at least {least_per_title:,} entries", least_per_title=selection.least_per_title),
        said("people with at least {least_per_person:,} entries", least_per_person=selection.least_per_person),
    )
    emptied = next(number for number, step in enumerate(steps) if not step.figures.entries)
    had = steps[emptied - 1].figures if emptied else None
    people, titles = (had.people, had.titles) if had else (len(gathered.users), len(gathered.items))
    return DataError(
        said(
            "Nothing is left of {entries:,} entries: of {people:,} people and {titles:,} titles none "
            "remain after keeping only {rules}.",
            entries=gathered.entries,
            people=people,
            titles=titles,
            rules=rules[emptied],
        ),
        remedy=said("Ask for less."),
        entries=gathered.entries,
        people=people,
        titles=titles,
    )


def _scale_of(tables: Sequence[RatingsTable]) -> Scale:
    """The scale of the ratings of all files, whatever is chosen of them."""
    rated = [table for table in tables if table.rated]
    ratings = Counter({high: 0 for table in rated for high in table.shape.spelt_high})
    for table in rated:
        ratings.update(table.rated)
    return scale_of(ratings, declared=declared_scale(table.shape.layout.scale for table in rated))


def _count_unrated(ratings_N: Float32) -> Job[int]:
    count = 0
    for part in slices_of(len(ratings_N)):
        count += int(np.count_nonzero(np.isnan(ratings_N[part])))
        yield None
    return count


def _titles_of(gathered: Gathered, table: RatingsTable, items: Vocabulary, chosen: Path | None) -> Job[TitlesOfRatings]:
    """What the titles are called; where the layout needs its own list and there is none, the layout is another."""
    named = yield from titles_of_ratings(table.source, table.shape, items.ids, chosen=chosen, paths=gathered.paths)
    layout = table.shape.layout
    needed = layout.items.width if layout.items else None
    if layout.needs_items and (named.found is None or named.found.shape.width != needed):
        table.shape = replace(table.shape, layout=UNNAMED_COLUMNS)
    return named


def _catalogue_of(table: RatingsTable, items: Vocabulary, named: TitlesOfRatings) -> Catalogue:
    roles = table.shape.roles
    return catalogue_of(
        items.ids,
        named.titles,
        word=table.shape.layout.word,
        ids_are_titles=roles["item"] == roles.get("title"),
        id_kind=table.shape.layout.id_kind,
        links=named.links,
    )


def _report(tables: Sequence[RatingsTable], chosen: _Chosen, named: TitlesOfRatings, *, seconds: float) -> ImportReport:
    shapes = [table.shape for table in tables]
    skipped = sum((table.skipped for table in tables), Counter[str]())
    return ImportReport(
        layout=" + ".join(dict.fromkeys(shape.layout.name for shape in shapes)),
        encoding=" + ".join(dict.fromkeys(shape.encoding for shape in shapes)),
        delimiter=" + ".join(dict.fromkeys(shape.delimiter_name for shape in shapes)),
        rows=sum(table.entries for table in tables) + skipped.total(),
        skipped=dict(skipped),
        problems=tuple(problem for table in tables for problem in table.problems)[:MOST_PROBLEMS],
        duplicates=0,
        unrated=0,
        seconds=seconds,
        peak_mib=peak_mib(),
        files=tuple(table.source.name for table in tables),
        notes=tuple(note for table in tables for note in table.notes) + _notes_on(chosen) + named.notes,
        left_out=chosen.left_out,
        titles_from=named.taken,
    )


def _notes_on_counts(gathered: Gathered, duplicates: Duplicates) -> tuple[str, ...]:
    if gathered.counts is None:
        return ()
    names = join_words(table.source.name for table in gathered.tables if table.counts)
    is_added_up = bool(gathered.replaced) and duplicates == "last"
    added = (said("Where somebody has a title several times, these numbers are added up."),) if is_added_up else ()
    return (gathered.counts.described(names), *added)


def _notes_on(chosen: _Chosen) -> tuple[str, ...]:
    if not any(chosen.left_out.values()):
        return ()
    parts = join_words(f"{count:,} {what}" for what, count in chosen.left_out.items())
    return (said("Left out as you chose: {parts}.", parts=parts),)
