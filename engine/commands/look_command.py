"""look: how files would be read, before anything is imported. Works without torch and without a library."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.commands.answer import Answer
from engine.commands.driving import Driver
from engine.commands.import_choices import given_of
from engine.commands.wording import facts, shortened, table
from engine.commands.wrong_use import WrongUse
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.preview import Preview
    from engine.data.importing.preview_rows import PreviewRow


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
        "delimiter": shape.delimiter_word if shape else None,
        "decimal": shape.decimal if shape else None,
        "columns": list(seen.columns),
        "roles": [sorted(one) for one in seen.roles_of_columns],
        "scale": {"low": seen.scale.low, "high": seen.scale.high, "step": seen.scale.step} if seen.scale else None,
        "titles": seen.titles.source.name if seen.titles else None,
        "rows": [_row_document(one) for one in seen.rows],
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
    rows = [[f"{one.line:,}", *_read(one)] for one in seen.rows]
    return "\n".join(
        [
            ", ".join(seen.files),
            facts(
                [
                    ("layout", f"{shape.layout.name}, {shape.encoding}, {shape.delimiter_word}" if shape else ""),
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
