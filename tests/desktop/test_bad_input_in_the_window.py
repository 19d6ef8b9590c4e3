"""What the session says of bad input, and that what was open stays open."""

import logging
import shutil
from dataclasses import replace

import pytest
import torch
from planted import planted_dataset

from desktop_rec.common.log import LOG, LogFile
from desktop_rec.common.notices import failure_of
from engine.data.split import SplitConfig
from engine.errors import NO_MEMORY, LibraryError
from engine.models import ease
from engine.models.two_head_config import TwoHeadConfig
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan

MOST_MS = 30_000
SMALL = TwoHeadConfig(hidden=(24,), latent=8, decoder=(16, 24))
QUICK = TrainingConfig(epochs=1, lr=1e-3, precision="float32")
PLAN = TrainingPlan("two_head", SMALL, QUICK, SplitConfig(), device="cpu")


@pytest.fixture
def opened(qtbot, session, library, report):
    """A session with the planted data set open and its quick model ready."""
    library.datasets.save(replace(planted_dataset(), dataset_id="planted"), report)
    session.data.open("planted")
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    return session


@pytest.fixture
def done(qtbot, opened):
    """Wait until nothing runs."""

    def waited():
        qtbot.waitUntil(lambda: opened.jobs.state is None and opened.is_idle, timeout=MOST_MS)

    return waited


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (bytes(range(256)) * 40, "looks like a binary file"),
        (b"userId,movieId\n1,2\n", "no column of ratings"),
    ],
)
def test_that_a_file_without_ratings_is_one_notice_and_what_was_open_stays(
    opened, done, tmp_path, recorded, content, sentence
):
    path = tmp_path / "ratings.csv"
    path.write_bytes(content)
    notices = recorded(opened.requests.notice)
    opened.importing.import_files([path])
    done()
    assert [sentence in call.sentence and bool(call.remedy) for call in notices.calls] == [True]
    assert opened.dataset.current.name == "Planted"
    assert opened.model.recommender is not None


def test_that_data_whose_matrix_will_not_fit_open_with_a_smaller_model(qtbot, opened, done, monkeypatch, recorded):
    monkeypatch.setattr(ease, "available_memory_bytes", lambda: 10_000)
    notices = recorded(opened.requests.notice)
    done()
    shutil.rmtree(opened.library.files.home / "quick")
    opened.data.open("planted")
    done()
    assert opened.model.label.name == "ials"
    assert not notices.calls
    opened.my_ratings.rate(0, 5.0)
    with qtbot.waitSignal(opened.recommendations.ready, timeout=MOST_MS) as listed:
        opened.recommendations.recommend()
    assert listed.args[0].items


def test_that_a_corrupt_data_set_is_one_notice_and_what_was_open_stays(opened, library, report, done, recorded):
    other = replace(planted_dataset(seed=9), dataset_id="other", name="Other")
    library.datasets.save(other, report)
    (library.home / "datasets" / "other" / "items.npy").write_bytes(b"xx")
    notices = recorded(opened.requests.notice)
    assert not opened.data.open("other")
    done()
    assert ["items.npy is damaged" in call.sentence for call in notices.calls] == [True]
    assert opened.dataset.current.name == "Planted"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_that_cuda_without_a_gpu_is_one_notice_and_begins_no_run(opened, done, recorded):
    notices = recorded(opened.requests.notice)
    opened.training.train(TrainingPlan("two_head", SMALL, QUICK, SplitConfig(), device="cuda"))
    done()
    assert ["no usable 'cuda'" in call.sentence for call in notices.calls] == [True]
    assert opened.dataset.runs == ()


def test_that_memory_that_runs_out_while_a_model_is_computed_is_one_notice(opened, done, recorded, monkeypatch):
    def short(*_):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(ease, "gram_matrix", short)
    notices = recorded(opened.requests.notice)
    opened.training.train(TrainingPlan.defaults("ease"))
    done()
    assert ["not enough memory to learn ease" in call.sentence for call in notices.calls] == [True]
    assert [run.status for run in opened.dataset.runs] == ["failed"]
    assert opened.model.recommender is not None


def test_that_memory_is_named_where_it_is_short_and_not_a_mistake_of_the_program():
    failures = [failure_of(error) for error in (MemoryError(), RuntimeError("CUDA out of memory. Tried to ..."))]
    assert {(failure.sentence, failure.remedy) for failure in failures} == {NO_MEMORY}


def test_that_a_run_whose_checkpoint_is_cut_short_gives_way_to_the_quick_model(opened, library, done, recorded):
    opened.training.train(TrainingPlan("two_head", SMALL, QUICK, SplitConfig(), device="cpu"))
    done()
    run_id = opened.training.state.finished.run_id
    for path in library.home.glob("runs/*/checkpoints/*/*.safetensors"):
        path.write_bytes(path.read_bytes()[:60])
    notices = recorded(opened.requests.notice)
    opened.model.use_run(run_id)
    done()
    assert opened.model.label.run_id is None
    assert "damaged or cut short" in notices.last.sentence
    opened.training.resume(run_id, 3)
    done()
    assert "damaged or cut short" in notices.last.sentence
    assert library.runs.find(run_id).status == "finished"


def test_that_a_data_set_that_cannot_be_deleted_stays_open(opened, library, done, monkeypatch, recorded):
    def refuse(dataset_id):
        raise LibraryError("The records could not be used: the disk is full.")

    monkeypatch.setattr(library.datasets, "delete", refuse)
    notices = recorded(opened.requests.notice)
    opened.data.delete("planted")
    done()
    assert ["the disk is full" in call.sentence for call in notices.calls] == [True]
    assert opened.dataset.current.name == "Planted"


def test_that_a_log_on_a_full_disk_keeps_silent(tmp_path, monkeypatch, capsys):
    log = LogFile(tmp_path)

    def full(_handler):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as while_full:
        while_full.setattr(logging.FileHandler, "flush", full)
        LOG.info("A line that finds no room")
    log.close()
    assert capsys.readouterr().err == ""
