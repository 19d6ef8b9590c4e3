"""A file that is written in full or not at all: beside its place first, then renamed."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from engine import renaming, unfinished
from engine.errors import DataError
from engine.wording import said


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes into, which takes its place once the block ends well. Raises DataError."""
    place = Path(path).absolute()
    if place.is_dir():
        raise DataError(
            said("{place} is a folder.", place=place), remedy=said("Give the name of a file in it."), path=str(place)
        )
    passing = unfinished.beside(place)
    try:
        with unfinished.listed(passing):
            try:
                with open(passing, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                renaming.replace(passing, place)
            except BaseException:
                passing.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise _failure(place, error) from error


def refuse_same(path: Path, *, as_read: Path) -> None:
    """Raises DataError where a result would take the place of the file that it is made from."""
    try:
        same = os.path.samefile(path, as_read)
    except OSError:
        return
    if same:
        raise DataError(
            said("{path} is the file that is read.", path=path),
            remedy=said("Give the result another name."),
            path=str(path),
        )


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their names as CSV in UTF-8. Raises DataError as `whole_file` does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    with whole_file(path) as file:
        file.write(text.getvalue().encode())


def write_csv_part(file: BinaryIO, columns: Mapping[str, pa.Array]) -> None:
    """Further lines of a CSV file; texts stand in quotes only where some need them."""
    texts = [column for column in columns.values() if pa.types.is_string(column.type)]
    quotes = any(pc.any(pc.match_substring_regex(text, r'[,"\r\n]')).as_py() for text in texts)
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed" if quotes else "none")
    arrow_csv.write_csv(pa.table(dict(columns)), file, options)


def _failure(place: Path, error: OSError) -> DataError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DataError(
            said("{place} could not be written: the disk is full.", place=place),
            remedy=said("Free some room, or choose a folder on another disk."),
            path=str(place),
        )
    if isinstance(error, FileNotFoundError):
        return DataError(
            said("{place} could not be written: there is no folder {parent}.", place=place, parent=place.parent),
            remedy=said("Make the folder first, or choose another."),
            path=str(place),
        )
    return DataError(
        said("{place} could not be written: {strerror}.", place=place, strerror=error.strerror or error),
        remedy=renaming.IN_USE_REMEDY
        if renaming.is_in_use(error)
        else said("Choose another folder, or a file that you may write."),
        path=str(place),
    )
