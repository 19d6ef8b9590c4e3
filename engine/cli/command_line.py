"""`python -m engine`: one command, from its arguments to its exit status.

0 is done, 1 a failure, 2 wrong use, 130 stopped by a signal (what was learned is saved). Answers go to stdout, progress
and what the engine logs to stderr.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.cli.options import make_parser
from engine.cli.output import Answer, WrongUse, format_commands
from engine.cli.program import as_command, prepare_output
from engine.cli.progress import Driver
from engine.cli.together import company, followed
from engine.device import ask_threads
from engine.errors import NO_MEMORY, EngineError, program_error, ran_out_of_memory
from engine.events import Stop

OK, FAILED, WRONG, STOPPED = 0, 1, 2, 130

_WITH_LIBRARY = {
    "import": ("importing", "import_files"),
    "reimport": ("importing", "import_again"),
    "datasets": ("listing", "list_datasets"),
    "export": ("listing", "export_dataset"),
    "profiles": ("listing", "list_profiles"),
    "export-ratings": ("listing", "export_ratings"),
    "runs": ("listing", "list_runs"),
    "export-model": ("model_files", "export_model"),
    "export-scorer": ("model_files", "export_scorer"),
    "import-model": ("model_files", "import_model"),
    "find-lr": ("training", "find_rate"),
    "train": ("training", "train"),
    "resume": ("training", "resume"),
    "search": ("searching", "search"),
    "searches": ("searching", "list_searches"),
    "evaluate": ("evaluating", "evaluate"),
    "recommend": ("recommending", "recommend"),
    "ask": ("asking", "ask"),
    "predict": ("predicting", "predict"),
    "matrix": ("predicting", "matrix"),
}
_WITHOUT_LIBRARY = {
    "models": ("listing", "list_models"),
    "devices": ("listing", "list_devices"),
    "formats": ("listing", "list_formats"),
    "look": ("importing", "look_at"),
    "bench": ("benching", "bench"),
}


def run(words: Sequence[str] | None = None) -> int:
    """Do what the words of a command line ask for, print the answer, and return the exit status."""
    words = sys.argv[1:] if words is None else [str(word) for word in words]
    prepare_output()
    status = followed(os.environ)
    if status is not None:
        return status
    arguments = make_parser().parse_args(words)
    arguments.words = words
    if getattr(arguments, "threads", None):
        ask_threads(arguments.threads)
    driver, is_verbose = Driver(sys.stderr), getattr(arguments, "verbose", False)
    try:
        with _logged_to(driver, verbose=is_verbose), company(arguments.command, os.environ, driver) as arguments.ranks:
            answer = _answer_of(arguments, driver)
        print(answer.json() if getattr(arguments, "json", False) else answer.text, flush=True)
    except WrongUse as error:
        return _refuse(str(error), WRONG)
    except EngineError as error:
        commands = format_commands(words, error.ways)
        return _refuse(f"{error}\n{commands}" if commands else str(error), FAILED)
    except (Stop, KeyboardInterrupt):
        return _refuse("Stopped; nothing was saved of this step.", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return _refuse(f"The system refused: {error}.", FAILED)
    except Exception as error:
        if is_verbose:
            traceback.print_exc()
        if ran_out_of_memory(error):
            return _refuse(" ".join(NO_MEMORY), FAILED)
        return _refuse(f"{program_error(error)} Run it again with --verbose to see where, and send that to us.", FAILED)
    return STOPPED if driver.asked_to_stop else OK


def _answer_of(arguments: argparse.Namespace, driver: Driver) -> Answer:
    if arguments.command in _WITHOUT_LIBRARY:
        return _function_of(*_WITHOUT_LIBRARY[arguments.command])(arguments, driver)
    from engine.library.store import Library

    who = as_command(arguments.command)
    with Library.open(getattr(arguments, "home", None), who=who) as library:
        return _function_of(*_WITH_LIBRARY[arguments.command])(arguments, library, driver)


def _function_of(module: str, name: str) -> Callable[..., Answer]:
    """The function of a command; its module is imported only now, because some bring torch."""
    function: Callable[..., Answer] = getattr(importlib.import_module(f"engine.cli.{module}"), name)
    return function


@contextmanager
def _logged_to(driver: Driver, *, verbose: bool) -> Iterator[None]:
    """Print what the engine logs as lines beside the progress: warnings, and with `verbose` what it is about to do."""
    logger, handler = logging.getLogger("engine"), _DriverHandler(driver)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _DriverHandler(logging.Handler):
    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self._driver = driver

    def emit(self, record: logging.LogRecord) -> None:
        self._driver.say(self.format(record))


def _refuse(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return status
