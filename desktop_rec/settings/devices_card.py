"""Devices: what can compute here, with memory and threads, and how long an epoch takes on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QWidget

from desktop_rec.common.controls import across, button, make_card, named, text_label
from desktop_rec.common.panels import TextGrid
from engine.models.registry import ModelKind, title_of
from engine.text import format_duration

if TYPE_CHECKING:
    from engine.operations import SpeedTest

_HEAD = ("Device", "Precision", "Learned in a second", "An epoch takes")
_NO_DATA = "Open a data set to test how fast models learn from it."
_HOW = "Learns for five seconds in all on each device and keeps nothing of it. Estimates on Train go by the result."


class DevicesCard(QFrame):
    """test_asked(model); stop_asked; copy_asked: the line that lets torch use the GPU."""

    test_asked = Signal(str)
    stop_asked = Signal()
    copy_asked = Signal()

    def __init__(self, models: Sequence[ModelKind], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build(models)
        self._connect()

    def show_devices(self, text: str, *, can_copy: bool) -> None:
        """What can compute here, in words."""
        self._devices.setText(text)
        self._copy.setVisible(can_copy)

    def show_test(self, test: SpeedTest | None, *, dataset_name: str, can_test: bool, is_testing: bool) -> None:
        """The last test, and whether another may begin."""
        self._model.setEnabled(can_test)
        self._test.setEnabled(can_test)
        self._test.setVisible(not is_testing)
        self._stop.setVisible(is_testing)
        self._words.setText(_words(test, dataset_name, is_testing=is_testing))
        lines = _lines(test) if test is not None else []
        self._grid.show_lines([_HEAD, *lines] if lines else [])
        self._grid.setVisible(bool(lines))

    def _build(self, models: Sequence[ModelKind]) -> None:
        rows = make_card(self, "settings_card_devices", "Devices")
        self._devices = text_label("", "settings_devices", role="weak", wraps=True)
        self._devices.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = button("Copy the line", "settings_copy_line", "Copy the line that lets torch use the GPU")
        self._model = named(QComboBox(), "speed_model", "Model to test", "Which model learns in the speed test")
        for kind in models:
            self._model.addItem(kind.title, kind.name)
        self._test = button("Test speed", "speed_test", _HOW)
        self._stop = button("Stop", "speed_stop", "End the test with what was measured")
        self._words = text_label("", "speed_words", role="weak", wraps=True)
        self._grid = TextGrid(3, 1, 2, 1, has_head=True)
        self._grid.setObjectName("speed_grid")
        rows.addWidget(text_label("Devices", role="heading"))
        rows.addWidget(self._devices)
        rows.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addLayout(across(text_label("How long an epoch takes with"), self._model, self._test, self._stop, 1))
        rows.addWidget(self._words)
        rows.addWidget(self._grid)

    def _connect(self) -> None:
        self._copy.clicked.connect(self.copy_asked)
        self._test.clicked.connect(self._on_test)
        self._stop.clicked.connect(self.stop_asked)

    def _on_test(self) -> None:
        self.test_asked.emit(str(self._model.currentData()))


def _lines(test: SpeedTest) -> list[tuple[str, ...]]:
    """A line for each device and precision, the fastest first."""
    return [
        (
            epoch.words,
            epoch.precision,
            f"{epoch.examples_per_second:,.0f} {test.unit}",
            format_duration(epoch.seconds_per_epoch),
        )
        for epoch in test.epochs
    ]


def _words(test: SpeedTest | None, dataset_name: str, *, is_testing: bool) -> str:
    if is_testing:
        return "Testing…"
    if test is None:
        return _HOW if dataset_name else _NO_DATA
    stopped = " It was stopped before all devices had their turn." if test.stopped else ""
    return (
        f"{title_of(test.model)} on {test.dataset_name}: an epoch goes through {test.examples:,} {test.unit}, "
        f"{test.batch:,} in a step.{stopped}"
    )
