"""What a command answers: one JSON document, or text for people made of sentences, facts and tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.cli.program import as_command
from engine.documents import document_of
from engine.text import format_figure


@dataclass(frozen=True)
class Answer:
    """`document` is what --json prints, after `document_of`; `text` is what people read."""

    document: dict[str, Any]
    text: str

    def json(self) -> str:
        return json.dumps(document_of(self.document), ensure_ascii=False, allow_nan=False)


class WrongUse(Exception):  # noqa: N818  (a request that cannot be meant, not a failure)
    """The command was used wrongly: exit status 2, and a sentence that says how it is meant."""


def format_commands(words: Sequence[str], ways: Sequence[Sequence[str]]) -> str:
    """The command of these words once more with each of some further options, a line each, ready to be pasted."""
    return "\n".join(f"  {as_command(*words, *way)}" for way in ways)


def format_metric(value: float | None) -> str:
    """A metric in a table or a line, with three decimals: "0.412"; "-" where there is none."""
    return format_figure(value, decimals=3)


def format_facts(pairs: Sequence[tuple[str, object]]) -> str:
    """Names and values in two columns, one pair a line; pairs with an empty value are left out."""
    shown = [(name, str(value)) for name, value in pairs if value not in ("", None)]
    width = max((len(name) for name, _ in shown), default=0)
    return "\n".join(f"  {name.ljust(width)}  {value}" for name, value in shown)


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Aligned columns under their names; the columns numbered in `right` hold numbers and are aligned to the right."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(line)
        ).rstrip()
        for line in lines
    )
