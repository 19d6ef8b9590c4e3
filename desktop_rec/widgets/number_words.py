"""Numbers as people say them: 3.1e-3, 12,480, 1:12, 0.412. Used by every plot, strip and button."""

from __future__ import annotations

import math

from engine.training.config import rate_words as rate_words


def figure_words(value: float) -> str:
    """A loss or a metric with three figures: 0.412, 6.41, 641, 12,480; what is not finite says so."""
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-3:
        return rate_words(value) if value > 0 else f"-{rate_words(-value)}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 3)}f}"


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two errors with two decimals, or with as many more, four at most, as it takes to see which is the smaller."""
    for decimals in (2, 3, 4):
        said = f"{one:.{decimals}f}", f"{other:.{decimals}f}"
        if said[0] != said[1]:
            return said
    return f"{one:.2f}", f"{other:.2f}"


def count_words(count: float) -> str:
    """A count with its thousands apart: 12,480."""
    return f"{count:,.0f}"


def time_words(seconds: float) -> str:
    """A span of time: 0:07, 1:12, 2:03:04."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def metric_words(name: str) -> str:
    """A metric's name as it is written: ndcg@100 -> NDCG@100, recall@20 -> recall@20, rmse -> RMSE."""
    head, _, tail = name.partition("@")
    head = head.replace("_", " ")
    words = head.upper() if head in ("ndcg", "rmse", "mse", "mae", "map", "ap") else head.replace("ndcg", "NDCG")
    return f"{words}@{tail}" if tail else words
