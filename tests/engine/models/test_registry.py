"""The registry says without torch what the models' classes can do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.data.dataset import Scale
from engine.errors import SettingError
from engine.models.base import Model, StepModel
from engine.models.rating_model import PredictsRatings
from engine.models.registry import FIRST_MODEL, MODELS, build, kind_of, title_of, trainable_models
from engine.settings import Config, declared_settings

EVERY_MODEL = pytest.mark.parametrize("kind", MODELS.values(), ids=MODELS)
WITHOUT_TORCH = """
import sys
from engine.models import presets, registry
for kind in registry.MODELS.values():
    assert kind.title and kind.sentence and kind.abilities and kind.training_for(1000) is not None
assert registry.trainable_models() and presets.PRESETS
loaded = [name for name in ("torch", "numpy", "scipy") if name in sys.modules]
assert not loaded, loaded
"""


def test_that_models_are_listed_without_torch():
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH], check=True)


@EVERY_MODEL
def test_that_a_declaration_is_that_of_its_class(kind):
    assert issubclass(kind.model_class, Model)
    assert issubclass(kind.config_class, Config)
    assert kind.model_class.name == kind.name
    assert kind.model_class.can is kind.can
    assert kind.can.learns_by_steps == issubclass(kind.model_class, StepModel)
    assert kind.only_rates == issubclass(kind.model_class, PredictsRatings)
    names = {setting.name for setting in declared_settings(kind.config_class)}
    assert kind.other_ratings == ("other_ratings" in names)


@EVERY_MODEL
def test_that_people_can_tell_models_apart(kind):
    assert kind.sentence.endswith(".")
    assert kind.abilities.endswith(".")
    assert [other.name for other in MODELS.values() if other.title == kind.title] == [kind.name]
    assert title_of(kind.name) == kind.title


def test_that_what_is_trained_first_is_listed_first_and_blends_are_not_trained():
    assert trainable_models()[0].name == FIRST_MODEL
    assert "blend" not in [kind.name for kind in trainable_models()]


def test_that_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match=r"no model called 'magic'.*Known are: two_head, mult_vae"):
        kind_of("magic")
    assert title_of("magic") == "magic"


def test_that_settings_of_another_model_are_refused():
    config = kind_of("ease").config_class()
    with pytest.raises(SettingError, match=r"not those of mf.*Give a MfConfig"):
        build("mf", config, items=3, scale=Scale(1, 5, 1))
