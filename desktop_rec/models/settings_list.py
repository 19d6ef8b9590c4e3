"""All settings of a run, also those that nobody touched, with what is not as it comes marked. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_rec.models.settings_diff import settings_parts
from engine.library.run_record import RunRecord
from engine.settings import declared_settings
from engine.text import format_setting
from engine.wording import said

SET, AUTOMATIC, DEFAULT = said("set"), said("found automatically"), said("default")


@dataclass(frozen=True)
class SettingLine:
    """A setting with its value, and how it came to it: set by somebody, found automatically, or as it comes."""

    label: str
    value: str
    how: str
    help: str = ""


def settings_of(run: RunRecord) -> tuple[tuple[str, tuple[SettingLine, ...]], ...]:
    """The settings under headings: of the model, of training, of what was held out."""
    asked = {name for name, _ in run.differences}
    found = []
    parts = (("model", said("Model")), ("training", said("Training")), ("split", said("Held out")))
    for (part, heading), (config_class, values) in zip(parts, settings_parts(run), strict=True):
        if config_class is None:
            continue
        lines = [
            SettingLine(
                declared.setting.label,
                format_setting(values[declared.name], unit=declared.setting.unit),
                _how(f"{part}.{declared.name}", values[declared.name], declared.default, asked),
                declared.setting.help,
            )
            for declared in declared_settings(config_class)
            if declared.name in values
        ]
        if lines:
            found.append((heading, tuple(lines)))
    return tuple(found)


def _how(name: str, value: object, default: object, asked: set[str]) -> str:
    if name in asked:
        return SET
    return AUTOMATIC if default is None and value is not None else DEFAULT
