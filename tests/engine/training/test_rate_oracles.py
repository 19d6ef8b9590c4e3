"""Recorded sweeps of six models, read by the published rules of fastai and Lightning and by ours.

`recorded_sweeps.json` holds the raw losses of sweeps over the bundled sample. fastai's rules (callback.schedule:
`valley`, `slide`, `minimum`, `steep`) leave out a tenth of the points at the beginning and five at the end; Lightning's
(`_LRFinder.suggestion`) ten and one. They are given our smooth curve up to its lowest point where the rules should
agree with ours, and the one-sided average that they take themselves where they should not.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.training.rate_curve import suggest

RECORDED = json.loads(Path(__file__).with_name("recorded_sweeps.json").read_text())
STEP = 1.5
"""Two readings agree where they are less than this factor apart, as people see it on the plot: a sixth of a decade."""


@pytest.fixture(params=RECORDED)
def recorded(request):
    """The rates and losses of a sweep, and how it ended."""
    sweep = RECORDED[request.param]
    return np.array(sweep["lrs"]), np.array(sweep["losses"]), sweep["ended"]


def fastai_steep(lrs, losses):
    return lrs[np.argmin(np.diff(losses) / np.diff(np.log(lrs)))]


def fastai_minimum(lrs, losses):
    return lrs[np.argmin(losses)] / 10


def fastai_valley(lrs, losses):
    """The middle of the longest falling subsequence, counted back from its end."""
    longest, end = np.ones(len(losses), dtype=int), 0
    for place in range(1, len(losses)):
        lower = longest[:place][losses[:place] > losses[place]]
        longest[place] = 1 + (lower.max() if len(lower) else 0)
        end = place if longest[place] > longest[end] else end
    start = end - longest[end]
    third = (end - start) / 3
    return lrs[start + int(third) + int(third / 2)]


def fastai_slide(lrs, losses, *, apart=15, threshold=0.005):
    """From the right, the first place where the slope is as it is `apart` places further left."""
    slope, right = np.gradient(losses), len(losses) - 1
    left = right - apart
    found = lrs[left]
    while left >= 0 and abs(slope[right] - slope[left]) > threshold:
        found, right, left = lrs[left], right - 1, left - 1
    return found


def lightning(lrs, losses, *, skip_begin=10, skip_end=1):
    """The steepest place, None where the skips leave fewer than two points."""
    inside = losses[skip_begin:-skip_end]
    inside = inside[np.isfinite(inside)]
    return None if len(inside) < 2 else lrs[skip_begin + np.argmin(np.gradient(inside))]


def one_sided(losses, carry=0.98):
    weights = carry ** np.arange(len(losses))[::-1]
    return np.array([np.average(losses[: end + 1], weights=weights[-end - 1 :]) for end in range(len(losses))])


def agree(first, second):
    return max(first / second, second / first) < STEP


def read(recorded):
    """Our suggestions by kind, and the way down of our smooth curve from where a tenth of the fall is done."""
    lrs, losses, ended = recorded
    reading = suggest(lrs, losses, ended=ended)
    low = int(np.argmin(reading.smoothed))
    level = np.median(reading.smoothed[: low // 4 + 1])
    high = np.flatnonzero(reading.smoothed[: low + 1] >= level - 0.1 * (level - reading.smoothed[low]))
    down = slice(int(high[-1]), low + 1)
    return {mark.kind: mark.lr for mark in reading.suggestions}, lrs[down], reading.smoothed[down]


def test_that_our_steepest_is_that_of_fastai_and_lightning_on_the_same_curve(recorded):
    ours, lrs, curve = read(recorded)
    assert agree(ours["steepest"], fastai_steep(lrs, curve))
    assert agree(ours["steepest"], lightning(lrs, curve, skip_begin=0, skip_end=1))


def test_that_our_minimum_is_that_of_fastai_on_the_same_curve(recorded):
    ours, lrs, curve = read(recorded)
    assert ours["minimum"] == pytest.approx(fastai_minimum(lrs, curve))


def test_that_our_valley_is_that_of_fastai_where_the_curve_falls_without_a_break(recorded):
    ours, lrs, curve = read(recorded)
    if np.all(np.diff(curve) < 0):
        assert agree(ours["valley"], fastai_valley(lrs, curve))
    else:
        assert lrs[0] < ours["valley"] < lrs[-1]


def test_that_no_suggestion_of_ours_but_the_peak_lies_beyond_the_minimum(recorded):
    lrs, losses, ended = recorded
    reading = suggest(lrs, losses, ended=ended)
    assert max(mark.lr for mark in reading.suggestions if mark.kind != "peak") <= lrs[np.argmin(reading.smoothed)]


def test_that_the_slide_of_fastai_has_no_rule_like_it_here_as_it_may_lie_where_the_loss_has_risen():
    beyond = []
    for sweep in RECORDED.values():
        lrs = np.array(sweep["lrs"])
        curve = suggest(lrs, np.array(sweep["losses"])).smoothed
        beyond.append(bool(fastai_slide(lrs, curve) > lrs[np.argmin(curve)]))
    assert sum(beyond) == 2


def test_that_the_one_sided_average_of_fastai_puts_the_minimum_too_far_right(recorded):
    lrs, losses, ended = recorded
    ours = lrs[np.argmin(suggest(lrs, losses, ended=ended).smoothed)]
    theirs = lrs[np.argmin(one_sided(losses))]
    assert theirs > 1.1 * ours


def test_that_the_skips_of_lightning_are_not_needed_for_short_sweeps_to_end_in_words(recorded):
    lrs, losses, _ = recorded
    assert lightning(lrs[:11], losses[:11]) is None
    assert "11 rates" in suggest(lrs[:11], losses[:11]).words
