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
from engine.wording import joined, said

if TYPE_CHECKING:
    from engine.data.dataset import Scale
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.options import Remaining
    from engine.data.importing.preview import Preview
    from engine.data.importing.preview_rows import PreviewRow
    from engine.data.importing.strengths import Counts

SEEN_ONLY = said("seen, not rated")
_MIB = 2**20
_WORTH_SAYING_MIB = 300
_GENERAL = {
    "columns with names": said("A table with column names"),
    "columns without names": said("A table without column names"),
    "columns as chosen": said("Columns as you chose"),
}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": said("Western European (cp1252)"),
    "iso8859-1": said("Western European (Latin-1)"),
    "iso8859-15": said("Western European (Latin-9)"),
    "cp1250": said("Central European (cp1250)"),
    "cp1251": said("Cyrillic (cp1251)"),
    "utf-16-le": "UTF-16",
    "utf-16-be": said("UTF-16, big end first"),
    "shift_jis": said("Japanese (Shift JIS)"),
    "gb18030": said("Chinese (GB 18030)"),
}


def format_summary(preview: Preview) -> str:
    """What the files are, in a line: layout, what they hold, scale."""
    shape = preview.shape
    if shape is None:
        return ""
    titles = plural_of(shape.layout.word)
    numbers = said("ratings") if preview.counts is None else said("counts")
    kinds = {"user": said("people"), "item": titles, "rating": numbers, "time": said("times")}
    held = [word for role, word in kinds.items() if role in shape.roles]
    layout = _GENERAL.get(shape.layout.name, shape.layout.name[:1].upper() + shape.layout.name[1:])
    parts = [f"{layout}: {join_words(held)}" if held else layout]
    if shape.has_ratings and preview.counts is not None:
        parts.append(describe_counts(preview.counts))
    elif shape.has_ratings:
        parts.append(format_scale(preview.scale, seen_only=preview.seen_only))
        unrated = shape.layout.unrated if shape.unrated is None else shape.unrated
        parts.append(
            said(
                "{ratings} means {seen_only}",
                ratings=join_words([format_number(value) for value in unrated]),
                seen_only=SEEN_ONLY,
            )
            if unrated
            else ""
        )
    return " · ".join(part for part in parts if part)


def describe_counts(counts: Counts) -> str:
    """What counts become: "they say what was seen", or "strengths by rank: ... counts as liked"."""
    if counts.counts_as == "seen":
        return said("they say what was seen")
    if counts.counts_as == "rank":
        return said("strengths from 1 to 5 by rank: {counts} counts as liked", counts=counts.liked)
    return said("strengths from 1 to 5 by logarithm: {counts} counts as liked", counts=counts.liked)


def format_notes(preview: Preview) -> str:
    """What a person should know of the file, and what can be made of counts that only say what was seen."""
    notes = list(preview.shape.notes) if preview.shape is not None else []
    if preview.counts is not None and preview.counts.counts_as == "seen":
        notes.append(said("Strengths can be made of these counts: {ways}.", ways=preview.counts.ways))
    return joined(*notes)


def format_scale(scale: Scale | None, *, seen_only: bool = False) -> str:
    """The scale of the first rows: "ratings from 0.5 to 5 in halves"."""
    if seen_only:
        return said("only ones: they say what was seen, not how it was liked")
    if scale is None:
        return said("no rating in the first rows")
    low, high = format_number(scale.low), format_number(scale.high)
    if scale.step <= 0:
        return said("ratings from {low} to {high}, any number between", low=low, high=high)
    match scale.step:
        case 1.0:
            return said("ratings from {low} to {high} in whole steps", low=low, high=high)
        case 0.5:
            return said("ratings from {low} to {high} in halves", low=low, high=high)
        case 0.25:
            return said("ratings from {low} to {high} in quarters", low=low, high=high)
        case 0.1:
            return said("ratings from {low} to {high} in tenths", low=low, high=high)
    return said("ratings from {low} to {high} in steps of {step}", low=low, high=high, step=format_number(scale.step))


def format_sizes(preview: Preview, estimate: Estimate | None = None) -> str:
    """How large the files are: "ratings.csv · 2.2 MB · about 110,000 rows"."""
    names = preview.files[0] if preview.files else preview.paths[0].name
    if len(preview.files) > 1:
        names = said("{names} and {more_files}", names=names, more_files=plural(len(preview.files) - 1, "more file"))
    guess = estimate.rows if estimate is not None else preview.rows_about
    rows = said("about {guess} rows", guess=format_about(guess)) if guess else ""
    return " · ".join(part for part in (names, format_size(preview.size) if preview.size else "", rows) if part)


def describe_titles(preview: Preview) -> str:
    """Where titles come from."""
    shape, found = preview.shape, preview.titles
    word = plural_of(shape.layout.word if shape is not None else "title")
    if found is not None and found.share >= 1:
        return said("{file}: names all of the {titles} in the first rows", file=found.source.name, titles=word)
    if found is not None:
        share, file = format_percent(found.share), found.source.name
        return said("{file}: names {share} of the {titles} in the first rows", file=file, share=share, titles=word)
    if shape is not None and "title" in shape.roles:
        return said("The ratings themselves name their {titles}", titles=word)
    return said("No list of titles found; {titles} are shown by their ids", titles=word)


def format_encoding(encoding: str) -> str:
    return _ENCODINGS.get(encoding, encoding)


def format_cell(row: PreviewRow, text: str, roles: frozenset[str], title: str, *, counts: Counts | None = None) -> str:
    """What a cell is read as, where it has a role: a title's name, a number, a day. A rank is not known of one row."""
    if not row.is_read:
        return text
    if "rating" in roles and counts is not None and row.rating is not None and counts.counts_as != "rank":
        return said("seen") if counts.counts_as == "seen" else format_number(counts.strength_of(row.rating))
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
        return said("no time")
    moment = moment_of(seconds)
    return f"{seconds}" if moment is None else f"{moment.day} {moment:%b %Y}"


def format_remaining(left: Remaining, word: str = "title") -> str:
    """What remains, in figures: "6,040 people · 3,043 films · 995,000 ratings", or "nothing"."""
    if not left.entries:
        return said("nothing")
    parts = (plural(left.people, "person"), plural(left.titles, word), plural(left.entries, "rating"))
    return " · ".join(parts)


def describe_missing_roles(missing: Sequence[str]) -> str:
    """What to do where columns have no role yet."""
    names = {"user": said("people"), "item": said("titles"), "rating": said("ratings")}
    found = [names[role] for role in missing if role in names]
    return said("Say above the columns which one holds {roles}, or open another file.", roles=join_words(found))


def describe_needs(estimate: Estimate | None) -> tuple[str, bool]:
    """What a large import will need, and whether that is short here: ("", False) where nobody need ask."""
    if estimate is None:
        return "", False
    is_short = not (estimate.has_room and estimate.has_memory)
    if estimate.memory_mib < _WORTH_SAYING_MIB and not is_short:
        return "", False
    memory, disk = format_size(estimate.memory_mib * _MIB), format_size(estimate.disk_mib * _MIB)
    words = [said("Will need about {memory} of memory and {disk} of disk.", memory=memory, disk=disk)]
    if not estimate.has_room and estimate.free_disk_mib is not None:
        free = format_size(estimate.free_disk_mib * _MIB)
        words.append(said("Only {free} of disk are free: make room first.", free=free))
    if not estimate.has_memory and estimate.free_memory_mib is not None:
        free = format_size(estimate.free_memory_mib * _MIB)
        slow = said("Only {free} of memory are free: close other programs, or it may be slow or fail.", free=free)
        words.append(slow)
    return joined(*words), is_short


def describe_taken_name(name: str, free: str) -> str:
    """What becomes of a name that a data set has already, "" where it is free."""
    return "" if name == free else said("“{name}” is taken; this one will be called “{free}”.", name=name, free=free)
