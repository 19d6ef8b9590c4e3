"""The library that the window works in: opened and closed here, its records read once and kept until they change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice, failure_of
from desktop_rec.session.queries import QueryWorker
from desktop_rec.session.undo import Change
from engine.errors import EngineError
from engine.events import Job

if TYPE_CHECKING:
    from engine.library.datasets import DatasetRecord
    from engine.library.profiles import ProfileRecord
    from engine.library.run_record import RunRecord
    from engine.library.searches import SearchRecord
    from engine.library.store import Library


class OpenLibrary(QObject):
    """`files` is the library, None where none could be opened: `failure` then says why.

    `changed` says that data sets, runs, searches or people are others; the lists below are read from the disk when they
    are asked for the first time after that. disk_use_counted(bytes) answers count_disk_use().
    """

    changed = Signal()
    disk_use_counted = Signal(object)

    def __init__(self, worker: QueryWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files: Library | None = None
        self.failure: Failure | None = None
        self._lists: dict[str, tuple[Any, ...]] = {}
        self._worker = worker
        worker.answered.connect(self._on_counted)

    @property
    def opening_notice(self) -> Notice | None:
        """What the opening found that a person should know: records left out or mended, or why nothing is stored."""
        if self.files is None:
            return None
        read_only = self.files.why_read_only
        sentences = [*([str(read_only)] if read_only is not None else []), *self.files.notices]
        if not sentences:
            return None
        more = f" And {len(sentences) - 1} more, see Details." if len(sentences) > 1 else ""
        details = "\n".join(sentences) if len(sentences) > 1 else ""
        return Notice(f"{sentences[0]}{more}", details=details, kind="warning")

    @property
    def home(self) -> Path | None:
        """The folder of the library."""
        return self.files.home if self.files else None

    def open(self, home: Path | None = None) -> bool:
        """Open the library in a folder (None: the default one); False, with `failure`, where that is not possible."""
        from engine.library.store import Library

        try:
            self.files = Library.open(home, who="the window of Desktop Rec")
            self.failure = None
        except (EngineError, OSError) as error:
            self.failure = failure_of(error)
        self.note_change()
        return self.files is not None

    def close(self) -> None:
        """Give the folder free for others. Call it when nothing runs."""
        if self.files is not None:
            self.files.close()
            self.files = None

    def count_disk_use(self) -> None:
        """Add up what lies in the library's folder, in the background; disk_use_counted(bytes) answers."""
        if self.files is not None:
            self._worker.request("disk use", partial(_disk_use, self.files))

    def note_change(self) -> None:
        """Records are others now: whoever shows them reads them again."""
        self.forget_lists()
        self.changed.emit()

    def forget_lists(self) -> None:
        """Read records from the disk when they are asked for next, without saying that they changed."""
        self._lists.clear()

    def datasets(self) -> tuple[DatasetRecord, ...]:
        """The data sets, the newest first."""
        return self._list("datasets", lambda files: files.datasets.records())

    def runs(self, fingerprint: str) -> tuple[RunRecord, ...]:
        """The runs that learned from a data set (or from an equal one), the newest first."""
        return self._list(f"runs of {fingerprint}", lambda files: files.runs.records(fingerprint))

    def searches(self, fingerprint: str) -> tuple[SearchRecord, ...]:
        """The searches over a data set, the newest first."""
        return self._list(f"searches of {fingerprint}", lambda files: files.searches.records(fingerprint))

    def people(self) -> tuple[ProfileRecord, ...]:
        """The people whose ratings are stored."""
        return self._list("people", lambda files: files.profiles.records())

    def deletion(
        self,
        store: Any,
        record_id: str,
        text: str,
        *,
        before: Callable[[], None] | None = None,
        deleted: Callable[[], None] | None = None,
        restored: Callable[[], object] | None = None,
        undone: str = "",
    ) -> Change:
        """A deletion with its way back, for data sets, runs, searches and profiles alike.

        store: the library's store of such records. before: what the window does first, or a LibraryError that it raises
        where the record is needed. deleted, restored: what it does afterwards.
        """

        def delete() -> None:
            if before is not None:
                before()
            store.delete(record_id)
            self.note_change()
            if deleted is not None:
                deleted()

        def restore() -> None:
            store.restore(record_id)
            self.note_change()
            if restored is not None:
                restored()

        return Change(text, delete, restore, undone=undone, announced=True)

    def renaming(
        self, store: Any, record_id: str, text: str, *, old: str, new: str, renamed: Callable[[str], None] | None = None
    ) -> Change:
        """Another name for a record, with its way back; `renamed` is told the name that counts now."""

        def call_it(name: str) -> None:
            store.rename(record_id, name)
            if renamed is not None:
                renamed(name)
            self.note_change()

        return Change(text, lambda: call_it(new), lambda: call_it(old))

    def _list(self, name: str, read: Callable[[Library], Any]) -> tuple[Any, ...]:
        if self.files is None:
            return ()
        if name not in self._lists:
            self._lists[name] = tuple(read(self.files))
        return self._lists[name]

    def _on_counted(self, kind: str, size_bytes: int) -> None:
        self.disk_use_counted.emit(size_bytes)


def _disk_use(files: Library) -> Job[int]:
    yield None
    return files.disk_use()
