"""predict, and recommend for many people: a run's answers as tables, to be evaluated with tools of one's own."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from typing import Any

from engine import operations
from engine.cli.output import Answer, WrongUse, format_facts, format_table
from engine.cli.progress import Driver
from engine.cli.reading_options import given_of
from engine.data.whole_file import write_table
from engine.documents import document_of
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.operations.matrix import MatrixWindow
from engine.operations.predicting import Predictions, UnansweredPair
from engine.operations.recommending_many import ManyRecommended
from engine.text import format_count, format_duration, format_title, plural

_SHOWN = 5
_TITLE_WIDTH = 20


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


def matrix(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """A window of the ratings as a table; what is predicted stands in brackets."""
    record = library.runs.find(arguments.run)
    found = driver.run(
        operations.filled_matrix(
            library,
            record.run_id,
            first_person=arguments.from_person - 1,
            first_title=arguments.from_title - 1,
            people=arguments.people,
            titles=arguments.titles,
        )
    )
    rows = list(_cells(found))
    if arguments.out is not None:
        write_table(arguments.out, ("user", "item", "rating", "is_predicted"), rows)
    names = ("user", "item", "rating", "predicted")
    document = {
        **_run_document(record),
        "first_person": arguments.from_person,
        "first_title": arguments.from_title,
        "people": found.people,
        "titles": found.titles,
        "cells": [dict(zip(names, row, strict=True)) for row in rows],
        "out": arguments.out,
    }
    return Answer(document, _matrix_text(found))


def _cells(found: MatrixWindow) -> Iterator[tuple[str, str, float, bool]]:
    """Every cell that has a rating, given or predicted."""
    for row, user in enumerate(found.users):
        for column, item in enumerate(found.items):
            given, filled = float(found.given_RC[row, column]), float(found.filled_RC[row, column])
            if not (math.isnan(given) and math.isnan(filled)):
                yield user, item, round(filled if math.isnan(given) else given, 5), math.isnan(given)


def _matrix_text(found: MatrixWindow) -> str:
    names = [format_title(name, year or None) for name, year in zip(found.names, found.years, strict=True)]
    heads = ["", *map(_shortened, names)]
    rows = [
        [user, *(_cell(given, filled) for given, filled in zip(givens, fills, strict=True))]
        for user, givens, fills in zip(found.users, found.given_RC.tolist(), found.filled_RC.tolist(), strict=True)
    ]
    last_person, last_title = found.first_person + len(found.users), found.first_title + len(found.items)
    people = f"People {found.first_person + 1:,} to {last_person:,} of {found.people:,}"
    titles = f"titles {found.first_title + 1:,} to {last_title:,} of {found.titles:,}"
    where = f"{people}, {titles}. In brackets: predicted."
    return f"{format_table(heads, rows, right=range(1, len(heads)))}\n{where}"


def _cell(given: float, filled: float) -> str:
    if not math.isnan(given):
        return f"{given:g} "
    return "" if math.isnan(filled) else f"({filled:.1f})"


def _shortened(title: str) -> str:
    return title if len(title) <= _TITLE_WIDTH else f"{title[: _TITLE_WIDTH - 1].rstrip()}…"


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
