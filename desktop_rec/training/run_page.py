"""A run as it learns, or as it learned: its curves or stages, what is new, and what the curves say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.plain import Coloured, ColouredLabel, PlainLabel, Words
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID, THEME, series_colour, set_role
from desktop_rec.training import text
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.live.bar import CurveBar
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.panels import TRAINING_LOSS
from desktop_rec.training.live.plot import LivePlot
from desktop_rec.training.live.run import EarlierRun, LiveRun
from desktop_rec.training.progress_parts import StageList
from engine.wording import said


class RunPage(QWidget):
    """chosen(CurveChoices): what a person wants to see of the curves. `bar` has more."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bar, self.plot = CurveBar(), LivePlot()
        self._stages = StageList()
        self._earlier: tuple[EarlierRun, ...] = ()
        self._behind = ColouredLabel()
        self._news, self._curve_words = PlainLabel(), PlainLabel()
        self._build()
        self._behind.setObjectName("earlier_names")
        self._behind.hide()
        THEME.changed.connect(self._name_earlier)
        self.bar.chosen.connect(self.show_choices)
        self.bar.chosen.connect(self.chosen)
        self.bar.all_asked.connect(self.plot.show_all)
        self.plot.zoom_changed.connect(self.bar.show_zoomed)
        self.plot.pointed_at.connect(self._card.show_reading)

    def show_choices(self, choices: CurveChoices) -> None:
        """What is seen of the curves."""
        self.bar.show_choices(choices)
        self.plot.show_choices(choices)

    def show_run(self, state: TrainingState) -> None:
        """The run so far."""
        has_steps = len(state.steps) > 0
        if has_steps:
            self.plot.show_run(live_run(state))
            self._card.refresh_table()
        else:
            self._stages.show_stages(state.stages)
        self._body.setCurrentWidget(self._curves if has_steps else self._stages)
        show_label(self._news, state.news)
        show_label(self._curve_words, text.describe_curves(state) if has_steps else "")

    def show_earlier(self, earlier: Sequence[EarlierRun]) -> None:
        """The runs behind the curves, named in their colours."""
        self._earlier = tuple(earlier)
        self.plot.show_earlier(earlier)
        self._name_earlier()

    def _name_earlier(self) -> None:
        names = [Coloured(run.title, series_colour(run.place)) for run in self._earlier]
        parts: list[Words] = [part for name in names for part in (" · ", name)]
        self._behind.show_parts("Behind: ", *parts[1:])
        self._behind.setVisible(bool(names))

    def _build(self) -> None:
        self._news.setObjectName("training_news")
        self._news.setWordWrap(True)
        set_role(self._news, "warning")
        self._curve_words.setObjectName("training_curve_words")
        self._curve_words.setAccessibleName(said("What the curves say"))
        self._curve_words.setWordWrap(True)
        self._card = PlotCard(
            "live",
            said("How the model learns"),
            self.plot,
            self.plot.table,
            make_numbers=self.plot.numbers,
            reads_below=True,
        )
        self._card.add_action("show_all", said("Show the whole run"), self.plot.show_all)
        next_step()
        self._curves = QWidget()
        curves = QVBoxLayout(self._curves)
        curves.setContentsMargins(0, 0, 0, 0)
        curves.setSpacing(GRID // 2)
        curves.addWidget(self.bar)
        curves.addWidget(self._behind)
        curves.addWidget(self._card, 1)
        self._body = QStackedWidget()
        self._body.addWidget(self._curves)
        self._body.addWidget(self._stages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._body, 1)
        for label in (self._news, self._curve_words):
            column.addWidget(label)


def live_run(state: TrainingState) -> LiveRun:
    """What the plot draws of a run; views, not copies."""
    started = state.started
    return LiveRun(
        steps=state.steps.values,
        seconds=state.seconds.values,
        losses=state.losses.values,
        lrs=state.lrs.values,
        norms=state.norms.values,
        parts={name: np.asarray(series.values) for name, series in state.parts.items()},
        epochs=state.epochs,
        total_steps=state.total_steps,
        steps_per_epoch=started.steps_per_epoch if started is not None else 1,
        monitor=started.monitor if started is not None else TRAINING_LOSS,
        model=state.model,
        rate_changes=[(change.step + 1, change.lr) for change in state.rate_changes],
    )


def show_label(label: QLabel, words: str) -> None:
    """Words that are often the same as before; a label without any is hidden."""
    if label.text() != words:
        label.setText(words)
    label.setVisible(bool(words))
