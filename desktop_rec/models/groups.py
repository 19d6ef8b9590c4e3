"""Which runs may be compared: those of one split were evaluated on the same people, all others were not. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.data.split import SplitKey, split_key
from engine.text import plural
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord


@dataclass(frozen=True)
class RunGroup:
    """Runs that were evaluated on the same people, the newest first. `people`: how many; 0 where nobody was."""

    key: SplitKey
    split: Mapping[str, Any]
    runs: tuple[RunRecord, ...]

    @property
    def people(self) -> int:
        return max((run.people_evaluated for run in self.runs), default=0)

    @property
    def can_be_evaluated(self) -> bool:
        return bool(self.key[0] != "none")

    def has(self, run_id: str) -> bool:
        return any(run.run_id == run_id for run in self.runs)


def groups_of(runs: Sequence[RunRecord]) -> tuple[RunGroup, ...]:
    """Runs by what was held out; the group of the newest run first."""
    found: dict[SplitKey, list[RunRecord]] = {}
    for run in runs:
        found.setdefault(split_key(run.split_config), []).append(run)
    return tuple(RunGroup(key, those[0].split_config, tuple(those)) for key, those in found.items())


def describe_split(split: Mapping[str, Any]) -> str:
    """What was held out, in a line: "people held out, seed 1"."""
    seed = split.get("seed")
    share = split.get("test_share")
    percent = f"{100 * share:g} %" if isinstance(share, float | int) else said("some")
    people_seed = split.get("people_seed")
    seeds = (
        said("seed {seed}", seed=seed)
        if people_seed in (None, seed)
        else said("seeds {people_seed} and {seed}", people_seed=people_seed, seed=seed)
    )
    match split.get("kind"):
        case "strong":
            return said("whole people held out, {seeds}", seeds=seeds)
        case "random":
            return said("{percent} of all ratings held out at random, seed {seed}", percent=percent, seed=seed)
        case "time":
            return said("the newest {percent} of all ratings held out", percent=percent)
        case "last":
            return said("each person's last rating held out")
        case "none":
            return said("learned from everything, nothing held out")
    return str(split.get("kind"))


def describe_people(group: RunGroup) -> str:
    """Whom a group was evaluated on: "Evaluated on the same 60 people"."""
    if not group.can_be_evaluated:
        return said("Nobody is left to evaluate them on")
    if not group.people:
        return said("Not evaluated")
    people = plural(group.people, "person")
    if len(group.runs) > 1:
        return said("Evaluated on the same {people}", people=people)
    return said("Evaluated on {people}", people=people)
