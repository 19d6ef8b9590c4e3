"""What is known of a data set besides its counts: scale, what was kept of the files, where they and it are.

Stands between a data set's record and its page; plain words, no Qt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.dataset import Scale
from engine.data.importing.options import Selection
from engine.library.datasets import DatasetRecord
from engine.library.folders import bytes_in
from engine.text import format_duration, format_moment, format_size, join_words

_DUPLICATES = {"last": "the last one counts", "mean": "their mean counts", "max": "the highest one counts"}


@dataclass(frozen=True)
class Fact:
    """One line: what it is about, and what there is to say. `name` is for tests and screen readers."""

    name: str
    caption: str
    words: str


def facts_of(record: DatasetRecord, *, folder: Path) -> tuple[Fact, ...]:
    """The facts of a kept data set; `folder` is where its arrays lie."""
    report, origin = record.report, record.origin
    selection = origin.options.selection if origin is not None else Selection()
    policy = origin.options.duplicates if origin is not None else "last"
    unrated = int(report.get("unrated") or 0)
    said = (
        Fact("scale", "Scale", scale_words(record.scale)),
        Fact("unrated", "Only seen", unrated_words(unrated, record.entries)),
        Fact("kept", "Kept", kept_words(selection, report.get("left_out") or {})),
        Fact("duplicates", "Duplicates", duplicates_words(int(report.get("duplicates") or 0), policy, unrated=unrated)),
        Fact("files", "Files", _files_words(record)),
        Fact("layout", "Read as", _layout_words(report)),
        Fact("imported", "Imported", _imported_words(record)),
        Fact("disk", "On disk", f"{format_size(bytes_in(folder))} in {folder}"),
    )
    return tuple(one for one in said if one.words)


def scale_words(scale: Scale) -> str:
    """A scale as people say it, with what counts as a like."""
    steps = f" in steps of {scale.step:g}" if scale.step else ", any number between"
    like = scale.like
    if scale.step > 0:
        like = scale.low + math.ceil((like - scale.low) / scale.step - 1e-6) * scale.step
    return f"{scale.low:g} to {scale.high:g}{steps}; {like:g} or more is a like"


def unrated_words(unrated: int, entries: int) -> str:
    """How many entries say only that a title was seen ("" for none)."""
    if not unrated:
        return ""
    return f"{unrated:,} of {entries:,} entries say that a title was seen, without a rating"


def duplicates_words(duplicates: int, policy: str, *, unrated: int = 0) -> str:
    """What became of entries that came more than once for one person and title."""
    if not duplicates:
        return "No person has a title twice"
    first = "a rating counts before a seen-only entry, else " if unrated else ""
    return f"{duplicates:,} came again for the same person and title; {first}{_DUPLICATES.get(policy, policy)}"


def kept_words(selection: Selection, left_out: Mapping[str, int]) -> str:
    """Which entries were kept, and how much the rules left out."""
    rules = selection_words(selection)
    gone = [f"{count:,} {what}" for what, count in left_out.items() if count]
    return f"{rules}; {join_words(gone)} were left out" if gone else rules


def selection_words(selection: Selection) -> str:
    """Which entries were kept, in the order in which the rules apply."""
    rules = []
    if selection.last_years is not None:
        years = "year" if selection.last_years == 1 else f"{selection.last_years:g} years"
        rules.append(f"people active in the last {years} of the data")
    if selection.most_titles is not None:
        rules.append(f"the {selection.most_titles:,} most rated titles")
    if selection.least_per_title > 1:
        rules.append(f"titles with at least {selection.least_per_title:,} ratings")
    if selection.least_per_person > 1:
        rules.append(f"people with at least {selection.least_per_person:,} ratings")
    return f"Only {join_words(rules)}" if rules else "Everything that could be read"


def _files_words(record: DatasetRecord) -> str:
    """The files a line each: where they are, their size, or that they are gone."""
    origin = record.origin
    if origin is None:
        names = record.report.get("files")
        return "\n".join(map(str, names)) if isinstance(names, list | tuple) else ""
    asked = [*origin.paths, *([origin.options.items] if origin.options.items else [])]
    return "\n".join(_file_words(one) for one in asked)


def _file_words(path: Path) -> str:
    try:
        size = format_size(path.stat().st_size) if path.is_file() else "folder"
    except OSError:
        size = ""
    return f"{path} ({size})" if size and path.exists() else f"{path} (not there any more)"


def _layout_words(report: dict[str, Any]) -> str:
    delimiter = str(report.get("delimiter") or "")
    between = f"columns divided by {delimiter}" if delimiter else ""
    parts = (str(report.get("layout") or ""), str(report.get("encoding") or ""), between)
    return ", ".join(part for part in parts if part)


def _imported_words(record: DatasetRecord) -> str:
    seconds = record.report.get("seconds")
    took = f", in {format_duration(seconds)}" if isinstance(seconds, int | float) else ""
    return f"{format_moment(record.created)}{took}"
