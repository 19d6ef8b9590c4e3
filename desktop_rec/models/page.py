"""The whole of Quality: the runs at the left, the chosen one at the right under three tabs.

A part of views: its parts have setters and signals of their own.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.models.model_panel import ModelPanel
from desktop_rec.models.run_head import RunHead
from desktop_rec.models.run_list import RunList
from desktop_rec.models.side_by_side import SideBySide
from desktop_rec.models.user_evaluation_panel import MePanel
from desktop_rec.theme.theme import GRID


class QualityPage(QWidget):
    """turned(): another tab is on the screen."""

    turned = Signal()

    def __init__(self, *, judge_words: str) -> None:
        super().__init__()
        self.setObjectName("quality_page")
        self.runs, self.head = RunList(), RunHead()
        self.beside, self.model, self.me = SideBySide(), ModelPanel(judge_words=judge_words), MePanel()
        self.tabs = named(QTabWidget(), "quality_tabs", "What to look at")
        self.tabs.setToolTip("")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.beside, "Side by side")
        self.tabs.addTab(self.model, "This model")
        self.tabs.addTab(self.me, "How well it knows you")
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
        self.tabs.currentChanged.connect(self.turned)

    @property
    def shows_me(self) -> bool:
        """Whether the person looks at how well the model knows them."""
        return self.tabs.currentWidget() is self.me

    def name_person(self, name: str) -> None:
        """Whom the model may know, on the tab."""
        who = "you" if name in ("", "Me") else name
        self.tabs.setTabText(self.tabs.indexOf(self.me), f"How well it knows {who}")
