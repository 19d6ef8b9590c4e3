"""What a person chooses of the curves: panels, x, scales, smoothness, and which earlier runs stand behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QSlider, QToolButton, QWidget

from desktop_rec.common.controls import CalmComboBox, FlowLayout, button, named, number_label
from desktop_rec.common.plain import button_text, set_tip
from desktop_rec.common.plots.smoothing import WINDOWS
from desktop_rec.training.live.choices import ACROSS, CurveChoices
from desktop_rec.training.live.panels import PANELS
from desktop_rec.training.live.plot import with_panel
from desktop_rec.training.live.run import EarlierEntry
from engine.wording import said

_SLIDER_WIDTH = 96
_LONGEST_WINDOW = said("2,000 steps")


class CurveBar(QWidget):
    """chosen(CurveChoices): another choice. earlier_asked(): the menu of earlier runs opens, fill it.

    earlier_toggled(run_id, bool): a run is to stand behind, or no longer. all_asked(): back from a part of the run.
    """

    chosen = Signal(object)
    earlier_asked = Signal()
    earlier_toggled = Signal(str, bool)
    all_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curve_bar")
        self._choices = CurveChoices()
        self._build()
        self._connect()
        self.show_choices(self._choices)

    @property
    def choices(self) -> CurveChoices:
        """What is chosen now."""
        return self._choices

    def show_choices(self, choices: CurveChoices) -> None:
        """What is chosen now."""
        self._choices = choices
        for control, value in ((self._log_x, choices.log_x), (self._log_y, choices.log_y)):
            control.setChecked(value)
        self._across.choose(choices.across)
        self._smoothing.setValue(choices.smoothing)
        window = WINDOWS[choices.smoothing]
        self._window.setText(said("off") if window == 1 else said("{window:,} steps", window=window))
        for name, action in self._panels.items():
            action.setChecked(name in choices.panels)

    def show_zoomed(self, is_zoomed: bool) -> None:
        """Whether there is more of the run than what is looked at."""
        self._all.setEnabled(is_zoomed)

    def show_earlier(self, entries: Sequence[EarlierEntry]) -> None:
        """The runs to choose from, in the menu."""
        self._earlier_menu.clear()
        for entry in entries:
            action = QAction(button_text(entry.title), self._earlier_menu)
            action.setCheckable(True)
            action.setChecked(entry.is_shown)
            action.setData(entry.run_id)
            self._earlier_menu.addAction(action)
        if not entries:
            nothing = self._earlier_menu.addAction(said("No earlier run of this data set has curves"))
            nothing.setEnabled(False)

    def _build(self) -> None:
        self._across = named(CalmComboBox(), "curves_across", said("Across"), said("What the horizontal axis counts"))
        for kind in ACROSS:
            self._across.addItem(said("over {kind}", kind=kind), kind)
        self._log_x = named(
            QCheckBox(said("Log x")), "curves_log_x", said("Log x"), said("Each step to the right is a factor")
        )
        self._log_y = named(QCheckBox(said("Log y")), "curves_log_y", said("Log y"), said("Each step up is a factor"))
        self._smoothing = named(
            QSlider(Qt.Orientation.Horizontal),
            "curves_smoothing",
            said("Smoothing"),
            said(
                "How many steps a smooth point is the mean of, half before it and half after; at most a "
                "fifth of the run"
            ),
        )
        self._smoothing.setRange(0, len(WINDOWS) - 1)
        self._smoothing.setPageStep(1)
        self._smoothing.setFixedWidth(_SLIDER_WIDTH)
        self._window = number_label("curves_window", role="weak")
        self._window.setMinimumWidth(self._window.fontMetrics().horizontalAdvance(_LONGEST_WINDOW))
        self._panels_button, panels_menu = _menu_button(said("Panels"), "curves_panels", said("Which curves are shown"))
        self._panels = {panel.name: _check(panels_menu, panel.name, panel.title, panel.tip) for panel in PANELS}
        self._earlier_button, self._earlier_menu = _menu_button(
            said("Earlier runs"), "curves_earlier", said("Which earlier runs stand behind the curves")
        )
        self._all = button(said("Show all"), "curves_show_all", said("Back to the whole run after zooming"))
        self._all.setProperty("role", "quiet")
        self._all.setEnabled(False)
        smoothing = QWidget()
        row = QHBoxLayout(smoothing)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._smoothing)
        row.addWidget(self._window)
        flow = FlowLayout(self, gap=8)
        for part in (self._across, self._log_x, self._log_y, smoothing, self._panels_button, self._earlier_button):
            flow.addWidget(part)
        flow.addWidget(self._all)
        for place in range(flow.count()):
            item = flow.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setMinimumHeight(self._across.sizeHint().height())

    def _connect(self) -> None:
        self._across.activated.connect(self._on_changed)
        self._log_x.clicked.connect(self._on_changed)
        self._log_y.clicked.connect(self._on_changed)
        self._smoothing.valueChanged.connect(self._on_changed)
        self._all.clicked.connect(self.all_asked)
        self._earlier_menu.aboutToShow.connect(self.earlier_asked)
        self._earlier_menu.triggered.connect(self._on_earlier)
        for action in self._panels.values():
            action.triggered.connect(self._on_panel)

    def _on_changed(self) -> None:
        """A control below the person's hand is another."""
        choices = replace(
            self._choices,
            across=self._across.currentData(),
            log_x=self._log_x.isChecked(),
            log_y=self._log_y.isChecked(),
            smoothing=self._smoothing.value(),
        )
        self._take(choices)

    def _on_panel(self) -> None:
        choices = self._choices
        for name, action in self._panels.items():
            if action.isChecked() != (name in choices.panels):
                choices = with_panel(choices, name, is_shown=action.isChecked())
        if choices.panels:
            self._take(choices)
        else:
            self.show_choices(self._choices)

    def _take(self, choices: CurveChoices) -> None:
        if choices != self._choices:
            self.show_choices(choices)
            self.chosen.emit(choices)

    def _on_earlier(self, action: QAction) -> None:
        self.earlier_toggled.emit(str(action.data()), action.isChecked())


def _menu_button(words: str, name: str, tip: str) -> tuple[QToolButton, QMenu]:
    made = named(QToolButton(), f"{name}_button", words, tip)
    made.setText(f"{words} ▾")
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(made)
    menu.setObjectName(f"{name}_menu")
    menu.setToolTipsVisible(True)
    made.setMenu(menu)
    return made, menu


def _check(menu: QMenu, name: str, words: str, tip: str) -> QAction:
    action = QAction(words, menu)
    action.setObjectName(f"curves_panel_{name}")
    action.setCheckable(True)
    set_tip(action, tip)
    menu.addAction(action)
    return action
