"""A small file as one text or one JSON document, or one sentence why not.

Stands between archives.py and the readers of JSON and XML exports.
"""

from __future__ import annotations

import json
from typing import Any

from engine.data.reading.archives import MIB, ByteStream, Source
from engine.data.reading.dialect import encoding_of
from engine.errors import DataError

MOST_BYTES = 64 * MIB
"""A hundred thousand titles take less in any export."""


def whole_bytes(source: Source) -> bytes:
    """All bytes of a source. Raises DataError where it is larger than any export, or cannot be read."""
    blocks, size = [], 0
    with ByteStream(source) as stream:
        while block := stream.read(MIB):
            blocks.append(block)
            size += len(block)
            if size > MOST_BYTES:
                raise DataError(
                    f"{source.name} is larger than {MOST_BYTES // MIB} MiB, as no export of one person is.",
                    remedy="Choose the export of one person's ratings.",
                    path=str(source.path),
                )
    return b"".join(blocks)


def whole_json(source: Source) -> Any:
    """A JSON document. Raises DataError where it is broken, cut short or nested without end."""
    raw = whole_bytes(source)
    encoding = encoding_of(raw[: 256 * 1024])
    try:
        text = raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace").lstrip("\ufeff")
    try:
        return json.loads(text, parse_constant=lambda word: None)
    except json.JSONDecodeError as error:
        is_cut = not text.rstrip().endswith(("]", "}"))
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise _broken(source, "it is cut short" if is_cut else f"it goes wrong at {where}") from error
    except RecursionError as error:
        raise _broken(source, "it is nested without end") from error
    except ValueError as error:
        raise _broken(source, "it holds a number without end") from error


def _broken(source: Source, what: str) -> DataError:
    return DataError(
        f"{source.name} is not whole JSON: {what}.", remedy="Export or download it again.", path=str(source.path)
    )
