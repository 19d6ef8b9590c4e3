"""The session's desk for the open data set's page: its statistics, its export, importing it again.

Stands on the data desk, with a lane of its own for counting, so that the page never waits for a model. Exporting and
importing again are long jobs like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session import work
from desktop_rec.session.core import LongJob
from desktop_rec.session.data import DataDesk
from desktop_rec.session.scoring import ScoringLane

if TYPE_CHECKING:
    from desktop_rec.data.statistics_text import FilesFound
    from engine.data.dataset import Dataset
    from engine.data.statistics import DatasetStatistics
    from engine.library.datasets import DatasetRecord
    from engine.operations import ExportedDataset, ImportedAgain

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 80


class PageDesk(DataDesk):
    """`statistics` is what was counted of the open data set (None: not yet), `files_found` what its files take.

    statistics_changed says that they are new. `statistics_failure` is the sentence where counting failed, else "".
    """

    statistics_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.statistics: DatasetStatistics | None = None
        self.files_found: FilesFound | None = None
        self.statistics_failure = ""
        self._has_asked = False
        self._counting = ScoringLane(self, name="counting", kinds=("statistics",), stale_after={}, uses_torch=False)
        self._counting.answered.connect(self._on_counted)
        self._counting.failed.connect(self._on_count_failed)
        self._counting.idle.connect(self._on_idle)

    @property
    def is_idle(self) -> bool:
        return super().is_idle and not self._counting.is_busy

    def ask_statistics(self) -> None:
        """What was counted of the open data set, once; the answer comes with statistics_changed."""
        if self.library is not None and self.dataset is not None and self.record is not None and not self._has_asked:
            self._has_asked = True
            self._counting.request("statistics", partial(work.statistics, self.library, self.dataset, self.record))

    def export_dataset(self, parent_folder: Path) -> bool:
        """Write the open data set as CSV into a folder of its own name, which is made there."""
        if self.library is None or self.dataset is None:
            return False
        folder = free_folder(parent_folder, self.dataset.name)
        job = LongJob(
            JobState("export", f"Exporting {self.dataset.name}"),
            partial(work.export, self.dataset, folder),
            finished=self._on_exported,
            failed=self._on_page_job_failed,
            uses_torch=False,
        )
        return self._start_long(job)

    def import_again(self) -> bool:
        """Import the files of the open data set once more; undo() brings the former data set back."""
        if self.library is None or self.dataset is None:
            return False
        job = LongJob(
            JobState("import", f"Importing {self.dataset.name} again"),
            partial(work.import_again, self.library, self.dataset.dataset_id),
            finished=self._on_again,
            failed=self._on_page_job_failed,
            uses_torch=False,
        )
        return self._start_long(job)

    def save_problems(self, path: Path, problems: Sequence[Any]) -> bool:
        """Write skipped lines as CSV."""
        from engine.data.exporting import write_problems

        if not self._tried(partial(write_problems, path, problems)):
            return False
        self.notice.emit(Notice(f"Saved {len(problems):,} skipped lines as {path}.", kind="info"))
        return True

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        self._counting.abandon()
        self.statistics, self.files_found = None, None
        self.statistics_failure, self._has_asked = "", False
        super()._take(dataset, record)

    def _on_counted(self, kind: str, found: tuple[DatasetStatistics, FilesFound]) -> None:
        self.statistics, self.files_found = found
        self.statistics_changed.emit()

    def _on_count_failed(self, kind: str, failure: Failure) -> None:
        self.statistics_failure = f"{failure.sentence} {failure.remedy}"
        self.statistics_changed.emit()

    def _on_page_job_failed(self, failure: Failure) -> None:
        self.notice.emit(Notice.of(failure))

    def _on_exported(self, done: ExportedDataset | None) -> None:
        if done is None:
            self.notice.emit(Notice("The export was cancelled; nothing was kept of it.", kind="info"))
            return
        names = " and ".join(name for name, _ in done.exported.files)
        words = f"Exported {done.name} to {done.folder}: {names}."
        show = partial(_show_folder, done.folder)
        self.notice.emit(Notice(words, kind="info", action_words="Show folder", action=show))

    def _on_again(self, again: ImportedAgain | None) -> None:
        if again is None:
            self.notice.emit(Notice("The import was cancelled; the data set is as it was.", kind="info"))
            return
        was_open = self.dataset is not None and self.dataset.dataset_id == again.former.dataset_id
        if again.change == "nothing":
            if was_open:
                self.record, self.report = again.data.record, again.data.report
            self.library_changed.emit()
            self.notice.emit(Notice(again.words, kind="info"))
            return
        self._let_replace(again, was_open=was_open)

    def _let_replace(self, again: ImportedAgain, *, was_open: bool) -> None:
        from engine import operations

        if was_open:
            self._take(again.data.dataset, again.data.record)
        if self.library is not None and self._tried(partial(operations.settle_again, self.library, again)):
            self._can_undo(again.words.removesuffix("."), partial(self._undo_again, again))
        self.library_changed.emit()

    def _undo_again(self, again: ImportedAgain) -> None:
        from engine import operations

        if self.library is None:
            return
        new_id = again.data.record.dataset_id
        was_open = self.dataset is not None and self.dataset.dataset_id == new_id
        operations.undo_again(self.library, again)
        self.library_changed.emit()
        if was_open:
            self._open(again.former.dataset_id)


def free_folder(parent: Path, name: str) -> Path:
    """A folder that is not there yet, called like the data set as far as systems allow it."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip(" .")[:_LONGEST_NAME].strip(" .") or "Data set"
    place, number = parent / plain, 1
    while place.exists():
        number += 1
        place = parent / f"{plain} ({number})"
    return place


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
