"""The page of the open data set: its figures and plots, its titles, what the import found, and all data sets.

A part of the Data view: setters in, signals out. It is built on the first data set, because it brings the plots.
What takes a moment to count (the plots and titles of a large data set) comes after the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.data.dataset_head import DatasetHead
from desktop_rec.data.dataset_list import DatasetList
from desktop_rec.data.dataset_plots import DatasetPlots
from desktop_rec.data.facts_card import FactsCard, FigureCard
from desktop_rec.data.most_rated_card import MostRatedCard
from desktop_rec.data.predictions_card import PredictionsCard
from desktop_rec.data.problems_table import ProblemsCard
from desktop_rec.data.statistics_text import Fact
from desktop_rec.theme.theme import GRID, set_role
from engine.data.catalogue import Catalogue
from engine.data.statistics import DatasetStatistics
from engine.library.datasets import DatasetRecord
from engine.text import format_count

_SAMPLE = "sample"
_BELOW_FIGURES = 2


class DatasetPage(QScrollArea):
    """`head`, `predictions`, `problems` and `datasets` are the parts that have signals of their own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()

    def show_record(self, record: DatasetRecord, about: str, facts: Sequence[Fact], words: str) -> None:
        """What is known at once of a data set. `words` is what its titles are called ("films")."""
        self.head.show_name(record.name, about)
        known = record.origin is not None or record.dataset_id == _SAMPLE
        self.head.let_import_again("" if known else "Nobody knows any more which files it was imported from")
        self._show_figures(record, words)
        self.show_facts(facts)
        self.problems.show_report(record.report)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """What is known of the data set besides its counts."""
        self._facts.show_facts(facts)

    def place_predictions(self, *, first: bool) -> None:
        """Above the plots where the data set's own file asks for ratings, else below the titles."""
        self._rows.removeWidget(self.predictions)
        self._rows.insertWidget(_BELOW_FIGURES if first else self._rows.indexOf(self._titles) + 1, self.predictions)

    def show_counting(self, words: str) -> None:
        """There are no plots and titles yet, and why."""
        self._counting.setText(words)
        self._show_counted(is_there=False)

    def show_statistics(self, catalogue: Catalogue, statistics: DatasetStatistics) -> None:
        """What was counted of the data set that is shown."""
        self._plots.show_statistics(statistics, word=catalogue.word)
        self._titles.show_titles(catalogue, statistics)
        self._show_counted(is_there=True)

    def scroll_to_top(self) -> None:
        """Show the head again, for another data set."""
        self.verticalScrollBar().setValue(0)

    def _show_counted(self, *, is_there: bool) -> None:
        self._plots.setVisible(is_there)
        self._titles.setVisible(is_there)
        self._counting.setVisible(not is_there)

    def _show_figures(self, record: DatasetRecord, words: str) -> None:
        titles, people, unrated = record.titles, record.people, int(record.report.get("unrated") or 0)
        ratings = record.entries - unrated
        self._people.show_figure(format_count(people), f"about {ratings / max(1, people):,.0f} ratings each")
        note = f"about {ratings / max(1, titles):,.0f} ratings each"
        self._titles_figure.show_figure(format_count(titles), note, words.capitalize())
        self._ratings.show_figure(
            format_count(ratings), f"and {format_count(unrated)} only seen" if unrated else "all rated"
        )
        self._density.show_figure(percent_words(record.density), "of all possible ratings")

    def _build(self) -> None:
        self.setObjectName("dataset_page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        set_role(page, "page")
        rows = QVBoxLayout(page)
        rows.setContentsMargins(GRID * 3, GRID * 2, GRID * 3, GRID * 3)
        rows.setSpacing(GRID * 2)
        self.head, self._plots, self._titles = DatasetHead(), DatasetPlots(), MostRatedCard()
        self._facts, self.problems, self.datasets = FactsCard(), ProblemsCard(), DatasetList()
        self.predictions = PredictionsCard()
        self._counting = QLabel()
        self._counting.setObjectName("dataset_counting")
        self._counting.setWordWrap(True)
        set_role(self._counting, "weak")
        rows.addWidget(self.head)
        rows.addLayout(self._figures())
        parts = (self._counting, self._plots, self._titles, self.predictions, self.problems, self._facts, self.datasets)
        for part in parts:
            rows.addWidget(part)
        rows.addStretch(1)
        self._rows = rows
        self.setWidget(page)

    def _figures(self) -> QGridLayout:
        self._people = FigureCard("people", "People")
        self._titles_figure = FigureCard("titles", "Titles")
        self._ratings = FigureCard("ratings", "Ratings")
        self._density = FigureCard("density", "Density")
        grid = QGridLayout()
        grid.setSpacing(GRID * 2)
        for column, card in enumerate((self._people, self._titles_figure, self._ratings, self._density)):
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        return grid


def percent_words(share: float) -> str:
    """A share as people say it: 62 %, 4.1 %, 0.05 %."""
    percent = 100 * share
    decimals = 0 if percent >= 10 else 1 if percent >= 1 else 2
    return f"{percent:.{decimals}f} %"
