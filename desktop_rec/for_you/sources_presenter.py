"""Shows what the list is of, turns to another list, and takes titles off the lists of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.for_you.choices import ListSource, SourceKind
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.import_state import whose
from desktop_rec.for_you.sources import SourcesState, heading_of, words_of_empty
from engine.data.catalogue import TITLE
from engine.text import format_title, join_words, plural
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.for_you.recommendation_list import ListPane
    from engine.data.profiles import Profile, ProfileEntry

_MOST_NAMED = 2
_NAMES = {
    SourceKind.FOR_YOU: said("For you"),
    SourceKind.SAVED: said("Saved"),
    SourceKind.NOT_FOR_ME: said("Not for me"),
}


class SourcesPresenter(QObject):
    """Keeps the tabs over the list, its heading and its buttons in step with the choices and the person."""

    def __init__(
        self,
        recommendations: RecommendationsController,
        my_ratings: MyRatingsController,
        pane: ListPane,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._my_ratings, self._pane = recommendations, my_ratings, pane
        pane.sources.chosen.connect(self.turn_to)
        pane.sources.left.connect(self.turn_back)
        pane.list_actions.taken_off.connect(self._take_off)
        pane.share.emptied.connect(self._empty)
        recommendations.choices_changed.connect(self.show_state)
        recommendations.profile.changed.connect(self.show_state)
        recommendations.dataset.changed.connect(self.show_state)
        self.show_state()

    @property
    def kind(self) -> SourceKind:
        return self._recommendations.choices.source.kind

    def show_state(self) -> None:
        """The person, their lists, or what is shown of them is another."""
        profile = self._recommendations.profile.current
        saved, not_for_me = (0, 0) if profile is None else (len(profile.saved), len(profile.not_for_me))
        self._pane.sources.show_state(SourcesState(self.kind, saved, not_for_me, self._extra()))
        has_titles = bool(self._entries())
        self._pane.list_actions.show_kind(self.kind, has_titles=has_titles)
        self._pane.share.allow_emptying(has_titles)
        self._pane.heading.setText(self.heading())

    def heading(self) -> str:
        """What stands over the list."""
        profile, dataset = self._recommendations.profile.current, self._recommendations.dataset.current
        name, word = (
            said("Me") if profile is None else profile.name,
            TITLE if dataset is None else dataset.catalogue.noun,
        )
        return heading_of(self.kind, extra=self._extra(), name=name, word=word)

    def empty_words(self) -> tuple[str, str] | None:
        """Heading and sentence where the list of one's own that is shown has no title of this data set; else None."""
        from engine.data.profiles import listed_rows
        from engine.recommending.profile_lists import ListKind, describe_unknown

        dataset = self._recommendations.dataset.current
        if dataset is None or self.kind not in (SourceKind.SAVED, SourceKind.NOT_FOR_ME):
            return None
        entries, word = self._entries(), dataset.catalogue.noun
        if listed_rows(entries, dataset):
            return None
        kind: ListKind = "saved" if self.kind is SourceKind.SAVED else "not_for_me"
        unknown = describe_unknown(kind, [entry.title or entry.item_id for entry in entries], word)
        return words_of_empty(self.kind, unknown=unknown, word=word)

    def turn_to(self, kind: SourceKind) -> None:
        """Show another list."""
        choices = replace(self._recommendations.choices, source=ListSource(kind))
        self._recommendations.bend(choices, said("Turned to {name}", name=_NAMES[kind]))

    def turn_back(self) -> None:
        """Show what is new to the person again."""
        self.turn_to(SourceKind.FOR_YOU)

    def _take_off(self) -> None:
        dataset, profile = self._recommendations.dataset.current, self._recommendations.profile.current
        item = self._pane.list.current
        if dataset is None or profile is None or item is None:
            return
        item_row = item.item_row
        from engine.data.profiles import entry_of, item_row_of

        meant = [entry for entry in self._entries() if item_row_of(entry, dataset) == item_row]
        after = profile
        for entry in meant or [entry_of(dataset, item_row, None)]:
            after = after.unlisted(entry)
        entry = entry_of(dataset, item_row, None)
        name = format_title(entry.title or entry.item_id, entry.year)
        text = (
            said("Removed {name} from Saved", name=name)
            if self.kind is SourceKind.SAVED
            else said("Allowed {name} again", name=name)
        )
        self._recommendations.profile.change(after, text, announced=True)

    def _empty(self) -> None:
        profile, count = self._recommendations.profile.current, len(self._entries())
        if profile is None or not count:
            return
        is_saved = self.kind is SourceKind.SAVED
        after = replace(profile, saved=()) if is_saved else replace(profile, not_for_me=())
        of_whom, titles = whose(profile.name), plural(count, "title")
        text = said(
            "Took {titles} off {of_whom} list “{NAMES}”", titles=titles, of_whom=of_whom, NAMES=_NAMES[self.kind]
        )
        undone = said(
            "{titles} back on {of_whom} list “{NAMES}”", titles=titles, of_whom=of_whom, NAMES=_NAMES[self.kind]
        )
        self._recommendations.profile.change(after, text, undone=undone, announced=True)

    def _entries(self) -> Sequence[ProfileEntry]:
        """The titles of the list of one's own that is shown, known to the data set or not."""
        profile = self._recommendations.profile.current
        return () if profile is None else _entries_of(profile, self.kind)

    def _extra(self) -> str:
        """The name of a list that is none of the three: by titles it is like, or by who it is for."""
        source, dataset = self._recommendations.choices.source, self._recommendations.dataset.current
        if dataset is None:
            return ""
        if source.kind is SourceKind.ALIKE:
            titles = [dataset.title_of(row) for row in source.item_rows]
            named = titles if len(titles) <= _MOST_NAMED else [titles[0], said("{number} more", number=len(titles) - 1)]
            return said("Like {titles}", titles=join_words(named))
        if source.kind is SourceKind.TOGETHER:
            other = self._recommendations.companion()
            return said("You and somebody") if other is None else said("You and {name}", name=other.name)
        return ""


def _entries_of(profile: Profile, kind: SourceKind) -> Sequence[ProfileEntry]:
    match kind:
        case SourceKind.SAVED:
            return profile.saved
        case SourceKind.NOT_FOR_ME:
            return profile.not_for_me
        case _:
            return ()
