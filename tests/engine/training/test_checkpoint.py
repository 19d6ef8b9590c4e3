import pytest
import torch
from stored_runs import without_checksums

from engine.errors import LibraryError
from engine.training.checkpoint import TrainingState, load_state, load_weights, save_state


def a_state() -> TrainingState:
    weights = {"layer.weight": torch.randn(4, 3), "layer.bias": torch.zeros(4)}
    best = {name: value + 1 for name, value in weights.items()}
    return TrainingState(weights, best, {"0.step": torch.tensor(7.0)}, {"step": 7, "loss": 0.1 + 0.2})


def test_that_a_state_reads_back_to_the_bit(tmp_path):
    state = a_state()
    save_state(tmp_path, state)
    back = load_state(tmp_path)
    assert back.progress == state.progress
    for read, written in ((back.weights, state.weights), (back.best_weights, state.best_weights)):
        assert all(torch.equal(read[name], written[name]) for name in written)
    assert torch.equal(back.optimizer["0.step"], state.optimizer["0.step"])


def test_that_the_best_weights_are_the_ones_to_use(tmp_path):
    state = a_state()
    save_state(tmp_path, state)
    assert torch.equal(load_weights(tmp_path)["layer.bias"], torch.ones(4))


@pytest.mark.parametrize("name", ["weights.safetensors", "best.safetensors", "optimizer.safetensors", "progress.json"])
@pytest.mark.parametrize("kept_bytes", [0, 9, 40])
def test_that_a_checkpoint_cut_short_says_where_and_what_to_do(tmp_path, name, kept_bytes):
    save_state(tmp_path, a_state())
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with pytest.raises(LibraryError, match="damaged or cut short") as refused:
        load_state(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["weights.safetensors", "best.safetensors", "optimizer.safetensors", "progress.json"])
def test_that_a_flipped_bit_is_found(tmp_path, name):
    save_state(tmp_path, a_state())
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) * 9 // 10] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LibraryError, match="damaged or cut short"):
        load_state(tmp_path)
    if name in ("best.safetensors", "progress.json"):
        with pytest.raises(LibraryError, match="damaged or cut short"):
            load_weights(tmp_path)


def test_that_a_checkpoint_from_before_checksums_reads_back(tmp_path):
    state = a_state()
    save_state(tmp_path, state)
    without_checksums(tmp_path)
    assert load_state(tmp_path).progress == state.progress
    assert torch.equal(load_weights(tmp_path)["layer.bias"], torch.ones(4))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_that_weights_that_are_no_numbers_are_a_sentence(tmp_path, value):
    state = a_state()
    state.weights["layer.bias"][2] = value
    save_state(tmp_path, TrainingState(state.weights, None, state.optimizer, state.progress))
    for load in (load_state, load_weights):
        with pytest.raises(LibraryError, match=r"weights\.safetensors are not all numbers: the model had diverged"):
            load(tmp_path)


def test_that_no_file_of_a_checkpoint_is_a_pickle(tmp_path):
    save_state(tmp_path, a_state())
    assert any(path.suffix == ".safetensors" for path in tmp_path.iterdir())
    for path in tmp_path.iterdir():
        start = path.read_bytes()[:2]
        assert start not in (b"PK", b"\x80\x02", b"\x80\x04", b"\x80\x05"), path.name
