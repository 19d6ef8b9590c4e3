"""Settings: what the speed test and the log viewer show, fed with values; no window, no thread."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from desktop_rec.settings.devices_card import DevicesCard
from desktop_rec.settings.log_card import LogCard
from desktop_rec.settings.log_lines import LogSource, filtered, lines_of, read_log
from engine.models.registry import MODELS
from engine.operations.timing import DeviceEpoch, SpeedTest

LOG = """2026-01-02 10:00:00,123 INFO MainThread: Opened the library
2026-01-02 10:00:01,123 WARNING job: The disk is nearly full
2026-01-02 10:00:02,123 ERROR job: An error that nobody caught
Traceback (most recent call last):
ValueError: no
2026-01-02 10:00:03,123 INFO MainThread: Closed the library"""
EPOCHS = (
    DeviceEpoch("cuda:0", "GPU: H200", "bf16", 90_000.0, 0.5),
    DeviceEpoch("cpu", "Processor: 2 cores", "float32", 900.0, 50.0),
)
TESTED = SpeedTest("two_head", "Films", 45_000, "people", 120, EPOCHS)


@pytest.fixture
def devices(qtbot):
    card = DevicesCard([MODELS["two_head"], MODELS["mult_vae"]])
    qtbot.addWidget(card)
    return card


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "launch.log"
    path.write_text(LOG)
    return LogSource("This launch", path)


@pytest.fixture
def viewer(qtbot, source):
    card = LogCard()
    qtbot.addWidget(card)
    card.show_sources([source, LogSource("mf 1", source.path.with_name("log.txt"))])
    card.show_log(read_log(source))
    return card


def words_of(card):
    return card.findChild(QLabel, "speed_words").text()


def shown_lines(viewer):
    return viewer.findChild(QPlainTextEdit, "log_text").toPlainText().splitlines()


def test_that_a_speed_test_says_how_long_an_epoch_takes_on_each_device(devices):
    devices.show_test(TESTED, dataset_name="Films", can_test=True, is_testing=False)
    grid = devices.findChild(object, "speed_grid")
    assert grid.lines[1:] == (
        ("GPU: H200", "bf16", "90,000 people", "0.5 s"),
        ("Processor: 2 cores", "float32", "900 people", "50 s"),
    )
    assert words_of(devices) == ("Watch and love on Films: an epoch goes through 45,000 people, 120 in a step.")


def test_that_the_chosen_model_is_tested(qtbot, devices):
    devices.show_test(None, dataset_name="Films", can_test=True, is_testing=False)
    box = devices.findChild(QComboBox, "speed_model")
    box.setCurrentIndex(box.findData("mult_vae"))
    with qtbot.waitSignal(devices.test_asked) as asked:
        devices.findChild(QPushButton, "speed_test").click()
    assert asked.args == ["mult_vae"]


def test_that_without_data_or_beside_a_job_nothing_is_tested(qtbot, devices):
    devices.show_test(None, dataset_name="", can_test=False, is_testing=False)
    assert not devices.findChild(QPushButton, "speed_test").isEnabled()
    assert "Open a data set" in words_of(devices)
    devices.show_test(None, dataset_name="Films", can_test=False, is_testing=True)
    with qtbot.waitSignal(devices.stop_asked):
        devices.findChild(QPushButton, "speed_stop").click()


def test_that_a_log_is_filtered_by_level_and_text(viewer):
    assert shown_lines(viewer) == LOG.splitlines()
    level = viewer.findChild(QComboBox, "log_level")
    level.setCurrentIndex(level.findData(logging.ERROR))
    assert shown_lines(viewer) == LOG.splitlines()[2:5]
    viewer.findChild(QLineEdit, "log_find").setText("valueerror")
    assert shown_lines(viewer) == ["ValueError: no"]
    assert viewer.findChild(QLabel, "log_words").text().startswith("1 line of 6: ")


def test_that_what_is_shown_is_copied(viewer):
    viewer.findChild(QLineEdit, "log_find").setText("disk")
    viewer.findChild(QPushButton, "log_copy").click()
    assert QGuiApplication.clipboard().text() == LOG.splitlines()[1]


def test_that_a_run_without_a_log_says_so(viewer, tmp_path):
    viewer.show_log(read_log(LogSource("mf 1", tmp_path / "log.txt")))
    assert shown_lines(viewer) == []
    assert viewer.findChild(QLabel, "log_words").text() == "Nothing was written to this log."


def test_that_another_log_is_asked_for_when_it_is_chosen(qtbot, viewer):
    with qtbot.waitSignal(viewer.source_chosen) as chosen:
        viewer.findChild(QComboBox, "log_which").setCurrentIndex(1)
    assert chosen.args[0].title == "mf 1"


def test_that_of_a_long_log_the_end_is_shown(tmp_path):
    path = tmp_path / "long.log"
    path.write_text("\n".join(f"2026-01-02 10:00:00,000 INFO x: {number}" for number in range(5_000)))
    log = read_log(LogSource("long", path))
    assert (len(log.lines), log.left_out) == (2_000, True)
    assert log.lines[-1].text.endswith(": 4999")


def test_that_lines_of_a_run_have_no_level_and_are_shown_as_usual():
    lines = lines_of(["2026-01-02 10:00:00  begins on cpu", "2026-01-02 10:00:09  epoch 1: rmse 0.9"])
    assert filtered(lines, level=logging.INFO, text="EPOCH") == ("2026-01-02 10:00:09  epoch 1: rmse 0.9",)


def test_that_a_log_that_cannot_be_read_says_why(tmp_path: Path):
    assert "cannot be read" in read_log(LogSource("a folder", tmp_path)).problem
