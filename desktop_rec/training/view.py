"""The place Train: find a learning rate, train, or search, in tabs; each is built when it is first looked at."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop_rec.training.controller import TrainingController
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.search.controller import SearchController
from desktop_rec.training.training_view import TrainingView

LEARNING_RATE, TRAINING, SEARCH = range(3)


class TrainView(QTabWidget):
    """Three tabs; Training is what most people need."""

    def __init__(
        self,
        training: TrainingController,
        learning_rate: LearningRateController,
        search: SearchController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._training, self._learning_rate, self._search = training, learning_rate, search
        self.setObjectName("train_view")
        self.setAccessibleName("Train: learning rate, training, search")
        self.setDocumentMode(True)
        run = TrainingView(training, learning_rate)
        run.rate_asked.connect(self.show_learning_rate)
        self._pages = [QWidget(), run, QWidget()]
        for page, title, tooltip in zip(
            self._pages,
            ("Learning rate", "Training", "Search"),
            (
                "How fast a model may learn, found by eye",
                "Choose and set a model, and watch it learn",
                "Try many settings, run after run, and open the best",
            ),
            strict=True,
        ):
            self.setTabToolTip(self.addTab(page, title), tooltip)
        self.setCurrentIndex(TRAINING)
        self.currentChanged.connect(self._on_turned)

    def show_learning_rate(self) -> None:
        """Turn to the rate finder."""
        self.setCurrentIndex(LEARNING_RATE)

    def show_search(self) -> None:
        """Turn to the search."""
        self.setCurrentIndex(SEARCH)

    def _on_turned(self, place: int) -> None:
        page = self._pages[place]
        if place == TRAINING or page.layout() is not None:
            return
        room = QVBoxLayout(page)
        room.setContentsMargins(0, 0, 0, 0)
        if place == SEARCH:
            from desktop_rec.training.search.view import SearchView

            room.addWidget(SearchView(self._search, self._learning_rate))
            return
        from desktop_rec.training.learning_rate.view import LearningRateView

        view = LearningRateView(self._learning_rate)
        view.rate_taken.connect(self._on_rate_taken)
        room.addWidget(view)

    def _on_rate_taken(self) -> None:
        self.setCurrentIndex(TRAINING)
