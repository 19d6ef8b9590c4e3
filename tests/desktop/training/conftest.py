"""The place Train over a small data set, looked at and pressed as a person would."""

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTabWidget, QWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.training.view import TrainView
from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.statistics import count_statistics
from engine.events import drive


class Place:
    """A view, its parts by name. The newest part counts: the form of a former model is deleted only later."""

    def __init__(self, view):
        self.view = view

    def part(self, name, kind=QWidget):
        return self.view.findChildren(kind, name)[-1]

    def shows(self, name):
        return any(part.isVisible() for part in self.view.findChildren(QWidget, name))

    def text(self, name):
        """The words of a label, button or line; "" of a hidden label."""
        part = self.part(name)
        return part.text() if isinstance(part, QAbstractButton | QLineEdit) or not part.isHidden() else ""

    def words_of(self, name):
        """All words that stand in a part."""
        return " ".join(label.text() for label in self.part(name).findChildren(QLabel) if not label.isHidden())

    def press(self, name):
        self.part(name, QAbstractButton).click()

    def type(self, name, text):
        line = self.part(name, QLineEdit)
        line.setText(text)
        line.textEdited.emit(text)

    def choose(self, name, key):
        """Pick an entry of a combo box as a person would."""
        box = self.part(name, QComboBox)
        index = box.findData(key)
        assert index >= 0, f"{name} has no {key}"
        box.setCurrentIndex(index)
        box.activated.emit(index)

    def turn_to(self, tab):
        self.part("train_tabs", QTabWidget).setCurrentIndex(tab)
        QApplication.processEvents()


@pytest.fixture
def dataset():
    """A hundred people who each rated ten of forty titles."""
    rng = np.random.default_rng(3)
    people = np.repeat(np.arange(100), 10)
    titles = np.concatenate([rng.permutation(40)[:10] for _ in range(100)])
    histories = Histories.of(people, titles, rng.integers(3, 6, 1000).astype(float), people=100)
    users, items = (Vocabulary([str(row) for row in range(count)]) for count in (100, 40))
    catalogue = Catalogue(tuple(f"Title {row}" for row in range(40)), (0,) * 40, ((),) * 40)
    return Dataset("d", "Some films", users, items, catalogue, histories, Scale(1, 5, 1), "print")


@pytest.fixture
def open_dataset(session):
    """Opens a data set in what Train is made of, counted at once; no other place listens."""

    def take(dataset):
        former, session.dataset.current = session.dataset.current, dataset
        session.dataset.statistics = drive(count_statistics(dataset))
        for part in (session.plan, session.learning_rate, session.training, session.search):
            part.on_dataset_changed(former, dataset)
        session.dataset.statistics_changed.emit()

    return take


@pytest.fixture
def make_place(qtbot, session):
    """The place Train as it is now."""

    def make():
        view = TrainView(session.plan, session.training, session.run_queue, session.learning_rate, session.search)
        qtbot.addWidget(view)
        view.resize(1080, 740)
        view.show()
        return Place(view)

    return make


@pytest.fixture
def looked_at():
    """A part of the place by itself, looked at and pressed in the same ways."""
    return Place


@pytest.fixture
def place(make_place, open_dataset, dataset):
    open_dataset(dataset)
    return make_place()


@pytest.fixture
def set_job(session):
    """Shows a job as running, paused or ended (None)."""

    def show(kind, **changes):
        session.jobs.state = JobState(kind, kind.capitalize(), **changes) if kind else None
        session.jobs.changed.emit(session.jobs.state)

    return show


@pytest.fixture
def trained(session, monkeypatch):
    """The plans that training was asked to start with."""
    plans = []
    monkeypatch.setattr(session.training, "train", plans.append)
    return plans
