"""How one run's settings differ from another's: only what differs, in the settings' own labels.

Stands between the records of runs and the card of differences. Plain values, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.data.split import SplitConfig
from engine.library.run_record import RunRecord
from engine.models.registry import MODELS, title_of
from engine.settings import Config, declared_settings, find_setting
from engine.text import format_rate
from engine.training.config import TrainingConfig

NOTHING = "–"


@dataclass(frozen=True)
class Difference:
    """One setting that differs: its label, its value in the one run and in the other ("–" where it has none)."""

    label: str
    mine: str
    other: str
    help: str = ""

    @property
    def is_one_sided(self) -> bool:
        """Whether only one of the two runs has such a setting."""
        return NOTHING in (self.mine, self.other)


def settings_differences(run: RunRecord, other: RunRecord) -> tuple[Difference, ...]:
    """What differs, the model's own settings first, then training, split and where it ran."""
    found = []
    if run.model != other.model:
        found.append(Difference("Model", _model(run), _model(other)))
    for mine, others in zip(_parts(run), _parts(other), strict=True):
        found += _between(*mine, *others)
    for label, values in (
        ("Numbers learned", (f"{run.parameters:,}", f"{other.parameters:,}")),
        ("Device", (run.device, other.device)),
        ("Precision", (run.precision, other.precision)),
    ):
        if values[0] != values[1]:
            found.append(Difference(label, *values))
    return tuple(found)


def setting_words(value: Any, *, unit: str = "") -> str:
    """A value as people write it: "yes", "600, 200", "3.1e-3", "automatic"."""
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(setting_words(one) for one in value) or "none"
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        words = format_rate(value) if value > 0 else f"-{format_rate(-value)}"
    elif isinstance(value, int | float):
        words = f"{value:,.6g}" if isinstance(value, float) and value != int(value) else f"{int(value):,}"
    else:
        words = str(value).replace("_", " ")
    return f"{words} {unit}".strip()


Part = tuple[type[Config] | None, Mapping[str, Any]]


def _parts(run: RunRecord) -> tuple[Part, ...]:
    kind = MODELS.get(run.model)
    return (
        _with_defaults(kind.config_class if kind else None, _readable(run.model_config)),
        _with_defaults(TrainingConfig, run.training_config or {}),
        _with_defaults(SplitConfig, run.split_config),
    )


def _readable(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of a model; of a blend its parts with their weights instead of how they are kept."""
    copies = config.get("copies")
    if not copies:
        return config
    parts = tuple(f"{copy['weight']:.2f} {copy['run'] or copy['model']}" for copy in copies)
    return {"parts": parts}


def _with_defaults(config_class: type[Config] | None, values: Mapping[str, Any]) -> Part:
    """A setting that is younger than the run had its default then; former names count as the present ones."""
    if config_class is None or not values:
        return config_class, values
    defaults = {setting.name: setting.default for setting in declared_settings(config_class)}
    found = {name: find_setting(config_class, name) for name in values}
    current = {declared.name if declared else name: values[name] for name, declared in found.items()}
    return config_class, {**defaults, **current}


def _between(
    mine_class: type[Config] | None,
    mine: Mapping[str, Any],
    other_class: type[Config] | None,
    other: Mapping[str, Any],
) -> list[Difference]:
    labels = _labels(other_class) | _labels(mine_class)
    names = list(dict.fromkeys([*_labels(mine_class), *_labels(other_class), *mine, *other]))
    found = []
    for name in names:
        label, unit, help_words = labels.get(name, (name.replace("_", " ").capitalize(), "", ""))
        one, two = (setting_words(values[name], unit=unit) if name in values else NOTHING for values in (mine, other))
        if one != two:
            found.append(Difference(label, one, two, help_words))
    return found


def _labels(config_class: type[Config] | None) -> dict[str, tuple[str, str, str]]:
    if config_class is None:
        return {}
    settings = {one.name: one.setting for one in declared_settings(config_class)}
    return {name: (setting.label, setting.unit, setting.help) for name, setting in settings.items()}


def _model(run: RunRecord) -> str:
    return title_of(run.model)
