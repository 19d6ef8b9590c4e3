"""The session's desk for predictions as files: which runs can make them, and the long job that writes them.

Stands on the desk of the open data set's page.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Notice
from desktop_rec.session import work
from desktop_rec.session.core import LongJob
from desktop_rec.session.page import PageDesk
from engine.text import plural

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.operations import Predictions

PREDICT_RATINGS = frozenset({"two_head", "mf", "embedding_mlp", "lstm", "popularity", "blend"})
"""Models whose runs are offered, known without torch. A blend that was never judged may yet be refused."""


def _may_predict(run: RunRecord) -> bool:
    """Whether a run predicts ratings. Of a blend its figures tell: errors stand among them where a part predicts."""
    return run.model in PREDICT_RATINGS and (run.model != "blend" or not run.metrics or "rmse" in run.metrics)


class PredictingDesk(PageDesk):
    """Writes predicted ratings of the open data set into files."""

    def runs_with_ratings(self) -> tuple[RunRecord, ...]:
        """The kept runs on the open data set that predict ratings: the one in use first, then the newest."""
        in_use = self.model_label.run_id if self.model_label is not None else None
        able = [run for run in self.runs() if run.has_model and _may_predict(run)]
        return tuple(sorted(able, key=lambda one: one.run_id != in_use))

    def write_predictions(self, run_id: str, pairs: Path | None, out: Path) -> bool:
        """Write the ratings of a file's pairs, or (None) of those that the data set's own file asks for."""
        if self.library is None:
            return False
        job = LongJob(
            JobState("predict", "Predicting ratings"),
            partial(work.predict, self.library, run_id, pairs, out),
            finished=self._on_predicted,
            failed=self._on_page_job_failed,
        )
        return self._start_long(job)

    def _on_predicted(self, done: Predictions | None) -> None:
        if done is None:
            self.notice.emit(Notice("Predicting was cancelled; nothing was written.", kind="info"))
            return
        show = partial(_show_folder_of, done.path)
        self.notice.emit(Notice(predicted_words(done), kind="info", action_words="Show folder", action=show))


def predicted_words(done: Predictions) -> str:
    """What was written, and what could not be, in a sentence or two."""
    words = f"{done.run_name} wrote {plural(done.predicted, 'rating')} to {done.path}."
    if done.blank:
        first = next((one.line for one in done.unanswered if one.user or one.item), 0)
        which = f"1 line has no rating (line {first:,})"
        if done.blank > 1:
            which = f"{done.blank:,} lines have no rating (the first is line {first:,})"
        words += f" {which}: the data set does not know the person or the title."
    if done.skipped:
        words += f" {plural(done.skipped, 'line')} held no pair."
    if done.by_averages:
        words += f" Of them {done.by_averages:,} are averages, for people or titles without a single rating."
    return words


def _show_folder_of(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
