"""Lets the list have only the titles of another list: a file, what was copied, or one's saved titles."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_rec.common import questions
from desktop_rec.common.notices import Notice
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.list_menu import MissingTitles, Restriction
from desktop_rec.for_you.title_lists_controller import TitleListsController
from engine.text import format_count
from engine.wording import counted, said

if TYPE_CHECKING:
    from desktop_rec.for_you.recommendation_list import ListPane
    from engine.operations.title_lists import FoundTitles


class RestrictingPresenter(QObject):
    """Carries out what the button “Only these titles…” asks for; each restriction can be undone."""

    def __init__(
        self, recommendations: RecommendationsController, titles: TitleListsController, pane: ListPane, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._titles, self._pane, self._window = recommendations, titles, pane, parent
        self._missing = MissingTitles(parent)
        self._last: FoundTitles | None = None
        pane.only_these.wanted.connect(self.do)
        titles.found.connect(self._on_found)
        self._missing.copy_wanted.connect(self._copy_missing)

    def do(self, restriction: Restriction) -> None:
        """Restrict the list to the titles from there."""
        match restriction:
            case Restriction.FILE:
                path = questions.ask_for_list(self._window)
                if path is not None:
                    self._titles.find(path)
            case Restriction.PASTED:
                self._paste()
            case Restriction.SAVED:
                self._only_saved()

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self._titles.find(text)
        else:
            self._recommendations.requests.inform(
                said("There is no text on the clipboard."), said("Copy a list of titles first.")
            )

    def _only_saved(self) -> None:
        from engine.data.profiles import listed_rows

        dataset, profile = self._recommendations.dataset.current, self._recommendations.profile.current
        if dataset is None or profile is None:
            return
        rows = listed_rows(profile.saved, dataset)
        if rows:
            self._restrict(frozenset(rows), said("my saved titles"))
        else:
            self._recommendations.requests.inform(
                said("None of your saved titles is here."), said("Save some from your list.")
            )

    def _on_found(self, found: FoundTitles) -> None:
        requests, self._last = self._recommendations.requests, found
        if not found.rows:
            requests.warn(
                said(
                    "This data set has none of the {titles} of {name}.",
                    titles=counted("{count} title", "{count} titles", found.titles),
                    name=found.name,
                )
            )
            return
        self._restrict(found.rows, found.name)
        if found.missing:
            words = said("Look at the {number}", number=format_count(len(found.missing)))
            requests.notify(
                Notice(found.describe(), kind="info", action_words=words, action=partial(self._show_missing, found))
            )
        else:
            requests.inform(found.describe())

    def _restrict(self, rows: frozenset[int], name: str) -> None:
        choices = self._recommendations.choices
        filters = replace(choices.filters, only_rows=rows, only_name=name)
        self._recommendations.bend(
            replace(choices, filters=filters), said("Showed only the titles of {name}", name=name)
        )

    def _show_missing(self, found: FoundTitles) -> None:
        self._last = found
        heading = said(
            "{titles} of {name} not found",
            titles=counted("{count} title", "{count} titles", len(found.missing)),
            name=found.name,
        )
        self._missing.show_titles(heading, found.describe_missing().splitlines(), self._pane.only_these)

    def _copy_missing(self) -> None:
        if self._last is not None:
            QGuiApplication.clipboard().setText(self._last.describe_missing())
