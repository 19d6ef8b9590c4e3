"""One command in several processes, as torchrun starts them: the first does it, the others help it to train."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.cli.output import WrongUse
from engine.cli.progress import Driver, restore
from engine.device import ask_threads, asked_threads, usable_cores
from engine.errors import TrainingError

if TYPE_CHECKING:
    from engine.training.distributed import Ranks

_SHARED = ("train", "resume")


def followed(environment: Mapping[str, str]) -> int | None:
    """Help the first process to the end, and return the exit status; None where this is the first, or alone."""
    if not _is_shared(environment) or environment.get("RANK", "0") == "0":
        return None
    from engine.training.distributed import place_in
    from engine.training.following import follow

    try:
        place = place_in(environment)
    except TrainingError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return None if place is None else follow(place)


@contextmanager
def company(command: str, environment: Mapping[str, str], driver: Driver) -> Iterator[Ranks | None]:
    """The processes that this one leads through a command; None where it is alone.

    The driver then hears signals all the while: torchrun sends them where another process ended, too. They compute on
    all cores: that torchrun sets OMP_NUM_THREADS to 1 is nobody's wish.

    Raises TrainingError where they cannot meet, WrongUse for commands that several processes would only repeat.
    """
    if not _is_shared(environment) or (command not in _SHARED and "RANK" not in environment):
        yield None
        return
    from engine.training.distributed import joined, place_in

    place = place_in(environment)
    if place is None:
        yield None
        return
    if command not in _SHARED:
        raise WrongUse(f"Several processes only {' or '.join(_SHARED)} together; start {command} without torchrun.")
    ranks = joined(place)
    driver.is_patient, handlers = True, driver.listen()
    if asked_threads() is None:
        ask_threads(usable_cores())
    try:
        yield ranks
    finally:
        ranks.close()
        restore(handlers)


def _is_shared(environment: Mapping[str, str]) -> bool:
    return environment.get("WORLD_SIZE", "1") not in ("", "1")
