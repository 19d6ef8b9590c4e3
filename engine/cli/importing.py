"""look: how files would be read, before anything is imported. Works without torch and without a library."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.cli.options import given_of, options_of
from engine.cli.output import Answer, WrongUse, duration, facts, shortened, table
from engine.cli.progress import Driver
from engine.data.dataset import Dataset, Scale
from engine.errors import EngineError
from engine.events import Stop
from engine.library.datasets import DatasetRecord
from engine.library.store import Library

if TYPE_CHECKING:
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.preview import Preview
    from engine.data.importing.preview_rows import PreviewRow


_PROBLEMS_SHOWN = 10


def import_files(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Import files as one data set and say what was found."""
    from engine import operations

    imported = driver.run(operations.import_files(library, arguments.ratings, options=options_of(arguments)))
    return Answer(_import_document(imported.record), _import_text(imported.record))


def list_datasets(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """All data sets, the newest first."""
    records = library.datasets.records()
    rows = [
        [one.dataset_id, one.name, f"{one.people:,}", f"{one.titles:,}", f"{one.entries:,}",
         f"{one.created.astimezone():%d %b %Y}"]
        for one in records
    ]  # fmt: skip
    text = table(("id", "name", "people", "titles", "ratings", "imported"), rows, right=(2, 3, 4))
    return Answer(
        {"datasets": [_dataset_document(record) for record in records]},
        text if rows else "There are no data sets yet. Import one, or train on: sample.",
    )


def dataset_of(which: str, library: Library, driver: Driver) -> Dataset:
    """The data set that a person means; the sample is imported on its first use. Raises LibraryError, Stop."""
    if which == "sample" and not any(record.dataset_id == which for record in library.datasets.records()):
        from engine import operations

        dataset = driver.run(operations.open_sample(library)).dataset
        if driver.asked_to_stop:
            raise Stop
        return dataset
    return library.datasets.open(library.datasets.find(which).dataset_id)


def _dataset_document(record: DatasetRecord) -> dict[str, Any]:
    unrated = int(record.report.get("unrated", 0))
    return {
        "dataset": record.dataset_id,
        "name": record.name,
        "users": record.people,
        "items": record.titles,
        "ratings": record.entries - unrated,
        "unrated": unrated,
        "scale": {"low": record.scale.low, "high": record.scale.high, "step": record.scale.step},
        "fingerprint": record.fingerprint,
        "imported": record.created.isoformat(),
    }


def _import_document(record: DatasetRecord) -> dict[str, Any]:
    report = record.report
    names = ("duplicates", "skipped", "problems", "layout", "encoding", "delimiter", "files", "notes", "rows",
             "left_out", "seconds", "peak_mib")  # fmt: skip
    return {**_dataset_document(record), **{name: report[name] for name in names if name in report}}


def _import_text(record: DatasetRecord) -> str:
    report = record.report
    unrated, skipped = int(report["unrated"]), sum(report["skipped"].values())
    reasons = ", ".join(f"{count:,} x {reason}" for reason, count in report["skipped"].items())
    lines = [
        f"Imported {record.name} ({record.dataset_id})",
        facts(
            [
                ("people", f"{record.people:,}"),
                ("titles", f"{record.titles:,}"),
                ("ratings", f"{record.entries - unrated:,}"),
                ("seen only", f"{unrated:,}" if unrated else ""),
                ("density", f"{100 * record.density:.2g} %"),
                ("scale", _scale_words(record.scale)),
                ("layout", f"{report['layout']}, {report['encoding']}"),
                ("duplicates", f"{report['duplicates']:,}" if report["duplicates"] else ""),
                ("skipped", f"{skipped:,} line{'s' if skipped != 1 else ''}: {reasons}" if skipped else ""),
                ("took", f"{duration(report['seconds'])}, {report['peak_mib']:,.0f} MiB at most"),
            ]
        ),
        *[f"  {note}" for note in report.get("notes", ())],
        *[
            f"  {one['file']}, line {one['line']:,}: {one['text']!r} ({one['reason']})"
            for one in report["problems"][:_PROBLEMS_SHOWN]
        ],
    ]
    left = skipped - min(len(report["problems"]), _PROBLEMS_SHOWN)
    return "\n".join([*lines, f"  and {left:,} more" if left > 0 else ""]).rstrip()


def _scale_words(scale: Scale) -> str:
    steps = f" in steps of {scale.step:g}" if scale.step else ""
    return f"{scale.low:g} to {scale.high:g}{steps}"


def look_at(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """Say what files are and show their first rows as an import would read them."""
    from engine.data.importing.estimate import estimate
    from engine.data.importing.preview import look

    given = given_of(arguments)
    if not arguments.ratings:
        raise WrongUse("look wants a file.")
    seen = driver.run(look(arguments.ratings, given, items=arguments.items))
    if seen.shape is None and seen.obstacle is not None:
        raise EngineError(seen.obstacle.sentence, remedy=seen.obstacle.remedy)
    needs = None if seen.obstacle is not None else estimate(seen.paths, given)
    return Answer(_document(seen, needs), _text(seen, needs))


def _document(seen: Preview, needs: Estimate | None) -> dict[str, Any]:
    shape = seen.shape
    return {
        "files": list(seen.files),
        "name": seen.name,
        "layout": shape.layout.name if shape else None,
        "encoding": shape.encoding if shape else None,
        "delimiter": shape.delimiter_name if shape else None,
        "decimal": shape.decimal if shape else None,
        "columns": list(seen.columns),
        "roles": [sorted(roles_of_column) for roles_of_column in seen.roles_of_columns],
        "scale": {"low": seen.scale.low, "high": seen.scale.high, "step": seen.scale.step} if seen.scale else None,
        "titles": seen.titles.source.name if seen.titles else None,
        "rows": [_row_document(row) for row in seen.rows],
        "obstacle": f"{seen.obstacle.sentence} {seen.obstacle.remedy}".strip() if seen.obstacle else None,
        "about": {"rows": needs.rows, "memory_mib": needs.memory_mib, "disk_mib": needs.disk_mib} if needs else None,
    }


def _row_document(row: PreviewRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "cells": list(row.cells),
        "user": row.user or None,
        "item": row.item or None,
        "rating": row.rating,
        "time": row.time,
        "problem": row.problem or None,
    }


def _text(seen: Preview, needs: Estimate | None) -> str:
    shape, roles = seen.shape, seen.roles_of_columns
    columns = [f"{name} = {'+'.join(sorted(role))}" for name, role in zip(seen.columns, roles, strict=False) if role]
    about = f"{needs.rows:,} rows, {needs.memory_mib:,} MiB of memory, {needs.disk_mib:,} MiB on disk" if needs else ""
    rows = [[f"{row.line:,}", *_read(row)] for row in seen.rows]
    return "\n".join(
        [
            ", ".join(seen.files),
            facts(
                [
                    ("layout", f"{shape.layout.name}, {shape.encoding}, {shape.delimiter_name}" if shape else ""),
                    ("columns", ", ".join(columns)),
                    ("scale", f"{seen.scale.low:g} to {seen.scale.high:g}" if seen.scale else ""),
                    ("titles", seen.titles.source.name if seen.titles else ""),
                    ("about", about),
                ]
            ),
            table(("line", "person", "title", "rating", "time"), rows, right=(0, 3)),
            *([f"{seen.obstacle.sentence} {seen.obstacle.remedy}"] if seen.obstacle else []),
        ]
    )


def _read(row: PreviewRow) -> list[str]:
    if not row.is_read:
        return [shortened(" | ".join(row.cells), 60), row.problem, "", ""]
    when = f"{datetime.fromtimestamp(row.time, UTC):%Y-%m-%d}" if row.time else ""
    return [shortened(row.user, 20), shortened(row.item, 40), "seen" if row.rating is None else f"{row.rating:g}", when]
