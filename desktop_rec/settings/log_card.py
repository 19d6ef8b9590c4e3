"""The log viewer: of this launch or of one run, filtered by level and text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from desktop_rec.common.controls import CalmComboBox, across, button, make_card, named, text_label
from desktop_rec.settings.log_lines import LEVELS, LogSource, ReadLog, filtered
from desktop_rec.theme.theme import GRID
from engine.text import plural

_HEIGHT = 26 * GRID


class _LogText(QPlainTextEdit):
    """Of one height, which its layout knows: the style sheet's least height hides one that is set."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)


class LogCard(QFrame):
    """source_chosen(LogSource); open_asked(LogSource): in the system's program; diagnostics_asked."""

    source_chosen = Signal(object)
    open_asked = Signal(object)
    diagnostics_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: tuple[LogSource, ...] = ()
        self._log: ReadLog | None = None
        self._build()
        self._connect()

    @property
    def source(self) -> LogSource | None:
        """The log that is chosen."""
        index = self._which.currentIndex()
        return self._sources[index] if 0 <= index < len(self._sources) else None

    def show_sources(self, sources: Sequence[LogSource]) -> None:
        """The logs to choose from; the chosen one stays where it is still there."""
        if tuple(sources) == self._sources:
            return
        chosen, self._sources = self.source, tuple(sources)
        self._which.blockSignals(True)
        self._which.clear()
        self._which.addItems([source.title for source in self._sources])
        if chosen in self._sources:
            self._which.setCurrentIndex(self._sources.index(chosen))
        self._which.blockSignals(False)
        for control in (self._which, self._reload, self._open):
            control.setEnabled(bool(self._sources))

    def show_log(self, log: ReadLog | None) -> None:
        """What was read of the chosen log."""
        self._log = log
        self._show_lines()

    def _build(self) -> None:
        rows = make_card(self, "settings_card_log", "Log")
        self._which = named(CalmComboBox(), "log_which", "Log shown", "This launch's log, or that of a run")
        self._level = named(CalmComboBox(), "log_level", "Least level", "Which lines are shown")
        for words, level in LEVELS:
            self._level.addItem(words, level)
        self._find = named(QLineEdit(), "log_find", "Text to find", "Show only lines with this text")
        self._find.setPlaceholderText("Find in the log")
        self._find.setClearButtonEnabled(True)
        self._text = named(_LogText(), "log_text", "The log", "The end of the log; select and copy as you like")
        self._text.setReadOnly(True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.document().setDocumentMargin(GRID)
        self._words = text_label("", "log_words", role="weak", wraps=True)
        self._reload = button("Read again", "log_reload", "Read what was written to the log since")
        self._copy = button("Copy", "log_copy", "Copy the lines shown")
        self._open = button("Open log", "settings_open_log", "Show the log in the system's own program")
        self._diagnostics = button(
            "Copy diagnostics",
            "settings_copy_diagnostics",
            "Copy versions, devices, memory, threads, the last runs and the end of the log",
        )
        choices = across(self._which, self._level, self._find)
        for place, stretch in enumerate((3, 2, 3)):
            choices.setStretch(place, stretch)
        rows.addWidget(text_label("Log", role="heading"))
        rows.addLayout(choices)
        rows.addWidget(self._text)
        rows.addWidget(self._words)
        rows.addLayout(across(self._reload, self._copy, self._open, self._diagnostics, 1))

    def _connect(self) -> None:
        self._which.currentIndexChanged.connect(self._on_which)
        self._reload.clicked.connect(self._on_which)
        self._level.currentIndexChanged.connect(self._show_lines)
        self._find.textChanged.connect(self._show_lines)
        self._copy.clicked.connect(self._on_copy)
        self._open.clicked.connect(self._on_open)
        self._diagnostics.clicked.connect(self.diagnostics_asked)

    def _on_which(self) -> None:
        if self.source is not None:
            self.source_chosen.emit(self.source)

    def _on_open(self) -> None:
        if self.source is not None:
            self.open_asked.emit(self.source)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())

    def _show_lines(self) -> None:
        """The lines that the filter lets through, the last one in sight."""
        log = self._log
        lines = filtered(log.lines, level=self._level.currentData(), text=self._find.text()) if log is not None else ()
        self._text.setPlainText("\n".join(lines))
        bar = self._text.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._copy.setEnabled(bool(lines))
        self._words.setText(_words(log, len(lines)))


def _words(log: ReadLog | None, shown: int) -> str:
    if log is None:
        return "There is no log."
    if log.problem:
        return log.problem
    end = ", its last ones" if log.left_out else ""
    of = f" of {len(log.lines):,}" if shown < len(log.lines) else ""
    return f"{plural(shown, 'line')}{of}{end}: {log.source.path}"
