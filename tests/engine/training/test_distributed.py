"""Several processes that train together, told of each other as torchrun does or started by it, talking over gloo."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
import sharing_process
import torch
from planted import CPU, Kept
from small_models import SMALL, small_model

import engine
from engine.data.batches import step_noise
from engine.errors import RankLostError, TrainingError
from engine.events import EpochEnded, StageStarted, StepsTaken, Stop, TrainingStarted, drive
from engine.models.products import Scratch
from engine.training import launching, sharded
from engine.training.config import TrainingConfig
from engine.training.distributed import Place, joined, place_in
from engine.training.launching import train_together
from engine.training.trainer import train

TRAINING = {"epochs": 9, "batch": 19, "lr": 3e-3}
"""Of 96 people: five whole batches and a last one of a single person, who is the example of one process only."""

PROGRAM = Path(sharing_process.__file__)
ROOT = Path(engine.__file__).parents[1]
QUICK = TrainingConfig(epochs=3, lr=1e-2, batch=16, precision="float32")


@pytest.fixture(scope="module")
def learned(warm_python):
    """What models learn in so many processes, by name, and what the first prints; they are told what torchrun tells."""

    def learn(processes, folder, models, *, status=0, **settings):
        words = [
            warm_python,
            str(PROGRAM),
            ",".join(models),
            str(folder),
            json.dumps({"training": TRAINING, **settings}),
        ]
        shared = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(PROGRAM.parent)]), "OMP_NUM_THREADS": "1"}
        if processes > 1:
            shared |= {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        first, *others = [
            subprocess.Popen(
                words,
                env={**shared, "RANK": str(rank)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if rank == 0 else subprocess.DEVNULL,
                text=True,
            )
            for rank in range(processes)
        ]
        out, said = first.communicate(timeout=300)
        for other in others:
            other.communicate(timeout=60)
        assert first.returncode == status, said
        return {name: json.loads((folder / name / "learned.json").read_text()) for name in models}, out

    return learn


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def alone(learned, tmp_path_factory):
    """What a model learns in one process, by its name; each is taught once."""
    taught = {}

    def taught_alone(name):
        if name not in taught:
            taught.update(learned(1, tmp_path_factory.mktemp("alone"), [name])[0])
        return taught[name]

    return taught_alone


@pytest.fixture
def warm_companies(warm_python, monkeypatch):
    """torchrun and the processes that it starts need not import torch."""
    monkeypatch.setattr(sys, "executable", warm_python)


@pytest.mark.parametrize(
    ("processes", "models", "sums"),
    [
        pytest.param(2, list(SMALL), {}, marks=pytest.mark.thorough),
        pytest.param(2, ["two_head", "embedding_mlp"], {"sums": "as on GPUs"}, marks=pytest.mark.thorough),
        pytest.param(3, ["two_head"], {"large": 100, "sums": "sent"}, marks=pytest.mark.thorough),
        pytest.param(4, ["two_head", "embedding_mlp"], {}, marks=pytest.mark.thorough),
    ],
)
def test_that_processes_learn_together_what_one_learns(processes, models, sums, learned, alone, tmp_path):
    found, _ = learned(processes, tmp_path, models, **sums)
    for name in models:
        one = alone(name)
        assert found[name]["in_memory"] is (hasattr(os, "memfd_create") and "sums" not in sums)
        assert len(one["losses"]) == len(found[name]["losses"]) > 50
        assert found[name]["losses"][:50] == pytest.approx(one["losses"][:50], abs=1e-4), name
        assert found[name]["values"][:4] == pytest.approx(one["values"][:4], abs=1e-2), name


@pytest.mark.thorough
@pytest.mark.parametrize("sums", [{}, {"large": 100, "sums": "sent"}])
def test_that_what_travels_in_bf16_learns_as_well(sums, learned, alone, tmp_path):
    coarse = {"training": {**TRAINING, "precision": "bf16"}, **sums}
    found = learned(3, tmp_path, ["two_head", "mult_vae"], **coarse)[0]
    for name, of in found.items():
        exact = alone(name)
        assert of["losses"] != exact["losses"]
        assert of["losses"] == pytest.approx(exact["losses"], rel=0.02), name


@pytest.mark.thorough
def test_that_a_killed_process_ends_the_others_with_a_sentence_and_the_run_goes_on_with_more(learned, alone, tmp_path):
    found, out = learned(2, tmp_path, ["two_head"], status=1, die_at=20)
    assert "One of the 2 processes that trained together ended unexpectedly." in out
    assert len(found["two_head"]["losses"]) == 20
    rest = learned(3, tmp_path, ["two_head"], resume=True)[0]["two_head"]
    assert rest["first"] == 20
    assert rest["losses"] == pytest.approx(alone("two_head")["losses"][20:], abs=1e-4)


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="weights are shared in memory on Linux only")
def test_that_weights_of_two_steps_are_not_kept_where_a_process_is_killed_while_it_writes(learned, alone, tmp_path):
    _, out = learned(2, tmp_path, ["two_head"], status=1, die_at=20, torn=True)
    assert "ended unexpectedly. What was saved until then is kept." in out
    rest = learned(2, tmp_path, ["two_head"], resume=True)[0]["two_head"]
    assert rest["first"] == 18, "three epochs of six steps"
    assert rest["losses"] == pytest.approx(alone("two_head")["losses"][18:], abs=1e-4)


@pytest.mark.thorough
def test_that_stopping_does_not_wait_for_a_process_that_answers_no_more(learned, tmp_path):
    found, out = learned(2, tmp_path, ["mult_dae"], stops=True)
    assert "One of the 2 processes that trained together ended unexpectedly. What was learned until then is" in out
    assert len(found["mult_dae"]["values"]) == 1


@pytest.mark.parametrize("is_stopped", [True, False])
def test_that_a_run_that_ends_while_others_take_it_over_keeps_what_it_began_with(split, kept, is_stopped):
    ranks = Mock(place=Place(0, 2, 0, 2), size=2, is_torn=False)
    ranks.assign.side_effect, ranks.lost.return_value = RankLostError("One is gone."), ""
    job = train(split, small_model("mf", split), config=QUICK, recorder=kept, device=CPU, ranks=ranks)
    if is_stopped:
        assert drive(job, should_stop=lambda: True).stopped
    else:
        with pytest.raises(RankLostError):
            drive(job)
    assert [state.progress["step"] for state in kept.states] == [0]


def test_that_weights_may_be_of_two_steps_as_soon_as_another_may_know_that_all_step(monkeypatch):
    def lose(*_, **__):
        raise RuntimeError("Connection closed by peer")

    monkeypatch.setattr(sharded.dist, "barrier", lambda **_: None)
    weights = torch.nn.Parameter(torch.ones(3))
    memory = torch.zeros(1024, dtype=torch.uint8)
    optimizer = sharded.ShardedOptimizer(torch.optim.SGD([weights], lr=0.1), Scratch(), [memory], None, rank=0)
    monkeypatch.setattr(sharded, "sum_over", lose)
    assert optimizer.is_whole
    with pytest.raises(RuntimeError):
        optimizer.norm_of_all(torch.ones(()))
    assert not optimizer.is_whole


def test_that_every_example_of_a_batch_is_learned_from_by_one_process():
    for examples in (1, 3, 500, 501):
        parts = [range(examples)[Place(rank, 4, rank, 4).part_of(examples)] for rank in range(4)]
        assert [row for part in parts for row in part] == list(range(examples))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_that_each_process_draws_noise_of_its_own():
    drawn = {
        float(torch.rand(1, generator=step_noise(CPU, seed=1, step=step, rank=rank)))
        for rank in range(4)
        for step in range(5)
    }
    assert len(drawn) == 20


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"WORLD_SIZE": "2"}, "RANK, MASTER_ADDR and MASTER_PORT are not set"),
        ({"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "here"}, "MASTER_PORT is not set"),
        ({"WORLD_SIZE": "2", "RANK": "one", "MASTER_ADDR": "here", "MASTER_PORT": "1"}, "RANK is 'one'"),
        ({"WORLD_SIZE": "2", "RANK": "2", "MASTER_ADDR": "here", "MASTER_PORT": "1"}, "no process 2 among 2"),
    ],
)
def test_that_half_of_what_torchrun_says_is_refused_in_a_sentence(environment, words):
    with pytest.raises(TrainingError, match=words):
        place_in(environment)


def together(split, kept, *, model="mult_dae", config=QUICK, resume_from=None):
    return train_together(
        split, small_model(model, split), config=config, recorder=kept, processes=2, kind="cpu", resume_from=resume_from
    )


def test_that_a_port_that_another_program_uses_is_named_with_what_to_do(monkeypatch):
    with socket.socket() as theirs:
        theirs.bind(("127.0.0.1", 0))
        theirs.listen()
        port = theirs.getsockname()[1]
        for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}.items():
            monkeypatch.setenv(name, str(value))
        with pytest.raises(TrainingError, match=f"uses port {port}, where the processes meet. Choose another one"):
            joined(Place(0, 2, 0, 2))


@pytest.mark.thorough
def test_that_processes_of_their_own_report_and_keep_as_one_does(split, kept, warm_companies):
    events = []
    found = drive(together(split, kept, model="mf"), on_event=events.append)
    here = drive(train(split, small_model("mf", split), config=QUICK, recorder=Kept(), device=CPU))
    assert found.best_value == pytest.approx(here.best_value, abs=1e-3)
    assert (found.steps, found.epochs, found.stopped_because) == (here.steps, here.epochs, here.stopped_because)
    assert kept.curves == [event for event in events if isinstance(event, EpochEnded)] == list(found.curve)
    assert sum(len(event.losses) for event in events if isinstance(event, StepsTaken)) == found.steps
    assert {TrainingStarted, StageStarted} <= set(map(type, events))
    for name, weights in here.model.state_dict().items():
        torch.testing.assert_close(found.model.state_dict()[name], weights, atol=1e-3, rtol=1e-3)


@pytest.mark.slow
@pytest.mark.thorough
def test_that_stopping_processes_of_their_own_keeps_what_was_learned_and_one_goes_on(split, kept, warm_companies):
    job = together(split, kept, config=QUICK.changed(epochs=5000))
    event = next(job)
    while not isinstance(event, EpochEnded):
        event = next(job)
    try:
        event = job.throw(Stop())
        while True:
            event = next(job)
    except StopIteration as end:
        found = end.value
    assert found.stopped
    assert found.stopped_because.startswith("Stopped by you after")
    state = kept.states[-1]
    assert state.progress["step"] == found.steps < 5000
    config = QUICK.changed(epochs=found.epochs + 2)
    rest = drive(
        train(split, small_model("mult_dae", split), config=config, recorder=Kept(), device=CPU, resume_from=state)
    )
    assert rest.epochs == found.epochs + 2


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_that_a_run_whose_processes_are_killed_ends_with_a_sentence(split, kept, monkeypatch, warm_python):
    monkeypatch.setenv("PYTHON_EXEC", warm_python)
    companies = []
    monkeypatch.setattr(launching, "_Company", lambda *of: companies.append(_COMPANY(*of)) or companies[-1])
    job = together(split, kept, config=QUICK.changed(epochs=5000))
    event = next(job)
    while not isinstance(event, StepsTaken):
        event = next(job)
    agent = companies[0]._process.pid
    first, *_ = Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
    os.kill(int(first), signal.SIGKILL)
    with pytest.raises(RankLostError, match="ended unexpectedly"):
        drive(job)


_COMPANY = launching._Company
