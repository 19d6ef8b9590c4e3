"""The plot of a sweep with what belongs to it: its sentence, how much it is smoothed, and the way back from zooming."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, button, named, number_label, text_label
from desktop_rec.common.plain import PlainLabel
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID
from desktop_rec.training.learning_rate.loss_over_rate_plot import LossOverRatePlot
from desktop_rec.training.learning_rate.sweep_curves import SweepCurve
from engine.settings import declared_settings
from engine.text import format_number
from engine.training.config import FinderConfig
from engine.training.rate_curve import SMOOTH
from engine.wording import said

_DEBOUNCE_MS = 30
_POSITIONS = 40
_SLIDER_WIDTH = 140
_SMOOTH_TIP = said(
    "Over how many powers of ten of rates each point of the smooth curve looks; the suggestions are worked out anew"
)
_TITLE = said("Loss over learning rate")


class SweepCard(QWidget):
    """rate_moved(float): the person moved the line. smooth_asked(float): smooth by so much, once the slider rests."""

    rate_moved = Signal(float)
    smooth_asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self._connect()
        self.show_smooth(SMOOTH)

    @property
    def rate(self) -> float | None:
        """Where the line stands; None while there is none."""
        return self._plot.rate

    def show_range(self, *, lowest: float, highest: float) -> None:
        self._plot.show_range(lowest=lowest, highest=highest)

    def show_curves(self, shown: SweepCurve, behind: Sequence[SweepCurve] = ()) -> None:
        """A sweep and those behind it."""
        self._plot.show_sweeps(shown, behind)
        self._card.show_title(shown.name or _TITLE)
        self._card.refresh_table()

    def show_marks(self, marks: Sequence[tuple[str, float]], *, may_choose: bool) -> None:
        """Mark what is suggested. may_choose: a click in the plot puts the line there."""
        self._plot.show_suggestions(marks)
        self._plot.may_choose = may_choose

    def show_words(self, words: str) -> None:
        """The sweep in words."""
        if words != self._words.text():
            self._words.setText(words)

    def set_rate(self, lr: float | None) -> None:
        """Put the line at a rate, or take it away."""
        self._plot.set_rate(lr)

    def show_smooth(self, smooth: float) -> None:
        """How much the shown sweep is smoothed; emits nothing, and leaves a slider alone that is being dragged."""
        if self._slider.isSliderDown() or self._resting.isActive():
            return
        self._slider.blockSignals(True)
        self._slider.setValue(round(smooth / self._step))
        self._slider.blockSignals(False)
        self._show_share()

    def _build(self) -> None:
        self._plot = LossOverRatePlot()
        self._card = PlotCard(
            "sweep", _TITLE, self._plot, self._plot.table, make_numbers=self._plot.numbers, reads_below=True
        )
        self._card.add_action("show_all", said("Show the whole sweep"), self._plot.show_all)
        self._words = PlainLabel()
        self._words.setObjectName("sweep_words")
        self._words.setAccessibleName(said("What the curve says"))
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        declared = next(setting for setting in declared_settings(FinderConfig) if setting.name == "smooth")
        self._step = (declared.setting.high or 1.0) / _POSITIONS
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "smooth_slider", said("Smoothing"), _SMOOTH_TIP)
        self._slider.setRange(0, _POSITIONS)
        self._slider.setPageStep(_POSITIONS // 8)
        self._slider.setMinimumWidth(_SLIDER_WIDTH // 3)
        self._slider.setMaximumWidth(_SLIDER_WIDTH)
        label = text_label(said("Smoothing"), role="weak")
        label.setBuddy(self._slider)
        self._share = number_label("smooth_share", role="weak")
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("0.00 decades"))
        self._all = button(
            said("Show all"), "show_all_button", said("Back to the whole sweep after zooming"), role="small"
        )
        self._all.setEnabled(False)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_DEBOUNCE_MS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._card, 1)
        column.addWidget(self._words)
        column.addLayout(across(label, self._slider, self._share, 1, self._all))

    def _connect(self) -> None:
        self._plot.rate_moved.connect(self.rate_moved)
        self._plot.pointed_at.connect(self._card.show_reading)
        self._plot.zoomed.connect(self._all.setEnabled)
        self._all.clicked.connect(self._plot.show_all)
        self._slider.valueChanged.connect(self._on_slid)
        self._resting.timeout.connect(self._on_rested)

    def _on_slid(self) -> None:
        self._show_share()
        self._resting.start()

    def _on_rested(self) -> None:
        self.smooth_asked.emit(self._slider.value() * self._step)

    def _show_share(self) -> None:
        value = self._slider.value()
        self._share.setText(f"{format_number(round(value * self._step, 2))} decades" if value else "off")
