"""The whole of Models: the runs at the left, the chosen one at the right under three tabs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import FlowLayout, button, named
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import set_tip
from desktop_rec.models.ladder.panel import LadderPanel
from desktop_rec.models.matrix.panel import MatrixPanel
from desktop_rec.models.model_panel import ModelPanel
from desktop_rec.models.run_list import RunList
from desktop_rec.models.side_by_side import SideBySide
from desktop_rec.models.user_evaluation import UserEvaluationPanel
from desktop_rec.theme.theme import GRID
from engine.wording import said


@dataclass(frozen=True)
class RunHeadState:
    """The chosen run. use_text: what the first button says; evaluate_text: "" where there is nothing to evaluate."""

    name: str
    about: str
    can_use: bool
    use_text: str
    can_continue: bool
    evaluate_text: str
    run_id: str = ""
    star: bool = False
    can_export: bool = False
    can_duplicate: bool = False
    can_answer: bool = False
    """Whether the data set's own file asks for ratings, and the run predicts some."""


class RunHead(QWidget):
    """The name of the chosen run (renamed in place), what it is, and buttons for what can be done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run_head")
        self.name, self._about = NameEdit("run_name", role="title"), caption()
        self._about.setObjectName("run_about")
        self.use = button(
            said("Use this model"), "use_run", said("Let For you recommend with this model"), role="primary"
        )
        self.resume = button(
            said("Continue training"), "resume_run", said("Continue where the training of this run was stopped")
        )
        self.evaluate = button(
            said("Evaluate again"),
            "evaluate_run",
            said("Evaluate this run on what was held out from it, with the curve from few to many titles"),
        )
        self.star = button(said("☆ Star"), "star_run", said("Mark this run, to find it again"), role="quiet")
        self.star.setCheckable(True)
        self.duplicate = button(
            said("Train again…"),
            "duplicate_run",
            said("Put this run's plan into Train, to change it and train again"),
            role="quiet",
        )
        self.export = button(
            said("Export…"), "export_model", said("Write this model to a file, for another machine"), role="quiet"
        )
        self.answers = button(
            said("Answers…"),
            "write_answers",
            said("Write the ratings that the data set's own file asks for"),
            role="quiet",
        )
        self.rename = button(said("Rename"), "rename_run", said("Give this run another name"), role="quiet")
        self.delete = button(
            said("Delete"), "delete_run", said("Delete this run (Ctrl+Z brings it back)"), role="quiet"
        )
        buttons = QWidget()
        row = FlowLayout(buttons, gap=GRID)
        first = (self.use, self.resume, self.evaluate, self.star, self.duplicate, self.export)
        for control in (*first, self.answers, self.rename, self.delete):
            row.addWidget(control)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.name, self._about, buttons):
            column.addWidget(part)
        self.rename.clicked.connect(self.name.begin)

    def show_run(self, state: RunHeadState, *, is_free: bool) -> None:
        """Show a run; `is_free`: no long job is in the way of another."""
        self.name.show_name(state.name, of=state.run_id)
        self.star.setChecked(state.star)
        self.star.setText(said("★ Starred") if state.star else said("☆ Star"))
        self.duplicate.setEnabled(state.can_duplicate)
        self.export.setEnabled(state.can_export and is_free)
        self.answers.setVisible(state.can_answer)
        self.answers.setEnabled(is_free)
        self._about.setText(state.about)
        self.use.setText(state.use_text)
        self.use.setEnabled(state.can_use)
        self.resume.setVisible(state.can_continue)
        self.evaluate.setVisible(bool(state.evaluate_text))
        self.evaluate.setText(state.evaluate_text)
        self.evaluate.setAccessibleName(state.evaluate_text)
        for control in (self.resume, self.evaluate):
            control.setEnabled(is_free)


class ModelsPage(QWidget):
    """`runs`, `head`, `beside`, `model` and `user` are the parts that are shown to directly."""

    def __init__(self, *, evaluate_text: str) -> None:
        super().__init__()
        self.setObjectName("models_page")
        self.runs, self.head, self.beside = RunList(), RunHead(), SideBySide()
        next_step()
        self.model, self.user = ModelPanel(evaluate_text=evaluate_text), UserEvaluationPanel()
        self.matrix, self.ladder = MatrixPanel(), LadderPanel()
        next_step()
        self.tabs = named(QTabWidget(), "models_tabs", said("What to look at"))
        set_tip(self.tabs, "")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.beside, said("Side by side"))
        self.tabs.addTab(self.model, said("This model"))
        self.tabs.addTab(self.user, said("How well it knows you"))
        self.tabs.addTab(self.matrix, said("All ratings"))
        self.tabs.addTab(self.ladder, said("Speed"))
        next_step()
        right = QVBoxLayout()
        right.setContentsMargins(2 * GRID, 2 * GRID, GRID, 0)
        right.setSpacing(GRID)
        right.addWidget(self.head)
        right.addWidget(self.tabs, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.runs)
        row.addLayout(right, 1)

    def name_person(self, name: str) -> None:
        """Whom the model may know, on the tab."""
        is_me = name in ("", "Me")
        title = said("How well it knows you") if is_me else said("How well it knows {name}", name=name)
        self.tabs.setTabText(self.tabs.indexOf(self.user), title)
