"""Why there is nothing to show, and the button that helps: no list, no map, nothing of one's taste."""

from __future__ import annotations

from dataclasses import dataclass

from engine.wording import said


@dataclass(frozen=True)
class NoList:
    """Why there is no list. `action` is what the button does: "train", "clear_filters", "for_you", "rate"; "": none."""

    heading: str
    sentence: str
    button: str = ""
    action: str = ""
    second: str = ""
    is_busy: bool = False


def no_model(progress_text: str, *, sentence: str = said("Train one; it takes a few minutes.")) -> NoList:
    """No model answers yet: one is being prepared, as `progress_text` says, or there is none ("")."""
    if progress_text:
        return NoList(said("A first model is being prepared"), f"{progress_text.rstrip('….')}…", is_busy=True)
    return NoList(said("There is no model for this data set yet."), sentence, said("Go to Train"), "train")
