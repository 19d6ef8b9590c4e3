"""What a running job reports: frozen dataclasses of plain values, in the past tense.

Import, LR finding, training, evaluation and explaining are generators that yield these and return a result. The
driver owns the job's life: not asking for the next event is pause, `throw(Stop())` is *stop and save*, `close()`
only releases, `send(order)` asks for the next event and tells the job something (jobs that know nothing of an order
go on as if it was `next`). A job hands control back at every step (a bare yield, so drivers see `None` too) and reports
at most 20 times a second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

import numpy as np

from engine.documents import document_of, parsed_json
from engine.wording import nouns

Result = TypeVar("Result")
UNITS = nouns("rating", "title", "step", "run", "person", "row", "value", "entry", "number", "profile")
"""What a stage may count (`Progressed.unit` is the word for several)."""


class Stop(Exception):  # noqa: N818  (a request, not an error)
    """Thrown into a job by its driver: end now, save what there is, return it marked as stopped."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a job."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something that a driver tells a running job."""


@dataclass(frozen=True, slots=True)
class NewRate(Order):
    """Learn at this rate from the next step on; what the schedule plans for later is scaled by as much."""

    lr: float


Job = Generator[Event | None, Order | None, Result]


@dataclass(frozen=True, slots=True)
class StageStarted(Event):
    """A job entered a stage. `words` are for people: "Counting which films are liked together"."""

    stage: str
    words: str


@dataclass(frozen=True, slots=True)
class Progressed(Event):
    """How far a stage is. `total` is None where nobody can know; `unit` is a plural noun or "bytes"."""

    words: str
    done: int
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class LossesMeasured(Event):
    """New points of a learning-rate sweep, as measured: what draws them smooths them (engine.training.rate_curve)."""

    lrs: np.ndarray[Any, Any]
    losses: np.ndarray[Any, Any]
    steps_done: int
    total_steps: int


@dataclass(frozen=True, slots=True)
class RateTaken(Event):
    """A run whose rate was left to the finder takes this one; `words` say why.

    `kind` is that of the suggestion, "" where the sweep suggested none. `sweep_id` is the stored one, "" where the disk
    refused it.
    """

    lr: float
    kind: str
    words: str
    sweep_id: str


@dataclass(frozen=True, slots=True)
class RunRecorded(Event):
    """A new run has its place in the library; whatever ends it, its record says so."""

    run_id: str


@dataclass(frozen=True, slots=True)
class TrainingStarted(Event):
    """A run began or was resumed: what learns, where, and how long it will be. `monitor` chooses the best epoch."""

    run_id: str
    model: str
    device: str
    precision: str
    parameters: int
    examples: int
    steps_per_epoch: int
    first_step: int
    total_steps: int
    total_epochs: int
    monitor: str
    unit: str = "people"
    batch: int = 0


@dataclass(frozen=True, slots=True)
class StepsTaken(Event):
    """The optimizer steps since the last such event: losses and rates per step, first one numbered `first_step`.

    `gradient_norms` are those before any limit, `parts` what the loss is made of, each [N] and finite or NaN.
    """

    first_step: int
    losses: np.ndarray[Any, Any]
    lrs: np.ndarray[Any, Any]
    epoch: int
    total_steps: int
    examples_per_second: float
    elapsed_s: float
    remaining_s: float | None
    gradient_norms: np.ndarray[Any, Any] = field(default_factory=lambda: np.empty(0))
    parts: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EpochEnded(Event):
    """One pass over the training people ended; `monitor` names the metric that chooses the best epoch.

    `validation` holds all that was measured on the validation people: the metrics, and as "loss" what the training
    loss is there. `learned` are values that say how a model weighs its losses; `seconds` is how long the run has
    learned until then, pauses left out.
    """

    epoch: int
    step: int
    training_loss: float
    parts: tuple[tuple[str, float], ...]
    validation: tuple[tuple[str, float], ...]
    monitor: str
    is_best: bool
    lr: float
    learned: tuple[tuple[str, float], ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def monitored(self) -> float:
        """The value by which the best epoch is chosen: the training loss where nothing is held out.

        NaN where the validation people were measured by other metrics only.
        """
        return dict(self.validation).get(self.monitor, float("nan") if self.validation else self.training_loss)


@dataclass(frozen=True, slots=True)
class RateChanged(Event):
    """The person changed the rate: it is this one from step `step` on."""

    step: int
    lr: float


@dataclass(frozen=True, slots=True)
class LossDiverged(Event):
    """Loss or gradient stopped being finite; the run ends with the last good weights."""

    step: int
    words: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved(Event):
    """The run on disk now resumes from this step."""

    step: int


@dataclass(frozen=True, slots=True)
class SearchStarted(Event):
    """A search began or was resumed. Its table is in the library by now; `ended` of its `runs` are done already."""

    search_id: str
    name: str
    model: str
    monitor: str
    runs: int
    ended: int


@dataclass(frozen=True, slots=True)
class SearchMoved(Event):
    """Row `place` (from 1) of a search changed, or how far all is; `remaining_s` is None until a run has ended."""

    place: int
    status: str
    settings: str
    value: float | None
    note: str
    seconds: float
    best_place: int | None
    best_value: float | None
    ended: int
    runs: int
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class Advised(Event):
    """Something a person should know about what they are doing, with what to do. `meanwhile`: what they can do about
    it as long as the job goes on."""

    words: str
    meanwhile: str = ""

    @property
    def all_words(self) -> str:
        """What it is, and what can be done now."""
        return f"{self.words} {self.meanwhile}".strip()


class Pace:
    """Lets a job report at most `per_second` times: `due()` is true when it is time again."""

    def __init__(self, *, per_second: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._interval_s = 1.0 / per_second
        self._next = clock()

    def due(self) -> bool:
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + self._interval_s
        return True


@dataclass(frozen=True)
class Counting:
    """Since when a job counts what it counts now: what is counted anew began with the report before.

    >>> counting = Counting().after(StageStarted("training", "Learning"), now_s=5.0)
    >>> counting.after(Progressed("Testing people", 10, 100, "people"), now_s=7.0).seconds
    2.0
    """

    began_s: float = 0.0
    last_s: float = 0.0
    unit: str = ""
    done: int = 0

    @property
    def seconds(self) -> float:
        """How long it has taken to count so far."""
        return self.last_s - self.began_s

    def after(self, event: Event, *, now_s: float) -> Counting:
        """This with an event looked at; `now_s` is a monotonic clock."""
        if not isinstance(event, Progressed):
            return Counting(now_s, now_s)
        goes_on = event.unit == self.unit and event.done >= self.done
        return Counting(self.began_s if goes_on else self.last_s, now_s, event.unit, event.done)


def told(events: Iterable[Event]) -> Generator[Event, Any, None]:
    """Events one by one; what a driver sends meanwhile is not looked at, where a list could not be sent anything.

    >>> job = told([CheckpointSaved(3), CheckpointSaved(4)])
    >>> next(job), job.send("an order")
    (CheckpointSaved(step=3), CheckpointSaved(step=4))
    """
    for event in events:  # noqa: UP028  (a list has no send)
        yield event


def line_of(event: Event | Order) -> str:
    """An event or order as a line of JSON, for another process.

    >>> line_of(CheckpointSaved(3))
    '{"event": "CheckpointSaved", "step": 3}'
    """
    kind = "order" if isinstance(event, Order) else "event"
    return json.dumps({kind: type(event).__name__, **document_of(event)})


def order_in(line: str | bytes) -> Order:
    """The order that `line_of` wrote. Raises as `event_in` does.

    >>> order_in(line_of(NewRate(0.001)))
    NewRate(lr=0.001)
    """
    values = dict(parsed_json(line))
    kind = {known.__name__: known for known in Order.__subclasses__()}[values.pop("order")]
    return kind(**values)


def event_in(line: str | bytes) -> Event:
    """The event that `line_of` wrote; numbers are equal to the bit. Raises ValueError, KeyError or TypeError.

    >>> event_in('{"event": "CheckpointSaved", "step": 3}')
    CheckpointSaved(step=3)
    """
    values = dict(parsed_json(line))
    kind = {known.__name__: known for known in Event.__subclasses__()}[values.pop("event")]
    hints = get_type_hints(kind)
    return kind(**{name: _as_hinted(value, hints[name]) for name, value in values.items()})


def _as_hinted(value: Any, hint: Any) -> Any:
    """A value of JSON as an event has it: arrays, tuples, and NaN where a number was none."""
    if isinstance(value, dict):
        return {name: np.array(part, dtype=np.float64) for name, part in value.items()}
    if isinstance(value, list):
        if "ndarray" in str(hint):
            return np.array(value, dtype=np.float64)
        return tuple(_as_hinted(part, float) if part is None else _as_hinted(part, None) for part in value)
    return float("nan") if value is None and hint is float else value


def drive(
    job: Job[Result],
    *,
    on_event: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    next_order: Callable[[], Order | None] = lambda: None,
) -> Result:
    """Run a job to its end on this thread and return its result.

    Parameters
    ----------
    job
        A generator that has not begun. It is closed in any case.
    on_event
        Called with each event.
    should_stop
        Asked between steps. Once it is true, Stop is thrown in, once, and the job driven on so that it can save.
    next_order
        Asked between steps, too: what to tell the job, if anything.

    Raises
    ------
    Stop
        Where the job had nothing to save. What else the job raises passes through.

    Examples
    --------
    >>> def count(most):
    ...     for number in range(most):
    ...         yield Progressed("Counting", number, most, "numbers")
    ...     return most
    >>> drive(count(2), on_event=lambda event: print(event.done, "of", event.total))
    0 of 2
    1 of 2
    2
    """
    asked_to_stop = False
    try:
        event = next(job)
        while True:
            if event is not None:
                on_event(event)
            if not asked_to_stop and should_stop():
                asked_to_stop = True
                event = job.throw(Stop())
            else:
                event = job.send(next_order())
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        job.close()
