"""The list of all data sets, as the welcome and the page show it: its words and its connections.

Stands between the session and the views of Data. Imports no plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_rec.session import Session
from desktop_rec.session.labels import TITLES
from desktop_rec.widgets.dataset_list import DatasetLine, DatasetList

if TYPE_CHECKING:
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord


def connect_list(datasets: DatasetList, session: Session) -> None:
    """Let a list of data sets open, rename and delete them."""
    datasets.open_asked.connect(session.open_dataset)
    datasets.rename_asked.connect(session.rename_dataset)
    datasets.delete_asked.connect(session.delete_dataset)


def dataset_lines(session: Session) -> list[DatasetLine]:
    """The kept data sets as a list says them."""
    now = session.dataset.dataset_id if session.dataset else ""
    return [
        DatasetLine(
            one.dataset_id,
            one.name,
            _figures(one),
            one.dataset_id == now,
        )
        for one in session.datasets()
    ]


def run_words(record: RunRecord) -> str:
    """A run as a menu says it: its name, its model, and how far off its ratings were on average."""
    error = record.metrics.get("mae", {}).get("value")
    off = f", {error:.2f} off on average" if error is not None else ""
    return f"{record.name}: {TITLES.get(record.model, record.model)}{off}"


def _figures(record: DatasetRecord) -> str:
    unrated = int(record.report.get("unrated") or 0)
    seen = f", {unrated:,} only seen" if unrated else ""
    return f"{record.people:,} people, {record.titles:,} titles, {record.entries - unrated:,} ratings{seen}"


def about_words(report: Mapping[str, object]) -> str:
    """Where a data set came from, in a line."""
    files = report.get("files")
    names = ", ".join(Path(str(one)).name for one in files) if isinstance(files, (list, tuple)) else ""
    parts = [f"from {names}" if names else "", str(report.get("layout") or ""), str(report.get("encoding") or "")]
    return " · ".join(part for part in parts if part)
