"""Takes the list that is shown out of the program: copied, saved, printed, with its reasons once they are there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_rec.common import questions
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.list_menu import ListTask
from engine.data.catalogue import TITLE
from engine.text import format_date
from engine.wording import counted, said

if TYPE_CHECKING:
    from desktop_rec.for_you.recommendation_list import ListPane
    from engine.recommending.list_writing import ListDocument, ListFormat

_FORMATS: dict[ListTask, ListFormat] = {
    ListTask.CSV: "csv",
    ListTask.JSON: "json",
    ListTask.HTML: "html",
    ListTask.LETTERBOXD: "letterboxd",
}
_NEEDS_NO_REASONS = (ListTask.LETTERBOXD,)


class SharingPresenter(QObject):
    """Carries out what the menu of the list asks for."""

    def __init__(self, recommendations: RecommendationsController, pane: ListPane, parent: QWidget) -> None:
        super().__init__(parent)
        self._recommendations, self._pane, self._window = recommendations, pane, parent
        self._has_reasons = False
        self._waiting: Callable[[], None] | None = None
        pane.share.wanted.connect(self.do)
        recommendations.ready.connect(self._on_list)
        recommendations.insights_ready.connect(self._on_reasons)
        recommendations.failed.connect(self._on_failed)

    def do(self, task: ListTask) -> None:
        """One entry of the menu; what needs reasons waits until they are there."""
        if not self._pane.list.rows or not self._pane.shows_list:
            self._recommendations.requests.inform(said("There is no list to share yet."))
        elif self._has_reasons or task in _NEEDS_NO_REASONS:
            self._carry_out(task)
        else:
            self._waiting = partial(self._carry_out, task)
            self._recommendations.requests.inform(said("Working out the reasons first…"))

    def _carry_out(self, task: ListTask) -> None:
        document = self._document()
        match task:
            case ListTask.COPY:
                self._copy(document)
            case ListTask.PRINT:
                self._print(document)
            case _:
                self._save(document, _FORMATS[task])

    def _copy(self, document: ListDocument) -> None:
        from engine.recommending.list_writing import list_text

        QGuiApplication.clipboard().setText(list_text(document, "text"))
        self._recommendations.requests.inform(
            said("Copied {titles}.", titles=counted("{count} title", "{count} titles", len(document.items)))
        )

    def _save(self, document: ListDocument, form: ListFormat) -> None:
        from engine.recommending.list_writing import ENDINGS, write_list

        name = document.heading or said("List")
        path = questions.ask_where_to_save_list(self._window, f"{name}{ENDINGS[form]}", ENDINGS[form])
        requests = self._recommendations.requests
        if path is not None and requests.attempt(partial(write_list, document, path, form)):
            requests.inform(
                said(
                    "Saved {titles} as {path}.",
                    titles=counted("{count} title", "{count} titles", len(document.items)),
                    path=path,
                )
            )

    def _print(self, document: ListDocument) -> None:
        from desktop_rec.for_you.printing import print_page
        from engine.recommending.list_writing import list_text

        printer = questions.ask_for_printer(self._window)
        if printer is not None:
            print_page(list_text(document, "html"), printer)
            self._recommendations.requests.inform(
                said("Printed {titles}.", titles=counted("{count} title", "{count} titles", len(document.items)))
            )

    def _document(self) -> ListDocument:
        """The list as it is shown."""
        from engine.recommending.filter_words import describe_filters
        from engine.recommending.list_writing import ListDocument

        controller, rows = self._recommendations, self._pane.list.rows
        profile, dataset, label = controller.profile.current, controller.dataset.current, controller.model.label
        word = TITLE if dataset is None else dataset.catalogue.noun
        facts = {
            "For": "" if profile is None else profile.name,
            "Data": "" if dataset is None else dataset.name,
            "Model": "" if label is None else self._recommendations.model.title,
            "Filters": describe_filters(controller.choices.all_filters, word),
            "Date": format_date(datetime.now()),
        }
        reasons = {row.item.item_row: row.because for row in rows if row.because}
        items = tuple(row.item for row in rows)
        return ListDocument(self._pane.heading.text(), items, facts, reasons, dataset)

    def _on_list(self) -> None:
        self._has_reasons = False

    def _on_reasons(self) -> None:
        self._has_reasons = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def _on_failed(self, kind: str) -> None:
        if kind == "insights":
            self._on_reasons()
        elif kind == "recommend":
            self._waiting = None
