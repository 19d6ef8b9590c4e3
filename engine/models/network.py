"""A model's network as it is drawn: columns of layers from what goes in to what comes out, and what it is judged by.

Declared by each model's settings (`ModelConfig.network`); plain values, made without making the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.text import join_words
from engine.wording import said

INPUT, TABLE, HIDDEN, CODE, OUTPUT = "input", "table", "hidden", "code", "output"


@dataclass(frozen=True)
class Layer:
    """So many numbers for each person, title or pair; `role` is one of those above, `note` what is done there."""

    name: str
    width: int
    role: str = HIDDEN
    note: str = ""

    @property
    def words(self) -> str:
        note = f", {self.note}" if self.note else ""
        return f"{self.name} ({self.width:,}{note})"


@dataclass(frozen=True)
class Network:
    """Columns in the order of computing. Equally many layers follow each other in pairs, else each all of before.

    >>> print(Network(((Layer("Likes", 40, INPUT),), (Layer("Code", 5, CODE, "tanh"),)), ("likelihood",)).words)
    Likes (40), then Code (5, tanh). Loss: likelihood.
    """

    columns: tuple[tuple[Layer, ...], ...]
    losses: tuple[str, ...]

    @property
    def words(self) -> str:
        """The whole drawing as a sentence."""
        columns, *others = (join_words(layer.words for layer in column) for column in self.columns)
        for column in others:
            columns = said("{columns}, then {column}", columns=columns, column=column)
        return said("{columns}. Loss: {losses}.", columns=columns, losses=join_words(self.losses))

    def links(self) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
        """From (column, row) to (column, row), for each line of the drawing."""
        for column, layers in enumerate(self.columns[1:], start=1):
            before = len(self.columns[column - 1])
            for row in range(len(layers)):
                rows = [row] if before == len(layers) else range(before)
                for former in rows:
                    yield (column - 1, former), (column, row)


def hidden_layers(name: str, widths: Iterable[int], *, note: str = "") -> tuple[tuple[Layer, ...], ...]:
    """One column for each width."""
    return tuple((Layer(name, width, HIDDEN, note),) for width in widths)


def tables(width: int, *, note: str = "") -> tuple[Layer, ...]:
    """A row of numbers for each person and for each title."""
    return Layer("Person", width, TABLE, note), Layer("Title", width, TABLE, note)
