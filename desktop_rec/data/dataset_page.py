"""The page of the open data set: its head, figures and plots, its titles, what the import found, and all data sets.

Setters in, signals out. It is built with the first data set, because it brings the plots. What takes a moment to count
(plots and titles) comes after the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import (
    ElidedLabel,
    across,
    arranged,
    below,
    button,
    number_label,
    scrolled_page,
    text_label,
)
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.common.plain import set_tip
from desktop_rec.data.cards import FactsCard, PredictionsCard, ProblemsCard
from desktop_rec.data.dataset_list import DatasetList
from desktop_rec.data.most_rated_card import MostRatedCard
from desktop_rec.data.plots import DatasetPlots
from desktop_rec.data.statistics_text import Fact, format_density
from desktop_rec.theme.theme import GRID, set_role
from engine.data.catalogue import Catalogue
from engine.data.statistics import DatasetStatistics
from engine.library.datasets import DatasetRecord
from engine.text import format_count
from engine.wording import said

_SAMPLE = "sample"
_BELOW_FIGURES = 2


class DatasetPage(QScrollArea):
    """`head`, `predictions`, `problems` and `datasets` are the parts that have signals of their own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self._plots = DatasetHead(), DatasetPlots()
        next_step()
        self._titles = MostRatedCard()
        self._facts, self.problems, self.datasets = FactsCard(), ProblemsCard(), DatasetList()
        self.predictions = PredictionsCard()
        self._people, self._titles_figure = FigureCard("people", said("People")), FigureCard("titles", said("Titles"))
        self._ratings, self._density = (
            FigureCard("ratings", said("Ratings")),
            FigureCard("density", said("Each person rated")),
        )
        self._counting = text_label("", "dataset_counting", role="weak", wraps=True)
        figures = QGridLayout()
        figures.setSpacing(GRID * 2)
        for column, card in enumerate((self._people, self._titles_figure, self._ratings, self._density)):
            figures.addWidget(card, 0, column)
            figures.setColumnStretch(column, 1)
        next_step()
        self._rows = scrolled_page(self, "dataset_page")
        self._rows.addWidget(self.head)
        self._rows.addLayout(figures)
        parts = (self._counting, self._plots, self._titles, self.predictions, self.problems, self._facts, self.datasets)
        for part in parts:
            self._rows.addWidget(part)
            next_step()
        self._rows.addStretch(1)

    def show_record(self, record: DatasetRecord, about: str, facts: Sequence[Fact], word: str) -> None:
        """What is known at once of a data set. `word` is what its titles are called ("films")."""
        self.head.show_name(record.name, about)
        known = record.origin is not None or record.dataset_id == _SAMPLE
        self.head.let_import_again("" if known else said("Nobody knows any more which files it was imported from"))
        self._show_figures(record, word)
        self.show_facts(facts)
        self.problems.show_report(record.report)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """What is known of the data set besides its counts."""
        self._facts.show_facts(facts)

    def place_predictions(self, *, first: bool) -> None:
        """Above the plots where the data set's own file asks for ratings, else below the titles."""
        self._rows.removeWidget(self.predictions)
        self._rows.insertWidget(_BELOW_FIGURES if first else self._rows.indexOf(self._titles) + 1, self.predictions)

    def show_counting(self, sentence: str) -> None:
        """There are no plots and titles yet, and why."""
        self._counting.setText(sentence)
        self._show_counted(is_there=False)

    def show_statistics(self, catalogue: Catalogue, statistics: DatasetStatistics) -> None:
        """What was counted of the data set that is shown."""
        self._plots.show_statistics(statistics, word=catalogue.word)
        next_step()
        self._titles.show_titles(catalogue, statistics)
        self._show_counted(is_there=True)

    def _show_counted(self, *, is_there: bool) -> None:
        self._plots.setVisible(is_there)
        self._titles.setVisible(is_there)
        self._counting.setVisible(not is_there)

    def _show_figures(self, record: DatasetRecord, word: str) -> None:
        titles, people, unrated = record.titles, record.people, int(record.report.get("unrated") or 0)
        ratings = record.entries - unrated
        self._people.show_figure(
            format_count(people), said("about {ratings:,.0f} ratings each", ratings=ratings / max(1, people))
        )
        note = said("about {ratings:,.0f} ratings each", ratings=ratings / max(1, titles))
        self._titles_figure.show_figure(format_count(titles), note, word.capitalize())
        only_seen = said("and {unrated} only seen", unrated=format_count(unrated)) if unrated else said("all rated")
        self._ratings.show_figure(format_count(ratings), only_seen)
        self._density.show_figure(format_density(record.density), said("of all {titles}", titles=word))


class DatasetHead(QWidget):
    """Its name, where it came from, what comes next, and what can be done with it. rename_asked(name)."""

    train_asked = Signal()
    for_you_asked = Signal()
    rename_asked = Signal(str)
    export_asked = Signal()
    again_asked = Signal()
    delete_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = NameEdit("dataset_page_name", role="title")
        self._title.label.setObjectName("dataset_title")
        self._about, self._progress = ElidedLabel(), text_label("", "dataset_model_words", role="weak")
        set_role(self._about, "weak")
        for_you = button(
            said("See what to watch"), "data_for_you", said("Rate some titles and get a list with reasons")
        )
        tip = said("Train a model on these ratings now; its learning rate is found by itself")
        train = button(said("Train a model"), "data_train", tip, role="primary")
        rename = button(said("Rename"), "dataset_page_rename", said("Give this data set another name"))
        tip = said("Write ratings and titles as files for others")
        self._export = button(said("Export as CSV…"), "dataset_page_export", tip)
        self._again = button(said("Import again"), "dataset_page_again", said("Read the same files again"))
        delete = button(said("Delete"), "dataset_page_delete", said("Delete this data set; Undo brings it back"))
        first = across(below(self._title, self._about, gap=2), for_you, train)
        first.setStretch(0, 1)
        second = across(rename, self._export, self._again, delete, 1, self._progress)
        arranged(QVBoxLayout(self), first, second)
        rename.clicked.connect(self._title.begin)
        self._title.renamed.connect(self.rename_asked)
        for pressed, signal in (
            (train, self.train_asked),
            (for_you, self.for_you_asked),
            (self._export, self.export_asked),
            (self._again, self.again_asked),
            (delete, self.delete_asked),
        ):
            pressed.clicked.connect(signal)

    def show_name(self, name: str, about: str) -> None:
        """What the data set is called, and where it came from in a line."""
        self._title.show_name(name)
        self._about.setText(about)

    def show_progress(self, text: str) -> None:
        """What the first model is at; "" when it is ready."""
        self._progress.setText(f"{text}…" if text else "")

    def let_import_again(self, why_not: str) -> None:
        """Whether the files of the data set are known: "" or why it cannot be imported again."""
        self._again.setEnabled(not why_not)
        set_tip(self._again, why_not or said("Read the same files again, in the same way; your own ratings stay"))

    def let_export(self, *, is_free: bool) -> None:
        """Whether another job may start: an export waits for the one that runs."""
        self._export.setEnabled(is_free)


class FigureCard(QFrame):
    """A caption, a big figure and a line under it."""

    def __init__(self, name: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"figure_{name}")
        self.setProperty("role", "card")
        self._caption, self._figure, self._note = (
            text_label(caption, role="weak"),
            number_label(role="figure"),
            ElidedLabel(),
        )
        set_role(self._note, "caption")
        margins = (GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        arranged(QVBoxLayout(self), self._caption, self._figure, self._note, gap=2, margins=margins)

    def show_figure(self, figure: str, note: str = "", caption: str = "") -> None:
        """The figure, what there is to say on it, and another caption where it has changed."""
        if caption:
            self._caption.setText(caption)
        self._figure.setText(figure)
        self._note.setText(note)
        self.setAccessibleName(f"{self._caption.text()}: {figure}, {note}")
