"""predict, and recommend for many people: a run's answers as tables, to be evaluated with tools of one's own."""

from __future__ import annotations

import argparse
from typing import Any

from engine import operations
from engine.cli.output import Answer, WrongUse, format_facts
from engine.cli.progress import Driver
from engine.cli.reading_options import given_of
from engine.documents import document_of
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.operations.predicting import Predictions, UnansweredPair
from engine.operations.recommending import ManyRecommended
from engine.text import format_count, format_duration, plural

_SHOWN = 5


def predict(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
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
        **_run_document(record),
        **document_of(done, rename={"path": "out", "unanswered": "problems"}, without=("run_name", "run_title")),
        "predicted": done.predicted,
        "uncertainty": bool(arguments.uncertainty),
    }
    return Answer(document, _predicted_text(done))


def recommend_many(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    if arguments.out is None:
        raise WrongUse("--profiles needs --out OUT.csv, the file to write the lists to.")
    for name in ("explain", "unmatched", "person"):
        if getattr(arguments, name):
            raise WrongUse(f"--{name} belongs to one person: --profile or --user.")
    record = library.runs.find(arguments.run)
    job = operations.recommend_many(
        library,
        record.run_id,
        arguments.profiles,
        out=arguments.out,
        top=arguments.top,
        weight=arguments.weight,
        given=given_of(arguments),
    )
    done = driver.run(job)
    document = {
        **_run_document(record),
        **document_of(done, rename={"path": "out"}, without=("run_name", "run_title")),
        "with_lists": done.people - done.without,
        "top": arguments.top,
        "weight": arguments.weight,
    }
    return Answer(document, _many_text(done))


def _run_document(record: RunRecord) -> dict[str, Any]:
    return {"run": record.run_id, "model": record.model, "dataset": record.dataset_id}


def _predicted_text(done: Predictions) -> str:
    unknown = f"unknown are {plural(done.unknown_people, 'person')} and {plural(done.unknown_titles, 'title')}"
    averages, rated = format_count(done.by_averages), format_count(done.already_rated)
    facts = [
        ("without a rating", f"{plural(done.blank, 'line')}: {unknown}" if done.blank else ""),
        ("by averages", f"{averages}, of people or titles that nobody rated" if done.by_averages else ""),
        ("rated already", f"{rated}, each predicted as if it were not" if done.already_rated else ""),
        ("skipped", plural(done.skipped, "line") if done.skipped else ""),
        ("took", format_duration(done.seconds)),
    ]
    lines = [f"Wrote {plural(done.predicted, 'rating')} by {done.run_name} to {done.path}", format_facts(facts)]
    lines += [f"  line {pair.line:,}: {_describe_pair(pair)}" for pair in done.unanswered[:_SHOWN]]
    left = done.blank + done.skipped - min(len(done.unanswered), _SHOWN)
    return "\n".join([*lines, f"  and {format_count(left)} more" if left > 0 else ""]).rstrip()


def _describe_pair(pair: UnansweredPair) -> str:
    return f"{pair.user}, {pair.item}: {pair.reason}" if pair.user or pair.item else pair.reason


def _many_text(done: ManyRecommended) -> str:
    names = ", ".join(done.named_without[:_SHOWN]) + (", ..." if done.without > _SHOWN else "")
    without = f"{format_count(done.without)}: none of the titles they rated is known ({names})"
    unknown = f"{format_count(done.unknown_titles)} of {format_count(done.titles)}"
    facts = [
        ("lines", format_count(done.lines)),
        ("without a list", without if done.without else ""),
        ("unknown titles", unknown if done.unknown_titles else ""),
        ("out of scale", f"{format_count(done.out_of_scale)} left out" if done.out_of_scale else ""),
        ("skipped", plural(done.skipped, "line") if done.skipped else ""),
        ("took", format_duration(done.seconds)),
    ]
    with_lists = f"{format_count(done.people - done.without)} of {plural(done.people, 'person')}"
    first = f"Recommended to {with_lists} by {done.run_name}: {done.path}"
    return "\n".join([first, format_facts(facts), *(f"  {note}" for note in done.notes)])
