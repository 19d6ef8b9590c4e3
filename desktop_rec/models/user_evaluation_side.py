"""How well the chosen run knows the person: asks when somebody looks, and says why there is no answer.

Stands beside quality_view, which owns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.common.notices import Failure
from desktop_rec.models.controller import ModelsController
from desktop_rec.models.meaning import unit_of
from desktop_rec.models.page import QualityPage
from desktop_rec.models.user_evaluation_text import favourites_table, knowing_figures, knowing_sentences

if TYPE_CHECKING:
    from desktop_rec.models.queries import Known
    from engine.data.profiles import Profile
    from engine.library.run_record import RunRecord

_TOO_FEW = "It takes at least five ratings of titles that this data set has."


class KnowingSide(QObject):
    """choose() says which run it is about; everything else it hears from the session."""

    def __init__(self, models: ModelsController, page: QualityPage, parent: QObject) -> None:
        super().__init__(parent)
        self._models, self._page, self._panel = models, page, page.me
        self._run: RunRecord | None = None
        self._asked: tuple[str, Profile | None] = ("", None)
        self._button = ""
        self._models.profile.changed.connect(self._on_profile)
        self._models.user_evaluated.connect(self._on_known)
        self._models.user_evaluation_failed.connect(self._on_failed)
        page.turned.connect(self.ask_if_due)
        self._panel.message_pressed.connect(self._on_pressed)

    def choose(self, run: RunRecord | None) -> None:
        """Another run (or the same, perhaps trained on)."""
        self._run = run
        self.ask_if_due()

    def take_model(self) -> None:
        """The scoring lane dropped its questions with the former model: an answer that is still out will not come."""
        if self._panel.shows_message:
            self._asked = ("", None)
        self.ask_if_due()

    def ask_if_due(self) -> None:
        """Ask where somebody looks and run or ratings are others than last time."""
        profile = self._models.profile.current
        self._page.name_person(profile.name if profile is not None else "")
        if self._run is None or profile is None or not self._page.shows_me or not self._page.isVisible():
            return
        wanted = (self._run.run_id, profile)
        if wanted == self._asked:
            return
        self._asked = wanted
        if not self._run.has_model:
            self._say(f"{self._run.name} has no model to ask", "It ended before it had learned anything.")
        elif sum(entry.rating is not None for entry in profile.entries) < 5:
            self._say("Too few ratings to say", _TOO_FEW, button="Rate titles")
        elif self._models.ask_user_evaluation(self._run.run_id):
            self._panel.show_message("Leaving out your ratings one at a time…", "", busy=True)
            self._button = ""

    def _on_profile(self) -> None:
        self.ask_if_due()

    def _on_known(self, known: Known) -> None:
        dataset, run = self._models.dataset.current, self._run
        if dataset is None or run is None or known.run_id != run.run_id:
            return
        found, profile = known.knowledge, self._models.profile.current
        who = "you" if profile is None or profile.name == "Me" else profile.name
        sentences = knowing_sentences(
            found,
            word=dataset.catalogue.word,
            unit=unit_of(dataset.scale),
            is_in_data=self._models.profile.is_borrowed,
            is_me=who == "you",
        )
        heading = f"How well {run.name} knows {who}"
        self._panel.show_known(heading, sentences, knowing_figures(found, run.name), favourites_table(found))

    def _on_failed(self, failure: Failure) -> None:
        heading, words = "It cannot be said how well this model knows you", f"{failure.sentence} {failure.remedy}"
        self._say(heading, words, button="Rate titles")

    def _say(self, heading: str, sentence: str, button: str = "") -> None:
        self._button = button
        self._panel.show_message(heading, sentence, button=button)

    def _on_pressed(self) -> None:
        if self._button:
            self._models.requests.show_place("for_you")
