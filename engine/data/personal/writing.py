"""A person's ratings as files of their own: our CSV, which reads back in as it was, and Letterboxd's import form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.data.dataset import Dataset, Scale
from engine.data.personal.conversion import converted
from engine.data.personal.export import ExportedTitle
from engine.data.profiles import Profile, ProfileEntry, item_row_of
from engine.data.reading.values import normalised_id
from engine.data.whole_file import write_table

OWN_COLUMNS = ("item_id", "title", "year", "rating", "scale_low", "scale_high", "scale_step", "list")
"""`list` is "watchlist" for a saved title and "not for me" for one that the person does not want, else blank."""
LETTERBOXD_COLUMNS = ("imdbID", "tmdbID", "Title", "Year", "Rating")
UNMATCHED_COLUMNS = ("title", "year", "rating", "imdb_id", "tmdb_id", "line", "reason")
_STARS = Scale(0.5, 5.0, 0.5)


def write_ratings(profile: Profile, path: Path, *, scale: Scale) -> int:
    """All of a profile as CSV with its scale: rated, seen (no rating) and, named, its lists. Raises DataError."""
    ends = (f"{scale.low:g}", f"{scale.high:g}", f"{scale.step:g}")
    lists = (("", profile.entries), ("watchlist", profile.saved), ("not for me", profile.not_for_me))
    rows = [
        (entry.item_id, entry.title, entry.year or "", _number(entry.rating), *ends, name)
        for name, entries in lists
        for entry in entries
    ]
    write_table(path, OWN_COLUMNS, rows)
    return len(rows)


def write_letterboxd(profile: Profile, path: Path, *, scale: Scale, dataset: Dataset | None = None) -> int:
    """The titled entries as Letterboxd imports them (half stars, film ids of `dataset`). Raises DataError."""
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
        (
            *(title.title, title.year or "", _number(title.rating)),
            *(title.ids.get("imdb", ""), title.ids.get("tmdb", ""), title.line, why),
        )
        for title, why in titles
    ]
    write_table(path, UNMATCHED_COLUMNS, rows)
    return len(rows)


def _number(rating: float | None) -> str:
    if rating is None:
        return ""
    return f"{rating:g}" if float(f"{rating:g}") == rating else repr(float(rating))


def _in_stars(rating: float | None, scale: Scale) -> float | None:
    """Letterboxd has half stars and nothing between, so that here ratings are rounded."""
    return None if rating is None else max(0.5, round(2 * converted(rating, scale, _STARS)) / 2)


def film_ids_of(dataset: Dataset, row: int) -> tuple[str, str]:
    """The IMDb and the TMDB id of a title, "" where the data set does not know it."""
    return _id_of(dataset, row, "imdb"), _id_of(dataset, row, "tmdb")


def _film_ids(entry: ProfileEntry, dataset: Dataset | None) -> tuple[str, str]:
    row = item_row_of(entry, dataset) if dataset is not None else None
    return ("", "") if dataset is None or row is None else film_ids_of(dataset, row)


def _id_of(dataset: Dataset, row: int, kind: str) -> str:
    catalogue = dataset.catalogue
    own = dataset.items.id(row) if catalogue.id_kind == kind else ""
    linked = catalogue.links[kind][row] if kind in catalogue.links else ""
    return normalised_id(kind, own or linked)
