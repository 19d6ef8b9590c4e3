"""What a search has shown so far: its table, the run it is at, and the job as the job bar shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktop_rec.common.job_state import JobState
from engine.events import EpochEnded, Event, SearchMoved, SearchStarted, StepsTaken, TrainingStarted
from engine.models.registry import title_of
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.common.notices import Failure
    from engine.library.searches import SearchRecord, SearchRow


def search_title(record: SearchRecord) -> str:
    """What people read: "Liked together search 2"."""
    number = record.name.removeprefix(f"{record.model} ")
    return record.name if number == record.name else f"{title_of(record.model)} {number}"


@dataclass(frozen=True)
class LiveRun:
    """The run that a search is at: its best value so far, and the epoch it is in."""

    place: int
    epoch: int = 0
    epochs: int = 0
    value: float | None = None


@dataclass
class SearchState:
    """One search. `record` is None before there is any; `rows` are as the library has them, `live` the one running.

    `rest_s` is what the runs still to come will take (None until one has ended); `stopped` and `failure` say how it
    ended last, while `running` is False.
    """

    record: SearchRecord | None = None
    rows: Sequence[SearchRow] = ()
    running: bool = False
    live: LiveRun | None = None
    rest_s: float | None = None
    stopped: bool = False
    failure: Failure | None = None
    advice: list[str] = field(default_factory=list)

    def fold(self, event: Event) -> None:
        """What an event says of the run that is learning; rows come from the library."""
        match event:
            case SearchMoved():
                self.rest_s = event.remaining_s
                self.live = LiveRun(event.place) if event.status == "running" else None
            case TrainingStarted() if self.live is not None:
                self.live = replace(self.live, epochs=event.total_epochs)
            case StepsTaken() if self.live is not None:
                self.live = replace(self.live, epoch=event.epoch)
            case EpochEnded() if self.live is not None and event.validation:
                value = event.validation[0][1] if event.is_best or self.live.value is None else self.live.value
                self.live = replace(self.live, epoch=event.epoch, value=value)

    @property
    def ended(self) -> int:
        """How many runs need not be made again."""
        from engine.library.searches import ENDED

        return sum(row.status in ENDED for row in self.rows)

    @property
    def best(self) -> SearchRow | None:
        """The best row so far, by the validation people."""
        from engine.library.searches import best_of

        return best_of(self.rows, self.record.monitor) if self.record is not None else None

    @property
    def can_go_on(self) -> bool:
        """Whether there are runs still to make."""
        return self.record is not None and not self.running and self.ended < len(self.rows)


@dataclass(frozen=True)
class SearchJobState(JobState):
    """A search in the job bar: its share is of all runs, its time that of all runs still to come."""

    runs: int = 0
    ended: int = 0
    place: int = 0
    rest_s: float | None = None
    run_began_s: float = 0.0

    @property
    def can_pause(self) -> bool:
        return not self.stopping

    def after(self, event: Event, *, now_s: float) -> JobState:
        match event:
            case SearchStarted():
                return replace(self, runs=event.runs, ended=event.ended)
            case SearchMoved():
                return replace(
                    self, place=event.place, ended=event.ended, rest_s=event.remaining_s, run_began_s=now_s,
                    words=said(
                        "Run {place:,} of {runs:,}: {what}", place=event.place, runs=event.runs, what=event.settings
                    ),
                    share=event.ended / max(1, event.runs), remaining_s=event.remaining_s,
                )  # fmt: skip
        inner = super().after(event, now_s=now_s)
        if not self.runs or inner is self:
            return inner
        within = inner.share if isinstance(event, StepsTaken) and inner.share is not None else 0.0
        share = self.share if not isinstance(event, StepsTaken) else (self.ended + within) / self.runs
        rest_s = None if self.rest_s is None else max(0.0, self.rest_s - (now_s - self.run_began_s))
        what = f"{inner.words[:1].lower()}{inner.words[1:]}"
        words = said("Run {place:,} of {runs:,}: {what}", place=self.place, runs=self.runs, what=what)
        return replace(inner, words=words, share=share, remaining_s=rest_s)
