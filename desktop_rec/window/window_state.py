"""What the frame around the views says, made from the session: marks of places, words and menus of the header.

Stands between the session and the main window; plain values in and out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.session.labels import TITLES
from desktop_rec.session.session import Session
from desktop_rec.window.header import Choice, HeaderState
from desktop_rec.window.sidebar import DONE, IDLE, RUNNING
from engine.text import format_ago

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord

PLACE_HELP = {
    "data": "Data: open ratings to learn from, and look at what is in them.",
    "learning_rate": (
        "Learning rate: the size of a model's steps while it learns. The finder tries many rates on a throw-away copy; "
        "take one where the loss falls steeply, before it turns up."
    ),
    "train": "Train: teach a model on the open data set and watch its loss and its quality.",
    "quality": (
        "Quality: how good each model is on people whose ratings were kept from it, beside the most liked titles and "
        "plain averages; and how well it knows you."
    ),
    "for_you": "For you: rate titles you know; the list says what to watch, and which ratings carried each title.",
    "settings": "Settings: appearance, the folder of kept things, devices, log and about.",
}

_PLACE_OF_JOB = {
    "import": "data",
    "export": "data",
    "predict": "data",
    "sweep": "learning_rate",
    "training": "train",
    "search": "train",
    "evaluating": "quality",
}


def place_marks(session: Session) -> dict[str, str]:
    """A tick where a step of the street is done, a dot where it runs."""
    has_run = session.model_label is not None and session.model_label.run_id is not None
    marks = {
        "data": DONE if session.dataset is not None else IDLE,
        "learning_rate": DONE if session.rate is not None else IDLE,
        "train": DONE if has_run else IDLE,
        "quality": DONE if session.quality is not None and session.quality.own is not None else IDLE,
        "for_you": DONE if session.recommendations is not None else IDLE,
    }
    if session.model_words:
        marks["for_you"] = RUNNING
    if session.job is not None:
        marks[_PLACE_OF_JOB[session.job.kind]] = RUNNING
    return marks


def header_state(session: Session) -> HeaderState:
    """Which data set, model and person everything is about, and what else there is."""
    dataset, label, profile = session.dataset, session.model_label, session.profile
    model = label.words() if label else ("Getting ready…" if session.model_words else "No model yet")
    borrowed = " (of the data set)" if session.profile_is_borrowed else ""
    now_run = label.run_id if label else None
    models = [Choice(run.run_id, _run_words(run), run.run_id == now_run) for run in session.runs() if run.has_model]
    if dataset is not None:
        models.append(Choice("", "Quick model, computed on opening", label is not None and now_run is None))
    return HeaderState(
        dataset=dataset.name if dataset else "No data set",
        model=model,
        person=f"{profile.name}{borrowed}" if profile else "Nobody",
        datasets=tuple(
            Choice(one.dataset_id, one.name, dataset is not None and one.dataset_id == dataset.dataset_id)
            for one in session.datasets()
        ),
        models=tuple(models),
        people=tuple(
            Choice(person.profile_id, person.name, profile is not None and person.profile_id == profile.profile_id)
            for person in session.people()
        ),
        person_is_kept=profile is not None and not session.profile_is_borrowed,
    )


def _run_words(run: RunRecord) -> str:
    return f"{run.name}: {TITLES.get(run.model, run.model)}, trained {format_ago(run.finished or run.created)}"
