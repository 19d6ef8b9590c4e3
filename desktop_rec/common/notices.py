"""What the window reports of a failed or finished job: one sentence, what to do, and details to copy."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import NO_MEMORY, EngineError, program_error, ran_out_of_memory

_PROGRAM_ERROR_REMEDY = (
    "What was stored before is untouched. Try again; if it comes back, send the details to us with Copy."
)


@dataclass(frozen=True)
class Failure:
    """A job that could not go on, as plain words (never the exception: that would hold its frames and memory)."""

    sentence: str
    remedy: str
    details: str


@dataclass(frozen=True)
class Notice:
    """One bar: `kind` is "error", "warning" or "info"; `action_words` and `action` make a button, such as Undo.

    What is only said for information leaves after a while, unless it `stays`. `about`: what it offers, by which it can
    be withdrawn (see WindowRequests.withdraw).
    """

    sentence: str
    remedy: str = ""
    details: str = ""
    kind: str = "error"
    action_words: str = ""
    action: Callable[[], object] | None = field(default=None, compare=False)
    stays: bool = False
    about: str = ""

    @staticmethod
    def of(failure: Failure) -> Notice:
        return Notice(failure.sentence, failure.remedy, failure.details)

    def as_text(self) -> str:
        """What Copy puts on the clipboard."""
        return "\n\n".join(part for part in (f"{self.sentence} {self.remedy}".strip(), self.details) if part)


def failure_of(error: BaseException) -> Failure:
    """An exception in words, with its traceback as text."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, EngineError):
        return Failure(error.what, error.remedy, details)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        place = f" while writing {error.filename}" if error.filename else ""
        return Failure(f"The disk is full{place}.", "Free some space, then try again; nothing was lost.", details)
    if isinstance(error, OSError) and error.filename:
        reason = error.strerror or type(error).__name__
        return Failure(f"{error.filename} could not be used: {reason}.", "Check that it is there and yours.", details)
    if ran_out_of_memory(error):
        return Failure(*NO_MEMORY, details)
    return Failure(program_error(error), _PROGRAM_ERROR_REMEDY, details)


def drop_frames(error: BaseException) -> None:
    """Let go of every frame an exception holds, chained and grouped ones too: they would keep tensors alive."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        raised = waiting.pop()
        if id(raised) in seen:
            continue
        seen.add(id(raised))
        waiting += [linked for linked in (raised.__cause__, raised.__context__) if linked is not None]
        if isinstance(raised, BaseExceptionGroup):
            waiting += raised.exceptions
        if raised.__traceback__ is not None:
            traceback.clear_frames(raised.__traceback__)
        raised.__traceback__ = None
