"""One title of a data set belongs to one title of an export: where two claim it, the better keeps it.

Stands at the end of the matcher.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.matching.match import Match

_CLEARLY_BETTER = 4.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A match, and how strongly it holds on to its title where it is sure."""

    match: Match
    strength: float


def settled(claims: Sequence[Claim]) -> tuple[Match, ...]:
    """The matches, no two of them surely the same title: clearly the strongest keeps it, else nobody does."""
    claimants: defaultdict[int, list[int]] = defaultdict(list)
    for number, claim in enumerate(claims):
        if claim.match.item_row is not None:
            claimants[claim.match.item_row].append(number)
    matches = [claim.match for claim in claims]
    for numbers in claimants.values():
        ranked = sorted(numbers, key=lambda number: -claims[number].strength)
        if len(ranked) > 1:
            ahead = claims[ranked[0]].strength - claims[ranked[1]].strength
            for number in ranked[1:] if ahead >= _CLEARLY_BETTER else ranked:
                matches[number] = dataclasses.replace(
                    matches[number], verdict="unsure", item_row=None, why="two of your titles fit the same one"
                )
    return tuple(matches)
