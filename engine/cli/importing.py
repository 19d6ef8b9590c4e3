"""import, reimport, look: ratings files become data sets; `look` only shows how they would be read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.cli.listing import dataset_document
from engine.cli.output import Answer, WrongUse, format_commands, format_facts, format_table
from engine.cli.progress import Driver
from engine.cli.reading_options import given_of
from engine.documents import document_of
from engine.errors import EngineError
from engine.library.datasets import DatasetRecord
from engine.library.store import Library
from engine.text import format_count, format_duration, format_size, format_titles_taken, moment_of, plural, shorten

if TYPE_CHECKING:
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.options import ImportOptions
    from engine.data.importing.preview import Preview
    from engine.data.importing.preview_rows import PreviewRow

_PROBLEMS_SHOWN = 10
_REPORTED = ("duplicates", "skipped", "problems", "layout", "encoding", "delimiter", "files", "notes", "rows",
             "left_out", "titles_from", "seconds", "peak_mib")  # fmt: skip
_MIB = 2**20


def import_files(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    from engine import operations

    record = driver.run(operations.import_files(library, arguments.ratings, options=_options_of(arguments))).record
    reported = {name: record.report[name] for name in _REPORTED if name in record.report}
    text = _import_text(record)
    if record.report.get("are_counts") and arguments.counts is None:
        text += f"\n{format_commands(arguments.words, (('--counts', 'rank'), ('--counts', 'log')))}"
    return Answer({**dataset_document(record), **reported}, text)


def import_again(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Import the files of a data set again; the result takes the place of the data set."""
    from engine import operations

    former = library.datasets.find(arguments.dataset)
    again = driver.run(operations.import_again(library, former.dataset_id))
    operations.settle_again(library, again)
    record = library.datasets.find(again.data.record.dataset_id)
    renamed = {"dataset_id": "dataset", "people": "users", "titles": "items"}
    document = document_of(record, rename=renamed, without=("scale", "created", "report"))
    return Answer({**document, "former": former.dataset_id, "changed": again.change}, again.words)


def look_at(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """Say what files are and show their first rows as an import would read them."""
    from engine.data.importing.estimate import estimate
    from engine.data.importing.preview import look

    given = given_of(arguments)
    preview = driver.run(look(arguments.ratings, given, items=arguments.items))
    obstacle = preview.obstacle
    if preview.shape is None and obstacle is not None:
        raise EngineError(obstacle.sentence, remedy=obstacle.remedy, ways=obstacle.ways)
    needed = None if obstacle is not None else estimate(preview.paths, given)
    ways = format_commands(arguments.words, obstacle.ways) if obstacle is not None else ""
    return Answer(_preview_document(preview, needed), f"{_preview_text(preview, needed)}\n{ways}".rstrip())


def _options_of(arguments: argparse.Namespace) -> ImportOptions:
    """All that the arguments say of an import. Raises WrongUse where a part makes no sense."""
    from engine.data.importing.options import ImportOptions, Selection

    for name in ("last_years", "most_titles", "least_per_title", "least_per_person"):
        value = getattr(arguments, name)
        if value is not None and not value > 0:
            raise WrongUse(f"--{name.replace('_', '-')} takes a number above 0, not {value:g}.")
    return ImportOptions(
        name=arguments.name,
        items=arguments.items,
        given=given_of(arguments),
        duplicates=arguments.duplicates,
        selection=Selection(
            arguments.last_years, arguments.most_titles, arguments.least_per_title, arguments.least_per_person
        ),
    )


def _import_text(record: DatasetRecord) -> str:
    from engine.data.reading.rows import PLANNED

    report = record.report
    unrated, skipped = int(report["unrated"]), sum(report["skipped"].values())
    reasons = ", ".join(f"{format_count(count)} x {reason}" for reason, count in report["skipped"].items())
    steps = f" in steps of {record.scale.step:g}" if record.scale.step else ""
    facts = [
        ("people", format_count(record.people)),
        ("titles", format_count(record.titles)),
        ("ratings", format_count(record.entries - unrated)),
        ("seen only", format_count(unrated) if unrated else ""),
        ("per person", f"{format_count(record.entries / max(1, record.people))} of them on average"),
        ("scale", f"{record.scale.low:g} to {record.scale.high:g}{steps}"),
        ("layout", f"{report['layout']}, {report['encoding']}"),
        ("titles from", format_titles_taken(report.get("titles_from"), record.titles)),
        ("duplicates", format_count(report["duplicates"]) if report["duplicates"] else ""),
        ("skipped", f"{plural(skipped, 'line')}: {reasons}" if skipped else ""),
        ("took", f"{format_duration(report['seconds'])}, {format_size(report['peak_mib'] * _MIB)} of memory at most"),
    ]
    problems = report["problems"][:_PROBLEMS_SHOWN]
    lines = [f"Imported {record.name} ({record.dataset_id})", format_facts(facts)]
    lines += [f"  {note}" for note in report.get("notes", ())]
    lines += [f"  {bad['file']}, line {bad['line']:,}: {bad['text']!r} ({bad['reason']})" for bad in problems]
    left = skipped - report["skipped"].get(PLANNED, 0) - len(problems)
    return "\n".join([*lines, f"  and {format_count(left)} more" if left > 0 else ""]).rstrip()


def _preview_document(preview: Preview, needed: Estimate | None) -> dict[str, Any]:
    shape = preview.shape
    return {
        "files": preview.files,
        "name": preview.name,
        "layout": shape.layout.name if shape else None,
        "encoding": shape.encoding if shape else None,
        "delimiter": shape.delimiter_name if shape else None,
        "decimal": shape.decimal if shape else None,
        "columns": preview.columns,
        "roles": preview.roles_of_columns,
        "scale": preview.scale,
        "titles": preview.titles.source.name if preview.titles else None,
        "rows": [_row_document(row) for row in preview.rows],
        "obstacle": f"{preview.obstacle.sentence} {preview.obstacle.remedy}".strip() if preview.obstacle else None,
        "about": {name: getattr(needed, name) for name in ("rows", "memory_mib", "disk_mib")} if needed else None,
    }


def _row_document(row: PreviewRow) -> dict[str, Any]:
    texts = {"user": row.user or None, "item": row.item or None, "problem": row.problem or None}
    return {**document_of(row, without=("is_read",)), **texts}


def _preview_text(preview: Preview, needed: Estimate | None) -> str:
    shape, obstacle, about = preview.shape, preview.obstacle, ""
    pairs = zip(preview.columns, preview.roles_of_columns, strict=False)
    if needed is not None:
        memory, disk = format_size(needed.memory_mib * _MIB), format_size(needed.disk_mib * _MIB)
        about = f"{plural(needed.rows, 'row')}, {memory} of memory, {disk} on disk"
    facts = [
        ("layout", f"{shape.layout.name}, {shape.encoding}, {shape.delimiter_name}" if shape else ""),
        ("columns", ", ".join(f"{name} = {'+'.join(sorted(roles))}" for name, roles in pairs if roles)),
        ("scale", f"{preview.scale.low:g} to {preview.scale.high:g}" if preview.scale else ""),
        ("counts", preview.counts.described(preview.files[0]) if preview.counts else ""),
        ("titles", preview.titles.source.name if preview.titles else ""),
        ("about", about),
    ]
    rows = [[format_count(row.line), *_row_cells(row)] for row in preview.rows]
    table = format_table(("line", "person", "title", "rating", "time"), rows, right=(0, 3))
    lines = [", ".join(preview.files), format_facts(facts), table]
    return "\n".join([*lines, *([f"{obstacle.sentence} {obstacle.remedy}"] if obstacle else [])])


def _row_cells(row: PreviewRow) -> list[str]:
    """Person, title, rating and time of a row; of one that could not be read its text and the reason."""
    if not row.is_read:
        return [shorten(" | ".join(row.cells), 60), row.problem, "", ""]
    moment = moment_of(row.time) if row.time else None
    day = f"{moment:%Y-%m-%d}" if moment else ""
    return [shorten(row.user, 20), shorten(row.item, 40), "seen" if row.rating is None else f"{row.rating:g}", day]
