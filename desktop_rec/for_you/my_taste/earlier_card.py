"""Earlier lists beside today's: what came in, what went out, what moved, and what was rated in between."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.common.panels import Card, caption, heading, plain_text
from desktop_rec.common.plots.card import PlotTable, Table
from desktop_rec.for_you.my_taste.text import describe_meanwhile, describe_shown
from desktop_rec.theme.theme import number_font
from engine.data.catalogue import TITLE
from engine.recommending.earlier_lists import ListChange, ShownList, ShownTitle, compared
from engine.text import format_count, format_title, plural
from engine.wording import counted, said

_TABLE_HEIGHT = 300


class EarlierCard(Card):
    """The latest kept list is not offered while it is today's own."""

    def __init__(self) -> None:
        super().__init__("earlier_card")
        self._lists: tuple[ShownList, ...] = ()
        self._today: tuple[ShownTitle, ...] = ()
        self._word = TITLE
        self._build()
        self._choice.currentIndexChanged.connect(self._show_chosen)

    def show_lists(self, lists: Sequence[ShownList], today: Sequence[ShownTitle], word: str) -> None:
        """Offer these lists, the latest first, and compare the chosen one with today's."""
        chosen = self._choice.currentData()
        self._lists, self._today, self._word = tuple(lists), tuple(today), word
        offered = [shown for shown in reversed(lists) if shown.titles != self._today]
        self._choice.blockSignals(True)
        self._choice.clear()
        for shown in offered:
            self._choice.addItem(describe_shown(shown), shown.shown)
        self._choice.choose(chosen)
        self._choice.blockSignals(False)
        for part in (self._choice, self._summary, self._meanwhile, self._view):
            part.setVisible(bool(offered))
        self._none.setVisible(not offered)
        self._show_chosen()

    def _build(self) -> None:
        self._none = caption(
            said(
                "None yet. Each list that you look at for a few seconds is kept, 20 of them: rate "
                "something, and come back."
            )
        )
        self._choice = named(CalmComboBox(), "earlier_list", said("An earlier list to compare with today's"))
        self._summary, self._meanwhile = plain_text(), caption()
        self._summary.setObjectName("earlier_summary")
        self._meanwhile.setObjectName("earlier_meanwhile")
        self._table = PlotTable(self)
        view = self._view = named(QTableView(), "earlier_changes", said("What changed since this list"))
        view.setModel(self._table)
        view.verticalHeader().hide()
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setFont(number_font(self.font()))
        view.setTabKeyNavigation(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setFixedHeight(_TABLE_HEIGHT)
        for part in (heading(said("Earlier lists")), self._none, self._choice, self._summary, self._meanwhile, view):
            self.column.addWidget(part)

    def _show_chosen(self) -> None:
        moment = self._choice.currentData()
        place = next((place for place, shown in enumerate(self._lists) if shown.shown == moment), None)
        if place is None:
            return
        change = compared(self._lists[place].titles, self._today)
        self._summary.setText(_summary(change, self._word))
        self._meanwhile.setText(describe_meanwhile(self._lists[place + 1 :], self._word))
        self._table.show_table(
            Table((said("Title"), said("Then"), said("Today"), said("What happened")), _rows(change), has_titles=True)
        )
        head = self._view.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


def _summary(change: ListChange, word: str) -> str:
    came, went, moved = len(change.came), len(change.went), len(change.moved)
    return counted(
        "Since then {came} came in, {went} went out, {moved} moved and {count} stayed where it was.",
        "Since then {came} came in, {went} went out, {moved} moved and {count} stayed where they were.",
        change.stayed,
        came=plural(came, word),
        went=format_count(went),
        moved=format_count(moved),
    )


def _rows(change: ListChange) -> list[tuple[str, ...]]:
    came = [(_name(title), "", f"#{place}", said("came in")) for title, place in change.came]
    went = [(_name(title), f"#{place}", "", said("went out")) for title, place in change.went]
    moved = [
        (
            _name(title.title),
            f"#{title.before}",
            f"#{title.now}",
            f"{plural(abs(title.before - title.now), 'place')} {'up' if title.now < title.before else 'down'}",
        )
        for title in change.moved
    ]
    return [*came, *went, *moved]


def _name(title: ShownTitle) -> str:
    return format_title(title.title, title.year)
