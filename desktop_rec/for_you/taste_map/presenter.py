"""Keeps the page Map in step with the model, the person and their list, while somebody looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure
from desktop_rec.common.text import describe_own_rating, describe_predicted
from desktop_rec.for_you.choices import ListSource, SourceKind
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.no_list import no_model
from desktop_rec.for_you.taste_map.camera import Part
from desktop_rec.for_you.taste_map.colouring import ColourBy, Colouring, by_genre, by_place, by_stars
from desktop_rec.for_you.taste_map.controller import TasteMapController
from desktop_rec.for_you.taste_map.marks import Mark
from desktop_rec.for_you.taste_map.panel import TasteMapPanel
from engine.data.catalogue import TITLE
from engine.recommending.answers import value_at
from engine.recommending.recommendation import Recommendation
from engine.text import format_count, plural, plural_of
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.recommending.standing import Standing
    from engine.recommending.taste_map import TasteMap

_MOST_ALIKE = 200
_NEAR = 4


class TasteMapPresenter(QObject):
    """chosen(Recommendation): a title whose reasons are wanted. list_wanted(): a list was made of what is like some."""

    chosen = Signal(object)
    list_wanted = Signal()

    def __init__(
        self,
        maps: TasteMapController,
        recommendations: RecommendationsController,
        panel: TasteMapPanel,
    ) -> None:
        super().__init__(panel)
        self._maps, self._recommendations, self._panel = maps, recommendations, panel
        self._standing: Standing | None = None
        self._map: TasteMap | None = None
        self._picked: list[int] = []
        self._is_looked_at = self._is_restored = False
        self._part_left: Part | None = None
        self._connect()
        self._on_dataset()

    def look(self, *, is_looked_at: bool) -> None:
        """Whether somebody looks at the map: only then anything is asked."""
        self._is_looked_at = is_looked_at
        self.show_state()

    def show_state(self) -> None:
        """Ask for what is missing, or say why there is no map."""
        if not self._is_looked_at or self._maps.dataset.current is None:
            return
        if self._maps.model.recommender is None:
            sentence = said("The map shows what a model has learned. Train one; it takes a few minutes.")
            why = no_model(self._maps.model.progress_text, sentence=sentence)
            self._panel.show_message(why.heading, why.sentence, button=why.button, busy=why.is_busy)
            return
        self._maps.ask_map()
        self._maps.ask_standing(self._recommendations.weight)

    def _connect(self) -> None:
        maps, panel, recommendations = self._maps, self._panel, self._recommendations
        maps.map_ready.connect(self._on_map)
        maps.standing_ready.connect(self._on_standing)
        maps.progressed.connect(panel.show_progress)
        maps.failed.connect(self._on_failed)
        maps.model.changed.connect(self.show_state)
        maps.profile.changed.connect(self.show_state)
        maps.dataset.changed.connect(self._on_dataset)
        recommendations.ready.connect(self._on_list)
        panel.searched.connect(self._on_searched)
        panel.search_entered.connect(self._on_search_entered)
        panel.coloured.connect(self._show_colours)
        panel.alike_wanted.connect(self._on_alike)
        panel.cleared.connect(self._on_cleared)
        panel.table_shown.connect(self._show_table)
        panel.stop_wanted.connect(maps.stop)
        panel.action_pressed.connect(self._go_to_train)
        panel.plot.chosen.connect(self._on_chosen)
        panel.plot.pointed_at.connect(self._on_pointed)
        panel.plot.encircled.connect(self._on_encircled)
        panel.plot.rested.connect(self._on_rested)
        panel.table.chosen.connect(self._on_chosen)

    def _on_dataset(self) -> None:
        dataset = self._maps.dataset.current
        self._map = self._standing = None
        self._is_restored = False
        self._panel.plot.show_all()
        if dataset is not None:
            self._panel.use_word(dataset.catalogue.noun)
            self._panel.show_message(said("Working out the map…"), "", busy=True)
        self._on_cleared()

    def _on_map(self, found: TasteMap) -> None:
        dataset = self._maps.dataset.current
        if dataset is None or len(found.points_I2) != dataset.titles:
            return
        self._map = found
        if not found.titles:
            sentence = said("Too few people rated the same titles for the model to hold any of them alike.")
            self._panel.show_message(said("There is nothing to put on a map."), sentence)
            return
        self._panel.turn_to_map()
        self._panel.plot.show_map(found, name_of=dataset.catalogue.name, counts_I=dataset.counts_I)
        self._look_again()
        self._show_colours()
        self._show_marks()
        self._show_table()
        self._on_pointed(None)

    def _look_again(self) -> None:
        """Show of the finished map what was in sight when it was left, unless the person went on by themselves."""
        if self._map is not None and self._map.is_finished and not self._is_restored:
            self._is_restored = True
            self._part_left = self._maps.part_left(self._map)
            if self._part_left is not None and self._panel.plot.camera.is_whole:
                self._panel.plot.look_at(self._part_left)

    def _on_rested(self) -> None:
        if self._map is not None and self._map.is_finished and self._is_restored:
            camera = self._panel.plot.camera
            part = None if camera.is_whole else camera.part
            if part != self._part_left:
                self._part_left = part
                self._maps.leave_at(self._map, part)

    def _on_standing(self, standing: Standing) -> None:
        dataset = self._maps.dataset.current
        if dataset is None or len(standing.place_I) != dataset.titles:
            return
        self._standing = standing
        self._panel.allow_stars(allowed=standing.rating_I is not None)
        self._show_colours()
        self._show_marks()
        self._show_table()

    def _on_list(self) -> None:
        if self._is_looked_at:
            self._maps.ask_standing(self._recommendations.weight)

    def _on_failed(self, failure: Failure) -> None:
        if self._map is None:
            self._panel.show_message(failure.sentence, failure.remedy)

    def _show_colours(self) -> None:
        if self._map is None:
            return
        colouring = self._colouring()
        self._panel.plot.show_colours(colouring)
        self._panel.legend.show_colours(colouring.legend)

    def _colouring(self) -> Colouring:
        dataset, standing = self._maps.dataset.current, self._standing
        assert dataset is not None, "there is a map of its titles"
        nothing = np.full(dataset.titles, np.nan, dtype=np.float32)
        match self._panel.colours.currentData():
            case ColourBy.STARS:
                rating_I = None if standing is None else standing.rating_I
                return by_stars(nothing if rating_I is None else rating_I, dataset.scale)
            case ColourBy.PLACE if standing is not None:
                return by_place(standing.place_I, standing.candidates)
        return by_genre(dataset.catalogue)

    def _show_marks(self) -> None:
        standing, listed = self._standing, self._recommendations.list
        self._panel.plot.show_marks(
            {
                Mark.MINE: [] if standing is None else list(standing.mine),
                Mark.SAVED: [] if standing is None else list(standing.saved_rows),
                Mark.RECOMMENDED: [] if listed is None else [item.item_row for item in listed.items],
            }
        )

    def _show_table(self) -> None:
        """All titles by how well known they are; those that were picked alone, where some were."""
        dataset = self._maps.dataset.current
        if not self._panel.shows_table or dataset is None or self._map is None:
            return
        points = self._panel.plot.points
        rows = points.rows_M[np.argsort(-dataset.counts_I[points.rows_M], kind="stable")].tolist()
        picked = set(self._picked)
        self._panel.table.titles.show_rows([row for row in rows if not picked or row in picked], self._cells)

    def _cells(self, row: int) -> tuple[str, ...]:
        dataset = self._maps.dataset.current
        if dataset is None:
            return ("",) * 5
        catalogue, near = dataset.catalogue, self._panel.plot.points.nearest(row, _NEAR)
        return (
            self._name(row),
            ", ".join(catalogue.genres[row]),
            format_count(int(dataset.counts_I[row])),
            self._stands(row),
            "; ".join(map(self._name, near)),
        )

    def _name(self, row: int) -> str:
        dataset = self._maps.dataset.current
        return "" if dataset is None else dataset.catalogue.name(row) or dataset.items.id(row)

    def _stands(self, row: int) -> str:
        """How a title stands with the person, in a few words."""
        standing = self._standing
        if standing is None:
            return ""
        if row in standing.mine:
            return describe_own_rating(standing.mine[row])
        stars = value_at(standing.rating_I, row)
        place = int(standing.place_I[row])
        parts = [
            said("saved") if row in standing.saved_rows else "",
            describe_predicted(stars),
            said("#{place} for you", place=format_count(place)) if place else "",
        ]
        return ", ".join(part for part in parts if part)

    def _on_pointed(self, row: int | None) -> None:
        if row is not None:
            parts = (self._name(row), self._stands(row))
            self._panel.show_sentence(": ".join(part for part in parts if part))
            self._panel.plot.setAccessibleDescription(": ".join(part for part in parts if part))
        elif self._map is not None:
            dataset = self._maps.dataset.current
            word = TITLE if dataset is None else dataset.catalogue.noun
            missing = len(self._map.points_I2) - self._map.titles
            left_out = (
                counted(
                    "; {titles} that the model does not know has no place",
                    "; {titles} that the model does not know have no place",
                    missing,
                    titles=plural(missing, word),
                )
                if missing
                else ""
            )
            self._panel.show_sentence(
                said(
                    "{words} near each other please the same people{left_out}",
                    words=plural_of(word).capitalize(),
                    left_out=left_out,
                )
            )

    def _on_chosen(self, row: int) -> None:
        self._panel.plot.go_to(row)
        self._on_pointed(row)
        found = self.recommendation(row)
        if found is not None:
            self.chosen.emit(found)

    def recommendation(self, row: int) -> Recommendation | None:
        """A title of the map as the list would have it; its rank is its place among all titles."""
        listed, dataset, standing = self._recommendations.list, self._maps.dataset.current, self._standing
        for item in () if listed is None else listed.items:
            if item.item_row == row:
                return item
        if dataset is None or standing is None:
            return None
        place, catalogue = int(standing.place_I[row]), dataset.catalogue
        return Recommendation(
            rank=place,
            item_row=row,
            item_id=dataset.items.id(row),
            title=dataset.title_of(row),
            year=catalogue.years[row],
            genres=catalogue.genres[row],
            score=0.0,
            probability=None,
            lift=value_at(standing.lift_I, row) if place else None,
            predicted_rating=value_at(standing.rating_I, row),
        )

    def _on_searched(self, text: str) -> None:
        dataset, text = self._maps.dataset.current, text.strip()
        if dataset is None or self._map is None:
            return
        rows = dataset.catalogue.search(text, most=dataset.titles, popularity=dataset.counts_I) if text else []
        rows = [row for row in rows if self._panel.plot.points.has(row)]
        self._panel.show_found(len(rows), text)
        self._pick(rows, is_search=bool(text))

    def _on_search_entered(self) -> None:
        """Go to the best hit."""
        if self._picked:
            self._panel.plot.go_to(self._picked[0], closer=True)
            self._panel.plot.setFocus()
            self._on_chosen(self._picked[0])

    def _on_encircled(self, rows: list[int]) -> None:
        dataset = self._maps.dataset.current
        if dataset is not None:
            counts_I = dataset.counts_I
            self._pick(sorted(rows, key=lambda row: -int(counts_I[row])), is_search=False)

    def _pick(self, rows: list[int], *, is_search: bool) -> None:
        self._picked = rows
        self._panel.plot.emphasise(rows if rows or is_search else None)
        self._panel.show_chosen(len(rows))
        self._show_table()

    def _on_cleared(self) -> None:
        self._picked = []
        self._panel.plot.emphasise(None)
        self._panel.show_chosen(0)
        self._on_pointed(None)
        self._show_table()

    def _on_alike(self) -> None:
        if not self._picked:
            return
        rows = tuple(self._picked[:_MOST_ALIKE])
        choices, dataset = self._recommendations.choices, self._maps.dataset.current
        word = TITLE if dataset is None else dataset.catalogue.noun
        source = ListSource(SourceKind.ALIKE, item_rows=rows)
        self._recommendations.bend(
            replace(choices, source=source), said("Listed what is like {words}", words=plural(len(rows), word))
        )
        self.list_wanted.emit()

    def _go_to_train(self) -> None:
        self._recommendations.requests.show_place("train")
