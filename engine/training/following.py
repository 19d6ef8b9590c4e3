"""The life of a process that follows: it meets the others, takes the steps that the leader orders, and goes home.

It ignores signals, because the leader decides when all end; it ends by itself where it hears no leader any more.
"""

from __future__ import annotations

import signal
import sys

from engine.device import ask_threads, share_cores, use_cores
from engine.errors import EngineError, RankLostError, program_error
from engine.training.checkpoint import restore_optimizer
from engine.training.distributed import ASSIGN, DISMISS, GREET, Place, Ranks, joined
from engine.training.handover import lesson_from
from engine.training.step import Course


def follow(place: Place) -> int:
    """Follow to the end, and return the exit status. What ends it too early is said on stderr, or by the leader."""
    try:
        ranks = joined(place)
    except EngineError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        _obey(ranks)
    except RankLostError as error:
        if place.rank == 1:
            print(error, file=sys.stderr, flush=True)
        return 1
    except Exception as error:
        ranks.report(str(error) if isinstance(error, EngineError) else program_error(error))
        return 1
    ranks.close()
    return 0


def _obey(ranks: Ranks) -> None:
    course: Course | None = None
    while True:
        kind, step, lr = ranks.next_order()
        if kind == DISMISS:
            return
        if kind == ASSIGN:
            course = None
            course = _course_assigned(ranks)
        elif kind == GREET:
            ranks.greet()
        else:
            assert course is not None, "steps are ordered of what was assigned"
            course.take(step, lr)


def _course_assigned(ranks: Ranks) -> Course:
    document, tensors = ranks.assigned()
    ask_threads(document["threads"])
    share_cores(ranks.place.local_size)
    use_cores()
    histories, model, config = lesson_from(document, tensors)
    memory = {name.removeprefix("memory."): of for name, of in tensors.items() if name.startswith("memory.")}
    course = Course(histories, model, config, ranks.own_device(document["device"]))
    restore_optimizer(course.stepper.optimizer, memory)
    course.stepper.restore(memory)
    course.share(ranks)
    return course
