"""What a window is about: the shared state, a controller for each place, and who listens to a change of data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.data.controller import DataController
from desktop_rec.data.importing.controller import ImportController
from desktop_rec.for_you.controller import BENDING, RecommendationsController
from desktop_rec.for_you.kept_choices import KeptChoices
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_taste.controller import TasteController
from desktop_rec.for_you.taste_map.controller import TasteMapController
from desktop_rec.models.controller import ModelsController
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.devices import Devices
from desktop_rec.session.jobs import Jobs
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import UndoStack
from desktop_rec.settings.controller import SettingsController
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.learning_rate.controller import SWEEPS, LearningRateController
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.queue.controller import RunQueue
from desktop_rec.training.search.controller import SearchController

if TYPE_CHECKING:
    from engine.library.profiles import ProfileStore

_VIEWS = tuple(
    f"desktop_rec.{place}" for place in ("for_you.view", "data.dataset_view", "training.view", "models.view")
)
"""Modules of places that are loaded in the background, so that no first visit waits for them."""


class Session(QObject):
    """Makes the parts and wires them. `idle` says that nothing runs any more."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.requests = WindowRequests(self)
        self.undo = UndoStack(self.requests, self)
        self.jobs = Jobs(self.requests, self)
        self.queries = Queries(self)
        self.library = OpenLibrary(self.queries.add(QueryWorker("disk use", ("disk use",))), self)
        scoring = self.queries.add(_scoring_worker())
        self.devices = Devices(scoring, modules=_VIEWS, parent=self)
        counting = self.queries.add(QueryWorker("statistics", ("statistics",)))
        self.dataset = OpenDataset(self.library, counting, self)
        judging = self.queries.add(
            QueryWorker("judging", ("stars", "replacement", "baselines", BENDING), uses_torch=True)
        )
        self.model = ModelInUse(self.library, self.dataset, self.requests, scoring, judging, self)
        self.profile = CurrentProfile(self.library, self.undo, self)
        library, dataset, model, profile = self.library, self.dataset, self.model, self.profile
        jobs, queries, undo, requests = self.jobs, self.queries, self.undo, self.requests
        self.data = DataController(library, dataset, model, jobs, queries, undo, requests, self)
        self.importing = ImportController(library, dataset, self.devices, jobs, queries, requests, self)
        self.plan = PlanController(library, dataset, self.devices, undo, self)
        self.training = TrainingController(library, dataset, model, self.devices, jobs, queries, undo, requests, self)
        self.run_queue = RunQueue(self.training, jobs, self)
        sweeps = queries.add(QueryWorker("sweeps", (SWEEPS,)))
        self.learning_rate = LearningRateController(library, dataset, self.training, jobs, undo, sweeps, requests, self)
        self.search = SearchController(library, dataset, model, jobs, undo, requests, self)
        self.models = ModelsController(
            library, dataset, model, profile, jobs, queries, scoring, judging, undo, requests, self
        )
        mapping = queries.add(QueryWorker("mapping", ("quick map", "map"), uses_torch=True))
        self.taste_map = TasteMapController(library, dataset, model, profile, scoring, mapping, self)
        kept = KeptChoices(self._stored_people, self)
        self.recommendations = RecommendationsController(
            dataset, model, profile, kept, scoring, judging, undo, requests, self
        )
        self.taste = TasteController(library, self.recommendations, scoring, self)
        self.my_ratings = MyRatingsController(library, dataset, profile, queries, undo, requests, self)
        self.settings = SettingsController(library, dataset, self.devices, jobs, queries, requests, self)
        self._connect()

    @property
    def is_idle(self) -> bool:
        return self.jobs.is_idle and self.queries.is_idle

    def open(self, home: Path | None = None) -> bool:
        """Open a library, and go on as the person who used it last; False where it cannot be opened."""
        if not self.library.open(home):
            return False
        self.requests.attempt(self.profile.load_default)
        if self.library.opening_notice is not None:
            self.requests.notify(self.library.opening_notice)
        return True

    def close(self) -> None:
        """Stop what runs, keeping what was learned, and drop questions; `idle` says when all threads are gone."""
        self.recommendations.store_choices()
        self.taste_map.view.store()
        self.run_queue.hold()
        self.jobs.stop()
        self.queries.abandon()
        self._on_idle()

    def _connect(self) -> None:
        """Who listens to a change of data set, in this order; views connect later and find all of it done."""
        parts: tuple[Any, ...] = (
            self.data,
            self.models,
            self.plan,
            self.learning_rate,
            self.training,
            self.recommendations,
            self.taste_map,
            self.taste,
            self.model,
            self.search,
            self.my_ratings,
            self.settings,
        )
        for part in parts:
            self.dataset.changed.connect(part.on_dataset_changed)
        self.library.changed.connect(self.profile.store_again)
        self.importing.personal_file_found.connect(self.my_ratings.own_export.import_file)
        self.my_ratings.ratings_file_found.connect(self.importing.prepare)
        self.data.training_asked.connect(self.training.train_with_defaults)
        self.models.resume_asked.connect(self.training.resume)
        self.models.blend_asked.connect(self.training.blend)
        self.models.plan_asked.connect(self.plan.take)
        self.dataset.damaged.connect(self.requests.report)
        self.jobs.idle.connect(self._on_idle)
        self.queries.idle.connect(self._on_idle)

    def _stored_people(self) -> ProfileStore | None:
        return None if self.library.files is None else self.library.files.profiles

    def _on_idle(self) -> None:
        if self.is_idle:
            self.idle.emit()


def _scoring_worker() -> QueryWorker:
    """Gets models ready and answers with them, beside a long job; a look at the devices is never dropped."""
    of_title, knowing = ("longer look", "hangs on"), ("user evaluation", "knowing")
    return QueryWorker(
        "scoring",
        (
            "model",
            "recommend",
            "ask",
            "explain",
            "insights",
            "longer look",
            "hangs on",
            "taste",
            "standing",
            "user evaluation",
            "knowing",
            "devices",
        ),
        stale_after={
            "model": ("recommend", "ask", "explain", "insights", *of_title, "standing", "taste", "knowing"),
            "recommend": ("ask", "explain", "insights", *of_title, "standing", "taste"),
            "explain": of_title,
        },
        interrupts={
            "model": knowing,
            "recommend": knowing,
            "ask": ("insights", *of_title, *knowing),
            "explain": ("insights", *knowing),
            "insights": (*of_title, *knowing),
            "longer look": ("hangs on", *knowing),
            "hangs on": knowing,
        },
        lasting=("devices",),
        uses_torch=True,
    )
