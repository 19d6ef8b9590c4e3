"""Commands in several processes, as torchrun starts them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.library.store import Library

SMALL = ("--model", "mult_dae", "--lr", "1e-3", "--set", "latent=8", "other_ratings=0.4", "precision=float32")


def test_that_a_command_that_half_of_torchrun_started_says_what_is_missing(ask, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    status, _, words = ask("train", "sample", *SMALL)
    assert status == 1
    assert "WORLD_SIZE says that 2 processes train together, but RANK, MASTER_ADDR and MASTER_PORT" in words
    assert "Traceback" not in words
    assert ask("models")[0] == 0


def test_that_what_several_processes_would_only_repeat_is_refused(ask, monkeypatch):
    for name, value in {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)
    status, _, words = ask("models")
    assert status == 2
    assert "start models without torchrun" in words


@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_that_ctrl_c_reaches_all_processes_and_the_run_goes_on_in_one(planted_home, ask):
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
    words = ["-m", "engine", "train", "planted", *SMALL, "--epochs", "5000", "--home", str(planted_home)]
    environment = {**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, *torchrun, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    heard = ""
    for line in process.stderr:
        heard += line
        if line.startswith("Epoch 1"):
            break
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert "2 processes learn together; each takes 16 of the 32 people of a batch." in heard
    assert "Stopped by you after" in out
    with Library.open(planted_home, who="a test") as library:
        run = library.runs.find("latest")
    assert (run.status, run.device) == ("stopped", "cpu")
    status, out, words = ask("resume", "latest", "--epochs", run.epochs + 2)
    assert status == 0, words
    assert "epochs are done" in out
