"""The words of the command line: commands, their options, and what help says. Imports nothing heavy."""

from __future__ import annotations

import argparse
from pathlib import Path

import engine
from engine.commands.import_choices import add_file_choices, add_keep_choices
from engine.commands.preset_option import add_preset_option
from engine.commands.search_choices import add_search

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
