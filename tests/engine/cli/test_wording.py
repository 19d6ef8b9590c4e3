"""Numbers as people read them in a terminal."""

from __future__ import annotations

import pytest

from engine.cli.output import percent


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.0008, "0.1 %"),
        (0.003, "0.3 %"),
        (-0.003, "0.3 %"),
        (0.0096, "1 %"),
        (0.34, "34 %"),
    ],
)
def test_that_a_small_share_is_never_said_to_be_none(share, words):
    assert percent(share) == words
