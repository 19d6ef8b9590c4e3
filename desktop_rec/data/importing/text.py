"""What a preview of an import says, for people who rate films. Text only, no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.text import (
    format_about,
    format_number,
    format_percent,
    format_size,
    join_words,
    moment_of,
    plural,
    plural_of,
)

if TYPE_CHECKING:
    from engine.data.dataset import Scale
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.options import Remaining
    from engine.data.importing.preview import Preview
    from engine.data.importing.preview_rows import PreviewRow
    from engine.data.importing.strengths import Counts

SEEN_ONLY = "seen, not rated"
_MIB = 2**20
_WORTH_SAYING_MIB = 300
_STEPS = {1.0: " in whole steps", 0.5: " in halves", 0.25: " in quarters", 0.1: " in tenths"}
_GENERAL = {
    "columns with names": "A table with column names",
    "columns without names": "A table without column names",
    "columns as chosen": "Columns as you chose",
}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Western European (cp1252)",
    "iso8859-1": "Western European (Latin-1)",
    "iso8859-15": "Western European (Latin-9)",
    "cp1250": "Central European (cp1250)",
    "cp1251": "Cyrillic (cp1251)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big end first",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}


def format_summary(preview: Preview) -> str:
    """What the files are, in a line: layout, what they hold, scale."""
    shape = preview.shape
    if shape is None:
        return ""
    titles = plural_of(shape.layout.word)
    numbers = "ratings" if preview.counts is None else "counts"
    kinds = {"user": "people", "item": titles, "rating": numbers, "time": "times"}
    held = [word for role, word in kinds.items() if role in shape.roles]
    layout = _GENERAL.get(shape.layout.name, shape.layout.name[:1].upper() + shape.layout.name[1:])
    parts = [f"{layout}: {join_words(held)}" if held else layout]
    if shape.has_ratings and preview.counts is not None:
        parts.append(describe_counts(preview.counts))
    elif shape.has_ratings:
        parts.append(format_scale(preview.scale, seen_only=preview.seen_only))
        unrated = shape.layout.unrated if shape.unrated is None else shape.unrated
        parts.append(f"{join_words([format_number(value) for value in unrated])} means {SEEN_ONLY}" if unrated else "")
    return " · ".join(part for part in parts if part)


def describe_counts(counts: Counts) -> str:
    """What counts become: "they say what was seen", or "strengths by rank: ... counts as liked"."""
    if counts.counts_as == "seen":
        return "they say what was seen"
    word = "rank" if counts.counts_as == "rank" else "logarithm"
    return f"strengths from 1 to 5 by {word}: {counts.liked} counts as liked"


def format_notes(preview: Preview) -> str:
    """What a person should know of the file, and what can be made of counts that only say what was seen."""
    notes = list(preview.shape.notes) if preview.shape is not None else []
    if preview.counts is not None and preview.counts.counts_as == "seen":
        notes.append(f"Strengths can be made of these counts: {preview.counts.ways}.")
    return " ".join(notes)


def format_scale(scale: Scale | None, *, seen_only: bool = False) -> str:
    """The scale of the first rows: "ratings from 0.5 to 5 in halves"."""
    if seen_only:
        return "only ones: they say what was seen, not how it was liked"
    if scale is None:
        return "no rating in the first rows"
    steps = ", any number between"
    if scale.step > 0:
        steps = _STEPS.get(scale.step, f" in steps of {format_number(scale.step)}")
    return f"ratings from {format_number(scale.low)} to {format_number(scale.high)}{steps}"


def format_sizes(preview: Preview, estimate: Estimate | None = None) -> str:
    """How large the files are: "ratings.csv · 2.2 MB · about 110,000 rows"."""
    names = preview.files[0] if preview.files else preview.paths[0].name
    if len(preview.files) > 1:
        names = f"{names} and {plural(len(preview.files) - 1, 'more file')}"
    guess = estimate.rows if estimate is not None else preview.rows_about
    rows = f"about {format_about(guess)} rows" if guess else ""
    return " · ".join(part for part in (names, format_size(preview.size) if preview.size else "", rows) if part)


def describe_titles(preview: Preview) -> str:
    """Where titles come from."""
    shape, found = preview.shape, preview.titles
    word = plural_of(shape.layout.word) if shape is not None else "titles"
    if found is not None:
        known = "all" if found.share >= 1 else format_percent(found.share)
        return f"{found.source.name}: names {known} of the {word} in the first rows"
    if shape is not None and "title" in shape.roles:
        return f"The ratings themselves name their {word}"
    return f"No list of titles found; {word} are shown by their ids"


def format_encoding(encoding: str) -> str:
    return _ENCODINGS.get(encoding, encoding)


def format_cell(row: PreviewRow, text: str, roles: frozenset[str], title: str, *, counts: Counts | None = None) -> str:
    """What a cell is read as, where it has a role: a title's name, a number, a day. A rank is not known of one row."""
    if not row.is_read:
        return text
    if "rating" in roles and counts is not None and row.rating is not None and counts.counts_as != "rank":
        return "seen" if counts.counts_as == "seen" else format_number(counts.strength_of(row.rating))
    if "rating" in roles:
        return SEEN_ONLY if row.rating is None else format_number(row.rating)
    if "time" in roles:
        return format_day(row.time)
    if roles & {"title", "item"} and title:
        return title
    return row.user if "user" in roles else row.item if "item" in roles else text


def format_day(seconds: int | None) -> str:
    """A moment as its day: "4 May 2003"; "" where there is none."""
    if seconds is None:
        return "no time"
    moment = moment_of(seconds)
    return f"{seconds}" if moment is None else f"{moment.day} {moment:%b %Y}"


def format_remaining(left: Remaining, word: str = "title") -> str:
    """What remains, in figures: "6,040 people · 3,043 films · 995,000 ratings", or "nothing"."""
    if not left.entries:
        return "nothing"
    return f"{plural(left.people, 'person').replace('persons', 'people')} · {plural(left.titles, word)} · " + plural(
        left.entries, "rating"
    )


def describe_missing_roles(missing: Sequence[str]) -> str:
    """What to do where columns have no role yet."""
    names = {"user": "people", "item": "titles", "rating": "ratings"}
    found = [names[role] for role in missing if role in names]
    return f"Say above the columns which one holds {join_words(found)}, or open another file."


def describe_needs(estimate: Estimate | None) -> tuple[str, bool]:
    """What a large import will need, and whether that is short here: ("", False) where nobody need ask."""
    if estimate is None:
        return "", False
    is_short = not (estimate.has_room and estimate.has_memory)
    if estimate.memory_mib < _WORTH_SAYING_MIB and not is_short:
        return "", False
    memory, disk = format_size(estimate.memory_mib * _MIB), format_size(estimate.disk_mib * _MIB)
    words = f"Will need about {memory} of memory and {disk} of disk."
    if not estimate.has_room and estimate.free_disk_mib is not None:
        words += f" Only {format_size(estimate.free_disk_mib * _MIB)} of disk are free: make room first."
    if not estimate.has_memory and estimate.free_memory_mib is not None:
        free = format_size(estimate.free_memory_mib * _MIB)
        words += f" Only {free} of memory are free: close other programs, or it may be slow or fail."
    return words, is_short


def describe_taken_name(name: str, free: str) -> str:
    """What becomes of a name that a data set has already, "" where it is free."""
    return "" if name == free else f"“{name}” is taken; this one will be called “{free}”."
