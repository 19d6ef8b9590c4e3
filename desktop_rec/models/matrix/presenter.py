"""Shows the filled matrix of the chosen run where its tab is looked at, and goes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.common.notices import Failure
from desktop_rec.models.matrix.controller import MatrixController
from desktop_rec.models.matrix.panel import MatrixPanel
from engine.models.registry import MODELS
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.operations import MatrixWindow


class MatrixPresenter(QObject):
    """Asks when the panel is looked at and another run was chosen since."""

    def __init__(self, matrix: MatrixController, panel: MatrixPanel) -> None:
        super().__init__(panel)
        self._matrix, self._panel = matrix, panel
        self._run: RunRecord | None = None
        self._shown = ""
        panel.looked_at.connect(self._show)
        panel.moved.connect(self._on_moved)
        matrix.window_found.connect(self._on_window)
        matrix.failed.connect(self._on_failed)

    def choose(self, run: RunRecord) -> None:
        """The panel is about another run."""
        is_other = self._run is None or self._run.run_id != run.run_id
        self._run = run
        if is_other:
            self._shown = ""
            self._matrix.forget()
        if self._panel.isVisible():
            self._show()

    def _show(self) -> None:
        run = self._run
        if run is None or self._shown == run.run_id:
            return
        kind = MODELS.get(run.model)
        if not run.has_model:
            self._panel.show_message(
                said("Nothing was learned"), said("This run has no model that could fill the gaps.")
            )
        elif kind is None or not (kind.can.predicts_ratings or kind.made_of_runs):
            self._panel.show_message(
                said("This model ranks titles"), said("It predicts no ratings. Choose a run of a model that does.")
            )
        else:
            self._shown = run.run_id
            self._panel.show_message(
                said("Filling the gaps"), said("The model predicts what people did not rate."), busy=True
            )
            self._matrix.ask(run.run_id, first_person=0, first_title=0)

    def _on_moved(self, first_person: int, first_title: int) -> None:
        if self._run is not None:
            self._matrix.ask(self._run.run_id, first_person=first_person, first_title=first_title)

    def _on_window(self, window: MatrixWindow) -> None:
        if self._run is not None and window.run_id == self._run.run_id:
            self._panel.show_window(window)

    def _on_failed(self, failure: Failure) -> None:
        self._shown = ""
        self._panel.show_message(said("The gaps cannot be filled"), f"{failure.sentence} {failure.remedy}".strip())
