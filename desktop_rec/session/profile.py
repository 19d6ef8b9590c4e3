"""Whose ratings the window is about, the changes made to them, and those of them that could not be stored yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.trial import Trial
from desktop_rec.session.undo import Change, UndoStack
from engine.errors import EngineError, LibraryError, NotStoredError
from engine.text import join_words, plural

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile

BORROWED = "borrowed profile"
"""The scope of changes to ratings that are not stored: they are forgotten with the person they were lent by."""


@dataclass(frozen=True)
class NotStored:
    """A person as they are now, and as the library has them (None: not at all); `error` says why."""

    now: Profile
    stored: Profile | None
    error: NotStoredError

    @property
    def words(self) -> str:
        """What would be lost: "3 ratings of Anna"."""
        entries, known = set(self.now.entries), set(self.stored.entries if self.stored is not None else ())
        changed = {(entry.item_id, entry.title, entry.year) for entry in entries ^ known}
        if changed:
            return f"{plural(len(changed), 'rating')} of {self.now.name}"
        lists = (self.now.saved, self.now.not_for_me)
        stored = ((), ()) if self.stored is None else (self.stored.saved, self.stored.not_for_me)
        return f"the lists of {self.now.name}" if lists != stored else f"the name {self.now.name}"


class CurrentProfile(QObject):
    """`current` is the person; `is_borrowed`: somebody of the data set, whose changes are not stored.

    `changed` says that the person, or one of their ratings, is another; `trial` are changes that are only tried, and
    `shown` the person with them, as lists are made for them and ratings are shown.

    What the library cannot store (a full disk) is kept here, with every later change, and stored as soon as it can be:
    `not_stored` has it, by person, and `not_stored_changed` says that it is another.
    """

    changed = Signal()
    not_stored_changed = Signal()

    def __init__(self, library: OpenLibrary, undo: UndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Profile | None = None
        self.is_borrowed = False
        self.not_stored: dict[str, NotStored] = {}
        self._library, self._undo = library, undo
        self.trial = Trial(undo, self)
        self.trial.changed.connect(self.changed)

    @property
    def shown(self) -> Profile | None:
        """The person, with what is tried."""
        return self.trial.profile or self.current

    @property
    def is_trying(self) -> bool:
        """Whether changes of ratings are tried now, and not stored."""
        return self.trial.profile is not None

    def begin_trial(self) -> None:
        """From now on changes of ratings by `rate_as` are tried and not stored."""
        if self.current is not None and not self.is_trying:
            self.trial.begin(self.current)

    def rate_as(self, after: Profile, text: str, *, undone: str = "", announced: bool = False) -> bool:
        """Change the ratings that are shown: of the person, or in a trial only there."""
        if self.is_trying:
            return self.trial.change(after, text)
        return self.change(after, text, undone=undone, announced=announced)

    def keep_trial(self) -> bool:
        """Store what was tried, as one change; False where nothing was."""
        tried, count = self.trial.profile, self.trial.changes
        self.trial.end()
        changes = plural(count, "tried change")
        if tried is not None and self.change(tried, f"Kept {changes}", announced=True):
            return True
        self.changed.emit()
        return False

    def put_back_trial(self) -> None:
        """The ratings are again as they are stored."""
        if self.is_trying:
            self.trial.end()
            self.changed.emit()

    @property
    def not_stored_words(self) -> str:
        """What would be lost if the window closed now: "3 ratings of Anna and 1 rating of Me"; "" for nothing."""
        return join_words([kept.words for kept in self._waiting()])

    def load_default(self) -> None:
        """Go on as the person who used this library last. Raises LibraryError."""
        if self._library.files is None:
            return
        try:
            profile = self._library.files.profiles.default()
        except NotStoredError:  # nobody is in the library, and nobody can be stored in it now
            from engine.data.profiles import Profile

            profile = Profile(uuid4().hex, "Me")
        self._take(profile, borrowed=False)

    def load(self, profile_id: str) -> None:
        """Go on as one of the people whose ratings are stored. Raises LibraryError."""
        if self._library.files is not None:
            self._take(self._known(profile_id), borrowed=False)

    def borrow(self, dataset: Dataset, user_id: str) -> None:
        """Look through the eyes of somebody in the data set. Raises ProfileError where nobody has this id."""
        from engine.data.profiles import profile_of_user

        self._take(profile_of_user(dataset, user_id), borrowed=True)

    def somebody(self, profile_id: str, dataset: Dataset) -> Profile | None:
        """A person who is stored, or one of the data set, as they are now; None where nobody has this id any more."""
        from engine.data.profiles import profile_of_user, user_of

        user_id = user_of(profile_id)
        try:
            return profile_of_user(dataset, user_id) if user_id is not None else self._known(profile_id)
        except EngineError:
            return None

    def start(self, profile: Profile) -> None:
        """Go on as a new person, whose ratings are stored from now on. Raises LibraryError."""
        self._store(None, profile)
        self._take(profile, borrowed=False)

    def note_name(self, profile_id: str, name: str) -> None:
        """A stored profile is called otherwise now."""
        kept = self.not_stored.get(profile_id)
        if kept is not None:
            stored = replace(kept.stored, name=name) if kept.stored is not None else None
            self.not_stored[profile_id] = replace(kept, now=replace(kept.now, name=name), stored=stored)
        if self.current is not None and self.current.profile_id == profile_id:
            self.current = replace(self.current, name=name)
            self.trial.follow(self.current)
            self.changed.emit()

    def change(self, after: Profile, text: str, *, undone: str = "", announced: bool = False) -> bool:
        """Change the ratings of the person in a way that can be undone; stored at once, unless borrowed."""
        before = self.current
        if before is None or after == before:
            return False
        return self._undo.do(
            Change(
                text,
                partial(self._apply, before, after),
                partial(self._apply, after, before),
                undone=undone,
                announced=announced,
                scope=BORROWED if self.is_borrowed else "",
            )
        )

    def _apply(self, before: Profile, after: Profile) -> None:
        """Make a change to the person it is about, also where somebody else has gone on meanwhile."""
        from engine.data.profile_merge import with_change

        current, profile_id = self.current, before.profile_id
        if current is None or current.profile_id != profile_id:
            former = self._known(profile_id)
            self._store(former, with_change(former, before=before, after=after))
        else:
            now = with_change(current, before=before, after=after)
            if not self.is_borrowed:
                self._store(current, now)
            self.current = now
            self.trial.follow(now)
            self.changed.emit()
        self._library.forget_lists()

    def store_again(self) -> bool:
        """Try to store what could not be stored; whether nothing is left. What is left stays as it is."""
        if not self.not_stored:
            return True
        for kept in self._waiting():
            self._store(kept.stored, kept.now)
        self.not_stored_changed.emit()
        return not self._waiting()

    def _waiting(self) -> list[NotStored]:
        """What is to be stored. Of somebody who was deleted nothing is, unless that is undone."""
        if not self.not_stored:
            return []
        people = {person.profile_id for person in self._library.people()}
        return [kept for key, kept in self.not_stored.items() if kept.stored is None or key in people]

    def _known(self, profile_id: str) -> Profile:
        """Somebody as they are now, stored or not. Raises LibraryError where nobody has this id."""
        for kept in self._waiting():
            if kept.now.profile_id == profile_id:
                return kept.now
        assert self._library.files is not None, "asked of an open library"
        return self._library.files.profiles.load(profile_id)

    def _store(self, stored: Profile | None, now: Profile) -> None:
        """Store a person, or keep them until that is possible; `stored` is how the library had them until now."""
        if self._library.files is None:
            return
        kept = self.not_stored.pop(now.profile_id, None)
        stored = kept.stored if kept is not None else stored
        try:
            self._library.files.profiles.save(now)
        except NotStoredError as error:
            if now != stored:
                self.not_stored[now.profile_id] = NotStored(now, stored, error)
        except LibraryError:
            if kept is not None:
                self.not_stored[now.profile_id] = kept
            raise
        else:
            self._library.forget_lists()
            if self.not_stored:
                self.store_again()
        if kept is not None or self.not_stored:
            self.not_stored_changed.emit()

    def _take(self, profile: Profile, *, borrowed: bool) -> None:
        if self.is_borrowed and (self.current is None or self.current.profile_id != profile.profile_id):
            self._undo.forget(BORROWED)
        self.trial.end()
        self.current, self.is_borrowed = profile, borrowed
        self.changed.emit()
