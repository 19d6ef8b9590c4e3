"""A person's ratings as files of their own: our CSV, which reads back in as it was, and Letterboxd's import form.

Stands at the far end of personal/. A file is written beside its place and renamed, so that it is there in full or the
one before it still is.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Scale
from engine.data.personal.conversion import converted
from engine.data.personal.export import ExportedTitle
from engine.data.personal.meanings import normalised_id
from engine.data.profiles import Profile, ProfileEntry, item_row_of
from engine.errors import DataError

OWN_COLUMNS = ("item_id", "title", "year", "rating", "scale_low", "scale_high", "scale_step")
LETTERBOXD_COLUMNS = ("imdbID", "tmdbID", "Title", "Year", "Rating")
UNMATCHED_COLUMNS = ("title", "year", "rating", "imdb_id", "tmdb_id", "line", "reason")
_STARS = Scale(0.5, 5.0, 0.5)


def write_ratings(profile: Profile, path: Path, *, scale: Scale) -> int:
    """All entries of a profile as CSV, with the scale they are on; a blank rating is *seen, not rated*.

    Returns how many. Raises DataError where the file cannot be written.
    """
    ends = (f"{scale.low:g}", f"{scale.high:g}", f"{scale.step:g}")
    rows = [(entry.item_id, entry.title, entry.year or "", _number(entry.rating), *ends) for entry in profile.entries]
    write_table(path, OWN_COLUMNS, rows)
    return len(rows)


def write_letterboxd(profile: Profile, path: Path, *, scale: Scale, dataset: Dataset | None = None) -> int:
    """The entries with a title as Letterboxd imports them: stars in halves, blank for seen only.

    `dataset` gives IMDb and TMDB ids, by which Letterboxd finds films for certain. Returns how many entries were
    written. Raises DataError where the file cannot be written.
    """
    rows = [
        (*_film_ids(entry, dataset), entry.title, entry.year or "", _number(_in_stars(entry.rating, scale)))
        for entry in profile.entries
        if entry.title
    ]
    write_table(path, LETTERBOXD_COLUMNS, rows)
    return len(rows)


def write_unmatched(titles: Sequence[tuple[ExportedTitle, str]], path: Path) -> int:
    """Titles that a data set does not have, each with the reason, as CSV. Raises DataError as the others do."""
    rows = [
        (one.title, one.year or "", _number(one.rating), *_ids_of(one, "imdb", "tmdb"), one.line, why)
        for one, why in titles
    ]
    write_table(path, UNMATCHED_COLUMNS, rows)
    return len(rows)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their names as CSV in UTF-8, whole or not at all. Raises DataError with what the disk said."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _write_whole(path, text.getvalue().encode())


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        try:
            with open(unfinished, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(
            f"{path} could not be written: {error.strerror or error}.",
            remedy="Choose another folder, or make room there.",
            path=str(path),
        ) from error


def _number(rating: float | None) -> str:
    if rating is None:
        return ""
    return f"{rating:g}" if float(f"{rating:g}") == rating else repr(float(rating))


def _in_stars(rating: float | None, scale: Scale) -> float | None:
    """Letterboxd has half stars and nothing between, so that here ratings are rounded."""
    return None if rating is None else max(0.5, round(2 * converted(rating, scale, _STARS)) / 2)


def _film_ids(entry: ProfileEntry, dataset: Dataset | None) -> tuple[str, str]:
    row = item_row_of(entry, dataset) if dataset is not None else None
    if dataset is None or row is None:
        return ("", "")
    return _id_of(dataset, row, "imdb"), _id_of(dataset, row, "tmdb")


def _ids_of(title: ExportedTitle, *kinds: str) -> tuple[str, ...]:
    return tuple(title.ids.get(kind, "") for kind in kinds)


def _id_of(dataset: Dataset, row: int, kind: str) -> str:
    catalogue: Catalogue = dataset.catalogue
    own = dataset.items.id(row) if catalogue.id_kind == kind else ""
    return normalised_id(kind, own or catalogue.links.get(kind, ("",) * len(catalogue))[row])
