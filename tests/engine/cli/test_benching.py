"""The benches run from the terminal; what they find is this machine's, so figures are only looked at as numbers."""

from __future__ import annotations

from functools import partial

import pytest

from engine.bench.devices import device_speeds
from engine.bench.explaining import explain_speeds
from engine.bench.importing import import_speeds
from engine.bench.ladder import ladder
from engine.cli import benching
from engine.library.store import Library
from engine.operations import timing

SMALL = {
    "ladder": partial(ladder, titles=60, people=40, models=("mult_vae",), precision="float32", repeats=1),
    "devices": partial(device_speeds, size=64, repeats=1),
    "import": partial(import_speeds, ratings=3_000, repeats=1),
    "explain": partial(explain_speeds, models=("ease", "ials"), lengths=(6, 12), titles=80),
}
KEYS = {
    "ladder": "model words batch milliseconds against_dense against_own_dense against_products",
    "devices": "device precision gflops gigabytes_per_second",
    "import": "ratings megabytes import_seconds pandas_seconds against_pandas peak_mib",
    "explain": "model ratings titles left_out_seconds dense_seconds difference first_title_seconds"
    " list_seconds title_seconds bent_seconds rated_seconds",
}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(benching, "BENCHES", SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_that_a_bench_prints_a_table_and_what_it_was_measured_with(ask, name):
    status, out, _ = ask("bench", name)
    assert status == 0
    head, first, *_, machine = out.splitlines()
    assert head.split() == KEYS[name].replace("_", " ").split()
    assert any(character.isdigit() for character in first)
    assert "threads " in machine
    assert "torch " in machine


@pytest.mark.parametrize("name", SMALL)
def test_that_its_document_has_the_figures_as_numbers(ask, name):
    document = ask.document("bench", name)
    assert set(document) == {"bench", "machine", "figures"}
    assert document["bench"] == name
    for figure in document["figures"]:
        assert set(figure) == set(KEYS[name].split())
        assert figure.pop("difference", 0.0) >= 0.0, "the two ways may come out exactly equal"
        assert all(value is None or isinstance(value, str) or value > 0 for value in figure.values())


def test_that_a_bench_needs_no_library(ask, planted_home):
    from engine.library.store import Library

    with Library.open(planted_home, who="another program"):
        assert ask("bench", "devices")[0] == 0


def test_that_an_unknown_bench_is_wrong_use(ask):
    status, _, err = ask("bench", "coffee")
    assert status == 2
    assert "ladder" in err


@pytest.fixture
def home(planted_home):
    return planted_home


def test_that_an_epoch_of_a_data_set_is_timed_on_each_device_and_remembered(planted_home, ask, monkeypatch):
    monkeypatch.setattr(timing, "SECONDS", 0.1)
    words = ("--model", "mult_dae", "--set", "hidden=8", "latent=4")
    found = ask.document("bench", "devices", "planted", *words)
    assert {epoch["precision"] for epoch in found["epochs"]} >= {"float32"}
    assert all(epoch["seconds_per_epoch"] > 0 for epoch in found["epochs"])
    slowest = found["epochs"][-1]
    assert found["examples"] / slowest["examples_per_second"] == pytest.approx(slowest["seconds_per_epoch"])
    with Library.open(planted_home, who="a test") as library:
        remembered = library.speeds.recorded_speed("mult_dae", "cpu", "float32")
    assert remembered is not None
    on_cpu = next(e for e in found["epochs"] if (e["device"], e["precision"]) == ("cpu", "float32"))
    assert remembered.examples_per_second == pytest.approx(on_cpu["examples_per_second"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ladder", "planted"), "makes its own data"),
        (("devices", "--set", "batch=3"), "goes with a data set"),
        (("devices", "planted", "--model", "ease"), "computed at once"),
    ],
)
def test_that_a_bench_that_makes_no_sense_is_refused(planted_home, ask, words, sentence):
    status, said, err = ask("bench", *words)
    assert (status > 0, said) == (True, "")
    assert sentence in err
