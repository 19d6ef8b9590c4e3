"""The left side of Quality: all runs of the data set, those that may be compared under one heading; and blending.

A part of Quality: show_runs() in; chosen, ticked and blend_asked out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QListView, QVBoxLayout

from desktop_rec.item_models.quality.run_rows import Row, RowRole, RunLine, RunRows
from desktop_rec.theme import GRID, THEME, set_role
from desktop_rec.widgets.naming import button, named
from desktop_rec.widgets.quality.run_delegate import RunDelegate
from desktop_rec.widgets.side_panel import caption

WIDTH = 304


class RunsView(QListView):
    """A list whose headings wrap to its width."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class RunList(QFrame):
    """chosen(run_id), ticked(run_id, is_on), blend_asked()."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    blend_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self._rows.ticked.connect(self.ticked)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.blend.clicked.connect(self.blend_asked)
        THEME.changed.connect(self.view.viewport().update)

    def show_runs(self, rows: Sequence[Row], *, chosen: str, blend_problem: str) -> None:
        """The runs, which of them the right side is about, and why the ticked ones cannot be blended ("": they can)."""
        self._rows.show_rows(rows)
        place = self._rows.place_of(chosen)
        selection = self.view.selectionModel()
        is_new = place is not None and selection.currentIndex().row() != place
        if place is not None and is_new:
            selection.blockSignals(True)
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(self._rows.index(place), how)
            selection.blockSignals(False)
            self.view.viewport().update()
        self.blend.setEnabled(not blend_problem)
        self.blend.setToolTip(blend_problem or "Mix the ticked runs into a new one, weighted by how good each is")
        self._blend_words.setText(blend_problem)
        self._blend_words.setVisible(bool(blend_problem))
        if place is not None and is_new:
            # First what stands below takes its room: else it would cover the run that was scrolled to.
            self._whole.activate()
            self.view.scrollTo(self._rows.index(place))

    def _build(self) -> None:
        self.setObjectName("run_list")
        set_role(self, "panel")
        self.setFixedWidth(WIDTH)
        heading = QLabel("Trained on these ratings")
        set_role(heading, "heading")
        self._rows = RunRows(self)
        self.view = named(RunsView(), "quality_runs", "Runs", "Choose a run to look at; tick others to compare with")
        self.view.setModel(self._rows)
        self.view.setItemDelegate(RunDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setStyleSheet("QListView, QListView:focus { border: none; }")
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.blend = button("Blend these", "blend_runs", "Mix the ticked runs into a new one")
        self._blend_words = caption()
        top, foot = QVBoxLayout(), QVBoxLayout()
        top.setContentsMargins(12, 2 * GRID, 12, 0)
        top.addWidget(heading)
        foot.setContentsMargins(12, GRID, 12, 2 * GRID)
        foot.setSpacing(4)
        foot.addWidget(self.blend)
        foot.addWidget(self._blend_words)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self.view, 1)
        whole.addLayout(foot)

    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:
        row = now.data(RowRole) if now.isValid() else None
        if isinstance(row, RunLine):
            self.chosen.emit(row.run_id)
