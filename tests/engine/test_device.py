from unittest.mock import MagicMock, Mock

import pytest
import torch

from engine import device
from engine.errors import DeviceError


def test_that_the_processor_is_always_there_and_named_in_words():
    found = device.find_devices()
    assert found[-1].key == "cpu"
    assert "core" in found[-1].words
    assert "float32" in found[-1].precisions


def test_that_auto_takes_the_first_device_and_cpu_the_processor():
    assert device.choose_device("auto").type == torch.device(device.find_devices()[0].key).type
    assert device.choose_device("cpu") == torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_that_asking_for_cuda_without_one_says_what_there_is_and_what_to_do():
    with pytest.raises(DeviceError) as refused:
        device.choose_device("cuda")
    assert "cpu" in str(refused.value)
    assert refused.value.facts["asked"] == "cuda"


@pytest.mark.skipif(torch.version.cuda is not None or torch.cuda.is_available(), reason="this torch knows CUDA")
def test_that_a_gpu_that_torch_cannot_use_is_explained_with_the_line_that_mends_it(monkeypatch):
    monkeypatch.setattr(device, "_gpu_name", lambda: "NVIDIA GeForce RTX 4060")
    unused = device.explain_unused_gpu()
    assert unused is not None
    assert "RTX 4060" in unused.words
    assert "--torch-backend=auto" in unused.line
    with pytest.raises(DeviceError, match="--torch-backend=auto"):
        device.choose_device("cuda")


def test_that_no_gpu_needs_no_explaining(monkeypatch):
    monkeypatch.setattr(device, "_gpu_name", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.explain_unused_gpu() is None


def some_devices(gpus):
    found = [device.Device(f"cuda:{number}", "GPU: Some", None, ("float32",)) for number in range(gpus)]
    return lambda: (*found, device.Device("cpu", "Processor: 2 cores", None, ("float32",)))


def test_that_all_gpus_are_as_many_processes_and_begin_with_the_first(monkeypatch):
    monkeypatch.setattr(device, "find_devices", some_devices(3))
    assert device.choose_device("all") == torch.device("cuda:0")
    assert device.processes_for("all") == 3
    assert device.processes_for("auto") == 1


@pytest.mark.parametrize(("gpus", "words"), [(0, "there is none"), (1, "there is one")])
def test_that_all_gpus_are_refused_in_a_sentence_where_there_are_not_two(gpus, words, monkeypatch):
    monkeypatch.setattr(device, "find_devices", some_devices(gpus))
    with pytest.raises(DeviceError, match=words):
        device.choose_device("all")


@pytest.fixture
def cores(monkeypatch):
    monkeypatch.setattr(device, "usable_cores", lambda: 4)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    yield
    device.keep_core_free(False)
    device.ask_threads(None)
    device.share_cores(1)


@pytest.mark.usefixtures("cores")
def test_that_jobs_use_every_core_and_leave_one_to_a_window_while_it_is_looked_at():
    assert device.training_threads() == 4
    device.keep_core_free(True)
    assert device.training_threads() == 3
    device.keep_core_free(False)
    assert device.training_threads() == 4


@pytest.mark.usefixtures("cores")
def test_that_the_number_of_threads_in_the_environment_holds_where_nobody_asked_for_another(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device.training_threads() == 3
    device.ask_threads(2)
    assert device.training_threads() == 2


@pytest.mark.usefixtures("cores")
def test_that_processes_that_compute_together_share_the_cores():
    device.share_cores(2)
    assert device.training_threads() == 2
    device.share_cores(8)
    assert device.training_threads() == 1


@pytest.mark.usefixtures("cores")
def test_that_as_many_threads_are_used_as_were_asked_for():
    device.ask_threads(2)
    device.keep_core_free(True)
    assert device.training_threads() == 2
    before = torch.get_num_threads()
    device.use_cores()
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_that_bf16_is_taken_by_itself_only_where_it_is_measured_faster(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr(device, "cpu_is_faster_in_bf16", lambda: False)
    assert device.choose_precision("auto", cpu) == "float32"
    monkeypatch.setattr(device, "cpu_is_faster_in_bf16", lambda: True)
    assert device.choose_precision("auto", cpu) == "bf16"
    assert device.choose_precision("float32", cpu) == "float32"


@pytest.mark.parametrize(("bf16_s", "is_faster"), [(0.5, True), (0.9, False), (9.0, False)])
def test_that_the_processor_is_faster_in_bf16_where_a_product_takes_clearly_less_time(monkeypatch, bf16_s, is_faster):
    clock = [0.0]
    cost = {torch.float32: 1.0, torch.bfloat16: bf16_s}
    monkeypatch.setattr(torch, "mm", lambda wide, narrow: clock.append(clock[-1] + cost[wide.dtype]))
    monkeypatch.setattr(device.time, "thread_time", lambda: clock[-1])
    assert device.cpu_is_faster_in_bf16.__wrapped__() is is_faster


def cards(monkeypatch, count=1):
    """A torch that knows so many GPUs."""
    card = Mock(total_memory=16 * 2**30)
    card.name = "Card"
    cuda = MagicMock(is_available=lambda: True, device_count=lambda: count, get_device_properties=lambda index: card)
    monkeypatch.setattr(torch, "cuda", cuda)
    return cuda


@pytest.mark.parametrize("gpus", [1, 2])
def test_that_a_gpu_that_another_program_holds_is_left_out_and_why_is_said(monkeypatch, gpus):
    cuda = cards(monkeypatch, gpus)

    def asked(index):
        if index == 0:
            raise RuntimeError("CUDA error: CUDA-capable device(s) is/are busy or unavailable\nCompile with ...")
        return card

    card = cuda.get_device_properties(0)
    cuda.get_device_properties = asked
    assert [found.key for found in device.find_devices()] == [f"cuda:{index}" for index in range(1, gpus)] + ["cpu"]
    words = "does not answer (CUDA error: CUDA-capable device(s) is/are busy or unavailable). Another program may"
    assert words in device.explain_unused_gpu().words
    with pytest.raises(DeviceError, match="busy or unavailable"):
        device.choose_device("cuda:0")


def test_that_of_gpus_that_all_answer_nothing_needs_explaining(monkeypatch):
    cards(monkeypatch, 2)
    assert device.explain_unused_gpu() is None


@pytest.mark.parametrize(
    ("has_bf16", "capability", "precisions"),
    [
        (True, (8, 0), ("float32", "bf16")),
        (False, (7, 5), ("float32", "fp16")),
        (False, (6, 1), ("float32",)),
    ],
)
def test_that_a_gpu_computes_in_bf16_where_it_has_it_in_hardware_and_in_fp16_where_it_has_tensor_cores(
    monkeypatch, has_bf16, capability, precisions
):
    cuda = cards(monkeypatch)
    cuda.get_device_capability = lambda index: capability
    cuda.is_bf16_supported = lambda *, including_emulation: has_bf16 or including_emulation
    assert device.find_devices()[0].precisions == precisions
    assert device.choose_precision("auto", torch.device("cuda", 0)) == precisions[-1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")
def test_that_a_gpu_refuses_a_step_that_is_not_finite_without_reading_back():
    from engine.data.batches import whole_batch
    from engine.models.registry import build
    from engine.models.two_head_config import TwoHeadConfig
    from engine.training.config import TrainingConfig
    from engine.training.step import Stepper
    from tests.support.planted import planted_dataset

    data, gpu = planted_dataset(), torch.device("cuda")
    model = build("two_head", TwoHeadConfig(hidden=(24,), latent=8, decoder=(16,)), items=data.titles, scale=data.scale)
    stepper = Stepper(model, TrainingConfig(precision="float32"), gpu, total_steps=2)
    batch = whole_batch(data.histories, gpu)
    stepper.take(batch, lr=1e-3, step=0)
    with torch.no_grad():
        model.presence_head.bias[0] = float("inf")
    before = model.first_2IH.detach().clone()
    stepper.take(batch, lr=1e-3, step=1)
    assert float(stepper.refused) == 1
    assert torch.equal(before, model.first_2IH)


def test_that_an_apple_gpu_that_cannot_learn_sparse_inputs_is_not_offered_and_explained(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    device.mps_trains.cache_clear()  # this torch has no such device: the trial fails as on an old one
    assert all(found.key != "mps" for found in device.find_devices())
    assert device.choose_device("auto").type != "mps"
    assert "processor is used" in device.explain_unused_gpu().words
    monkeypatch.setattr(device, "mps_trains", lambda: True)
    assert "mps" in [found.key for found in device.find_devices()]


def test_that_a_program_without_pip_is_not_told_to_use_it(monkeypatch):
    monkeypatch.setattr(device, "_gpu_name", lambda: "NVIDIA GeForce RTX 4060")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device.sys, "frozen", True, raising=False)
    monkeypatch.setattr(torch.version, "cuda", None)
    unused = device.explain_unused_gpu()
    assert "RTX 4060" in unused.words
    assert unused.line == ""
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    assert "driver" in device.explain_unused_gpu().words


def test_that_asking_for_the_gpu_s_name_opens_no_console(monkeypatch):
    asked = {}
    monkeypatch.setattr(device.shutil, "which", lambda name: name)
    monkeypatch.setattr(device.subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(device.subprocess, "run", lambda words, **named: asked.update(named) or Mock(returncode=1))
    assert device._gpu_name() is None
    assert asked["creationflags"] == 0x08000000
