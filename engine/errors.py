"""What can go wrong, in sentences for people: what happened, where, and what to do."""

from __future__ import annotations

from engine.wording import joined, said

NO_MEMORY = (said("There was not enough memory for this."), said("Close other programs or use less data."))
"""What happened and what to do, where memory that runs out ends a job."""
_SHORT = (
    "out of memory",
    "out_of_memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "bad allocation",
    "status_alloc_failed",
)
"""How torch, the libraries below it and GPUs say that there is no memory left."""


def program_error(error: BaseException) -> str:
    """The sentence for an error that nobody foresaw."""
    return said(
        "Something went wrong in the program ({kind}: {error}).", kind=type(error).__name__, error=readable(str(error))
    )


def readable(text: str) -> str:
    """A text as it can be shown and stored: bytes of a file's name that are no text, and half characters, are signs.

    >>> readable("a\\udcff.csv")
    'a\N{REPLACEMENT CHARACTER}.csv'
    """
    return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text) if _has_half(text) else text


def _has_half(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class EngineError(Exception):
    """A failure in one or two sentences. `remedy` says what the person can do now; `facts` are its plain values.

    >>> failure = DataError("Line 3 has no rating.", remedy="Choose another file.", line=3)
    >>> str(failure), failure.facts
    ('Line 3 has no rating. Choose another file.', {'line': 3})
    """

    def __init__(self, what: str, *, remedy: str = "", **facts: object) -> None:
        self.what, self.remedy = readable(what), readable(remedy)
        super().__init__(f"{self.what} {self.remedy}".strip())
        self.facts = facts

    @property
    def sentence(self) -> str:
        """What went wrong and what to do, as it can be stored."""
        return joined(self.what, self.remedy)

    @property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """Options that a command can be given once more with, each of which would do: those of the fact `ways`."""
        ways = self.facts.get("ways")
        return ways if isinstance(ways, tuple) else ()


class DataError(EngineError):
    """A ratings file, a catalogue or a data set that cannot be used as it is."""


class SettingError(EngineError):
    """A setting outside its limits, or a name that no setting has."""


class DeviceError(EngineError):
    """A device that was asked for and is not usable here, or has too little memory."""


class DeviceLostError(DeviceError):
    """A GPU that stopped answering in the middle of something; nothing on it can be read back."""


class TrainingError(EngineError):
    """Training that could not start or continue."""


class ShortOfMemoryError(TrainingError):
    """A step for which memory was short; `facts` holds its `batch`. Where it came in the step is not known."""


class RankLostError(TrainingError):
    """Another of the processes that train together ended or does not answer; between two steps all is whole."""


class DivergedError(TrainingError):
    """A model whose numbers left all bounds while it learned: nothing can be worked out with them."""

    def __init__(self, what: str, **facts: object) -> None:
        super().__init__(
            said("{what}: the model has diverged.", what=what),
            remedy=said("Train it again with a lower learning rate."),
            **facts,
        )


class LibraryError(EngineError):
    """The folder of data sets, runs and profiles: missing, damaged, full, or in use by another process."""


class DamagedRecordsError(LibraryError):
    """The file of a library's records is damaged as a whole: opening the library sets it aside and makes it anew."""


class NotStoredError(LibraryError):
    """Something that could not be written to the library, or to another folder: the disk is full, or refuses.

    What was stored before is as it was, and nothing of the new is. `not_stored` names it ("The ratings of Anna");
    `is_full` says that room would help.
    """

    def __init__(self, what: str, *, not_stored: str, is_full: bool, remedy: str = "", **facts: object) -> None:
        super().__init__(what, remedy=remedy, **facts)
        self.not_stored = not_stored
        self.is_full = is_full


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or one that caused it, says that memory was short, of the machine or of a GPU.

    >>> ran_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory")), ran_out_of_memory(KeyError("x"))
    (True, False)
    """
    if isinstance(error, MemoryError | ShortOfMemoryError):
        return True
    if isinstance(error, DeviceError) and "needed_bytes" in error.facts:
        return True
    if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _SHORT):
        return True
    return error.__cause__ is not None and ran_out_of_memory(error.__cause__)


class ProfileError(EngineError):
    """A person's ratings that a model can make nothing of."""
