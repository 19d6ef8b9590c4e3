"""A list with somebody: who that is, how it is made fair to both, and whose reasons are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QToolButton

from desktop_rec.common.controls import named
from desktop_rec.for_you.choices import ListSource, SourceKind
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.profile_picker import ProfilePicker
from desktop_rec.for_you.page import ForYouPage
from engine.recommending.fairness import Fairness
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation

_WORDS = {
    Fairness.LEAST: (said("Nobody dislikes it"), said("First what even the less glad of you likes")),
    Fairness.AVERAGE: (
        said("Best on average"),
        said("First what the two of you like best together, even if one likes it less"),
    ),
    Fairness.TURNS: (said("Take turns"), said("In turn the best for you and the best for the other")),
}


class TogetherPresenter(QObject):
    """The button, the picker and the choice of a list for two."""

    def __init__(
        self,
        recommendations: RecommendationsController,
        my_ratings: MyRatingsController,
        page: ForYouPage,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._my_ratings, self._page = recommendations, my_ratings, page
        self._picker: ProfilePicker | None = None
        self._build()
        self.fairness.activated.connect(self._on_fairness)
        self.button.clicked.connect(self.open_picker)
        page.reasons.whose.turned.connect(self._on_turned)
        recommendations.choices_changed.connect(self.show_state)
        recommendations.profile.changed.connect(self.show_state)
        recommendations.dataset.changed.connect(self._on_dataset)
        self.show_state()

    def show_state(self) -> None:
        """The list is for others, or is made in another way."""
        source, companion = self._recommendations.choices.source, self._recommendations.companion()
        self.fairness.setCurrentIndex(self.fairness.findData(source.fairness.value))
        if companion is None:
            self._recommendations.explains_companion = False
        self._page.reasons.whose.show_companion("" if companion is None else companion.name)

    def open_picker(self) -> None:
        """Let the person choose with whom."""
        dataset, profile = self._recommendations.dataset.current, self._recommendations.profile.current
        if dataset is None or profile is None:
            return
        if self._picker is None:
            self._picker = ProfilePicker(
                self.button, name="companion_picker", title=said("With whom?"), can_create=False
            )
            self._picker.profile_chosen.connect(self.choose)
            self._picker.person_chosen.connect(self._choose_of_dataset)
        others = [person for person in self._my_ratings.library.people() if person.profile_id != profile.profile_id]
        self._picker.show_profiles([(person.profile_id, person.name) for person in others], current="")
        self._picker.show_people(dataset.users.ids, dataset.histories.counts_U.tolist())
        self._picker.open(self.button)

    def choose(self, profile_id: str) -> None:
        """Make the list for the person and somebody else."""
        dataset, choices = self._recommendations.dataset.current, self._recommendations.choices
        other = None if dataset is None else self._recommendations.profile.somebody(profile_id, dataset)
        if other is None:
            return
        self._recommendations.explains_companion = False
        source = ListSource(SourceKind.TOGETHER, profile_id=profile_id, fairness=choices.source.fairness)
        self._recommendations.bend(
            replace(choices, source=source), said("Asked for a list with {name}", name=other.name)
        )

    def _choose_of_dataset(self, user_id: str) -> None:
        from engine.data.profiles import profile_id_of

        self.choose(profile_id_of(user_id))

    def _build(self) -> None:
        self.button = named(
            QToolButton(),
            "watch_with",
            said("With somebody…"),
            said("One list for you and somebody else, fair to both"),
        )
        self.button.setText(said("With somebody…"))
        self.fairness = named(QComboBox(), "fairness", said("How the list is made fair"), "")
        for fairness, (words, tip) in _WORDS.items():
            self.fairness.addItem(words, fairness.value)
            self.fairness.setItemData(self.fairness.count() - 1, tip, 3)
        self._page.pane.add_tool(self.button)
        self._page.pane.list_actions.add_common(self.fairness)

    def _on_dataset(self) -> None:
        self._recommendations.explains_companion = False
        self.show_state()

    def _on_fairness(self) -> None:
        choices = self._recommendations.choices
        source = replace(choices.source, fairness=Fairness(self.fairness.currentData()))
        text = said("Made the list fair in another way: {currentText}", currentText=self.fairness.currentText().lower())
        self._recommendations.bend(replace(choices, source=source), text)

    def _on_turned(self, to_companion: bool) -> None:
        self._recommendations.explains_companion = to_companion
        item: Recommendation | None = self._page.reasons.item
        if item is not None:
            self._recommendations.explain(item.item_row)
