"""What a person does with their ratings: rate, switch off and save them; profiles; the onboarding."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from desktop_rec.for_you.my_ratings.export_controller import OwnExportController, save_titles
from desktop_rec.for_you.my_ratings.import_state import whose
from desktop_rec.for_you.title_lists_controller import TitleListsController
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import UndoStack
from engine.events import Job
from engine.text import format_rating
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.onboarding import Onboarding
    from engine.data.profiles import ProfileEntry


class MyRatingsController(QObject):
    """`own_export` brings a file of the person's own into the profile.

    `onboarding` is there some time after ask_onboarding(); onboarding_ready says so. ratings_file_found(paths):
    these are ratings of many people, which are to be imported as a data set.
    """

    onboarding_ready = Signal()
    ratings_file_found = Signal(object)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        profile: CurrentProfile,
        queries: Queries,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.dataset, self.profile, self.requests = library, dataset, profile, requests
        self.own_export = OwnExportController(library, dataset, profile, queries, requests, self)
        self.onboarding: Onboarding | None = None
        self._undo = undo
        self.title_lists = TitleListsController(dataset, queries, requests, self)
        self._onboarding_worker = queries.add(QueryWorker("onboarding", ("onboarding",)))
        self._onboarding_worker.answered.connect(self._on_onboarding)

    def rate(self, item_row: int, rating: float | None, *, announced: bool = False) -> None:
        """Rate a title of the open data set; None says *seen, not rated*. Announced where it leaves a list by that."""
        dataset, profile = self.dataset.current, self.profile.shown
        if dataset is None or profile is None:
            return
        from engine.data.profiles import entry_of

        entry = entry_of(dataset, item_row, rating)
        name = entry.title or entry.item_id
        text = (
            said("Marked {name} as seen", name=name)
            if rating is None
            else said("Rated {name} {rating}", name=name, rating=format_rating(rating))
        )
        self.profile.rate_as(profile.rated(entry), text, announced=announced)

    def mark_seen(self, item_row: int) -> None:
        """A title was seen and is not rated; a notice offers to undo it, as it leaves the list."""
        entry = self._entry_of(item_row)
        profile = self.profile.shown
        if entry is not None and profile is not None:
            undone = said("{title} is not marked as seen any more", title=entry.title)
            self.profile.rate_as(
                profile.rated(entry), said("Marked {title} as seen", title=entry.title), undone=undone, announced=True
            )

    def save_for_later(self, item_row: int) -> None:
        """Put a title on *Saved*."""
        entry, profile = self._entry_of(item_row), self.profile.current
        if entry is not None and profile is not None:
            undone = said("{title} is not in Saved any more", title=entry.title)
            self.profile.change(
                profile.saving(entry), said("Saved {title} for later", title=entry.title), undone=undone
            )

    def refuse(self, item_row: int) -> None:
        """Never recommend a title again; a notice offers to undo it, as it leaves the list."""
        entry, profile = self._entry_of(item_row), self.profile.current
        if entry is not None and profile is not None:
            undone = said("{title} can be recommended again", title=entry.title)
            text = said("{title} will not be recommended again", title=entry.title)
            self.profile.change(profile.refusing(entry), text, undone=undone, announced=True)

    def unlist(self, item_row: int) -> None:
        """Take a title off *Saved* and off *Not for me*; a notice offers to undo it."""
        entry, profile = self._entry_of(item_row), self.profile.current
        if entry is None or profile is None:
            return
        place = said("Saved") if any(known.is_same_title(entry) for known in profile.saved) else said("Not for me")
        undone = said("{title} is back in {place}", title=entry.title, place=place)
        self.profile.change(
            profile.unlisted(entry),
            said("Removed {title} from {place}", title=entry.title, place=place),
            undone=undone,
            announced=True,
        )

    def remove(self, item_id: str, title: str | None = None) -> None:
        """Take a title out of the profile."""
        profile = self.profile.shown
        if profile is None:
            return
        after = profile.without(item_id, title=title)
        gone = next((entry for entry in profile.entries if entry not in after.entries), None)
        if gone is not None:
            name, place = gone.title or gone.item_id, said("{whose} ratings", whose=whose(profile.name))
            undone = said("{name} is back in {place}", name=name, place=place)
            self.profile.rate_as(
                after, said("Removed {name} from {place}", name=name, place=place), undone=undone, announced=True
            )

    def switch(self, item_id: str, on: bool, title: str | None = None) -> None:
        """Let a rating count or not, without forgetting it."""
        profile = self.profile.shown
        if profile is not None:
            name = title or item_id
            text = said("Let {name} count again", name=name) if on else said("Left {name} out of the list", name=name)
            self.profile.rate_as(profile.switched(item_id, on, title=title), text)

    def try_changes(self, on: bool) -> None:
        """From now on change ratings without storing them; off puts back what was tried."""
        if on:
            self.profile.begin_trial()
        else:
            self.profile.put_back_trial()

    def try_without(self, item_id: str, title: str | None = None) -> None:
        """See what becomes of the list without a rating; it can be kept so or put back."""
        self.profile.begin_trial()
        self.switch(item_id, on=False, title=title)

    def keep_trial(self) -> None:
        """Store what was tried."""
        self.profile.keep_trial()

    def put_back(self, item_row: int, before: ProfileEntry | None) -> None:
        """A title as it was before an answer of the onboarding: with its old entry, or out of the profile."""
        dataset, profile = self.dataset.current, self.profile.shown
        if dataset is None or profile is None:
            return
        from engine.data.profiles import entry_of

        entry = entry_of(dataset, item_row, None)
        after = profile.rated(before) if before is not None else profile.without(entry.item_id, title=entry.title)
        self.profile.rate_as(after, said("Took back the answer to {title}", title=entry.title or entry.item_id))

    def borrow(self, user_id: str) -> None:
        """Look through the eyes of somebody in the data set. Nothing done to their ratings is stored."""
        if self.dataset.current is not None:
            self.requests.attempt(partial(self.profile.borrow, self.dataset.current, user_id))

    def choose_profile(self, profile_id: str) -> None:
        """Go on as one of the people whose ratings are stored."""
        self.requests.attempt(partial(self.profile.load, profile_id))

    def new_profile(self, name: str) -> None:
        """Begin the ratings of another person, and go on as them."""
        from engine.data.profiles import Profile

        if self.requests.attempt(
            partial(self.profile.start, Profile(uuid4().hex, name.strip() or said("Somebody"), ()))
        ):
            self.library.note_change()

    def rename_profile(self, profile_id: str, name: str) -> None:
        """Call a stored profile by another name."""
        record = next((person for person in self.library.people() if person.profile_id == profile_id), None)
        name = name.strip()
        if self.library.files is None or record is None or not name or name == record.name:
            return
        store, text = self.library.files.profiles, said("Renamed {former} to {name}", former=record.name, name=name)
        renamed = partial(self.profile.note_name, profile_id)
        self._undo.do(self.library.renaming(store, profile_id, text, old=record.name, new=name, renamed=renamed))

    def delete_profile(self, profile_id: str) -> None:
        """Delete a stored profile. Somebody else goes on, if need be a new "Me", who leaves when it is undone."""
        library = self.library.files
        if library is None:
            return
        people = self.library.people()
        name = next((person.name for person in people if person.profile_id == profile_id), profile_id)
        others = {person.profile_id for person in people} - {profile_id}
        successor, stand_in = "", ""

        def deleted() -> None:
            nonlocal successor, stand_in
            successor = stand_in = ""
            if self.profile.current is None or self.profile.current.profile_id != profile_id:
                return
            self.profile.load_default()
            successor = self.profile.current.profile_id
            if successor not in others:
                stand_in = successor
                self.library.note_change()

        def restored() -> None:
            if self.profile.current is not None and self.profile.current.profile_id == successor:
                self.profile.load(profile_id)
            if any(person.profile_id == stand_in and not person.entries for person in self.library.people()):
                library.profiles.delete(stand_in)
                self.library.note_change()

        whom = whose(name)
        text = said("Deleted {whom} profile and its ratings", whom=whom)
        undone = said("{whom} profile is back", whom=whom)
        store = library.profiles
        self._undo.do(self.library.deletion(store, profile_id, text, deleted=deleted, restored=restored, undone=undone))

    def save(self, path: Path) -> bool:
        """Write the profile as CSV, with its scale; it can be imported here again."""
        from engine.data.personal.writing import write_ratings

        dataset, profile = self.dataset.current, self.profile.current
        if profile is None or dataset is None:
            return self._needs_data()
        return save_titles(self.requests, partial(write_ratings, profile, path, scale=dataset.scale), path)

    def save_for_letterboxd(self, path: Path) -> bool:
        """Write the profile as a file that Letterboxd imports."""
        from engine.data.personal.writing import write_letterboxd

        dataset, profile = self.dataset.current, self.profile.current
        if profile is None or dataset is None:
            return self._needs_data()
        return save_titles(
            self.requests, partial(write_letterboxd, profile, path, scale=dataset.scale, dataset=dataset), path
        )

    def ask_onboarding(self) -> None:
        """Make the onboarding of the open data set, once; onboarding_ready follows."""
        if self.onboarding is None and self.dataset.current is not None and not self._onboarding_worker.is_busy:
            self._onboarding_worker.request("onboarding", partial(_make_onboarding, self.dataset.current))

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """A borrowed person gives way to an own profile; a file that waits is matched with the data set open now.

        What was tried is put back.
        """
        self.profile.put_back_trial()
        if self.profile.is_borrowed:
            self.requests.attempt(self.profile.load_default)
        self._onboarding_worker.abandon()
        self.onboarding = None
        self.own_export.on_dataset_changed()

    def _entry_of(self, item_row: int) -> ProfileEntry | None:
        """A title of the open data set as an entry without a rating; None without a data set."""
        from engine.data.profiles import entry_of

        return None if self.dataset.current is None else entry_of(self.dataset.current, item_row, None)

    def _on_onboarding(self, kind: str, onboarding: Onboarding) -> None:
        self.onboarding = onboarding
        self.onboarding_ready.emit()

    def _needs_data(self) -> bool:
        self.requests.warn(
            said("No data set is open, so the scale of your ratings is not known."),
            said("Open the one that you rated in."),
        )
        return False


def _make_onboarding(dataset: Dataset) -> Job[Onboarding]:
    from engine.data.onboarding import Onboarding

    yield None
    return Onboarding(dataset)
