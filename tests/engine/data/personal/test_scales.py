"""The scale of ratings that do not say theirs."""

from __future__ import annotations

import pytest

from engine.data.dataset import Scale
from engine.data.personal.conversion import guessed_scale


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        ([], Scale(0.5, 5, 0.5)),
        ([1, 5, 3], Scale(1, 5, 1)),
        ([3.5, 4], Scale(0.5, 5, 0.5)),
        ([4.25], Scale(0.25, 5, 0.25)),
        ([4.3], Scale(1, 5, 0.1)),
        ([0, 5], Scale(0, 5, 1)),
        ([7, 2], Scale(1, 10, 1)),
        ([7.5, 2], Scale(1, 10, 0.5)),
        ([0, 10], Scale(0, 10, 1)),
        ([85, 12], Scale(1, 100, 1)),
        ([-3.25, 8], Scale(-10, 10, 0.25)),
        ([250, 3], Scale(1, 250, 1)),
        ([3.14159, 2], Scale(1, 5, 0)),
    ],
)
def test_that_the_smallest_common_scale_that_fits_is_taken(ratings, scale):
    assert guessed_scale(ratings) == scale
