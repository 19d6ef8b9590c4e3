"""A person's own export on its way into their profile: read, matched with the data set, reviewed, and added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.my_ratings.import_state import MyImport, Progress, UnderReview, whose
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from engine.events import Event, Job, Progressed, StageStarted
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.data.matching.review import Review


class OwnExportController(QObject):
    """`incoming` is a file on its way into the profile (None: none); changed says that it is new."""

    changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        profile: CurrentProfile,
        queries: Queries,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.dataset, self.profile, self.requests = library, dataset, profile, requests
        self.incoming: MyImport | None = None
        self._waiting_file: Path | None = None
        self._matching = queries.add(QueryWorker("matching", ("match",)))
        self._matching.answered.connect(self._on_matched)
        self._matching.failed.connect(self._on_match_failed)
        self._matching.event_arrived.connect(self._on_match_event)
        profile.changed.connect(self._on_profile_changed)

    def import_file(self, path: Path, person: str | None = None) -> bool:
        """Read one person's export and match it with the open data set; `incoming` follows.

        `person` is whose ratings are meant in a file of several people. Without a data set the file waits until one is
        opened, the sample mostly. False where it has to wait.
        """
        dataset = self.dataset.current
        if dataset is None:
            self._waiting_file = path
            return False
        if self.profile.is_borrowed or self.profile.current is None:
            self.requests.attempt(self.profile.load_default)
        self._set(MyImport(path, progress=Progress(said("Reading {name}", name=path.name))))

        def match() -> Job[Review]:
            from engine import operations
            from engine.data.reading.roles import Given

            return (yield from operations.match_export(dataset, path, given=Given(person=person) if person else None))

        self._matching.request("match", match)
        return True

    def leave(self) -> None:
        """Forget the file; nothing was changed."""
        self._matching.abandon()
        self._set(None)

    def decide(self, change: Callable[[UnderReview], UnderReview]) -> None:
        """Change what is under review by one of its own steps."""
        if self.incoming is not None and self.incoming.found is not None:
            self._set(replace(self.incoming, found=change(self.incoming.found)))

    def add(self) -> bool:
        """Take what was accepted into the profile; undoing takes all of it back, and only that."""
        made = self.incoming
        if made is None or made.found is None or not made.found.changes_words:
            return False
        found = made.found
        self._set(None)
        text = said(
            "Added {changes_words} from {name} to {whose} ratings",
            changes_words=found.changes_words,
            name=made.path.name,
            whose=whose(found.profile.name),
        )
        self.profile.change(found.merged(), text, announced=True)
        self.library.note_change()
        return True

    def save_unmatched(self, path: Path) -> bool:
        """Write what will not be taken in, though nobody left it out, as CSV with the reasons."""
        if self.incoming is None or self.incoming.found is None:
            return False
        from engine.data.matching.review import open_titles
        from engine.data.personal.writing import write_unmatched

        write = partial(write_unmatched, open_titles(self.incoming.found.review), path)
        return save_titles(self.requests, write, path)

    def on_dataset_changed(self) -> None:
        """A file that is under way or waits is matched with the data set that is open now."""
        waiting = self.incoming.path if self.incoming is not None else self._waiting_file
        if self.dataset.current is None or waiting is None:
            self.leave()
            return
        if self._waiting_file is not None:
            self.requests.show_place("for_you")
        self._waiting_file = None
        self.import_file(waiting)

    def _set(self, incoming: MyImport | None) -> None:
        self.incoming = incoming
        self.changed.emit()

    def _on_matched(self, kind: str, review: Review | None) -> None:
        dataset, profile = self.dataset.current, self.profile.current
        if self.incoming is not None and dataset is not None and profile is not None and review is not None:
            self._set(MyImport(self.incoming.path, found=UnderReview(dataset, profile, review, review)))

    def _on_match_failed(self, kind: str, failure: Failure) -> None:
        if self.incoming is not None:
            self._set(MyImport(self.incoming.path, failure=failure))

    def _on_match_event(self, event: Event) -> None:
        if self.incoming is None or self.incoming.progress is None:
            return
        if isinstance(event, Progressed):
            share = min(1.0, event.done / event.total) if event.total else None
            self._set(replace(self.incoming, progress=Progress(event.words, share)))
        elif isinstance(event, StageStarted):
            self._set(replace(self.incoming, progress=Progress(event.words)))

    def _on_profile_changed(self) -> None:
        """The person, or one of their ratings, is another: what the import means for them is worked out anew."""
        made, profile = self.incoming, self.profile.current
        if made is None or made.found is None or profile is None or profile == made.found.profile:
            return
        if self.profile.is_borrowed:
            self.leave()
        else:
            self._set(replace(made, found=replace(made.found, profile=profile)))


def save_titles(requests: WindowRequests, write: Callable[[], int], path: Path) -> bool:
    """Write titles to a file, and say how many; False, with a notice, where that fails."""
    counts: list[int] = []
    if not requests.attempt(lambda: counts.append(write())):
        return False
    requests.inform(
        said("Saved {titles} as {path}.", titles=counted("{count} title", "{count} titles", counts[0]), path=path)
    )
    return True
