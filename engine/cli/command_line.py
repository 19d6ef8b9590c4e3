"""One command from its words to its exit status: 0, 1 (a failure), 2 (wrong use), 130 (stopped; what was learned is
kept).
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import engine
from engine.cli.options import add_file_choices, add_keep_choices, add_preset_option, add_search
from engine.cli.output import Answer, WrongUse
from engine.cli.progress import Driver
from engine.errors import EngineError
from engine.events import Stop

SPLITS = ("strong", "random", "time", "last", "none")


def make_parser() -> argparse.ArgumentParser:
    """The parser of `python -m engine`. Wrong use exits with status 2, as argparse does."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="where everything is kept")
    common.add_argument("--seed", type=int, default=argparse.SUPPRESS, metavar="N", help="equal seeds, equal results")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on stdout")
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Train recommenders on your ratings and be told what to watch, and why, on your own computer.",
        epilog="DATASET and RUN are an id, a name, or: sample, latest.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"Desktop Rec {engine.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_data(commands, common)
    _add_learning(commands, common)
    _add_answering(commands, common)
    return parser


def _add_data(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    one = commands.add_parser("import", parents=[common], help="import ratings files as one data set")
    add_file_choices(one)
    add_keep_choices(one)
    add_file_choices(commands.add_parser("look", parents=[common], help="show how import would read files"))
    again = commands.add_parser("reimport", parents=[common], help="import the files of a data set once more")
    again.add_argument("dataset", metavar="DATASET")
    out = commands.add_parser("export", parents=[common], help="write a data set as CSV, as import reads it")
    out.add_argument("dataset", metavar="DATASET")
    out.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="a folder that is new or empty")
    commands.add_parser("datasets", parents=[common], help="list the data sets")
    commands.add_parser("runs", parents=[common], help="list the runs")
    commands.add_parser("models", parents=[common], help="list the models and their settings")
    commands.add_parser("devices", parents=[common], help="list what can compute here")
    commands.add_parser("formats", parents=[common], help="list the layouts of files that are known")
    commands.add_parser("profiles", parents=[common], help="list the people whose ratings are kept")
    own = commands.add_parser("export-ratings", parents=[common], help="write somebody's kept ratings to a file")
    own.add_argument("profile", metavar="PROFILE", help="an id or name; see: python -m engine profiles")
    own.add_argument("--out", required=True, type=Path, metavar="FILE", help="the CSV file to write")
    own.add_argument("--format", choices=("csv", "letterboxd"), default="csv", help="what it is for")
    own.add_argument("--dataset", metavar="DATASET", help="whose scale the ratings are on, and whose ids films get")


def _add_learning(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    find = commands.add_parser("find-lr", parents=[common], help="find a learning rate")
    train = commands.add_parser("train", parents=[common], help="train a model and keep the run")
    for one in (find, train):
        one.add_argument("dataset", metavar="DATASET")
        one.add_argument("--model", metavar="NAME", help="see: python -m engine models")
        add_preset_option(one)
        one.add_argument("--device", default="auto", metavar="auto|cpu|cuda", help="where to compute")
        one.add_argument("--split", choices=SPLITS, help="what is held out to judge on (strong: whole people)")
        one.add_argument(
            "--set", dest="settings", action="extend", nargs="+", default=[], metavar="key=value",
            help="settings of the model, of training, of the split",
        )  # fmt: skip
    train.add_argument("--lr", metavar="auto|X", help="the learning rate; auto finds it first")
    train.add_argument("--epochs", type=int, metavar="N", help="how often to go through all people")
    resume = commands.add_parser("resume", parents=[common], help="go on with a run")
    resume.add_argument("run", metavar="RUN")
    resume.add_argument("--epochs", type=int, metavar="N", help="the new total")
    resume.add_argument("--device", metavar="auto|cpu|cuda", help="where to compute (as before, unless given)")
    add_search(commands, common, splits=SPLITS)


def _add_answering(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    judge = commands.add_parser("evaluate", parents=[common], help="judge a run on what was held out from it")
    judge.add_argument("run", metavar="RUN")
    judge.add_argument("--protocol", choices=SPLITS[:-1], help="as the run was trained for, unless given")
    judge.add_argument("--k", type=_cuts, default=(20, 50, 100), metavar="20,50", help="lengths of the lists")
    answer = commands.add_parser("recommend", parents=[common], help="recommend to a person")
    answer.add_argument("run", metavar="RUN")
    whose = answer.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--profile",
        type=Path,
        metavar="EXPORT",
        help="one person's ratings: an export of any known service, or a table",
    )
    whose.add_argument("--user", metavar="ID", help="somebody of the data set")
    whose.add_argument(
        "--profiles", type=Path, metavar="MANY.csv", help="many people: a table user,item,rating; write lists to --out"
    )
    answer.add_argument("--out", type=Path, metavar="OUT.csv", help="with --profiles: user,rank,item,score")
    answer.add_argument(
        "--unmatched", type=Path, metavar="OUT.csv", help="write titles that were not found for certain"
    )
    answer.add_argument("--top", type=_positive, default=20, metavar="N", help="how many titles")
    answer.add_argument("--weight", type=_share, metavar="W", help="1: likely to watch; 0: likely to love")
    answer.add_argument("--explain", action="store_true", help="say why: leave each rating out once")
    predict = commands.add_parser("predict", parents=[common], help="write predicted ratings of pairs to a file")
    predict.add_argument("run", metavar="RUN")
    predict.add_argument(
        "pairs", nargs="?", type=Path, metavar="PAIRS.csv", help="a table user,item of people of the data set"
    )
    predict.add_argument(
        "--own-pairs",
        action="store_true",
        help="the pairs that the data set's own text file asks for, one number a line",
    )
    predict.add_argument("--out", required=True, type=Path, metavar="OUT.csv", help="the file to write")
    predict.add_argument("--uncertainty", action="store_true", help="add a column sd: how far off a rating may be")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError("between 0 and 1")
    return value


def _cuts(text: str) -> tuple[int, ...]:
    try:
        return tuple(_positive(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"whole numbers of at least 1, such as 20,50; not {text!r}") from error


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
    found: Callable[..., Answer] = getattr(importlib.import_module(f"engine.cli.{place}"), name)
    return found


def _said(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return status
