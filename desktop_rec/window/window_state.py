"""What the frame around the views says of the session: marks of places, menus of the header, help, the first page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from desktop_rec.common.panels import PlaceMessage
from desktop_rec.session.session import Session
from desktop_rec.window.header import Choice, HeaderState
from desktop_rec.window.sidebar import DONE, IDLE, RUNNING
from engine.models.registry import title_of
from engine.text import format_ago

if TYPE_CHECKING:
    from desktop_rec.session.profile import CurrentProfile
    from engine.library.run_record import RunRecord

_ON_OPENING = "ease"
"""Computed when a data set is opened, where its matrix fits into memory."""

PLACE_HELP = {
    "data": "Data: open ratings to learn from, and look at what is in them.",
    "train": (
        "Train: choose a model and its settings, find a learning rate, train it and watch its loss and its metrics; or "
        "try many settings in a search."
    ),
    "models": (
        "Models: how good each model is on people it never saw, beside the most popular titles and plain averages; and "
        "how well it knows you."
    ),
    "for_you": "For you: rate titles you know; the list says what to watch, and why.",
    "settings": "Settings: appearance, the folder, devices, log and about.",
}

_PLACE_OF_JOB = {
    "import": "data",
    "export": "data",
    "predict": "data",
    "sweep": "train",
    "training": "train",
    "search": "train",
    "evaluation": "models",
}


MOST_IN_MENU = 30
"""How many models the header offers, the newest; all of them stand in Models."""


def place_marks(session: Session) -> dict[str, str]:
    """A tick where a place has done its part, a dot where something runs."""
    has_run, compared = session.model.run_id is not None, session.models.comparison
    marks = {
        "data": DONE if session.dataset.current is not None else IDLE,
        "train": DONE if has_run else IDLE,
        "models": DONE if compared is not None and compared.own is not None else IDLE,
        "for_you": DONE if session.recommendations.list is not None else IDLE,
    }
    if session.model.progress_text:
        marks["for_you"] = RUNNING
    if session.jobs.state is not None:
        marks[_PLACE_OF_JOB[session.jobs.state.kind]] = RUNNING
    return marks


def header_state(session: Session) -> HeaderState:
    """Which data set, model and person everything is about, and what else there is."""
    dataset, label, profile = session.dataset.current, session.model.label, session.profile.current
    model = (
        format_model(label.name, label.trained)
        if label
        else ("Getting ready…" if session.model.progress_text else "No model yet")
    )
    borrowed = " (of the data set)" if session.profile.is_borrowed else ""
    now_run = label.run_id if label else None
    runs = [run for run in session.dataset.runs if run.has_model]
    offered = [run for place, run in enumerate(runs) if place < MOST_IN_MENU or run.run_id == now_run]
    models = [Choice(run.run_id, _describe_run(run), run.run_id == now_run) for run in offered]
    if dataset is not None:
        is_first = label is not None and now_run is None
        models.append(Choice("", format_model(label.name if label and is_first else _ON_OPENING, None), is_first))
    return HeaderState(
        dataset=dataset.name if dataset else "No data set",
        model=model,
        person=f"{profile.name}{borrowed}" if profile else "Nobody",
        datasets=tuple(
            Choice(record.dataset_id, record.name, session.dataset.is_open(record.dataset_id))
            for record in session.library.datasets()
        ),
        models=tuple(models),
        all_models=len(runs) if len(offered) < len(runs) else 0,
        people=tuple(
            Choice(person.profile_id, person.name, profile is not None and person.profile_id == profile.profile_id)
            for person in session.library.people()
        ),
        person_is_stored=profile is not None and not session.profile.is_borrowed,
    )


def show_first_page(page: PlaceMessage, session: Session) -> None:
    """What For you says while there is no data set: how to begin, what is being opened, or why nothing can be."""
    failure, job = session.library.failure, session.jobs.state
    if failure is not None:
        page.show_message(failure.sentence, failure.remedy, button="Try again")
    elif job is not None and job.kind == "import":
        page.show_message(job.title, job.words, busy=True)
    else:
        page.show_message(
            "There are no films to recommend from yet.",
            "Use the sample, or open a file of ratings. Then rate a few titles, and your list is there within seconds.",
            button="Use the sample",
            second="Open ratings…",
        )


def not_stored_sentence(profile: CurrentProfile) -> str:
    """What of people's ratings is not stored, why, and what to do; "" where all is."""
    words = profile.not_stored_words
    if not words:
        return ""
    error = next(iter(profile.not_stored.values())).error
    if error.is_full:
        return f"Not stored yet: {words}. The disk is full. Free some room, or delete data sets or runs, to keep them."
    return f"Not stored yet: {words}. {error.what} {error.remedy}"


def format_model(name: str, trained: datetime | None) -> str:
    """A model with its age: "Watch and love, trained 2 min ago"."""
    age = "computed on opening" if trained is None else f"trained {format_ago(trained)}"
    return f"{title_of(name)}, {age}"


def _describe_run(run: RunRecord) -> str:
    return f"{run.name}: {title_of(run.model)}, trained {format_ago(run.finished or run.created)}"
