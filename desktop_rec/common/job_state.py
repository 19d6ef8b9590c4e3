"""The long job as the job bar shows it: what it does now, how far it is, how long it will take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.events import Counting, Event, LossesMeasured, Progressed, StageStarted, StepsTaken
from engine.wording import said, singular_of

_SECONDS_BEFORE_GUESSING = 2.0


@dataclass(frozen=True)
class JobState:
    """`share` is 0..1, or None where nobody can know; times are in seconds.

    `kind`: "import", "export", "predict", "sweep", "training", "search", "evaluation",
    "speed test" or "ladder".
    `title` is the job in a word ("Training"), `words` its present step ("Reading line 8,100,000 of ...").
    """

    kind: str
    title: str
    words: str = ""
    share: float | None = None
    remaining_s: float | None = None
    paused: bool = False
    stopping: bool = False
    counting: Counting = field(default_factory=Counting)

    @property
    def can_pause(self) -> bool:
        return self.kind == "training" and not self.stopping

    def after(self, event: Event, *, now_s: float) -> JobState:
        """This state with an event folded in; `now_s` is a monotonic clock."""
        counting = self.counting.after(event, now_s=now_s)
        match event:
            case StageStarted():
                return replace(self, words=event.words, share=None, remaining_s=None, counting=counting)
            case Progressed():
                return replace(self._progressed(event, counting.seconds), counting=counting)
            case StepsTaken():
                done = event.first_step + len(event.losses)
                share = min(1.0, done / max(1, event.total_steps))
                words = said(
                    "Epoch {epoch}, step {done:,} of {total:,}", epoch=event.epoch, done=done, total=event.total_steps
                )
                return replace(self, words=words, share=share, remaining_s=event.remaining_s, counting=counting)
            case LossesMeasured():
                share = event.steps_done / max(1, event.total_steps)
                words = said("Trying rates: step {done} of {total}", done=event.steps_done, total=event.total_steps)
                return replace(self, words=words, share=share, remaining_s=None, counting=counting)
        return self

    def _progressed(self, event: Progressed, took_s: float) -> JobState:
        if not event.total:
            words = event.words
            if event.unit != "bytes":
                words = said(
                    "{stage}: {done:,} {unit}", stage=event.words, done=event.done, unit=singular_of(event.unit)
                )
            return replace(self, words=words, share=None, remaining_s=None)
        share = min(1.0, event.done / event.total)
        words = event.words
        if event.unit != "bytes":
            words = said(
                "{stage}: {done:,} of {total:,} {unit}",
                stage=event.words,
                done=event.done,
                total=event.total,
                unit=singular_of(event.unit),
            )
        guess = took_s * (1 - share) / share if share > 0.02 and took_s > _SECONDS_BEFORE_GUESSING else None
        return replace(self, words=words, share=share, remaining_s=guess)
