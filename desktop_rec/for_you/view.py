"""The place For you: my ratings at the left, the list in the middle, the reasons at the right.

Asks for a list whenever the person, the model or a choice changes, compares it with the one before, and asks for
reasons once the list stands. The review of an import takes the whole place.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.notices import Failure
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.acting import ActingPresenter
from desktop_rec.for_you.asking import AskingPresenter
from desktop_rec.for_you.bending_presenter import BendingPresenter
from desktop_rec.for_you.choices import ListSource
from desktop_rec.for_you.comparison import ListMoves
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.left_as import picked_row, picked_title
from desktop_rec.for_you.list_line import nothing_words
from desktop_rec.for_you.middle_presenter import MiddlePresenter
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.presenter import MyRatingsPresenter, dropped_paths
from desktop_rec.for_you.my_taste.controller import TasteController
from desktop_rec.for_you.no_list import NoList, no_model
from desktop_rec.for_you.onboarding.presenter import OnboardingPresenter
from desktop_rec.for_you.page import ForYouPage
from desktop_rec.for_you.restricting import RestrictingPresenter
from desktop_rec.for_you.sharing import SharingPresenter
from desktop_rec.for_you.sources_presenter import SourcesPresenter
from desktop_rec.for_you.taste_map.controller import TasteMapController
from desktop_rec.for_you.together import TogetherPresenter
from desktop_rec.for_you.why_presenter import WhyPresenter
from engine.data.catalogue import TITLE
from engine.data.dataset import Scale
from engine.text import plural_of
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.for_you.my_ratings.import_view import MyRatingsImportView
    from engine.data.dataset import Dataset
    from engine.recommending.recommendation import Recommendation, RecommendationList
    from engine.recommending.recommender import Recommender


class ForYouView(QWidget):
    """The whole place. `show_state` turns to the page that fits what there is."""

    def __init__(
        self,
        recommendations: RecommendationsController,
        my_ratings: MyRatingsController,
        maps: TasteMapController,
        taste: TasteController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._my_ratings = recommendations, my_ratings
        self._maps, self._taste = maps, taste
        self._person = ""
        self._dataset_id: str | None = None
        self._recommender: Recommender | None = None
        self._source = ListSource()
        self._moves = ListMoves()
        self._comparison = self._moves.comparison
        self._found: RecommendationList | None = None
        self._failure: Failure | None = None
        self._is_due = self._picks_again = False
        self._build()
        next_step()
        self._connect()
        next_step()
        self._on_dataset()

    def show_state(self) -> None:
        """Show the review of an import, the onboarding, the list, or the sentence that says what is missing."""
        if self._is_behind:
            return
        if self._my_ratings.own_export.incoming is not None:
            self._whole.setCurrentWidget(self.importing)
            return
        self._whole.setCurrentWidget(self.page)
        if self._recommendations.dataset.current is None:  # the window shows its first page
            return
        if self._onboarding.is_due:
            self._onboarding.show()
            return
        why = self._why_no_list()
        if why is None:
            self.page.pane.turn_to_list()
        else:
            self.page.pane.show_message(
                why.heading, why.sentence, button=why.button, second=why.second, busy=why.is_busy
            )
        self.page.show_pane()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._recommendations.dataset.current is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._ratings.take_dropped(event.mimeData()):
            event.acceptProposedAction()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._ask()

    @cached_property
    def importing(self) -> MyRatingsImportView:
        """The review of an export, built when the first one is there: what matches titles is loaded with it."""
        from desktop_rec.for_you.my_ratings.import_view import MyRatingsImportView

        made = MyRatingsImportView(self._my_ratings)
        made.page.added.connect(self._onboarding.end)
        made.file_asked.connect(self._ratings.ask_for_file)
        self._whole.addWidget(made)
        return made

    def _build(self) -> None:
        self.setObjectName("recommend_view")
        self.setAcceptDrops(True)
        self.page = ForYouPage(StarScale.of(Scale(0.5, 5.0, 0.5)))
        self._ratings = MyRatingsPresenter(self._my_ratings, self.page.mine, self.page.starter, self)
        self._acting = ActingPresenter(self._my_ratings, self._recommendations, self)
        self._onboarding = OnboardingPresenter(self._my_ratings, self._recommendations, self.page, self._ratings, self)
        self._sources = SourcesPresenter(self._recommendations, self._my_ratings, self.page.pane, self)
        self.page.mine.found.menu_wanted.connect(self._acting.show_found_menu)
        self._why = WhyPresenter(self._recommendations, self.page, self)
        self._asking = AskingPresenter(self._recommendations, self.page, self)
        self._together = TogetherPresenter(self._recommendations, self._my_ratings, self.page, self)
        self._middle = MiddlePresenter(self._recommendations, self._maps, self._taste, self.page, self)
        self._sharing = SharingPresenter(self._recommendations, self.page.pane, self)
        titles = self._my_ratings.title_lists
        self._restricting = RestrictingPresenter(self._recommendations, titles, self.page.pane, self)
        self._bending = BendingPresenter(
            self._recommendations, self.page.mine, self.page.pane, self._comparison, self._ranks, self
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.page)
        column.addWidget(self._whole)

    def _connect(self) -> None:
        self._recommendations.dataset.changed.connect(self._on_dataset)
        self._recommendations.model.changed.connect(self._on_recommender)
        self._recommendations.profile.changed.connect(self._on_profile)
        self._recommendations.ready.connect(self._on_list)
        self._recommendations.failed.connect(self._on_failure)
        self._my_ratings.own_export.changed.connect(self.show_state)
        self._my_ratings.title_lists.changed.connect(self.show_state)
        self._recommendations.choices_changed.connect(self._on_choices)
        page = self.page
        self._onboarding.changed.connect(self.show_state)
        self._middle.turned.connect(self.show_state)
        self._middle.title_chosen.connect(self._on_chosen)
        self._ratings.onboarding_wanted.connect(self._onboarding.begin)
        self._onboarding.import_wanted.connect(self._ratings.ask_for_file)
        page.pane.chosen.connect(self._on_chosen)
        page.pane.rate_more_wanted.connect(self._onboarding.begin)
        page.pane.message_pressed.connect(self._on_message)
        page.pane.message_second_pressed.connect(self._copy_details)
        page.reasons.rated.connect(self._acting.rate)
        page.reasons.bar_menu_wanted.connect(self._ratings.show_menu_of)
        page.insights.impactful.menu_wanted.connect(self._ratings.show_menu_of)
        page.title_actions.acted.connect(self._acting.act)
        rows = page.pane.list.view
        rows.acted.connect(self._acting.act)
        rows.rated.connect(self._acting.rate)
        rows.menu_wanted.connect(self._acting.show_menu)
        rows.opened.connect(self._on_opened)
        page.insights.better_model_wanted.connect(self._go_to_train)

    def _on_dataset(self) -> None:
        """Another data set: its scale, words, genres and people; choices made for the one before are forgotten."""
        dataset, page = self._recommendations.dataset.current, self.page
        self._dataset_id = None if dataset is None else dataset.dataset_id
        self._person = ""
        self._found = self._failure = None
        page.reasons.forget()
        if dataset is not None:
            page.use_scale(StarScale.of(dataset.scale))
            page.mine.use_word(dataset.catalogue.noun)
            page.insights.use_word(dataset.catalogue.noun)
            self._bending.use_dataset(dataset)
            page.mine.picker.show_people(dataset.users.ids, dataset.histories.counts_U.tolist())
        self._ratings.forget_dataset()
        self._onboarding.forget_dataset()
        self._on_profile()
        self._on_recommender()

    @property
    def _is_behind(self) -> bool:
        """Whether another data set was opened this moment: _on_dataset follows, and rows mean other titles there."""
        dataset = self._recommendations.dataset.current
        return self._dataset_id != (None if dataset is None else dataset.dataset_id)

    def _on_recommender(self) -> None:
        if self._is_behind:
            return
        recommender = self._recommendations.model.recommender
        if recommender is not self._recommender:
            former, self._recommender = self._recommender, recommender
            self._bending.show_love(recommender)
            if former is not None and recommender is not None and former.model is recommender.model:
                self._moves.hold()  # only its stars are new
            else:
                model = self._recommendations.model
                self._comparison.begin(
                    self._ranks(), "" if model.label is None else said("since {title} took over", title=model.title)
                )
            self._ask()
        self.show_state()

    def _on_profile(self) -> None:
        if self._is_behind:
            return
        dataset, profile, page = self._recommendations.dataset.current, self._recommendations.profile.shown, self.page
        if dataset is None or profile is None:
            self._ratings.show_profile()
            self.show_state()
            return
        is_other, had = profile.profile_id != self._person, self._ratings.known
        self._person = profile.profile_id
        self._ratings.show_profile()
        if is_other:
            self._onboarding.take_person()
            self._found = self._failure = None
            self._moves.take_person(profile)
            page.pane.list.forget_choice()
            self._picks_again = True
            page.reasons.forget(said("Working out the list…"))
            self._ratings.show_profiles()
        else:
            self._onboarding.take_rating(had=had)
            self._moves.take_profile(profile, self._ranks(), is_trying=self._recommendations.profile.is_trying)
            page.pane.list.show_saved(self._acting.saved_rows)
            page.title_actions.show_saved(self._acting.saved_rows)
        self._ask()
        self.show_state()

    def _on_list(self, found: RecommendationList) -> None:
        dataset, profile = self._recommendations.dataset.current, self._recommendations.profile.current
        if dataset is None or profile is None:
            return
        self._found, self._failure = found, None
        self._why.expect()
        self.page.pane.show_list(
            found,
            word=dataset.catalogue.noun,
            choices=self._recommendations.choices,
            compared=self._comparison,
            saved=self._acting.saved_rows,
            stays=self._moves.stays(),
        )
        self._pick_again(profile.profile_id, dataset)
        self.show_state()

    def _pick_again(self, profile_id: str, dataset: Dataset) -> None:
        """Choose in a person's first list what they had picked when the window was closed."""
        if self._picks_again:
            self._picks_again = False
            row = picked_row(self._recommendations.picked.found(profile_id, dataset), dataset)
            if row is not None:
                self.page.pane.list.choose(row)

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind == "recommend":
            self._found, self._failure = None, failure
            self.show_state()

    def _on_choices(self) -> None:
        """Filters or sliders are others, by hand, by undo, or because of another data set."""
        choices = self._recommendations.choices
        self._bending.show_choices()
        if choices.source != self._source:
            self._source = choices.source
            self._comparison.forget()
            self.page.pane.list.forget_choice()
        self._ask()

    def _on_chosen(self, item: Recommendation) -> None:
        dataset = self._recommendations.dataset.current
        if dataset is not None:
            self.page.reasons.show_title(item, word=dataset.catalogue.noun)
            self.page.title_actions.show_title(item, is_saved=item.item_row in self._acting.saved_rows)
            self._keep_picked(dataset)
            self._why.explain(item.item_row)

    def _keep_picked(self, dataset: Dataset) -> None:
        profile = self._recommendations.profile
        if profile.current is not None and not profile.is_borrowed and not self._picks_again:
            picked = self.page.pane.list.picked
            document = picked_title(None if picked is None else picked.item_id)
            self._recommendations.picked.keep(profile.current.profile_id, dataset, document)

    def _on_opened(self, item: Recommendation) -> None:
        """Enter in the list: on to the reasons of its title."""
        self._on_chosen(item)
        self.page.go_to_reasons()

    def _on_message(self) -> None:
        why = self._why_no_list()
        match why.action if why is not None else "":
            case "train":
                self._go_to_train()
            case "clear_filters":
                self._bending.reset()
            case "leave_titles":
                self._my_ratings.title_lists.leave()
            case "for_you":
                self._sources.turn_back()
            case "rate":
                self._onboarding.begin()

    def _copy_details(self) -> None:
        if self._failure is not None:
            QGuiApplication.clipboard().setText(self._failure.details)

    def _go_to_train(self) -> None:
        self._recommendations.requests.show_place("train")

    def _ask(self) -> None:
        """Ask for a list, when this place is seen and there is something to make it from."""
        self._is_due = not self.isVisible()
        if self._is_due or self._is_behind or self._recommender is None or not self._ratings.counting:
            return
        self._recommendations.recommend()

    def _ranks(self) -> dict[str, int]:
        """The places in the list that stands now; none where a message took its place."""
        return {} if self._found is None else self.page.pane.list.ranks

    def _why_no_list(self) -> NoList | None:
        """The sentence that fits, or None where there is a list to show."""
        dataset, failure = self._recommendations.dataset.current, self._failure
        word = TITLE if dataset is None else dataset.catalogue.noun
        if not self._ratings.counting:
            return NoList(
                said("All of these ratings are left out."),
                said("Let one count again at the left, or rate something new."),
            )
        if self._recommender is None:
            return no_model(self._recommendations.model.progress_text)
        if failure is not None:
            second = said("Copy details") if failure.details else ""
            return NoList(
                failure.sentence, failure.remedy, said("Rate well-known {words}", words=plural_of(word)), "rate", second
            )
        if self._my_ratings.title_lists.progress:
            words = f"{self._my_ratings.title_lists.progress}…"
            return NoList(words, "", said("Cancel"), "leave_titles", is_busy=True)
        if self._found is None:
            return NoList(said("Working out your list…"), "", is_busy=True)
        if not self._found.items:
            empty = self._sources.empty_words()
            if empty is not None:
                return NoList(*empty, said("Back to For you"), "for_you")
            heading, sentence = nothing_words(self._recommendations.choices, dict(self._found.without), word)
            is_bent = self._recommendations.choices.is_bent
            return NoList(heading, sentence, *((said("Reset"), "clear_filters") if is_bent else ()))
        return None
