"""Whether a sweep still speaks of the plan: which settings that move the rate are others than when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_rec.training.setting_field import format_choice, value_text
from engine.errors import SettingError
from engine.models.declaration import ModelConfig
from engine.models.registry import kind_of
from engine.settings import Config, declared_settings
from engine.text import format_count, join_words
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.wording import counted, said

MATTERING = frozenset({"batch", "optimizer", "weight_decay", "clip", "precision"})
"""The settings of training that a sweep depends on. The rate, the schedule and the epochs are not among them."""
_MOST_NAMED = 2


@dataclass(frozen=True)
class Difference:
    """A setting that is another now, by its label, with both values as people read them."""

    label: str
    then: str
    now: str


@dataclass(frozen=True)
class PlanMatch:
    """How the plan of a sweep stands to the plan of now. `other_model` is the title of the sweep's model, or ""."""

    other_model: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def is_same(self) -> bool:
        return not self.other_model and not self.differences

    def sentence(self, now: TrainingPlan) -> str:
        """What the sweep was found for where the plan is another now; "" where it is the same.

        >>> now = TrainingPlan.defaults("mult_dae").changed(batch=100)
        >>> then = now.changed(batch=2000)
        >>> compare(then.as_dict(), now).sentence(now)
        'Found with batch 2,000; the plan has batch 100 now.'
        """
        if self.other_model:
            return said(
                "Found for {other_model}; the plan is for {title} now.", other_model=self.other_model, title=_title(now)
            )
        if not self.differences:
            return ""
        named = self.differences[:_MOST_NAMED]
        more = len(self.differences) - len(named)
        then, changed = ([f"{_lower_first(part.label)} {getattr(part, when)}" for part in named] for when in _WHEN)
        found, has = join_words(then), join_words(changed)
        if not more:
            return said("Found with {then}; the plan has {now} now.", then=found, now=has)
        return counted(
            "Found with {then}; the plan has {now} now (and one more is another).",
            "Found with {then}; the plan has {now} now (and {count} more settings are others).",
            more,
            then=found,
            now=has,
        )


_WHEN = ("then", "now")


def compare(then: Mapping[str, Any], now: TrainingPlan, *, batch: int = 0, is_settled: bool = False) -> PlanMatch:
    """How the plan that a sweep was made for, as it is stored, stands to the plan of now.

    batch: how many examples a step of the sweep took, 0 where nobody knows. is_settled: the plan is that of a run, in
    which everything automatic was chosen; what is automatic now is taken to be chosen as it was then.
    """
    try:
        former = TrainingPlan.from_dict(then)
    except (SettingError, LookupError, TypeError):
        return PlanMatch(other_model=said("a plan that this version does not know"))
    if former.model != now.model or former.training is None or now.training is None:
        return PlanMatch(other_model=_title(former))
    idle = now.model_config.idle if isinstance(now.model_config, ModelConfig) else frozenset()
    found = [
        *_differences(former.model_config, now.model_config, leave_out=idle, may_settle=is_settled),
        *_differences(_with_batch(former.training, now.training, batch), now.training, among=MATTERING),
        *_differences(former.split, now.split),
    ]
    return PlanMatch(differences=tuple({part.label: part for part in found}.values()))


def _with_batch(then: TrainingConfig, now: TrainingConfig, batch: int) -> TrainingConfig:
    """The training of a sweep with the batch that it took, where the plan of now names one."""
    return then.changed(batch=batch) if batch and then.batch is None and now.batch is not None else then


def _differences(
    then: Config,
    now: Config,
    *,
    leave_out: frozenset[str] = frozenset(),
    among: frozenset[str] | None = None,
    may_settle: bool = False,
) -> list[Difference]:
    """The settings that differ between two configs of one class, in the order of the form."""
    found = []
    for declared in declared_settings(type(now)):
        name = declared.name
        if name in leave_out or (among is not None and name not in among):
            continue
        before, after = getattr(then, name), getattr(now, name)
        is_settled = after == "auto" or (may_settle and name != "batch" and after is None)
        if before != after and not is_settled:
            found.append(Difference(declared.setting.label, _read(before), _read(after)))
    return found


def _read(value: Any) -> str:
    """A value as people read it in a sentence."""
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return format_count(value)
    return format_choice(value) if isinstance(value, str) else value_text(value)


def _title(plan: TrainingPlan) -> str:
    return kind_of(plan.model, plan.model_config).title


def _lower_first(label: str) -> str:
    """A label inside a sentence; abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
