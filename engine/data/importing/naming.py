"""What a data set is called after the files that it comes from.

Stands beside importer.py and preview.py, so that both say the same name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from engine.data.reading.archives import Source

_SAYS_NOTHING = re.compile(r"ratings?|u|data|train|interactions|combined_data_\d+|mv_\d+")


def name_of(sources: Sequence[Source]) -> str:
    """A file's name; that of the zip or folder for several files, or for one whose name says nothing."""
    source = sources[0]
    if source.parts:
        return source.path.resolve().name if source.path.is_dir() else source.path.stem
    stem = PurePosixPath(source.base_name).stem
    if len(sources) == 1 and not _SAYS_NOTHING.fullmatch(stem):
        return PurePosixPath(source.member or source.path.name.removesuffix(".gz")).stem
    return source.path.stem if source.member else source.path.resolve().parent.name or stem
