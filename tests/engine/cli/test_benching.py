"""The benches run from the terminal; what they find is this machine's, so figures are only looked at as numbers."""

from __future__ import annotations

import math
from functools import partial
from xml.etree import ElementTree

import pytest

from engine.bench import BENCHES, bench_called, climbing
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
    "explain": partial(explain_speeds, models=("ease", "ials"), lengths=(6, 12), titles=80, large=90),
}
KEYS = {
    "ladder": "model words batch milliseconds against_dense against_own_dense against_products",
    "devices": "device precision gflops gigabytes_per_second",
    "import": "ratings megabytes import_seconds pandas_seconds against_pandas peak_mib",
    "explain": "model ratings titles left_out_seconds dense_seconds difference first_title_seconds"
    " list_seconds title_seconds bent_seconds rated_seconds large_bent_seconds",
}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(benching, "bench_called", SMALL.__getitem__)


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


def test_that_the_sizes_of_a_bench_can_be_set(ask):
    document = ask.document("bench", "ladder", "--set", "models=two_head", "people=30", "clock=cpu")
    assert {figure["model"] for figure in document["figures"]} == {"two_head"}
    assert max(figure["batch"] for figure in document["figures"]) == 30


def test_that_every_bench_that_the_terminal_offers_is_one(ask):
    assert set(SMALL) == set(BENCHES)
    for name in BENCHES:
        assert bench_called(name).__module__.startswith("engine.bench.")


def test_that_the_ladder_of_a_data_set_is_printed_drawn_and_kept(planted_home, ask, monkeypatch, tmp_path):
    monkeypatch.setattr(climbing, "SECONDS", 0.01)
    picture = tmp_path / "ladder.svg"
    status, out, _ = ask("bench", "ladder", "planted", "--svg", str(picture))
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()[1:4]] == ["Plain code", "Sparse profiles", "Own gradients"]
    root = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Plain code", "All together"} <= set(texts)
    document = ask.document("bench", "ladder", "planted")
    with Library.open(planted_home, who="a test") as library:
        kept = library.ladders.newest()
    assert kept is not None
    assert [rung["rung"] for rung in document["rungs"]] == [rung.rung for rung in kept.rungs]
    assert kept.product == pytest.approx(math.prod(rung.gain for rung in kept.rungs))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "planted"), "makes its own data"),
        (("ladder", "planted", "--set", "batch=3"), "nothing can be set"),
        (("ladder", "--svg", "ladder.svg"), "ladder of a data set"),
        (("devices", "--set", "batch=3"), "no setting batch; it has size and repeats"),
        (("ladder", "--set", "titles=many"), "titles=many is not what"),
        (("ladder", "--set", "clock=sun"), "clock is wall and cpu"),
        (("devices", "planted", "--model", "ease"), "computed at once"),
    ],
)
def test_that_a_bench_that_makes_no_sense_is_refused(planted_home, ask, words, sentence):
    status, said, err = ask("bench", *words)
    assert (status > 0, said) == (True, "")
    assert sentence in err
