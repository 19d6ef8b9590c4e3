"""One command from its words to its exit status: 0, 1 (a failure), 2 (wrong use), 130 (stopped; what was learned is
kept).
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from engine.commands.answer import Answer
from engine.commands.driving import Driver
from engine.commands.parser import make_parser
from engine.commands.wrong_use import WrongUse
from engine.errors import EngineError
from engine.events import Stop

OK, FAILED, WRONG, STOPPED = 0, 1, 2, 130

_WITH_LIBRARY = {
    "import": ("data_commands", "import_files"),
    "reimport": ("data_out_commands", "import_again"),
    "export": ("data_out_commands", "export_dataset"),
    "datasets": ("data_commands", "list_datasets"),
    "profiles": ("profile_commands", "list_profiles"),
    "export-ratings": ("profile_commands", "export_ratings"),
    "runs": ("listing_commands", "list_runs"),
    "find-lr": ("learning_commands", "find_rate"),
    "train": ("learning_commands", "train"),
    "resume": ("learning_commands", "resume"),
    "search": ("search_commands", "search"),
    "searches": ("search_commands", "list_searches"),
    "evaluate": ("judging_command", "evaluate"),
    "recommend": ("answering_commands", "recommend"),
    "predict": ("predicting_commands", "predict"),
}
_WITHOUT_LIBRARY = {
    "models": ("listing_commands", "list_models"),
    "devices": ("listing_commands", "list_devices"),
    "formats": ("format_commands", "list_formats"),
    "look": ("look_command", "look_at"),
}


def run(words: Sequence[str] | None = None) -> int:
    """Do what the words of a command line ask for, print the answer, and return the exit status."""
    arguments = make_parser().parse_args(words)
    driver = Driver(sys.stderr)
    try:
        answer = _answered(arguments, driver)
        print(answer.json() if getattr(arguments, "json", False) else answer.text, flush=True)
    except WrongUse as error:
        return _said(str(error), WRONG)
    except EngineError as error:
        return _said(str(error), FAILED)
    except (Stop, KeyboardInterrupt):
        return _said("Stopped; nothing was kept of this step.", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return _said(f"The system refused: {error}.", FAILED)
    return STOPPED if driver.asked_to_stop else OK


def _answered(arguments: argparse.Namespace, driver: Driver) -> Answer:
    if arguments.command in _WITHOUT_LIBRARY:
        return _looked_up(*_WITHOUT_LIBRARY[arguments.command])(arguments, driver)
    from engine.library.store import Library

    who = f"python -m engine {arguments.command}"
    with Library.open(getattr(arguments, "home", None), who=who) as library:
        return _looked_up(*_WITH_LIBRARY[arguments.command])(arguments, library, driver)


def _looked_up(place: str, name: str) -> Callable[..., Answer]:
    """The function of a command; its module is imported only now, because some bring torch."""
    found: Callable[..., Answer] = getattr(importlib.import_module(f"engine.commands.{place}"), name)
    return found


def _said(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return status
