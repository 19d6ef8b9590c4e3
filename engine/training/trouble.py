"""What an error in training means: memory that is short, a GPU that others use, or one that is gone."""

from __future__ import annotations

from engine.errors import (
    DeviceError,
    DeviceLostError,
    EngineError,
    ShortOfMemoryError,
    TrainingError,
    ran_out_of_memory,
)
from engine.text import format_count
from engine.wording import said, singular_of

_BUSY = "busy or unavailable"
_LOST = ("cuda error", "cublas_status", "cudnn_status", "device-side assert", "gpu is lost", "nccl error")


def lost_the_device(error: BaseException) -> bool:
    """Whether an error says that a GPU does not answer any more: nothing on it can be read back.

    >>> lost_the_device(RuntimeError("CUDA error: unspecified launch failure")), lost_the_device(RuntimeError("?"))
    (True, False)
    """
    is_one = isinstance(error, RuntimeError) and not ran_out_of_memory(error)
    return is_one and any(words in str(error).lower() for words in _LOST)


def trouble_at_start(error: RuntimeError | MemoryError, *, model: str, device: str) -> EngineError | None:
    """What an error means that came before a model's first step, or where it is computed at once; None: none of these.

    >>> print(trouble_at_start(MemoryError(), model="ease", device="cpu"))
    There was not enough memory to learn ease. Close other programs, or choose a smaller model or fewer titles.
    """
    text = str(error).strip()
    if device != "cpu" and (ran_out_of_memory(error) or _BUSY in text.lower()):
        return DeviceError(
            said(
                "The GPU is in use by another program, or has too little memory for {model} ({error}).",
                model=model,
                error=text.splitlines()[0],
            ),
            remedy=said("Close other programs that compute on it, or choose the processor as the device."),
            device=device,
        )
    if ran_out_of_memory(error):
        return TrainingError(
            said("There was not enough memory to learn {model}.", model=model),
            remedy=said("Close other programs, or choose a smaller model or fewer titles."),
        )
    return None


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
