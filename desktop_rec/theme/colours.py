"""The two palettes, light and dark, as plain strings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colours:
    """One palette, as "#rrggbb". `surface` is the page, `raised` cards and fields, `sunken` the sidebar.

    `on_accent` is text on the accent; `accent_soft` is a selected row. `raw` and `grid` are for plots: a raw curve
    and the grid behind it; `second` is a second curve beside the accent one. `series` tell runs apart that are drawn
    together; baselines are drawn in `raw`.
    """

    accent: str
    accent_strong: str
    on_accent: str
    accent_soft: str
    positive: str
    negative: str
    warning: str
    text: str
    text_weak: str
    surface: str
    raised: str
    sunken: str
    hover: str
    line: str
    grid: str
    raw: str
    second: str
    series: tuple[str, ...]


LIGHT = Colours(
    accent="#5146d0",
    accent_strong="#4237b8",
    on_accent="#ffffff",
    accent_soft="#e7e5fb",
    positive="#17754a",
    negative="#b42318",
    warning="#855300",
    text="#1b1b23",
    text_weak="#5b5b6b",
    surface="#f7f7fa",
    raised="#ffffff",
    sunken="#eeeef4",
    hover="#e6e6ee",
    line="#d5d5df",
    grid="#e7e7ee",
    raw="#86869a",
    second="#0c6b7d",
    series=("#5146d0", "#0c6b7d", "#b45309", "#a21caf", "#4d7c0f", "#be185d", "#1d6fd8", "#7c5a2b"),
)

DARK = Colours(
    accent="#9a92ff",
    accent_strong="#b3acff",
    on_accent="#14131f",
    accent_soft="#322f5c",
    positive="#54c88f",
    negative="#ff8a80",
    warning="#e8b75a",
    text="#ededf3",
    text_weak="#a9a9b8",
    surface="#18181d",
    raised="#222229",
    sunken="#131317",
    hover="#2b2b34",
    line="#383843",
    grid="#2b2b34",
    raw="#77778a",
    second="#4fb9cc",
    series=("#9a92ff", "#4fb9cc", "#f0a45d", "#e08bf0", "#a3d15f", "#ff8fbd", "#7db2ff", "#d0b184"),
)
