"""Why a run came to nothing, as it is said and stored."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import torch

from engine.errors import NO_MEMORY, EngineError, ran_out_of_memory
from engine.wording import joined, said


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
            error.sentence
            if isinstance(error, EngineError)
            else said("An error ended it ({kind}: {error}).", kind=type(error).__name__, error=lines[0])
        )
        problem = Problem(words, ran_out_of_memory(error))
        free_memory_of(error)
        return problem


def sentence_of(error: BaseException) -> str:
    """What an error says, as it can be stored."""
    if isinstance(error, EngineError):
        return error.sentence
    return joined(*NO_MEMORY) if ran_out_of_memory(error) else str(error)


def free_memory_of(error: BaseException) -> None:
    """Let go of what the frames of an error hold, and give what a GPU has left over back."""
    chained: BaseException | None = error
    cleared: set[int] = set()
    while chained is not None and id(chained) not in cleared:  # raised twice, an error may be in its own chain
        cleared.add(id(chained))
        traceback.clear_frames(chained.__traceback__)
        chained = chained.__cause__ or chained.__context__
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
