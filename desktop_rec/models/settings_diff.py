"""How one run's settings differ from another's: only what differs, in the settings' own labels; and the card of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import Card, TextGrid, caption, heading
from desktop_rec.common.plain import PlainLabel
from engine.data.split import SplitConfig
from engine.library.run_record import RunRecord
from engine.models.naming import run_title
from engine.models.registry import MODELS, title_of
from engine.settings import Config, declared_settings, find_setting
from engine.text import format_count, format_setting
from engine.training.config import TrainingConfig
from engine.wording import counted, said

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
        found.append(Difference(said("Model"), title_of(run.model), title_of(other.model)))
    for mine, others in zip(settings_parts(run), settings_parts(other), strict=True):
        found += _between(*mine, *others)
    for label, values in (
        (said("Parameters"), (format_count(run.parameters), format_count(other.parameters))),
        (said("Device"), (run.device, other.device)),
        (said("Precision"), (run.precision, other.precision)),
    ):
        if values[0] != values[1]:
            found.append(Difference(label, *values))
    return tuple(found)


class DiffCard(Card):
    """other_chosen(run_id): the run to compare the chosen one's settings with."""

    other_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("diff_card")
        self._shown: tuple[str, str, tuple[Difference, ...]] = ("", "", ())
        self._others: tuple[tuple[str, str], ...] = ()
        self.box = named(CalmComboBox(), "diff_other", said("Against"), said("The run to compare the settings with"))
        self.box.setMinimumContentsLength(28)  # names differ at their ends
        self._same = caption(said("No setting differs."))
        head = QHBoxLayout()
        head.addWidget(heading(said("Settings that differ")), 1)
        head.addWidget(PlainLabel(said("from")))
        head.addWidget(self.box)
        self._grid = TextGrid(1, 1, 1, has_head=True)
        self.more = button("", "diff_more", said("Settings that only one of the two models has"), role="link")
        self.more.setCheckable(True)
        self.column.addLayout(head)
        self.column.addWidget(self._same)
        self.column.addWidget(self._grid)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.more.toggled.connect(lambda: self.show_differences(*self._shown))
        self.box.activated.connect(lambda: self.other_chosen.emit(self.other))

    @property
    def other(self) -> str:
        """The run chosen to compare with, "" for none."""
        return str(self.box.currentData() or "")

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """What is shown, the head line first."""
        return self._grid.lines

    def show_others(self, others: Sequence[tuple[str, str]], *, chosen: str) -> None:
        """The other runs as (id, name); the one chosen before stays chosen where it is still there."""
        if tuple(others) == self._others:
            return
        self._others = tuple(others)
        keys = [key for key, _ in others]
        now = self.other if self.other in keys else chosen
        self.box.clear()
        for key, name in others:
            self.box.addItem(name, key)
        self.box.choose(now)
        self.setVisible(bool(others))

    def show_differences(self, name: str, other: str, differences: Sequence[Difference]) -> None:
        """What differs between the run `name` and the run `other`; what only one of them has, once it is asked for."""
        self._shown = (name, other, tuple(differences))
        one_sided, is_on = sum(difference.is_one_sided for difference in differences), self.more.isChecked()
        self.more.setVisible(bool(one_sided))
        text = (
            counted(
                "Hide {count} setting that only one of them has",
                "Hide {count} settings that only one of them has",
                one_sided,
            )
            if is_on
            else counted(
                "Show {count} setting that only one of them has",
                "Show {count} settings that only one of them has",
                one_sided,
            )
        )
        self.more.setText(text)
        self.more.setAccessibleName(text)
        wanted = [difference for difference in differences if is_on or not difference.is_one_sided]
        lines = [Difference("", name, other), *wanted] if wanted else []
        texts = [(line.label, line.mine, line.other) for line in lines]
        self._grid.show_lines(texts, tips=[line.help for line in lines])
        self._same.setVisible(not differences)


Values = Mapping[str, Any]
ConfigClass = type[Config] | None


def settings_parts(run: RunRecord) -> tuple[tuple[ConfigClass, Values], ...]:
    """The settings of the model, of training and of the split, by name, each with its class."""
    kind = MODELS.get(run.model)
    return (
        _with_defaults(kind.config_class if kind else None, _readable(run.model_config)),
        _with_defaults(TrainingConfig, run.training_config or {}),
        _with_defaults(SplitConfig, run.split_config),
    )


def _readable(config: Values) -> Values:
    """The settings of a model; of a blend its parts with their weights instead of how they are stored."""
    parts = tuple(f"{copy['weight']:.2f} {_called(copy)}" for copy in config.get("copies") or ())
    return {"parts": parts} if parts else config


def _called(part: Values) -> str:
    """What people call a part of a blend."""
    run, model = str(part.get("run") or ""), str(part.get("model") or "")
    return str(part.get("title") or run_title(run or model, model, part.get("config") or {}))


def _with_defaults(config_class: ConfigClass, values: Values) -> tuple[ConfigClass, Values]:
    """A setting that is younger than the run had its default then; former names count as the present ones."""
    if config_class is None or not values:
        return config_class, values
    defaults = {setting.name: setting.default for setting in declared_settings(config_class)}
    found = {name: find_setting(config_class, name) for name in values}
    current = {declared.name if declared else name: values[name] for name, declared in found.items()}
    return config_class, {**defaults, **current}


def _between(mine_class: ConfigClass, mine: Values, other_class: ConfigClass, other: Values) -> list[Difference]:
    labels = _labels(other_class) | _labels(mine_class)
    names = list(dict.fromkeys([*_labels(mine_class), *_labels(other_class), *mine, *other]))
    found = []
    for name in names:
        label, unit, help_text = labels.get(name, (name.replace("_", " ").capitalize(), "", ""))
        values = [format_setting(side[name], unit=unit) if name in side else NOTHING for side in (mine, other)]
        if values[0] != values[1]:
            found.append(Difference(label, values[0], values[1], help_text))
    return found


def _labels(config_class: ConfigClass) -> dict[str, tuple[str, str, str]]:
    if config_class is None:
        return {}
    declared = declared_settings(config_class)
    return {setting.name: (setting.setting.label, setting.setting.unit, setting.setting.help) for setting in declared}
