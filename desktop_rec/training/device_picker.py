"""Where to compute and how exactly, in plain words; and why a GPU is not used, with the line that mends it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.plain import PlainLabel
from desktop_rec.theme.theme import set_role
from desktop_rec.training.setting_field import LABEL_WIDTH
from engine.device import ALL_GPUS, Device, UnusedGpu, gpus_of
from engine.wording import joined, said

_PRECISIONS = {
    "float32": said("float32: exact"),
    "bf16": said("bf16: faster, coarser"),
    "fp16": said("fp16: faster, coarser"),
}


class DevicePicker(QWidget):
    """changed: the person chose another device or precision."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("device_picker")
        self._devices: tuple[Device, ...] = ()
        self._build()
        self._connect()
        self.show_devices((), unused=None)

    @property
    def device(self) -> str:
        """The key of the chosen device, or "auto"."""
        return str(self._device_box.currentData())

    @property
    def precision(self) -> str:
        """ "auto", "float32", "bf16" or "fp16"."""
        return str(self._precision_box.currentData())

    def show_devices(self, devices: Sequence[Device], *, unused: UnusedGpu | None) -> None:
        """The devices torch can use, the fastest first, and a GPU that it cannot use."""
        asked = self.device if self._device_box.count() else "auto"
        self._devices = tuple(devices)
        self._device_box.blockSignals(True)
        self._device_box.clear()
        fastest = f": {self._devices[0].words}" if self._devices else ""
        self._device_box.addItem(f"Automatic{fastest}", "auto")
        gpus = gpus_of(self._devices)
        if len(gpus) > 1:
            self._device_box.addItem(said("All {count} GPUs together", count=len(gpus)), ALL_GPUS)
        for device in self._devices:
            self._device_box.addItem(device.words, device.key)
        self._device_box.choose(asked)
        self._device_box.blockSignals(False)
        self._show_precisions()
        self._unused.setVisible(unused is not None)
        if unused is not None:
            mends = said("These lines mend it:") if "\n" in unused.line.strip() else said("This line says more:")
            self._unused_words.setText(joined(unused.words, mends if unused.line else ""))
            self._line.setPlainText(unused.line)
            for part in (self._line, self._copy):
                part.setVisible(bool(unused.line))

    def _build(self) -> None:
        self._device_box = named(
            CalmComboBox(), "device_box", said("Device"), said("What computes: the processor or a GPU")
        )
        self._precision_box = named(
            CalmComboBox(),
            "precision_box",
            said("Precision"),
            said("bf16 is faster on devices made for it; float32 is exact"),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        device, precision = PlainLabel(said("Device")), PlainLabel(said("Precision"))
        device.setBuddy(self._device_box)
        precision.setBuddy(self._precision_box)
        grid.addWidget(device, 0, 0, 1, 2)
        grid.addWidget(self._device_box, 1, 0, 1, 2)
        grid.addWidget(precision, 2, 0)
        grid.addWidget(self._precision_box, 2, 1)
        self._unused = self._make_unused()
        grid.addWidget(self._unused, 3, 0, 1, 2)

    def _make_unused(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("unused_gpu")
        set_role(frame, "notice-warning")
        self._unused_words = PlainLabel()
        self._unused_words.setWordWrap(True)
        self._line = named(QPlainTextEdit(), "unused_gpu_line", said("The line that lets torch use the GPU"))
        self._line.setReadOnly(True)
        self._line.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._line.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._line.setFixedHeight(self._line.fontMetrics().lineSpacing() * 2 + 32)
        self._copy = button(
            said("Copy"), "copy_gpu_line", said("Copy this; run it in a terminal, then start Desktop Rec again")
        )
        column = QVBoxLayout(frame)
        column.addWidget(self._unused_words)
        column.addWidget(self._line)
        column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _connect(self) -> None:
        self._device_box.currentIndexChanged.connect(self._on_device)
        self._precision_box.currentIndexChanged.connect(self.changed)
        self._copy.clicked.connect(self._copy_line)

    def _on_device(self) -> None:
        self._show_precisions()
        self.changed.emit()

    def _show_precisions(self) -> None:
        """Only what the chosen device can do; automatic says what that will be."""
        asked = self.precision if self._precision_box.count() else "auto"
        usable = next((device.precisions for device in self._devices if device.key == self.device), ())
        if self.device in ("auto", ALL_GPUS) and self._devices:
            usable = self._devices[0].precisions
        self._precision_box.blockSignals(True)
        self._precision_box.clear()
        self._precision_box.addItem(
            said("Automatic: {precision}", precision=usable[-1]) if usable else said("Automatic"), "auto"
        )
        for precision in usable:
            self._precision_box.addItem(_PRECISIONS.get(precision, precision), precision)
        self._precision_box.choose(asked)
        self._precision_box.blockSignals(False)

    def _copy_line(self) -> None:
        QGuiApplication.clipboard().setText(self._line.toPlainText())
        self._copy.setText(said("Copied"))
