"""The page of the open data set: its figures, how it is rated, its long tail, what the import skipped.

A part of the Data view: setters in, signals out. It is built on the first data set, because it brings the plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.item_models.dataset_picture import DatasetPicture
from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.dataset_list import DatasetList
from desktop_rec.widgets.elided_label import ElidedLabel
from desktop_rec.widgets.figure_card import FigureCard
from desktop_rec.widgets.long_tail_plot import LongTailPlot
from desktop_rec.widgets.naming import button, named
from desktop_rec.widgets.number_words import count_words
from desktop_rec.widgets.plot_card import PlotCard
from desktop_rec.widgets.problems_table import ProblemsCard
from desktop_rec.widgets.rating_histogram import RatingHistogram

_PLOT_HEIGHT = 248


class DatasetPage(QScrollArea):
    """Emits train_asked and for_you_asked; `datasets` is the list of all data sets, with signals of its own."""

    train_asked = Signal()
    for_you_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._connect()

    def show_dataset(self, name: str, about: str, picture: DatasetPicture, report: Mapping[str, Any]) -> None:
        """Everything about one data set."""
        self._title.setText(name)
        self._about.setText(about)
        self._show_figures(picture)
        self._histogram_card.show_title(_histogram_words(picture))
        head = f"{count_words(picture.head)} {picture.words} ({percent_words(picture.head_share)})"
        self._tail_card.show_title(f"{head} hold half of all ratings")
        self._histogram.show_picture(picture)
        self._tail.show_picture(picture)
        for card in (self._histogram_card, self._tail_card):
            card.refresh_table()
        self._problems.show_report(report)

    def show_model_words(self, words: str) -> None:
        """What the first model is at; "" when it is ready."""
        self._model_words.setText(f"{words}…" if words else "")

    def _show_figures(self, picture: DatasetPicture) -> None:
        entries, titles, people = picture.entries, picture.titles, picture.people
        self._people.show_figure(count_words(people), f"{entries / max(1, people):,.0f} ratings each, on average")
        self._titles.show_figure(
            count_words(titles), f"{entries / max(1, titles):,.0f} ratings each, on average", picture.words.capitalize()
        )
        unrated = entries - picture.rated
        self._ratings.show_figure(count_words(entries), f"{count_words(unrated)} only seen" if unrated else "all rated")
        self._density.show_figure(percent_words(picture.density), f"of all pairs of person and {picture.word}")

    def _build(self) -> None:
        self.setObjectName("dataset_page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        set_role(page, "page")
        rows = QVBoxLayout(page)
        rows.setContentsMargins(GRID * 3, GRID * 2, GRID * 3, GRID * 3)
        rows.setSpacing(GRID * 2)
        rows.addLayout(self._head())
        rows.addLayout(self._figures())
        rows.addLayout(self._plots())
        self._problems = ProblemsCard()
        self.datasets = DatasetList()
        rows.addWidget(self._problems)
        rows.addWidget(self.datasets)
        rows.addStretch(1)
        self.setWidget(page)

    def _head(self) -> QHBoxLayout:
        self._title, self._about, self._model_words = ElidedLabel(), ElidedLabel(), QLabel()
        self._title.setObjectName("dataset_title")
        self._model_words.setObjectName("dataset_model_words")
        set_role(self._title, "title")
        set_role(self._about, "weak")
        set_role(self._model_words, "weak")
        self._for_you = button("See what to watch", "data_for_you", "Rate some titles and get a list with reasons")
        self._train = button(
            "Train a model",
            "data_train",
            "Teach a model with these ratings now; its learning rate is found by itself",
            role="primary",
        )
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._about)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addLayout(words, 1)
        for widget in (self._model_words, self._for_you, self._train):
            head.addWidget(widget)
        return head

    def _figures(self) -> QGridLayout:
        self._people = FigureCard("people", "People")
        self._titles = FigureCard("titles", "Titles")
        self._ratings = FigureCard("ratings", "Ratings")
        self._density = FigureCard("density", "Density")
        grid = QGridLayout()
        grid.setSpacing(GRID * 2)
        for column, card in enumerate((self._people, self._titles, self._ratings, self._density)):
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        return grid

    def _plots(self) -> QHBoxLayout:
        self._histogram, self._tail = RatingHistogram(), LongTailPlot()
        self._histogram_card = PlotCard("rating_histogram", "Ratings", self._histogram, self._histogram.table)
        self._tail_card = PlotCard("long_tail", "The long tail", self._tail, self._tail.table)
        row = QHBoxLayout()
        row.setSpacing(GRID * 2)
        for card in (self._histogram_card, self._tail_card):
            card.setFixedHeight(_PLOT_HEIGHT)
            row.addWidget(card, 1)
        return row

    def _connect(self) -> None:
        self._train.clicked.connect(self.train_asked)
        self._for_you.clicked.connect(self.for_you_asked)
        self._histogram.pointed_at.connect(self._histogram_card.show_reading)
        self._tail.pointed_at.connect(self._tail_card.show_reading)
        named(self._histogram, "rating_histogram", "How often each rating was given", " ")
        named(self._tail, "long_tail_plot", "How many people rated each title", " ")


def percent_words(share: float) -> str:
    """A share as people say it: 62 %, 4.1 %, 0.05 %."""
    percent = 100 * share
    decimals = 0 if percent >= 10 else 1 if percent >= 1 else 2
    return f"{percent:.{decimals}f} %"


def _histogram_words(picture: DatasetPicture) -> str:
    if picture.mean_rating is None:
        return "No ratings: this data set says only what was seen"
    return f"Ratings given, {picture.mean_rating:.2f} on average"
