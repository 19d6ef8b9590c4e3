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


def test_that_one_core_is_left_to_the_window():
    assert device.training_threads() == max(1, device.usable_cores() - 1)


def test_that_bf16_is_taken_by_itself_only_where_the_device_has_it(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr(device, "cpu_is_fast_in_bf16", lambda: False)
    assert device.choose_precision("auto", cpu) == "float32"
    monkeypatch.setattr(device, "cpu_is_fast_in_bf16", lambda: True)
    assert device.choose_precision("auto", cpu) == "bf16"
    assert device.choose_precision("float32", cpu) == "float32"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")
def test_that_a_gpu_refuses_a_step_that_is_not_finite_without_reading_back():
    from planted import planted_dataset

    from engine.data.batches import whole_batch
    from engine.models.registry import build
    from engine.models.two_head import TwoHeadConfig
    from engine.training.config import TrainingConfig
    from engine.training.step import Stepper

    data, gpu = planted_dataset(), torch.device("cuda")
    model = build("two_head", TwoHeadConfig(hidden=(24,), latent=8, decoder=(16,)), items=data.titles, scale=data.scale)
    stepper = Stepper(model, TrainingConfig(precision="float32"), gpu)
    batch = whole_batch(data.histories, gpu)
    stepper.take(batch, lr=1e-3, step=0)
    with torch.no_grad():
        model.presence_head.bias[0] = float("inf")
    before = model.first_2IH.detach().clone()
    stepper.take(batch, lr=1e-3, step=1)
    assert float(stepper.refused) == 1
    assert torch.equal(before, model.first_2IH)
