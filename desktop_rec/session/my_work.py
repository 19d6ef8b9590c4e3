"""What the desk for my ratings asks of the engine, as generators that are made and driven on a job thread.

Stands beside work.py. Module functions, never lambdas: they cross threads.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.events import Job

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.matching.review import Review
    from engine.data.onboarding import Onboarding


def match_export(dataset: Dataset, path: Path) -> Job[Review]:
    """Read an export and find its titles. Raises DataError and ProfileError where it is none."""
    from engine import operations

    return (yield from operations.match_export(dataset, path))


def make_onboarding(dataset: Dataset) -> Job[Onboarding]:
    """The onboarding of a data set, for newcomers."""
    from engine.data.onboarding import Onboarding

    yield None
    return Onboarding(dataset)
