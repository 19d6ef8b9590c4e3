"""Both palettes can be read, and the theme follows what is chosen."""

import pytest
from PySide6.QtGui import QPalette

from desktop_rec.theme.theme import DARK, LIGHT, THEME, apply_theme, contrast, palette

_TEXTS = ("text", "text_weak", "accent", "accent_strong", "positive", "negative", "warning", "second")
_GROUNDS = ("surface", "raised", "sunken", "hover", "accent_soft")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", _TEXTS)
@pytest.mark.parametrize("ground", _GROUNDS)
def test_that_every_text_stands_out_from_every_ground(colours, text, ground):
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_text_on_the_accent_and_raw_curves_can_be_seen(colours):
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_accent, colours.accent_strong) >= 4.5
    assert contrast(colours.raw, colours.raised) >= 3.0


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_runs_drawn_together_can_be_seen_and_told_apart(colours):
    assert len(set(colours.series)) == len(colours.series) == 8
    assert all(contrast(colour, colours.raised) >= 4.5 for colour in colours.series)


def test_that_contrast_is_what_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_that_a_choice_repaints_the_application_and_tells_the_plots(qapp, recorded):
    changed = recorded(THEME.changed)
    apply_theme(qapp, "dark")
    assert THEME.colours == DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.surface
    apply_theme(qapp, "light")
    assert THEME.colours == LIGHT
    assert len(changed.calls) >= 2


def test_that_the_palettes_differ_in_every_ground():
    light, dark = palette(False), palette(True)
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.Button):
        assert light.color(role) != dark.color(role)
