"""What the page of a data set says: its scale, what was kept of the files and where they are, and periods of time.

Formats only; the numbers come from the engine: a data set's record, its DatasetStatistics, and the sizes of its files,
which `look_at_files` reads on a worker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.dataset import Scale, dense_bytes, learning_bytes
from engine.data.statistics import Activity
from engine.library.datasets import DatasetRecord
from engine.library.folders import bytes_in
from engine.text import format_size, format_titles_taken, join_words, plural
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.data.importing.options import Selection

_DUPLICATES = {
    "last": said("the newest one counts"),
    "mean": said("their mean counts"),
    "max": said("the highest one counts"),
    "sum": said("they were added up"),
}


@dataclass(frozen=True)
class Fact:
    """A line of the page: what it is about, and what there is to say. `name` is for tests and screen readers."""

    name: str
    caption: str
    text: str


@dataclass(frozen=True)
class FilesFound:
    """What the disk says: how much a data set takes in its folder, and a note on each file it was imported from."""

    folder: Path
    folder_bytes: int
    notes: Mapping[Path, str]


def look_at_files(record: DatasetRecord, folder: Path) -> FilesFound:
    """Look at the files of a data set, whose arrays lie in `folder`."""
    return FilesFound(folder, bytes_in(folder), {path: _file_note(path) for path in _files_of(record)})


def describe_dataset(record: DatasetRecord, files: FilesFound | None = None) -> tuple[Fact, ...]:
    """The facts of a stored data set; those on its files' sizes only where they have been looked at."""
    report, origin = record.report, record.origin
    selection = origin.options.selection if origin is not None else None
    policy: str = origin.options.duplicates if origin is not None else "last"
    if report.get("are_counts") and policy == "last":
        policy = "sum"
    unrated, duplicates = int(report.get("unrated") or 0), int(report.get("duplicates") or 0)
    facts = (
        Fact("scale", said("Scale"), format_scale(record.scale)),
        Fact("unrated", said("Only seen"), format_unrated(unrated, record.entries)),
        Fact("kept", said("Kept"), format_kept(selection, report.get("left_out") or {})),
        Fact("duplicates", said("Duplicates"), format_duplicates(duplicates, policy, unrated=unrated)),
        Fact("files", said("Files"), _format_files(record, files)),
        Fact("layout", said("Read as"), _format_layout(report)),
        Fact("titles_from", said("Titles from"), format_titles_taken(report.get("titles_from"), record.titles)),
        Fact("imported", said("Imported"), _format_import(record)),
        Fact(
            "memory",
            said("In memory"),
            format_memory(people=record.people, titles=record.titles, entries=record.entries),
        ),
        Fact(
            "disk",
            said("On disk"),
            said("{size} in {folder}", size=format_size(files.folder_bytes), folder=files.folder) if files else "",
        ),
    )
    return tuple(fact for fact in facts if fact.text)


def format_density(density: float) -> str:
    """How much of all titles a person has: 62 %, 4.1 %, 0.05 %."""
    percent = 100 * density
    decimals = 0 if percent >= 10 else 1 if percent >= 1 else 2
    return f"{percent:.{decimals}f} %"


def format_scale(scale: Scale) -> str:
    """A scale as people say it, with what counts as a like."""
    like = scale.like
    if scale.step > 0:
        like = scale.low + math.ceil((like - scale.low) / scale.step - 1e-6) * scale.step
        return said(
            "{low:g} to {high:g} in steps of {step:g}; {like:g} or more is a like",
            low=scale.low,
            high=scale.high,
            step=scale.step,
            like=like,
        )
    return said(
        "{low:g} to {high:g}, any number between; {like:g} or more is a like",
        low=scale.low,
        high=scale.high,
        like=like,
    )


def format_unrated(unrated: int, entries: int) -> str:
    """How many entries say only that a title was seen ("" for none)."""
    if not unrated:
        return ""
    return said(
        "{unrated:,} of {entries:,} entries say that a title was seen, without a rating",
        unrated=unrated,
        entries=entries,
    )


def format_memory(*, people: int, titles: int, entries: int) -> str:
    """What the ratings take while a model learns, beside a table with room for every person and title."""
    taken, table = learning_bytes(people=people, entries=entries), dense_bytes(people=people, titles=titles)
    size = format_size(taken)
    if table < 2 * taken:
        return said("{size} while a model learns", size=size)
    return said(
        "{size} while a model learns; a table of every person and every title would take {table}, {often:.0f} times as "
        "much",
        size=size,
        table=format_size(table),
        often=table / taken,
    )


def format_duplicates(duplicates: int, policy: str, *, unrated: int = 0) -> str:
    """What became of entries that came more than once for one person and title."""
    if not duplicates:
        return said("No person has a title twice")
    rule = _DUPLICATES.get(policy, policy)
    if unrated:
        return said(
            "{count:,} came again for the same person and title; a rating counts before a seen-only entry, else {rule}",
            count=duplicates,
            rule=rule,
        )
    return said("{count:,} came again for the same person and title; {rule}", count=duplicates, rule=rule)


def format_kept(selection: Selection | None, left_out: Mapping[str, int]) -> str:
    """Which entries were kept, in the order in which the rules apply, and how much the rules left out."""
    rules = _format_rules(selection) if selection is not None else []
    kept = said("Only {rules}", rules=join_words(rules)) if rules else said("Everything that could be read")
    gone = [f"{count:,} {what}" for what, count in left_out.items() if count]
    return said("{kept}; {gone} were left out", kept=kept, gone=join_words(gone)) if gone else kept


def format_period(activity: Activity, place: int) -> str:
    """A period as people say it: "4 May 2001", "May 2001", "2001"."""
    day = activity.starts_T[place].astype(object)
    if activity.unit == "year":
        return f"{day.year}"
    return f"{day:%B} {day.year}" if activity.unit == "month" else f"{day.day} {day:%B} {day.year}"


def format_span(activity: Activity) -> str:
    """From when to when: "April 2000 to February 2003"."""
    first, last = (format_period(activity, place) for place in (0, len(activity.starts_T) - 1))
    return first if first == last else said("{first} to {last}", first=first, last=last)


def _format_rules(selection: Selection) -> list[str]:
    rules = []
    if selection.last_years is not None:
        years = counted(
            "{years:g} year", "{years:g} years", 1 if selection.last_years == 1 else 2, years=selection.last_years
        )
        rules.append(said("people active in the last {years} of the data", years=years))
    if selection.most_titles is not None:
        rules.append(said("the {count:,} most rated titles", count=selection.most_titles))
    if selection.least_per_title > 1:
        rules.append(said("titles with at least {ratings}", ratings=plural(selection.least_per_title, "rating")))
    if selection.least_per_person > 1:
        rules.append(said("people with at least {ratings}", ratings=plural(selection.least_per_person, "rating")))
    return rules


def _files_of(record: DatasetRecord) -> tuple[Path, ...]:
    origin = record.origin
    if origin is None:
        return ()
    return (*origin.paths, *([origin.options.items] if origin.options.items else ()))


def _file_note(path: Path) -> str:
    try:
        if path.exists():
            return format_size(path.stat().st_size) if path.is_file() else said("folder")
    except OSError:
        pass
    return said("not there any more")


def _format_files(record: DatasetRecord, found: FilesFound | None) -> str:
    """The files a line each: where they are, their size, or that they are gone."""
    if record.origin is None:
        names = record.report.get("files")
        return "\n".join(map(str, names)) if isinstance(names, list | tuple) else ""
    notes = found.notes if found is not None else {}
    return "\n".join(f"{path} ({notes[path]})" if path in notes else str(path) for path in _files_of(record))


def _format_layout(report: dict[str, Any]) -> str:
    delimiter = str(report.get("delimiter") or "")
    between = said("columns divided by {delimiter}", delimiter=delimiter) if delimiter else ""
    parts = (str(report.get("layout") or ""), str(report.get("encoding") or ""), between)
    return ", ".join(part for part in parts if part)


def _format_import(record: DatasetRecord) -> str:
    when = record.created.astimezone()
    seconds = record.report.get("seconds")
    day = f"{when.day} {when:%B %Y, %H:%M}"
    if not isinstance(seconds, int | float):
        return day
    return said("{day}, in {seconds:,.1f} s", day=day, seconds=seconds)
