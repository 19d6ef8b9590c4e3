"""An export of a person's own ratings is read and its titles found in a data set, for the person to review.

Wires the readers of exports to the matcher. Works without torch.
"""

from __future__ import annotations

from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.matching.matcher import Matcher
from engine.data.matching.review import Review, review_of
from engine.data.personal.reading import read_export
from engine.data.reading.shape import Given
from engine.events import Job, StageStarted


def match_export(
    dataset: Dataset, path: Path, *, given: Given | None = None, matcher: Matcher | None = None
) -> Job[Review]:
    """Read an export and match its titles; those that are only planned are no part of the review. Stop passes through.

    `matcher` is one of the same data set that has been used before: it has its index ready. Raises DataError where the
    file is no export, ProfileError where nothing in it is usable.
    """
    yield StageStarted("reading", f"Reading {path.name}")
    export = read_export(path, given=given)
    yield StageStarted("matching", f"Finding your titles in {dataset.name}")
    titles = tuple(one for one in export.titles if one.state != "planned")
    matches = yield from (matcher or Matcher(dataset)).match_all(titles)
    return review_of(export, titles, matches)
