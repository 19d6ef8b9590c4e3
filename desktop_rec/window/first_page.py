"""The first page: one question, answers by name, and what is being opened, or why nothing can be.

It is what For you shows while no data set is open.
"""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, button, make_card, scrolled_page, text_label
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.theme.theme import GRID

_WIDTH = 760
_PROMISE = "Your list is there within a minute, with the reasons for each title. Nothing leaves this computer."
_EXPORTS = "Letterboxd, IMDb, Trakt, TMDB, MyAnimeList, AniList, Goodreads …: drop your export here"
_HOW = (
    ("Letterboxd", "Settings → Data → Export your data: the zip as it is"),
    ("IMDb", "Your ratings → Export: the CSV from your exports"),
    ("Trakt", "Settings → Data → Export: the zip or its JSON files"),
    ("TMDB", "your ratings or watchlist as a CSV file"),
    ("MyAnimeList", "myanimelist.net/panel.php?go=export: the XML or its .gz"),
    ("AniList", "your list as a MyAnimeList XML (its own download has no titles)"),
    ("Goodreads", "My Books → Import and export → Export Library: the CSV"),
    ("Others", "any table with a column of titles and one of your ratings"),
)
_RATE = "The sample opens by itself: 9,066 films up to 2016, rated by 671 people (MovieLens)."
_BIG = (
    "Ratings of many people, to learn from: MovieLens from grouplens.org/datasets/movielens, the Netflix Prize, or any "
    "table of people, titles and ratings. You download it yourself; this program fetches nothing."
)


class FirstPage(QStackedWidget):
    """Emits export_asked, sample_asked, file_asked (a choice of the person), and retry_asked (the folder again)."""

    export_asked = Signal()
    sample_asked = Signal()
    file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("first_page")
        self.addWidget(self._made_question())

    def ask(self) -> None:
        """Ask what the person has rated."""
        self.setCurrentIndex(0)

    def show_failure(self, sentence: str, remedy: str) -> None:
        """Say why nothing can be opened."""
        self._show(sentence, remedy, button="Try again")

    def show_busy(self, title: str, words: str) -> None:
        """Say what is being opened."""
        self._show(title, words, busy=True)

    def _show(self, heading: str, sentence: str, *, button: str = "", busy: bool = False) -> None:
        self._message.show_message(heading, sentence, button=button, busy=busy)
        self.setCurrentWidget(self._message)

    @cached_property
    def _message(self) -> PlaceMessage:
        made = PlaceMessage()
        made.pressed.connect(self.retry_asked)
        self.addWidget(made)
        return made

    def _made_question(self) -> QWidget:
        area = QScrollArea()
        page = scrolled_page(area, "first_question")
        page.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        page.setSpacing(GRID + 4)
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        arranged(
            QVBoxLayout(column),
            text_label("What have you rated?", role="title", wraps=True),
            text_label(_PROMISE, role="weak", wraps=True),
            self._exports(),
            self._sample(),
            self._big_file(),
            gap=GRID + 4,
        )
        page.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        column.setMinimumWidth(640)
        page.addStretch(1)
        return area

    def _exports(self) -> QFrame:
        card = QFrame()
        rows = make_card(card, "first_exports", _EXPORTS)
        choose = button("Choose your export…", "first_export", "Choose the file that your service gave you")
        choose.clicked.connect(self.export_asked)
        rows.addWidget(text_label(_EXPORTS, role="heading", wraps=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, (service, how) in enumerate(_HOW):
            for column, label in enumerate((text_label(service), text_label(how, role="weak"))):
                label.setMinimumHeight(label.fontMetrics().lineSpacing() + 4)  # else wrapped words above take its room
                grid.addWidget(label, row, column)
        rows.addLayout(grid)
        rows.addLayout(across(choose, 1))
        return card

    def _sample(self) -> QFrame:
        tip = "Open the films that come with Desktop Rec, and rate a few"
        rate = button("Rate a few films", "first_sample", tip, role="primary")
        rate.clicked.connect(self.sample_asked)
        return _choice("first_rate", "Rate a few films", _RATE, rate)

    def _big_file(self) -> QFrame:
        tip = "Import a file of ratings of many people (Ctrl+O)"
        choose = button("Open a big ratings file…", "first_file", tip)
        choose.clicked.connect(self.file_asked)
        return _choice("first_big", "Open a big ratings file", _BIG, choose)


def _choice(name: str, title: str, words: str, press: QWidget) -> QFrame:
    """A card with a sentence at the left and what to press at the right."""
    card = QFrame()
    rows = make_card(card, name, title)
    sentence = text_label(words, role="weak", wraps=True)
    row = across(sentence, press)
    row.setStretch(0, 1)
    rows.addLayout(row)
    return card
