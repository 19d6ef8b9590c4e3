"""Why a run came to nothing, kept as words, without the memory that its error still holds.

Beside the verb that searches, which goes on after it.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import torch

from engine.errors import DeviceError, EngineError

_SHORT = ("out of memory", "can't allocate memory", "cannot allocate memory", "cublas_status_alloc_failed")


@dataclass(frozen=True)
class Problem:
    """Why a run came to nothing, in words, and whether memory was what it lacked."""

    words: str
    short_of_memory: bool

    @staticmethod
    def of(error: Exception) -> Problem:
        """What an error says; the frames it holds are cleared, or their memory would stay taken."""
        lines = str(error).strip().splitlines() or [""]
        words = (
            str(error) if isinstance(error, EngineError) else f"An error ended it ({type(error).__name__}: {lines[0]})."
        )
        problem = Problem(words, ran_out_of_memory(error))
        chained: BaseException | None = error
        while chained is not None:
            traceback.clear_frames(chained.__traceback__)
            chained = chained.__cause__ or chained.__context__
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.empty_cache()
        return problem


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or one that caused it, says that memory was short, of the machine or of the GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    if isinstance(error, DeviceError) and "needed_bytes" in error.facts:
        return True
    if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _SHORT):
        return True
    return error.__cause__ is not None and ran_out_of_memory(error.__cause__)
