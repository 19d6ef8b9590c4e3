import pytest

from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.models.presets import PRESETS, preset_of
from engine.models.registry import kind_of
from engine.training.config import TrainingConfig


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_that_every_preset_is_made_of_settings_that_its_model_has(preset):
    kind = kind_of(preset.model)
    assert kind.config_class().changed(**preset.settings) is not None
    assert TrainingConfig(**kind.training).changed(**preset.training) is not None
    assert SplitConfig(**kind.split).changed(**preset.split) is not None
    assert preset.sentence.endswith(".")


def test_that_the_dense_network_has_one_layer_and_nothing_else():
    config = kind_of("embedding_mlp").config_class().changed(**preset_of("movielens_101_dense").settings)
    assert (len(config.widths()), config.norm, config.dropout) == (1, False, 0.0)


def test_that_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="Known are: best_quality, fastest, netflix_mlp"):
        preset_of("best")
