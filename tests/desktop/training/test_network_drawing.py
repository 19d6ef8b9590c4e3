"""The drawing of the network: the plan's, in both palettes, and in words."""

import pytest

from desktop_rec.theme.colours import DARK, LIGHT
from desktop_rec.theme.theme import THEME
from desktop_rec.training.network_drawing import NetworkDrawing
from engine.models.network import CODE, INPUT, OUTPUT, Layer, Network

NETWORK = Network(
    (
        (Layer("Likes", 4000, INPUT),),
        (Layer("Code", 200, CODE, "tanh"),),
        (Layer("A", 9, OUTPUT), Layer("B", 9, OUTPUT)),
    ),
    ("likelihood",),
)


def colours_in(drawing):
    image = drawing.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_that_each_role_has_its_colour_of_the_palette(qtbot, monkeypatch, palette):
    monkeypatch.setattr(type(THEME), "colours", palette)
    drawing = NetworkDrawing()
    qtbot.addWidget(drawing)
    drawing.resize(400, drawing.sizeHint().height())
    drawing.show_network(NETWORK)
    assert {palette.raw, palette.positive, palette.warning} <= colours_in(drawing)


def test_that_the_drawing_is_said_in_words_and_goes_away_without_a_network(qtbot):
    drawing = NetworkDrawing()
    qtbot.addWidget(drawing)
    drawing.show_network(NETWORK)
    assert drawing.accessibleDescription() == NETWORK.words == drawing.toolTip()
    drawing.show_network(None)
    assert drawing.isHidden()
    assert drawing.accessibleDescription() == ""
