"""The session's desk for my ratings: files of my own into a profile and out of it, profiles themselves, the onboarding.

Stands on the person desk, with a lane for reading and matching and one for the onboarding, so that neither waits for a
model or a training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice
from desktop_rec.for_you.my_ratings.import_state import MyImport, Progress, UnderReview
from desktop_rec.session import my_work
from desktop_rec.session.person import PersonDesk
from desktop_rec.session.scoring import ScoringLane
from engine.events import Event, Progressed, StageStarted
from engine.text import plural

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.matching.review import Review
    from engine.data.onboarding import Onboarding
    from engine.data.profiles import Profile, ProfileEntry
    from engine.library.datasets import DatasetRecord


class MyRatingsDesk(PersonDesk):
    """`my_import` is the file on its way into the profile (None: none); my_import_changed says that it is new.

    `onboarding` is there some time after ask_onboarding(); onboarding_ready says so.
    """

    my_import_changed = Signal()
    onboarding_ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.my_import: MyImport | None = None
        self.onboarding: Onboarding | None = None
        self._waiting_file: Path | None = None
        self._matching = ScoringLane(self, name="matching", kinds=("match",), stale_after={}, uses_torch=False)
        self._dealing = ScoringLane(self, name="dealing", kinds=("onboarding",), stale_after={}, uses_torch=False)
        self._matching.answered.connect(self._on_matched)
        self._matching.failed.connect(self._on_match_failed)
        self._matching.event_arrived.connect(self._on_match_event)
        self._dealing.answered.connect(self._on_onboarding)
        for lane in (self._matching, self._dealing):
            lane.idle.connect(self._on_idle)
        self.my_ratings_file_asked.connect(self.import_my_ratings)
        self.profile_changed.connect(self._on_profile_changed)

    @property
    def is_idle(self) -> bool:
        return super().is_idle and not self._matching.is_busy and not self._dealing.is_busy

    def import_my_ratings(self, path: Path) -> bool:
        """Read one person's export and match it with the open data set; my_import follows.

        Without a data set the file waits until one is opened. False where it has to wait.
        """
        if self.dataset is None:
            self._waiting_file = path
            words = f"{path.name} waits until a data set is open: your ratings are matched with its titles."
            self.notice.emit(Notice(words, "Use the sample, or open ratings of many people.", kind="info"))
            self.place_requested.emit("data")
            return False
        if self.profile_is_borrowed or self.profile is None:
            self._tried(self._load_default_profile)
        self._set_import(MyImport(path, progress=Progress(f"Reading {path.name}")))
        self._matching.request("match", partial(my_work.match_export, self.dataset, path))
        return True

    def leave_my_import(self) -> None:
        """Forget the file; nothing was changed."""
        self._matching.abandon()
        self._set_import(None)

    def decide(self, change: Callable[[UnderReview], UnderReview]) -> None:
        """Change what is under review by one of its own steps."""
        if self.my_import is not None and self.my_import.found is not None:
            self._set_import(replace(self.my_import, found=change(self.my_import.found)))

    def add_my_import(self) -> bool:
        """Take what was accepted into the profile; undo() takes all of it back, and only that."""
        made = self.my_import
        if made is None or made.found is None or not made.found.changes:
            return False
        found = made.found
        self._set_import(None)
        self._change_profile(found.merged())
        self.library_changed.emit()
        words = f"Added {plural(found.changes, 'rating')} from {made.path.name} to {found.profile.name}'s ratings"
        self._can_undo(words, partial(self._take_back_import, found))
        return True

    def save_unmatched(self, path: Path) -> bool:
        """Write what will not be taken in, though nobody left it out, as CSV with the reasons."""
        if self.my_import is None or self.my_import.found is None:
            return False
        from engine.data.matching.review import standings
        from engine.data.personal.writing import write_unmatched

        review = self.my_import.found.review
        stood = zip(review.titles, review.matches, standings(review), strict=True)
        left = [(title, match.why) for title, match, one in stood if one in ("unsure", "unmatched")]
        return self._saved(partial(write_unmatched, left, path), path)

    def save_my_ratings(self, path: Path) -> bool:
        """Write the profile as CSV, with its scale; it can be imported here again."""
        from engine.data.personal.writing import write_ratings

        if self.profile is None or self.dataset is None:
            return self._needs_data()
        return self._saved(partial(write_ratings, self.profile, path, scale=self.dataset.scale), path)

    def save_for_letterboxd(self, path: Path) -> bool:
        """Write the profile as a file that Letterboxd imports."""
        from engine.data.personal.writing import write_letterboxd

        if self.profile is None or self.dataset is None:
            return self._needs_data()
        write = partial(write_letterboxd, self.profile, path, scale=self.dataset.scale, dataset=self.dataset)
        return self._saved(write, path)

    def rename_profile(self, profile_id: str, name: str) -> None:
        """Call a kept profile by another name."""
        if self.library is None or not name.strip():
            return
        if not self._tried(partial(self.library.profiles.rename, profile_id, name.strip())):
            return
        if self.profile is not None and self.profile.profile_id == profile_id:
            self.profile = replace(self.profile, name=name.strip())
            self.profile_changed.emit()
        self.library_changed.emit()

    def delete_profile(self, profile_id: str) -> None:
        """Delete a kept profile; undo() brings it back. Somebody else goes on, if need be a new "Me"."""
        if self.library is None:
            return
        name = next((one.name for one in self.people() if one.profile_id == profile_id), profile_id)
        if not self._tried(partial(self.library.profiles.delete, profile_id)):
            return
        others = {person.profile_id for person in self.people()}
        was_current = self.profile is not None and self.profile.profile_id == profile_id
        if was_current:
            self._tried(self._load_default_profile)
        stand_in = "" if self.profile is None or self.profile.profile_id in others else self.profile.profile_id
        self.library_changed.emit()
        back = partial(self._restore_profile, profile_id, was_current=was_current, stand_in=stand_in)
        self._can_undo(f"Deleted {name} and their ratings", back)

    def ask_onboarding(self) -> None:
        """Make the onboarding of the open data set, once; onboarding_ready follows."""
        if self.onboarding is None and self.dataset is not None and not self._dealing.is_busy:
            self._dealing.request("onboarding", partial(my_work.make_onboarding, self.dataset))

    def put_rating(self, item_row: int, before: ProfileEntry | None) -> None:
        """A title as it was before an answer: with its old entry, or out of the profile. Nothing is announced."""
        if self.dataset is None or self.profile is None:
            return
        from engine.data.profiles import entry_of

        if before is not None:
            self._change_profile(self.profile.rated(before))
        else:
            entry = entry_of(self.dataset, item_row, None)
            self._change_profile(self.profile.without(entry.item_id, title=entry.title))

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        self._dealing.abandon()
        self.onboarding = None
        super()._take(dataset, record)
        waiting = self.my_import.path if self.my_import is not None else self._waiting_file
        if dataset is None or waiting is None:
            self.leave_my_import()
            return
        if self._waiting_file is not None:
            self.place_requested.emit("for_you")
        self._waiting_file = None
        self.import_my_ratings(waiting)

    def _set_import(self, made: MyImport | None) -> None:
        self.my_import = made
        self.my_import_changed.emit()

    def _on_matched(self, kind: str, review: Review | None) -> None:
        if self.my_import is None or self.dataset is None or self.profile is None or review is None:
            return
        found = UnderReview(self.dataset, self.profile, review, review)
        self._set_import(MyImport(self.my_import.path, found=found))

    def _on_match_failed(self, kind: str, failure: Failure) -> None:
        if self.my_import is not None:
            self._set_import(MyImport(self.my_import.path, failure=failure))

    def _on_match_event(self, event: Event) -> None:
        if self.my_import is None or self.my_import.progress is None:
            return
        if isinstance(event, Progressed):
            share = min(1.0, event.done / event.total) if event.total else None
            self._set_import(replace(self.my_import, progress=Progress(event.words, share)))
        elif isinstance(event, StageStarted):
            self._set_import(replace(self.my_import, progress=Progress(event.words)))

    def _on_profile_changed(self) -> None:
        """The person, or one of their ratings, is another: what the import means for them is worked out anew."""
        made = self.my_import
        if made is None or made.found is None or self.profile is None or self.profile == made.found.profile:
            return
        if self.profile_is_borrowed:
            self.leave_my_import()
        else:
            self._set_import(replace(made, found=replace(made.found, profile=self.profile)))

    def _on_onboarding(self, kind: str, onboarding: Onboarding) -> None:
        self.onboarding = onboarding
        self.onboarding_ready.emit()

    def _take_back_import(self, found: UnderReview) -> None:
        """Undo of a whole import, also where somebody else has gone on meanwhile."""
        if self.library is None:
            return
        profile_id = found.profile.profile_id
        if self.profile is not None and self.profile.profile_id == profile_id and not self.profile_is_borrowed:
            self._change_profile(found.undone(self.profile))
        else:
            before: Profile = self.library.profiles.load(profile_id)
            self.library.profiles.save(found.undone(before))
        self.library_changed.emit()

    def _restore_profile(self, profile_id: str, *, was_current: bool, stand_in: str) -> None:
        if self.library is None:
            return
        self.library.profiles.restore(profile_id)
        if was_current:
            self._load_profile(profile_id)
            if stand_in and not self.library.profiles.load(stand_in).entries:
                self.library.profiles.delete(stand_in)
        self.library_changed.emit()

    def _saved(self, write: Callable[[], int], path: Path) -> bool:
        counts: list[int] = []

        def run() -> None:
            counts.append(write())

        if not self._tried(run):
            return False
        said = f"{counts[0]:,} titles" if counts and counts[0] is not None else "The file"
        self.notice.emit(Notice(f"Saved {said} as {path}.", kind="info"))
        return True

    def _needs_data(self) -> bool:
        self.notice.emit(Notice("No data set is open, so the scale of your ratings is not known.",
                                "Open the one that you rated in.", kind="warning"))  # fmt: skip
        return False
