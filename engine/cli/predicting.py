"""predict, and recommend for many: a run's answers as tables, for those who judge it with tools of their own."""

from __future__ import annotations

import argparse
from typing import Any

from engine import operations
from engine.cli.output import Answer, WrongUse, duration, facts
from engine.cli.progress import Driver
from engine.library.store import Library
from engine.operations.predicting import Predictions, UnansweredPair
from engine.operations.recommending import ManyRecommended

_SHOWN = 5


def predict(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write the ratings of pairs into a file."""
    if (arguments.pairs is None) != bool(arguments.own_pairs):
        raise WrongUse("Give either a file of pairs, or --own-pairs for those that the data set's own file asks for.")
    if arguments.own_pairs and arguments.uncertainty:
        raise WrongUse("--uncertainty belongs to a file of pairs: --own-pairs writes one number a line.")
    record = library.runs.find(arguments.run)
    job = operations.predict(
        library, record.run_id, arguments.pairs, out=arguments.out, uncertainty=bool(arguments.uncertainty)
    )
    done = driver.run(job)
    document = {
        "run": record.run_id,
        "model": record.model,
        "dataset": record.dataset_id,
        "out": str(done.path),
        "pairs": done.pairs,
        "predicted": done.predicted,
        "blank": done.blank,
        "by_averages": done.by_averages,
        "already_rated": done.already_rated,
        "unknown_people": done.unknown_people,
        "unknown_titles": done.unknown_titles,
        "skipped": done.skipped,
        "problems": [
            {"line": one.line, "user": one.user, "item": one.item, "reason": one.reason} for one in done.unanswered
        ],
        "uncertainty": bool(arguments.uncertainty),
        "seconds": done.seconds,
    }
    return Answer(document, _predicted_text(done))


def recommend_many(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write lists for many people into a file."""
    if arguments.out is None:
        raise WrongUse("--profiles needs --out OUT.csv, the file to write the lists to.")
    for name in ("explain", "unmatched"):
        if getattr(arguments, name):
            raise WrongUse(f"--{name} belongs to one person: --profile or --user.")
    record = library.runs.find(arguments.run)
    job = operations.recommend_many(
        library, record.run_id, arguments.profiles, out=arguments.out, top=arguments.top, weight=arguments.weight
    )
    done = driver.run(job)
    document = {
        "run": record.run_id,
        "model": record.model,
        "dataset": record.dataset_id,
        "out": str(done.path),
        "people": done.people,
        "with_lists": done.people - done.without,
        "without": done.without,
        "named_without": done.named_without,
        "lines": done.lines,
        "top": arguments.top,
        "weight": arguments.weight,
        "titles": done.titles,
        "unknown_titles": done.unknown_titles,
        "out_of_scale": done.out_of_scale,
        "skipped": done.skipped,
        "notes": done.notes,
        "seconds": done.seconds,
    }
    return Answer(document, _many_text(done))


def _predicted_text(done: Predictions) -> str:
    shown: list[tuple[str, Any]] = [
        ("without a rating", _of_unknown(done) if done.blank else ""),
        ("by averages", f"{done.by_averages:,}, of people or titles that nobody rated" if done.by_averages else ""),
        ("rated already", f"{done.already_rated:,}, each kept from the model" if done.already_rated else ""),
        ("skipped", _lines(done.skipped) if done.skipped else ""),
        ("took", duration(done.seconds)),
    ]
    count = f"{done.predicted:,} rating{'' if done.predicted == 1 else 's'}"
    lines = [f"Wrote {count} by {done.run_name} to {done.path}", facts(shown)]
    lines += [f"  line {one.line:,}: {_pair_words(one)}" for one in done.unanswered[:_SHOWN]]
    left = done.blank + done.skipped - min(len(done.unanswered), _SHOWN)
    return "\n".join([*lines, f"  and {left:,} more" if left > 0 else ""]).rstrip()


def _of_unknown(done: Predictions) -> str:
    return f"{_lines(done.blank)}: unknown are {done.unknown_people:,} people and {done.unknown_titles:,} titles"


def _pair_words(one: UnansweredPair) -> str:
    return f"{one.user}, {one.item}: {one.reason}" if one.user or one.item else one.reason


def _lines(count: int) -> str:
    return f"{count:,} line{'s' if count != 1 else ''}"


def _many_text(done: ManyRecommended) -> str:
    names = ", ".join(done.named_without[:_SHOWN]) + (", ..." if done.without > _SHOWN else "")
    shown: list[tuple[str, Any]] = [
        ("lines", f"{done.lines:,}"),
        ("without a list", f"{done.without:,}: nothing is known of what they rated ({names})" if done.without else ""),
        ("unknown titles", f"{done.unknown_titles:,} of {done.titles:,}" if done.unknown_titles else ""),
        ("out of scale", f"{done.out_of_scale:,} left out" if done.out_of_scale else ""),
        ("skipped", _lines(done.skipped) if done.skipped else ""),
        ("took", duration(done.seconds)),
    ]
    first = f"Recommended to {done.people - done.without:,} of {done.people:,} people by {done.run_name}: {done.path}"
    return "\n".join([first, facts(shown), *(f"  {note}" for note in done.notes)])
