"""Presets in the search within Train: what all runs then share, what is offered to vary, and how changes are marked."""

import dataclasses

import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton

from desktop_rec.training.search.view import SearchView
from engine.models.presets import CHOSEN, PRESETS


@pytest.fixture
def view(qtbot, session):
    session.dataset.current.current.current = planted_dataset()
    made = SearchView(session.search.start.start, session.learning_rate)
    qtbot.addWidget(made)
    made.resize(1080, 740)
    made.show()
    return made


def choose(view, key):
    box = view.findChild(QComboBox, "search_preset_box")
    box.activated.emit(box.findData(key)) if box.choose(key) else pytest.fail(f"no preset {key}")


def vary(view, name):
    view.findChildren(QCheckBox, f"vary_{name}")[-1].setChecked(True)


def listed(view, name):
    return view._setup.form.field(name)._line.text()


@pytest.fixture
def asked(session, monkeypatch):
    """What a search is started with, as Start is pressed."""
    calls = []
    monkeypatch.setattr(session, "search", lambda *given, **more: calls.append((*given, more)))
    return calls


def start(view, asked):
    view.findChild(QPushButton, "start_search_button").click()
    return asked[-1]


def test_that_all_presets_are_offered_after_the_model_as_it_comes(view):
    box = view.findChild(QComboBox, "search_preset_box")
    assert [box.itemData(place) for place in range(box.count())] == ["", *CHOSEN, *PRESETS]
    assert view._setup.presets.key == ""


def test_that_a_preset_brings_what_all_runs_share(view, asked):
    choose(view, "low_rank")
    vary(view, "rank")
    model, grid, more = start(view, asked)
    assert (model, grid) == ("mf", {"rank": (12, 25, 50)})
    assert (more["model_config"].bias, more["model_config"].init) == (False, "normal")
    assert (more["training"].lr, more["training"].batch, more["training"].epochs) == (1e-3, 1000, 50)
    assert more["split"].kind == "random"
    assert view._setup.model == "mf"


def test_that_values_to_try_are_those_around_the_presets(view):
    choose(view, "low_rank")
    assert listed(view, "lr") == "3.3e-4, 1e-3, 3e-3"
    assert listed(view, "weight_decay") == "5e-6, 1e-5, 2e-5"
    choose(view, "netflix_mlp")
    assert listed(view, "lr") == "1e-3, 3e-3, 1e-2"


def test_that_a_preset_whose_rate_is_found_takes_its_studys_reading(view, asked):
    choose(view, "netflix_mlp")
    vary(view, "dropout")
    _, _, more = start(view, asked)
    assert (more["training"].lr, more["suggestion"]) == (None, "turning_point")


def test_that_another_model_leaves_the_preset(view, asked):
    choose(view, "low_rank")
    models = view.findChild(QComboBox, "search_model")
    models.setCurrentIndex(models.findData("ease"))
    vary(view, "l2")
    model, _, more = start(view, asked)
    assert (model, more["training"], more["suggestion"]) == ("ease", None, None)
    assert view._setup.presets.key == ""


def test_that_another_way_of_judging_is_marked_and_can_be_put_back(view, asked):
    choose(view, "low_rank")
    share = view._setup.common.field("test_share")
    share.show_value(0.3)
    share.edited.emit()
    most = view._setup.common.field("most")
    most.show_value(2)
    most.edited.emit()
    assert view._setup.presets.changed_words == f"Changed by you: {share.declared.setting.label}"
    view.findChild(QPushButton, "search_preset_put_back").click()
    assert view._setup.presets.changed_words == ""
    vary(view, "rank")
    assert start(view, asked)[-1]["split"].test_share == 0.1


def test_that_a_rate_of_ones_own_is_shared_and_marked_until_it_is_put_back(view, session, asked):
    choose(view, "low_rank")
    session.learning_rate.use("mf", 5e-3, "")
    vary(view, "rank")
    assert view._setup.presets.changed_words == "Changed by you: Learning rate"
    assert start(view, asked)[-1]["training"].lr == 5e-3
    vary(view, "lr")
    assert view._setup.presets.changed_words == ""
    view._setup.form.field("lr").set_on(False)
    view.findChild(QPushButton, "search_preset_put_back").click()
    vary(view, "rank")
    assert start(view, asked)[-1]["training"].lr == 1e-3


def test_that_another_data_set_starts_from_the_model_as_it_comes(view, session):
    choose(view, "low_rank")
    session.dataset.current.current.current = dataclasses.replace(
        session.dataset.current.current.current, fingerprint="another"
    )
    session.dataset.current.current.changed.emit()
    assert view._setup.presets.key == ""
    assert listed(view, "rank") != "12, 25, 50"
