"""A measured ladder in words, and as a drawing (SVG) that needs no window: bars on a scale where each step is a factor.

Each bar begins where the one before it ended, so that they add up to what all rungs together gain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from engine.evaluation.metrics import metric_title
from engine.library.ladders import LadderRung, MeasuredLadder
from engine.text import format_duration, format_factor, format_figure, shorten
from engine.wording import counted, said

_WIDTH, _NAMES, _ROW, _TOP, _BOTTOM, _RIGHT = 760, 190, 44, 64, 112, 150
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1b23; }
.weak { fill: #5b5b6b; } .title { font-size: 17px; font-weight: 600; } .page { fill: #ffffff; }
.gain { fill: #5146d0; } .loss { fill: #b42318; } .whole { fill: #0c6b7d; } .grid { stroke: #e7e7ee; }
@media (prefers-color-scheme: dark) {
text { fill: #ededf3; } .weak { fill: #a9a9b8; } .page { fill: #222229; }
.gain { fill: #9a92ff; } .loss { fill: #ff8a80; } .whole { fill: #4db8c9; } .grid { stroke: #34343e; }
}"""


def rung_title(rung: str) -> str:
    """What a rung is called.

    >>> rung_title("sparse")
    'Sparse profiles'
    """
    return {
        "dense": said("Plain code"),
        "sparse": said("Sparse profiles"),
        "own": said("Own gradients"),
        "bf16": said("Half precision"),
        "fp16": said("Half precision"),
        "gpu": said("Graphics card"),
    }.get(rung, rung)


def rung_sentence(rung: str) -> str:
    """What a rung does that the one before it did not."""
    return {
        "dense": said("As such networks are mostly written: a table of all people and titles, nearly all empty."),
        "sparse": said("Only the titles that somebody has are stored and read."),
        "own": said("The loss and its gradient are computed in one go, and the optimizer changes all weights at once."),
        "bf16": said("Numbers of 16 bits instead of 32 (bf16)."),
        "fp16": said("Numbers of 16 bits instead of 32 (fp16)."),
        "gpu": said("The same on the graphics card, with its fastest numbers."),
    }.get(rung, "")


def summary(ladder: MeasuredLadder) -> tuple[str, ...]:
    """What the ladder comes to, in sentences: the speed, and what became of the quality."""
    if not ladder.rungs:
        return ()
    first, last = ladder.rungs[0], ladder.rungs[-1]
    speed = said(
        "{model} learns {factor} as fast as with plain code: {time} instead of {plain} for 500 people.",
        model=ladder.model,
        factor=format_factor(ladder.product),
        time=format_duration(last.milliseconds / 1000),
        plain=format_duration(first.milliseconds / 1000),
    )
    return (speed, *_quality(ladder, first, last))


def _quality(ladder: MeasuredLadder, first: LadderRung, last: LadderRung) -> Iterator[str]:
    if first.quality is None or last.quality is None or first.low is None or first.high is None:
        return
    metric, top, plain = metric_title(ladder.metric), format_figure(last.quality), format_figure(first.quality)
    if first.low <= last.quality <= first.high:
        yield said(
            "Its lists are as good: {metric} {top}, with plain code {plain}; that much is chance.",
            metric=metric,
            top=top,
            plain=plain,
        )
    elif last.quality > first.quality:
        yield said(
            "Its lists are better: {metric} {top}, with plain code {plain}.", metric=metric, top=top, plain=plain
        )
    else:
        yield said("Its lists are worse: {metric} {top}, with plain code {plain}.", metric=metric, top=top, plain=plain)


def circumstances_of(ladder: MeasuredLadder) -> tuple[str, str]:
    """On what, and with what it was measured."""
    data = said(
        "{dataset}, {titles} titles: {steps} steps in each way, each of {batch} people, judged on {judged} others.",
        dataset=shorten(ladder.dataset_name, 40),
        titles=f"{ladder.titles:,}",
        steps=f"{ladder.steps:,}",
        batch=f"{ladder.batch:,}",
        judged=f"{ladder.judged:,}",
    )
    threads = counted("{count} thread", "{count} threads", ladder.threads)
    return data, said("{device}; {threads}.", device=ladder.device, threads=threads)


def quality_words(ladder: MeasuredLadder, rung: LadderRung) -> str:
    """How good the lists of a rung are."""
    return "" if rung.quality is None else f"{metric_title(ladder.metric)} {format_figure(rung.quality)}"


def spans(ladder: MeasuredLadder) -> list[tuple[float, float]]:
    """From where to where each rung's bar goes, as factors of the first; of each but the first."""
    return [(rung.faster / rung.gain, rung.faster) for rung in ladder.rungs[1:]]


def reach(ladder: MeasuredLadder) -> tuple[float, float]:
    """The least and the greatest factor that the picture shows."""
    ends = [1.0, *(end for span in spans(ladder) for end in span)]
    return min(ends) / 1.12, max(max(ends) * 1.4, 2.0)


def drawing(ladder: MeasuredLadder) -> str:
    """The picture as SVG, in the colours that the system prefers."""
    rows, (low, high) = len(ladder.rungs) + 1, reach(ladder)
    height, end = _TOP + rows * _ROW + _BOTTOM, _WIDTH - _RIGHT

    def x_of(factor: float) -> float:
        return _NAMES + (end - _NAMES) * math.log(factor / low) / math.log(high / low)

    parts = [f'<rect class="page" width="{_WIDTH}" height="{height}"/>']
    parts.append(_text(16, 30, said("Learning, rung by rung"), "title"))
    parts.append(_text(16, 50, said("How many times faster than plain code"), "weak"))
    for tick in (tick for tick in _TICKS if low <= tick <= high):
        x = x_of(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TOP + rows * _ROW}"/>')
        parts.append(_text(x, _TOP + rows * _ROW + 18, format_factor(tick), "weak", anchor="middle"))
    for row, (rung, (start, until)) in enumerate(zip(ladder.rungs, [(1.0, 1.0), *spans(ladder)], strict=True)):
        words = format_factor(rung.gain if row else 1.0)
        parts += _bar(row, rung_title(rung.rung), x_of(start), x_of(until), "gain" if until >= start else "loss", words)
        parts.append(_text(_WIDTH - 16, _middle(row), quality_words(ladder, rung), "weak", anchor="end"))
    whole = format_factor(ladder.product)
    parts += _bar(rows - 1, said("All together"), x_of(1.0), x_of(ladder.product), "whole", whole)
    for line, sentence in enumerate((*summary(ladder), *circumstances_of(ladder))):
        parts.append(_text(16, height - _BOTTOM + 42 + 20 * line, sentence, "weak"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    return "\n".join((head, f"<style>{_STYLE}</style>", *parts, "</svg>", ""))


_TICKS = tuple(digit * 10.0**power for power in range(-2, 4) for digit in (1, 2, 3, 5))


def _bar(row: int, title: str, start: float, until: float, kind: str, words: str) -> list[str]:
    left, width = min(start, until), max(2.0, abs(until - start))
    top = _TOP + row * _ROW + 12
    return [
        _text(_NAMES - 12, _middle(row), title, anchor="end"),
        f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="20" rx="3"/>',
        _text(left + width + 8, _middle(row), words),
    ]


def _middle(row: int) -> int:
    return _TOP + row * _ROW + 27


def _text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'
