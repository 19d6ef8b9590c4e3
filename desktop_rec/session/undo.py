"""Undo and redo: every change a person makes goes through one stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Notice
from desktop_rec.session.requests import WindowRequests

MOST_CHANGES = 200
MERGED_WITHIN_S = 1.0
"""Changes by one slider that follow each other so closely are one: its motion is one step back."""


@dataclass(frozen=True)
class Change:
    """A change with its way back. `text` says what was done: "Deleted the data set Films".

    undone: what taking it back means, where that is clearer than the text: "your profile is back". announced: whether a
    notice with a button Undo says it. merges: changes with equal keys that follow each other closely become one. scope:
    what the change is about; `UndoStack.forget(scope)` drops it when that is gone.
    """

    text: str
    apply: Callable[[], None]
    revert: Callable[[], None]
    undone: str = ""
    announced: bool = False
    merges: str = ""
    scope: str = ""
    done_s: float = field(default=0.0, compare=False)


class UndoStack(QObject):
    """`changed` says that what can be undone or redone is another."""

    changed = Signal()

    def __init__(self, requests: WindowRequests, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._done: list[Change] = []
        self._undone: list[Change] = []

    @property
    def undo_text(self) -> str:
        """What undo() would take back, "" if nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What redo() would do again, "" if nothing."""
        return self._undone[-1].text if self._undone else ""

    def do(self, change: Change) -> bool:
        """Make a change that can be undone. False, with a notice, where it could not be made."""
        if not self._requests.attempt(change.apply):
            return False
        self.record(change)
        return True

    def record(self, change: Change) -> None:
        """Take note of a change that was just made; what was undone before cannot be redone any more."""
        now_s = time.monotonic()
        last = self._done[-1] if self._done else None
        if last is not None and not self._undone and _is_one_with(last, change, now_s):
            self._done.pop()
            change = replace(change, revert=last.revert)
        change = replace(change, done_s=now_s)
        self._undone.clear()
        self._done.append(change)
        del self._done[:-MOST_CHANGES]
        self.changed.emit()
        if change.announced:
            notice = Notice(f"{change.text}.", kind="info", action_words="Undo", action=partial(self.take_back, change))
            self._requests.notify(notice)

    def undo(self) -> bool:
        """Take back the last change; False where there is none or where it cannot be taken back."""
        return bool(self._done) and self.take_back(self._done[-1])

    def redo(self) -> bool:
        """Make the change again that was taken back last."""
        if not self._undone:
            return False
        change = self._undone[-1]
        if not self._requests.attempt(change.apply):
            return False
        self._undone.remove(change)
        self._done.append(replace(change, done_s=0.0))
        self.changed.emit()
        self._requests.inform(f"Done again: {_lower_first(change.text)}.")
        return True

    def take_back(self, change: Change) -> bool:
        """Take back this change, also where others were made since (from the notice that announced it)."""
        if change not in self._done:
            if change not in self._undone:
                self._requests.warn("This can no longer be undone.")
            return False
        if not self._requests.attempt(change.revert):
            return False
        self._done.remove(change)
        self._undone.append(change)
        self.changed.emit()
        self._requests.inform(f"Undone: {change.undone or _lower_first(change.text)}.")
        return True

    def forget(self, scope: str) -> None:
        """Drop the changes of what is gone."""
        self._done = [change for change in self._done if change.scope != scope]
        self._undone = [change for change in self._undone if change.scope != scope]
        self.changed.emit()


def _is_one_with(last: Change, change: Change, now_s: float) -> bool:
    return bool(change.merges) and last.merges == change.merges and now_s - last.done_s < MERGED_WITHIN_S


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
