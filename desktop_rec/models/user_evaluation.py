"""How well the chosen model predicts the person's own ratings: in words, against the baselines, and title by title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView

from desktop_rec.common.controls import named
from desktop_rec.common.notices import Failure
from desktop_rec.common.panels import PlaceMessage, ScrollPage, caption, heading
from desktop_rec.common.plots.card import PlotTable
from desktop_rec.models.controller import EvaluatedUser, ModelsController
from desktop_rec.models.meaning import unit_of
from desktop_rec.models.metric_grid import FigureCards
from desktop_rec.models.side_by_side import MeaningCard
from desktop_rec.models.user_evaluation_text import describe_user_evaluation, favourites_table, user_figures
from desktop_rec.theme.theme import GRID, number_font
from engine.wording import joined, said

if TYPE_CHECKING:
    from engine.data.profiles import Profile
    from engine.library.run_record import RunRecord

_EXPLAINED = said(
    "Each rating is left out once; from the others the model predicts it, and looks for it "
    "in its list. Grey is what anybody could guess: averages, and the most liked titles."
)
_TOO_FEW = said("It takes at least five ratings of titles that this data set has.")
_LEAST_RATINGS = 5
_TABLE_HEIGHT = 300


class UserEvaluationPanel(QStackedWidget):
    """Either a message or what was found. `looked_at`: it came on the screen."""

    looked_at = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("user_evaluation_panel")
        self.message, self._page = PlaceMessage(), ScrollPage("user_evaluation_page", spacing=GRID + 4)
        self.meaning, self.cards, self._table = MeaningCard(), FigureCards("user_metric"), PlotTable(self)
        view = self._view = named(QTableView(), "left_out_ratings", said("Your ratings, each left out once"))
        view.setModel(self._table)
        view.verticalHeader().hide()
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setFont(number_font(self.font()))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setMinimumHeight(_TABLE_HEIGHT)
        for part in (self.meaning, caption(_EXPLAINED), self.cards, heading(said("Title by title"))):
            self._page.column.addWidget(part)
        self._page.column.addWidget(view, 1)
        self.addWidget(self.message)
        self.addWidget(self._page)

    @property
    def shows_message(self) -> bool:
        return self.currentWidget() is self.message

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.looked_at.emit()

    def show_message(self, heading: str, sentence: str, *, button: str = "", busy: bool = False) -> None:
        """Why there is nothing to show."""
        self.message.show_message(heading, sentence, button=button, busy=busy)
        self.setCurrentWidget(self.message)

    def show_evaluation(self, evaluated: EvaluatedUser, name: str, whose: str, sentences: tuple[str, ...]) -> None:
        """What was found of this person."""
        self.meaning.show_meaning(sentences, heading=said("How well {name} knows {whose}", name=name, whose=whose))
        self._table.show_table(favourites_table(evaluated.evaluation))
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.cards.show_figures(user_figures(evaluated.evaluation, name))
        self.setCurrentWidget(self._page)


class UserEvaluationPresenter(QObject):
    """Asks when somebody looks, and says why there is no answer. choose() says which run it is about."""

    def __init__(self, models: ModelsController, panel: UserEvaluationPanel) -> None:
        super().__init__(panel)
        self._models, self._panel = models, panel
        self._run: RunRecord | None = None
        self._asked: tuple[str, Profile | None] = ("", None)
        models.profile.changed.connect(self.ask_if_due)
        models.user_evaluated.connect(self._on_evaluated)
        models.user_evaluation_failed.connect(self._on_failed)
        panel.looked_at.connect(self.ask_if_due)
        panel.message.pressed.connect(lambda: models.requests.show_place("for_you"))

    def choose(self, run: RunRecord | None) -> None:
        """Another run (or the same, perhaps trained on)."""
        self._run = run
        self.ask_if_due()

    def take_model(self) -> None:
        """The worker dropped its questions with the former model: an answer that is still out will not come."""
        if self._panel.shows_message:
            self._asked = ("", None)
        self.ask_if_due()

    def ask_if_due(self) -> None:
        """Ask where somebody looks and run or ratings are others than last time."""
        profile, run = self._models.profile.current, self._run
        if run is None or profile is None or not self._panel.isVisible() or self._asked == (run.run_id, profile):
            return
        self._asked = (run.run_id, profile)
        if not run.has_model:
            self._panel.show_message(
                said("{title} has no model", title=run.title), said("It ended before it had learned anything.")
            )
        elif sum(entry.rating is not None for entry in profile.entries) < _LEAST_RATINGS:
            self._panel.show_message(said("Too few ratings"), _TOO_FEW, button=said("Rate titles"))
        elif self._models.ask_user_evaluation(run.run_id):
            self._panel.show_message(said("Leaving out your ratings one at a time…"), "", busy=True)

    def _on_evaluated(self, evaluated: EvaluatedUser) -> None:
        dataset, run, profile = self._models.dataset.current, self._run, self._models.profile.current
        if dataset is None or run is None or evaluated.run_id != run.run_id:
            return
        is_me = profile is None or profile.name == "Me"
        whose = said("you") if profile is None or is_me else profile.name
        sentences = describe_user_evaluation(
            evaluated.evaluation,
            word=dataset.catalogue.word,
            unit=unit_of(dataset.scale),
            is_in_data=self._models.profile.is_borrowed,
            is_me=is_me,
        )
        self._panel.show_evaluation(evaluated, run.title, whose, sentences)

    def _on_failed(self, failure: Failure) -> None:
        sentence = joined(failure.sentence, failure.remedy)
        self._panel.show_message(
            said("This model could not be tried on your ratings"), sentence, button=said("Rate titles")
        )
