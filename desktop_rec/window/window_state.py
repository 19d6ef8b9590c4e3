"""What the frame around the views says, made from the session: marks of places, words and menus of the header.

Stands between the session and the main window; plain values in and out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.common.labels import format_model
from desktop_rec.session.session import Session
from desktop_rec.window.header import Choice, HeaderState
from desktop_rec.window.sidebar import DONE, IDLE, RUNNING
from engine.models.registry import title_of
from engine.text import format_ago

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord

PLACE_HELP = {
    "data": "Data: open ratings to learn from, and look at what is in them.",
    "train": (
        "Train: choose a model, find how fast it may learn, teach it and watch its loss and its quality; or try many "
        "settings in a search."
    ),
    "models": (
        "Models: how good each model is on people whose ratings were kept from it, beside the most liked titles and "
        "plain averages; and how well it knows you."
    ),
    "for_you": "For you: rate titles you know; the list says what to watch, and which ratings carried each title.",
    "settings": "Settings: appearance, the folder of kept things, devices, log and about.",
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
    models = [Choice(run.run_id, _run_words(run), run.run_id == now_run) for run in offered]
    if dataset is not None:
        models.append(Choice("", "Quick model, computed on opening", label is not None and now_run is None))
    return HeaderState(
        dataset=dataset.name if dataset else "No data set",
        model=model,
        person=f"{profile.name}{borrowed}" if profile else "Nobody",
        datasets=tuple(
            Choice(one.dataset_id, one.name, dataset is not None and one.dataset_id == dataset.dataset_id)
            for one in session.library.datasets()
        ),
        models=tuple(models),
        all_models=len(runs) if len(offered) < len(runs) else 0,
        people=tuple(
            Choice(person.profile_id, person.name, profile is not None and person.profile_id == profile.profile_id)
            for person in session.library.people()
        ),
        person_is_kept=profile is not None and not session.profile.is_borrowed,
    )


def _run_words(run: RunRecord) -> str:
    return f"{run.name}: {title_of(run.model)}, trained {format_ago(run.finished or run.created)}"
