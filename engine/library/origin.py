"""The files and options of a data set's import, stored with its report, so that it can be imported again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from engine.data.importing.options import ImportOptions

KEY = "origin"


@dataclass(frozen=True)
class Origin:
    """The files of an import (absolute) and its options."""

    paths: tuple[Path, ...]
    options: ImportOptions

    @staticmethod
    def of(paths: Sequence[Path], options: ImportOptions) -> Origin:
        """What to remember of an import. Paths become absolute: the next one may begin in another folder."""
        items = None if options.items is None else Path(options.items).absolute()
        return Origin(tuple(Path(path).absolute() for path in paths), dataclasses.replace(options, items=items))

    @property
    def missing(self) -> tuple[Path, ...]:
        """Which of the files are not there (any more)."""
        asked = (*self.paths, *([self.options.items] if self.options.items else []))
        return tuple(path for path in asked if not path.exists())


def origin_in(report: Mapping[str, Any]) -> Origin | None:
    """What a record remembers, or None: it is older than this, or says what this version does not understand."""
    from engine.data.importing.options import ImportOptions

    try:
        document = report[KEY]
        return Origin(tuple(map(Path, document["paths"])), _made(ImportOptions, document["options"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _made(kind: type[Any], document: Mapping[str, Any]) -> Any:
    """A dataclass from what JSON has of it; fields that it has no more are passed over."""
    hints = get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind) if field.name in document]
    return kind(**{name: _as(hints[name], document[name]) for name in known})


def _as(hint: Any, value: Any) -> Any:
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if isinstance(value, str) and Path in kinds:
        return Path(value)
    if isinstance(value, list) and any(get_origin(kind) is tuple for kind in kinds):
        return tuple(value)
    made = next((kind for kind in kinds if isinstance(value, Mapping) and dataclasses.is_dataclass(kind)), None)
    return value if made is None else _made(made, value)  # type: ignore[arg-type]
