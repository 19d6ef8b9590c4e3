"""import, datasets: what comes in and what is there. Works without torch."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.answer import Answer
from engine.commands.driving import Driver
from engine.commands.import_choices import options_of
from engine.commands.wording import duration, facts, table
from engine.data.dataset import Dataset, Scale
from engine.events import Stop
from engine.library.datasets import DatasetRecord
from engine.library.store import Library

_PROBLEMS_SHOWN = 10


def import_files(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Import files as one data set and say what was found."""
    from engine import verbs

    imported = driver.run(verbs.import_files(library, arguments.ratings, options=options_of(arguments)))
    return Answer(_import_document(imported.record), _import_text(imported.record))


def list_datasets(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """All data sets, the newest first."""
    records = library.datasets.records()
    rows = [
        [one.dataset_id, one.name, f"{one.people:,}", f"{one.titles:,}", f"{one.entries:,}",
         f"{one.created.astimezone():%d %b %Y}"]
        for one in records
    ]  # fmt: skip
    text = table(("id", "name", "people", "titles", "ratings", "imported"), rows, right=(2, 3, 4))
    return Answer(
        {"datasets": [_dataset_document(one) for one in records]},
        text if rows else "There are no data sets yet. Import one, or train on: sample.",
    )


def dataset_of(which: str, library: Library, driver: Driver) -> Dataset:
    """The data set that a person means; the sample is imported on its first use. Raises LibraryError, Stop."""
    if which == "sample" and not any(one.dataset_id == which for one in library.datasets.records()):
        from engine import verbs

        dataset = driver.run(verbs.open_sample(library)).dataset
        if driver.asked_to_stop:
            raise Stop
        return dataset
    return library.datasets.open(library.datasets.find(which).dataset_id)


def _dataset_document(record: DatasetRecord) -> dict[str, Any]:
    unrated = int(record.report.get("unrated", 0))
    return {
        "dataset": record.dataset_id,
        "name": record.name,
        "users": record.people,
        "items": record.titles,
        "ratings": record.entries - unrated,
        "unrated": unrated,
        "scale": {"low": record.scale.low, "high": record.scale.high, "step": record.scale.step},
        "fingerprint": record.fingerprint,
        "imported": record.created.isoformat(),
    }


def _import_document(record: DatasetRecord) -> dict[str, Any]:
    report = record.report
    names = ("duplicates", "skipped", "problems", "layout", "encoding", "delimiter", "files", "notes", "rows",
             "left_out", "seconds", "peak_mib")  # fmt: skip
    return {**_dataset_document(record), **{name: report[name] for name in names if name in report}}


def _import_text(record: DatasetRecord) -> str:
    report = record.report
    unrated, skipped = int(report["unrated"]), sum(report["skipped"].values())
    reasons = ", ".join(f"{count:,} x {reason}" for reason, count in report["skipped"].items())
    lines = [
        f"Imported {record.name} ({record.dataset_id})",
        facts(
            [
                ("people", f"{record.people:,}"),
                ("titles", f"{record.titles:,}"),
                ("ratings", f"{record.entries - unrated:,}"),
                ("seen only", f"{unrated:,}" if unrated else ""),
                ("density", f"{100 * record.density:.2g} %"),
                ("scale", _scale_words(record.scale)),
                ("layout", f"{report['layout']}, {report['encoding']}"),
                ("duplicates", f"{report['duplicates']:,}" if report["duplicates"] else ""),
                ("skipped", f"{skipped:,} line{'s' if skipped != 1 else ''}: {reasons}" if skipped else ""),
                ("took", f"{duration(report['seconds'])}, {report['peak_mib']:,.0f} MiB at most"),
            ]
        ),
        *[f"  {note}" for note in report.get("notes", ())],
        *[
            f"  {one['file']}, line {one['line']:,}: {one['text']!r} ({one['reason']})"
            for one in report["problems"][:_PROBLEMS_SHOWN]
        ],
    ]
    left = skipped - min(len(report["problems"]), _PROBLEMS_SHOWN)
    return "\n".join([*lines, f"  and {left:,} more" if left > 0 else ""]).rstrip()


def _scale_words(scale: Scale) -> str:
    steps = f" in steps of {scale.step:g}" if scale.step else ""
    return f"{scale.low:g} to {scale.high:g}{steps}"
