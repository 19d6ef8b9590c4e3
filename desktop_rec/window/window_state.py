"""What the frame around the views says of the session: marks of places, menus of the header, help, the first page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from desktop_rec.common.text import KEYS_HELP, RATINGS_KEYS_HELP
from desktop_rec.session.session import Session
from desktop_rec.window.first_page import FirstPage
from desktop_rec.window.header import Choice, HeaderState
from desktop_rec.window.model_menu import model_choices
from desktop_rec.window.sidebar import DONE, IDLE, RUNNING
from engine.text import format_ago

if TYPE_CHECKING:
    from desktop_rec.session.profile import CurrentProfile

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
    "for_you": f"For you: rate titles you know; the list says what to watch, and why. {KEYS_HELP} {RATINGS_KEYS_HELP}",
    "settings": "Settings: appearance, the folder, devices and how fast they learn, logs and about.",
}

_PLACE_OF_JOB = {
    "import": "data",
    "export": "data",
    "predict": "data",
    "sweep": "train",
    "training": "train",
    "search": "train",
    "evaluation": "models",
    "speed test": "settings",
    "ladder": "models",
}


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
        format_model(session.model.title, label.trained)
        if label
        else ("Getting ready…" if session.model.progress_text else "No model yet")
    )
    borrowed = " (of the data set)" if session.profile.is_borrowed else ""
    runs = [run for run in session.dataset.runs if run.has_model]
    models = model_choices(runs, label, has_data=dataset is not None)
    offered = sum(bool(choice.key) for choice in models)
    return HeaderState(
        dataset=dataset.name if dataset else "No data set",
        model=model,
        person=f"{profile.name}{borrowed}" if profile else "Nobody",
        datasets=tuple(
            Choice(record.dataset_id, record.name, session.dataset.is_open(record.dataset_id))
            for record in session.library.datasets()
        ),
        models=models,
        all_models=len(runs) if offered < len(runs) else 0,
        people=tuple(
            Choice(person.profile_id, person.name, profile is not None and person.profile_id == profile.profile_id)
            for person in session.library.people()
        ),
        person_is_stored=profile is not None and not session.profile.is_borrowed,
    )


def show_first_page(page: FirstPage, session: Session) -> None:
    """What For you says while there is no data set: how to begin, what is being opened, or why nothing can be."""
    failure, job = session.library.failure, session.jobs.state
    if failure is not None:
        page.show_failure(failure.sentence, failure.remedy)
    elif job is not None and job.kind == "import":
        page.show_busy(job.title, job.words)
    else:
        page.ask()


def not_stored_sentence(profile: CurrentProfile) -> str:
    """What of people's ratings is not stored, why, and what to do; "" where all is."""
    words = profile.not_stored_words
    if not words:
        return ""
    error = next(iter(profile.not_stored.values())).error
    if error.is_full:
        return f"Not stored yet: {words}. The disk is full. Free some room, or delete data sets or runs, to keep them."
    return f"Not stored yet: {words}. {error.what} {error.remedy}"


def format_model(title: str, trained: datetime | None) -> str:
    """A model with its age: "Watch and love, 30 epochs, 2 min ago"."""
    return f"{title}, {'ready at once' if trained is None else format_ago(trained)}"
