"""The place Train: at the left one plan; at the right the tabs that find its rate, train it, and search around it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.job_state import JobState
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.common.plain import plain_tip
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.plan_form import PlanForm
from desktop_rec.training.queue.controller import RunQueue
from desktop_rec.training.search.controller import SearchController
from desktop_rec.training.training_view import TrainingView
from engine.wording import said

LEARNING_RATE, TRAINING, SEARCH = range(3)
_TABS = (
    (said("Learning rate"), said("How fast a model may learn, found by eye")),
    (said("Training"), said("Train the model at the left, and watch it learn")),
    (said("Search"), said("Try many settings, run after run, and open the best")),
)
_JOBS_OF_THE_PLAN = ("sweep", "search")
"""While these run, the plan is what they are about; while a run learns, the next one may be planned for the queue."""


class TrainView(QStackedWidget):
    """Says what is missing, or shows the plan and its tabs; a tab is built when it is first looked at."""

    def __init__(
        self,
        plan: PlanController,
        training: TrainingController,
        queue: RunQueue,
        learning_rate: LearningRateController,
        search: SearchController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plan, self._training, self._queue = plan, training, queue
        self._learning_rate, self._search = learning_rate, search
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """The plan and its tabs, once there is a data set to plan for."""
        has_data = self._plan.dataset.current is not None
        self.setCurrentWidget(self._work if has_data else self._missing)
        self._show_job(self._training.jobs.state)

    def show_learning_rate(self) -> None:
        """Turn to the rate finder."""
        self._tabs.setCurrentIndex(LEARNING_RATE)

    def show_training(self) -> None:
        """Turn to training."""
        self._tabs.setCurrentIndex(TRAINING)

    def _build(self) -> None:
        self.setObjectName("train_view")
        self._missing = PlaceMessage()
        self._missing.show_message(
            said("No data set is open"), said("Training needs ratings to learn from."), button=said("Go to Data")
        )
        self._work = QWidget()
        self.addWidget(self._missing)
        self.addWidget(self._work)
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._form = PlanForm(self._plan)
        next_step()
        row.addWidget(self._form)
        next_step()
        self._tabs = QTabWidget()
        self._tabs.setObjectName("train_tabs")
        self._tabs.setAccessibleName(said("Learning rate, training, search"))
        self._tabs.setDocumentMode(True)
        row.addWidget(self._tabs, 1)
        self._pages = (QWidget(), TrainingView(self._plan, self._training, self._queue), QWidget())
        for page, (title, tooltip) in zip(self._pages, _TABS, strict=True):
            next_step()
            self._tabs.setTabToolTip(self._tabs.addTab(page, title), plain_tip(tooltip))
        self._tabs.setCurrentIndex(TRAINING)

    def _connect(self) -> None:
        self._plan.dataset.changed.connect(self.show_state)
        self._training.jobs.changed.connect(self._show_job)
        self._missing.pressed.connect(self._go_to_data)
        self._form.rate_asked.connect(self.show_learning_rate)
        self._tabs.currentChanged.connect(self._on_turned)

    def _show_job(self, job: JobState | None) -> None:
        self._form.set_editable(job is None or job.kind not in _JOBS_OF_THE_PLAN)

    def _on_turned(self, tab: int) -> None:
        page = self._pages[tab]
        if tab == TRAINING or page.layout() is not None:
            return
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._make_search() if tab == SEARCH else self._make_learning_rate())

    def _make_learning_rate(self) -> QWidget:
        from desktop_rec.training.learning_rate.view import LearningRateView

        view = LearningRateView(self._plan, self._learning_rate)
        view.training_asked.connect(self.show_training)
        return view

    def _make_search(self) -> QWidget:
        from desktop_rec.training.search.view import SearchView

        return SearchView(self._plan, self._search)

    def _go_to_data(self) -> None:
        self._training.requests.show_place("data")
