"""Keeps the page My taste in step with the person, the model and the list, while somebody looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_taste.controller import KNOWING, TasteController, shown_titles
from desktop_rec.for_you.my_taste.page import MyTastePage
from desktop_rec.for_you.my_taste.text import describe_knowing
from desktop_rec.for_you.no_list import no_model
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.for_you.my_taste.controller import Taste
    from engine.recommending.user_evaluation import UserEvaluation

_EXPLAINED = said("Takes out each of your ratings in turn and sees whether the rest lead back to it.")


class MyTastePresenter(QObject):
    """look() says whether somebody looks: only then anything is asked."""

    def __init__(self, taste: TasteController, recommendations: RecommendationsController, page: MyTastePage) -> None:
        super().__init__(page)
        self._taste, self._recommendations, self._page = taste, recommendations, page
        self._is_looked_at = False
        taste.taste_ready.connect(self._on_taste)
        taste.known_ready.connect(self._on_known)
        taste.failed.connect(self._on_failed)
        taste.earlier_changed.connect(self._show_earlier)
        taste.model.changed.connect(self._on_change)
        taste.profile.changed.connect(self._on_change)
        recommendations.ready.connect(self._on_list)
        page.know_wanted.connect(self._on_know)
        page.models_wanted.connect(self._go_to_models)
        page.action_pressed.connect(self._go_to_train)

    def look(self, *, is_looked_at: bool) -> None:
        """Whether somebody looks at the page."""
        self._is_looked_at = is_looked_at
        self.show_state()

    def show_state(self) -> None:
        """Ask for what there is to tell, or say why there is nothing."""
        if not self._is_looked_at or self._taste.dataset.current is None:
            return
        if self._taste.model.recommender is None:
            why = no_model(self._taste.model.progress_text)
            self._page.show_message(why.heading, why.sentence, button=why.button, busy=why.is_busy)
            return
        self._page.allow_models(allowed=self._taste.model.run_id is not None)
        self._taste.ask_taste()
        self._show_earlier()

    def _on_change(self) -> None:
        """Other ratings, or another model: what was found of the former ones is not theirs."""
        self._page.show_known(_EXPLAINED)
        self.show_state()

    def _on_list(self) -> None:
        """The list was asked for first, and made an older question of ours stale."""
        if self._is_looked_at:
            self._taste.ask_taste()
            self._show_earlier()

    def _on_taste(self, found: Taste) -> None:
        dataset = self._taste.dataset.current
        if dataset is not None:
            self._page.show_taste(found.profile, dataset.catalogue.noun)
            self._page.reading.show_reading(found.reading, dataset.catalogue.noun)

    def _on_know(self) -> None:
        self._page.show_known(said("Leaving out your ratings one at a time…"), is_busy=True)
        self._taste.ask_how_well_known()

    def _on_known(self, found: UserEvaluation) -> None:
        dataset = self._taste.dataset.current
        if dataset is not None:
            self._page.show_known(describe_knowing(found, dataset.catalogue.noun))

    def _on_failed(self, kind: str, failure: Failure) -> None:
        sentence = f"{failure.sentence} {failure.remedy}".strip()
        if kind == KNOWING:
            self._page.show_known(sentence)
        else:
            self._page.show_message(failure.sentence, failure.remedy)

    def _show_earlier(self) -> None:
        dataset, found = self._taste.dataset.current, self._recommendations.list
        if self._is_looked_at and dataset is not None:
            today = () if found is None else shown_titles(found.items)
            self._page.earlier.show_lists(self._taste.earlier.lists, today, dataset.catalogue.noun)

    def _go_to_models(self) -> None:
        self._taste.requests.show_place("models")

    def _go_to_train(self) -> None:
        self._taste.requests.show_place("train")
