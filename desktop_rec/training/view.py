"""The place Train: one run, or a search over many. The search is built when it is first looked at.

Stands between the main window and the two views.
"""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop_rec.session.session import Session
from desktop_rec.training.training_view import TrainingView


class TrainPlace(QTabWidget):
    """Two tabs; the first one is what most people need."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._search: QWidget | None = None
        self.setObjectName("train_place")
        self.setAccessibleName("Train: one run, or a search")
        self.setDocumentMode(True)
        self.addTab(TrainingView(session), "One run")
        page = QWidget()
        self._room = QVBoxLayout(page)
        self._room.setContentsMargins(0, 0, 0, 0)
        self.addTab(page, "Search")
        self.setTabToolTip(0, "Choose and set a model, and watch it learn")
        self.setTabToolTip(1, "Try many settings, run after run, and open the best")
        self.currentChanged.connect(self._on_turned)

    def show_search(self) -> None:
        """Turn to the search."""
        self.setCurrentIndex(1)

    def _on_turned(self, place: int) -> None:
        if place == 1 and self._search is None:
            from desktop_rec.training.search.view import SearchView

            self._search = SearchView(self._session)
            self._room.addWidget(self._search)
