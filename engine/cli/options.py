"""The parser of `python -m engine`: every command with its arguments and help. Needs neither torch nor a library."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import engine
from engine.bench import BENCHES
from engine.cli.bending import add_bending
from engine.cli.program import as_command, program
from engine.cli.reading_options import add_reading
from engine.models.registry import FIRST_MODEL

MOST_THREADS = 1024
_DEVICES = "auto|cpu|cuda|all"
SPLITS = ("strong", "random", "time", "last", "none")

_SEARCH_EXAMPLES = """\
examples:
  the grid of the low-rank study, with its summary:
    {program} search sample --preset low_rank --grid rank=10,25,50 \\
      --grid weight_decay=0,1e-5,1e-4 --grid lr=1e-3,3e-3 --out summary.csv
  layers are joined: --grid hidden=600,600-200; automatic values: --grid lr=auto,1e-3
  at random: {program} search sample --model mult_vae --random 20 --grid lr=1e-4..1e-2 dropout=0.2..0.7
  continuing a stopped search: {program} search --resume latest
"""

_AddCommand = Callable[..., argparse.ArgumentParser]


def make_parser() -> argparse.ArgumentParser:
    """The parser of `python -m engine`. Wrong use exits with status 2, as argparse does."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--home", type=Path, metavar="DIR", help="the folder of data sets, runs and profiles")
    common.add_argument("--seed", type=int, metavar="N", help="equal seeds, equal results")
    common.add_argument("--threads", type=_threads, metavar="N", help="compute on N threads; otherwise on every core")
    common.add_argument("--json", action="store_true", help="one JSON document on stdout")
    common.add_argument("-v", "--verbose", action="store_true", help="say on stderr what is done")
    parser = argparse.ArgumentParser(
        prog=program(),
        description="Train recommenders on your ratings and see what to watch, and why, on your own computer.",
        epilog="DATASET and RUN are an id, a name, or: sample, latest.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"Desktop Rec {engine.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, *, help: str, **more: object) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[common], help=help, **more)  # type: ignore[arg-type]

    _add_importing(add)
    _add_lists(add)
    _add_exporting(add)
    _add_training(add)
    _add_search(add)
    _add_evaluating(add)
    _add_recommending(add)
    _add_asking(add)
    _add_predicting(add)
    return parser


def _threads(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_THREADS}, not {text}")
    return int(text)


def _add_importing(add: _AddCommand) -> None:
    command = add("import", help="import ratings files as one data set")
    _add_files(command)
    command.add_argument("--name", help="what to call the data set")
    command.add_argument(
        "--duplicates",
        choices=("last", "mean", "max"),
        default="last",
        help="which of several counts; last: the newest",
    )
    command.add_argument("--last-years", type=float, metavar="N", help="only people active in the last N years")
    command.add_argument("--most-titles", type=int, metavar="N", help="only the N most rated titles")
    command.add_argument(
        "--least-per-title", type=int, default=1, metavar="N", help="only titles with N ratings or more"
    )
    command.add_argument("--least-per-person", type=int, default=1, metavar="N", help="only people with N or more")
    _add_files(add("look", help="show how import would read files"))
    add("reimport", help="import the files of a data set again").add_argument("dataset", metavar="DATASET")


def _add_files(command: argparse.ArgumentParser) -> None:
    """Which files, and how they are written where that is not as found."""
    command.add_argument("ratings", nargs="+", type=Path, metavar="RATINGS", help="files or folders: plain, .gz, .zip")
    command.add_argument("--items", type=Path, metavar="FILE", help="the list of titles")
    command.add_argument(
        "--across",
        choices=("titles", "people", "none"),
        help="what has a column each in a wide table; none: it is none",
    )
    command.add_argument(
        "--counts",
        choices=("seen", "rank", "log", "ratings"),
        help="what plays or hours become: what was seen, strengths by rank or logarithm, or ratings as they are",
    )
    add_reading(command)


def _add_lists(add: _AddCommand) -> None:
    add("datasets", help="list the data sets")
    _add_runs(add)
    add("searches", help="list the searches")
    add("profiles", help="list the people with saved ratings")
    add("models", help="list the models and their settings")
    add("devices", help="list what can compute here")
    add("formats", help="list the known layouts of files")
    bench = add("bench", help="measure what this computer does in how long")
    bench.add_argument("bench", choices=tuple(BENCHES), help="what is measured")
    bench.add_argument(
        "dataset", nargs="?", metavar="DATASET",
        help="devices: a data set of which an epoch is timed on each; ladder: one that is learned from, rung by rung",
    )  # fmt: skip
    bench.add_argument("--svg", type=Path, metavar="FILE", help="ladder: draw the ladder of the data set")
    bench.add_argument("--model", metavar="NAME", default=FIRST_MODEL, help="devices: the model that learns from it")
    bench.set_defaults(preset=None, split=None)
    bench.add_argument(
        "--set", dest="settings", action="extend", nargs="+", default=[], metavar="key=value",
        help="sizes of a bench (titles=5000); devices DATASET: settings of the model, of training, of the split",
    )  # fmt: skip


def _add_runs(add: _AddCommand) -> None:
    command = add("runs", help="list the runs; star them, tag them, note something on them")
    for option, help in (("--star", "give a run a star"), ("--unstar", "take its star away")):
        command.add_argument(option, action="append", default=[], metavar="RUN", help=help)
    for option, what, help in (
        ("--tag", "TAG", "give a run a tag"),
        ("--untag", "TAG", "take a tag away"),
        ("--note", "TEXT", "write down what you think of a run; an empty text takes that away"),
    ):
        command.add_argument(option, nargs=2, action="append", default=[], metavar=("RUN", what), help=help)
    command.add_argument("--starred", action="store_true", help="list only those with a star")
    command.add_argument("--tagged", metavar="TAG", help="list only those with this tag")


def _add_exporting(add: _AddCommand) -> None:
    dataset = add("export", help="write a data set as CSV files that import reads back")
    dataset.add_argument("dataset", metavar="DATASET")
    dataset.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="a folder that is new or empty")
    model = add("export-model", help="write a trained model to one file, for another machine with the same data")
    model.add_argument("run", metavar="RUN")
    model.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as mine.desktoprec-model")
    scorer = add("export-scorer", help="write what ranks titles as an ONNX file, for programs without Python")
    scorer.add_argument("run", metavar="RUN")
    scorer.add_argument("file", type=Path, metavar="FILE.onnx", help="the file to write; needs the extra onnx")
    add("import-model", help="read a model from a file, where its data set is here").add_argument(
        "file", type=Path, metavar="FILE"
    )
    ratings = add("export-ratings", help="write somebody's saved ratings to a file")
    ratings.add_argument("profile", metavar="PROFILE", help=f"an id or name; see: {as_command('profiles')}")
    ratings.add_argument("--out", required=True, type=Path, metavar="FILE", help="the CSV file to write")
    ratings.add_argument("--format", choices=("csv", "letterboxd"), default="csv", help="what it is for")
    ratings.add_argument("--dataset", metavar="DATASET", help="whose scale the ratings are on, and whose ids films get")


def _add_training(add: _AddCommand) -> None:
    find = add("find-lr", help="find a learning rate")
    train = add("train", help="train a model and save the run")
    find.add_argument("dataset", nargs="?", metavar="DATASET", help="not needed with --from")
    train.add_argument("dataset", metavar="DATASET")
    for command in (find, train):
        _add_model(command)
        command.add_argument(
            "--set", dest="settings", action="extend", nargs="+", default=[], metavar="key=value",
            help="settings of the model, of training, of the split",
        )  # fmt: skip
    find.add_argument("--from", dest="from_run", metavar="RUN", help="sweep the model that a run has learned so far")
    find.add_argument("--list", dest="lists", action="store_true", help="list the sweeps of the data set instead")
    train.add_argument("--queue", type=Path, metavar="FILE", help="plans to train one after another, as JSON")
    train.add_argument("--lr", metavar="auto|X", help="the learning rate; auto finds it first")
    train.add_argument("--epochs", type=int, metavar="N", help="how often to go through all people")
    train.add_argument(
        "--answers", type=Path, metavar="OUT.txt", help="write the ratings that the data set's text file asks for"
    )
    resume = add("resume", help="continue a run")
    resume.add_argument("run", metavar="RUN")
    resume.add_argument("--epochs", type=int, metavar="N", help="the new total")
    resume.add_argument("--device", metavar=_DEVICES, help="where to compute (as before, unless given)")


def _add_model(command: argparse.ArgumentParser) -> None:
    """What to train, on what, and what to hold out."""
    command.add_argument("--model", metavar="NAME", help=f"see: {as_command('models')}")
    command.add_argument(
        "--preset", metavar="NAME", help="a study's model and settings, or best_quality, fastest; instead of --model"
    )
    command.add_argument("--device", default="auto", metavar=_DEVICES, help="where to compute; all: on every GPU")
    command.add_argument("--split", choices=SPLITS, help="what is held out to evaluate on (strong: whole people)")


def _add_search(add: _AddCommand) -> None:
    command = add(
        "search",
        help="train over a grid of settings and compare the runs",
        epilog=_SEARCH_EXAMPLES.format(program=program()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("dataset", nargs="?", metavar="DATASET", help="not needed with --resume")
    _add_model(command)
    command.add_argument(
        "--grid", action="extend", nargs="+", default=[], metavar="key=value,value",
        help="a setting of the model or of training, and the values to try; every combination is a run. With --random "
        "also a range, low..high, drawn evenly or by powers of ten: lr=1e-4..1e-1 or 'dropout=0.1..0.6 linear'",
    )  # fmt: skip
    command.add_argument(
        "--set", dest="settings", action="extend", nargs="+", default=[], metavar="key=value",
        help="settings for all runs: of the model, of training, of the split, of the search (monitor, keep)",
    )  # fmt: skip
    command.add_argument(
        "--random", type=int, metavar="N", help="make so many runs, each drawn from the lists and ranges (see --seed)"
    )
    command.add_argument("--most", type=int, metavar="N", help="draw so many runs where the grid has more (see --seed)")
    command.add_argument("--epochs", type=int, metavar="N", help="how often each run goes through all people")
    command.add_argument("--lr", metavar="auto|X", help="the learning rate of all runs; auto finds it for each")
    command.add_argument("--out", type=Path, metavar="SUMMARY.csv", help="one row a run, written after each")
    command.add_argument("--resume", metavar="SEARCH", help="continue a search: its id, its name, or latest")


def _add_evaluating(add: _AddCommand) -> None:
    command = add("evaluate", help="evaluate a run on what was held out from it")
    command.add_argument("run", metavar="RUN")
    command.add_argument("--protocol", choices=SPLITS[:-1], help="as the run was trained for, unless given")
    command.add_argument("--k", type=_list_lengths, default=(20, 50, 100), metavar="20,50", help="lengths of the lists")


def _add_recommending(add: _AddCommand) -> None:
    command = add("recommend", help="recommend to a person")
    command.add_argument("run", metavar="RUN")
    person = command.add_mutually_exclusive_group(required=True)
    person.add_argument(
        "--profile", type=Path, metavar="EXPORT",
        help="one person's ratings: an export of any known service, or a table",
    )  # fmt: skip
    person.add_argument("--user", metavar="ID", help="somebody of the data set")
    person.add_argument("--as", dest="stored", metavar="NAME", help="somebody whose ratings are stored: see profiles")
    person.add_argument(
        "--profiles", type=Path, metavar="MANY.csv", help="many people: a table user,item,rating; write lists to --out"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write the list there; with --profiles: user,rank,item,score"
    )
    command.add_argument(
        "--format", choices=("text", "csv", "json", "html", "letterboxd"),
        help="the form of the list (of --out: by its ending); html has reasons, letterboxd is for the import of a list",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group()
    which.add_argument("--saved", action="store_true", help="the list of saved titles (of an export: its watchlist)")
    which.add_argument("--not-for-me", action="store_true", help="the list of titles that are not for this person")
    command.add_argument(
        "--like", action="append", default=[], metavar="TITLE", help="titles like this one, or like all of several"
    )
    command.add_argument(
        "--with", dest="companion", metavar="NAME", help="one list for two: a stored profile, or an id of the data set"
    )
    command.add_argument(
        "--fair", choices=("least", "average", "turns"),
        help="with --with: by who likes a title least, by both on average, or in turn",
    )  # fmt: skip
    command.add_argument("--only", metavar="LIST", help="only the titles in this file, or: saved")
    command.add_argument(
        "--unmatched", type=Path, metavar="OUT.csv", help="write titles that were not found for certain"
    )
    command.add_argument("--person", metavar="NAME", help="whose ratings, where the file of --profile holds several")
    add_reading(command)
    command.add_argument("--top", type=_positive, default=20, metavar="N", help="how many titles")
    command.add_argument("--weight", type=_share, metavar="W", help="1: likely to watch; 0: likely to love")
    command.add_argument("--explain", action="store_true", help="give reasons: leave each rating out once")
    add_bending(command)


def _add_asking(add: _AddCommand) -> None:
    command = add("ask", help="how a person would like one title")
    command.add_argument("run", metavar="RUN")
    command.add_argument("title", metavar="TITLE", help="a name, also misspelt, with the year where several have it")
    person = command.add_mutually_exclusive_group(required=True)
    person.add_argument("--profile", type=Path, metavar="EXPORT", help="one person's ratings: an export, or a table")
    person.add_argument("--user", metavar="ID", help="somebody of the data set")
    person.add_argument("--as", dest="stored", metavar="NAME", help="somebody whose ratings are stored: see profiles")
    command.add_argument("--person", metavar="NAME", help="whose ratings, where the file of --profile holds several")
    add_reading(command)
    command.add_argument("--weight", type=_share, metavar="W", help="1: likely to watch; 0: likely to love")
    command.set_defaults(unmatched=None)


def _add_predicting(add: _AddCommand) -> None:
    command = add("predict", help="write predicted ratings of pairs to a file")
    command.add_argument("run", metavar="RUN")
    command.add_argument(
        "pairs", nargs="?", type=Path, metavar="PAIRS.csv", help="a table user,item of people of the data set"
    )
    command.add_argument(
        "--own-pairs", action="store_true",
        help="the pairs that the data set's own text file asks for, one number a line",
    )  # fmt: skip
    command.add_argument("--out", required=True, type=Path, metavar="OUT.csv", help="the file to write")
    command.add_argument("--uncertainty", action="store_true", help="add a column sd: how far off a rating may be")
    matrix = add("matrix", help="show a window of all ratings, its gaps filled with predicted ones")
    matrix.add_argument("run", metavar="RUN")
    matrix.add_argument("--people", type=_positive, default=10, metavar="N", help="how many people (rows)")
    matrix.add_argument("--titles", type=_positive, default=6, metavar="N", help="how many titles (columns)")
    matrix.add_argument(
        "--from-person", type=_positive, default=1, metavar="N", help="the first of them; those with most ratings first"
    )
    matrix.add_argument(
        "--from-title", type=_positive, default=1, metavar="N", help="the first of them; the most rated first"
    )
    matrix.add_argument(
        "--out", type=Path, metavar="OUT.csv", help="a file user,item,rating,is_predicted to write, too"
    )


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


def _list_lengths(text: str) -> tuple[int, ...]:
    try:
        return tuple(_positive(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"whole numbers of at least 1, such as 20,50; not {text!r}") from error
