"""What an error in the middle of training means: memory that is short, or a GPU that is gone."""

from __future__ import annotations

import torch

from engine.errors import DeviceError, DeviceLostError, EngineError, ShortOfMemoryError
from engine.text import format_count
from engine.wording import said, singular_of

_SHORT = ("out of memory", "can't allocate memory", "cannot allocate memory", "cublas_status_alloc_failed")
_LOST = ("cuda error", "cublas_status", "cudnn_status", "device-side assert", "gpu is lost", "nccl error")


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or one that caused it, says that memory was short, of the machine or of the GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError | ShortOfMemoryError):
        return True
    if isinstance(error, DeviceError) and "needed_bytes" in error.facts:
        return True
    if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _SHORT):
        return True
    return error.__cause__ is not None and ran_out_of_memory(error.__cause__)


def lost_the_device(error: BaseException) -> bool:
    """Whether an error says that a GPU does not answer any more: nothing on it can be read back.

    >>> lost_the_device(RuntimeError("CUDA error: unspecified launch failure")), lost_the_device(RuntimeError("?"))
    (True, False)
    """
    is_one = isinstance(error, RuntimeError) and not ran_out_of_memory(error)
    return is_one and any(words in str(error).lower() for words in _LOST)


def trouble_of(error: RuntimeError | MemoryError, *, step: int, batch: int, unit: str) -> EngineError | None:
    """What a step's error means; None where it is none of these."""
    if ran_out_of_memory(error):
        return ShortOfMemoryError(
            said(
                "There was not enough memory for a batch of {batch} {unit} at step {step:,}.",
                batch=format_count(batch),
                unit=singular_of(unit),
                step=step,
            ),
            remedy=said("Take a smaller batch, or close other programs."),
            batch=batch,
        )
    if lost_the_device(error):
        return DeviceLostError(
            said(
                "The GPU stopped answering at step {step:,} ({splitlines}). What was saved until then is kept.",
                step=step,
                splitlines=str(error).strip().splitlines()[0],
            ),
            remedy=said("Start the program again, then continue the run; on the processor if the GPU stays away."),
        )
    return None
