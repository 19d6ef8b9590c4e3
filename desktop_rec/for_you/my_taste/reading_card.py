"""How the model reads stars: mine step by step, and beside them those of people with other habits."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, across, arranged, named, text_label
from desktop_rec.common.panels import Card, caption, heading, plain_text
from desktop_rec.for_you.impact_bars import Bar, ImpactBars
from desktop_rec.for_you.my_taste.text import describe_encoded, describe_reading, share_of, step_figure
from desktop_rec.theme.theme import GRID
from engine.recommending.rating_reading import RatingReading, Reading, ReadingKind, Step
from engine.text import format_percent, format_rating
from engine.wording import counted, said


class ReadingCard(Card):
    """One sentence, and bars from what counts against a title to what counts for it."""

    def __init__(self) -> None:
        super().__init__("reading_card")
        self._habits: tuple[Reading, ...] = ()
        self._build()
        self._others.currentIndexChanged.connect(self._show_habit)

    def show_reading(self, found: RatingReading, word: str) -> None:
        """Show how ratings are read."""
        self._sentence.setText(describe_reading(found, word))
        is_normalised = found.kind is ReadingKind.NORMALISED
        self._bars.setVisible(found.kind is not ReadingKind.AS_IT_IS)
        self._beside.setVisible(is_normalised)
        self._habits = found.habits
        self._note.setVisible(is_normalised)
        bars = [_bar(step) for step in found.mine.steps] if is_normalised else _like_bars(found)
        self._mine.show_bars(bars, scale_to=1.0)
        if self._others.count() != len(found.habits):
            self._others.clear()
            for habit in found.habits:
                self._others.addItem(habit.whose)
        self._show_habit()

    def _build(self) -> None:
        self._sentence = plain_text()
        self._sentence.setObjectName("reading_sentence")
        self._mine, self._theirs = ImpactBars(), ImpactBars()
        named(self._mine, "reading_mine", said("What your stars count for"))
        named(self._theirs, "reading_theirs", said("What the same stars count for from somebody else"))
        self._others = named(CalmComboBox(), "reading_habit", said("Somebody who rates in another way"))
        self._beside, self._bars = QWidget(), QWidget()
        arranged(QVBoxLayout(self._beside), self._others, self._theirs, 1)
        mine = QWidget()
        title = text_label(said("You"))
        title.setMinimumHeight(self._others.sizeHint().height())
        arranged(QVBoxLayout(mine), title, self._mine, 1)
        self._note = caption(said("Green counts for what is like it, red against it; 2.5 is the most."))
        row = across(mine, self._beside, gap=3 * GRID)
        row.setStretch(0, 1)
        row.setStretch(1, 1)
        arranged(QVBoxLayout(self._bars), self._note, row)
        for part in (heading(said("How your ratings are read")), self._sentence, self._bars):
            self.column.addWidget(part)
        self._bars.hide()

    def _show_habit(self) -> None:
        place = self._others.currentIndex()
        steps = self._habits[place].steps if 0 <= place < len(self._habits) else ()
        self._theirs.show_bars([_bar(step) for step in steps], scale_to=1.0)


def _bar(step: Step) -> Bar:
    given = _given(step.given)
    name = said("{rating} stars", rating=format_rating(step.rating)) if step.rating != 1 else said("1 star")
    return Bar(name, share_of(step), step_figure(step), detail=describe_encoded(step.encoded), detail_right=given)


def _like_bars(found: RatingReading) -> list[Bar]:
    """What is a like, and what is none: a model of likes knows no more."""
    liked = sum(step.given for step in found.mine.steps if step.rating >= found.like)
    others = sum(step.given for step in found.mine.steps) - liked
    halves = (
        (said("{like} stars and more", like=format_rating(found.like)), 1.0, liked),
        (said("Fewer stars"), found.others, others),
    )
    return [
        Bar(
            name,
            share,
            format_percent(share),
            detail_right=counted("given {count} time", "given {count} times", given),
            is_plain=True,
        )
        for name, share, given in halves
    ]


def _given(times: int) -> str:
    return counted("given {count} time", "given {count} times", times) if times else ""
