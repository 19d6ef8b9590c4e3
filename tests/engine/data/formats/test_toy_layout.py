"""A new layout is one declaration in the table: recognising, preview, import and the list of formats follow it."""

import json

import pytest

from engine.cli.command_line import run
from engine.data.dataset import Scale
from engine.data.formats import LAYOUTS, ItemsLayout, Layout
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.reading.roles import Given
from engine.events import drive

TOY = Layout(
    "Toy chest",
    header=("wer", "was", "wieviel"),
    roles={"user": "wer", "item": "was", "rating": "wieviel"},
    scale=(1, 6, 1),
    unrated=(0.0,),
    word="toy",
    names=("kiste.csv",),
    items=ItemsLayout(names=("spielzeug.txt",), columns={"item": 0, "title": 1}),
    about="wer,was,wieviel, 0 where only played with; titles in spielzeug.txt",
)


@pytest.fixture
def chest(tmp_path):
    """A folder of such files; the layout is declared as long as the test runs."""
    LAYOUTS.insert(0, TOY)
    ratings = [f"kind{user},{user % 3 + 1},{user % 6 + 1}" for user in range(40)]
    (tmp_path / "kiste.csv").write_text("\n".join(["Wer,Was,Wieviel", *ratings, "kind1,3,0", "kind2,3,9"]) + "\n")
    (tmp_path / "spielzeug.txt").write_text("1|Ball (1950)\n2|Puppe (1961)\n3|Kreisel, Der (1890)\n")
    (tmp_path / "notes.csv").write_text("a,b\n1,x\n2,y\n")
    yield tmp_path
    LAYOUTS.remove(TOY)


def test_that_the_preview_shows_a_declared_layout(chest):
    seen = drive(look([chest], Given()))
    assert seen.shape.layout == TOY
    assert (seen.files, seen.obstacle, seen.can_point) == (("kiste.csv",), None, True)
    assert (seen.rows[0].user, seen.rows[0].item, seen.rows[0].rating) == ("kind0", "1", 1.0)
    assert seen.titles_of_rows[:3] == ("Ball (1950)", "Puppe (1961)", "Der Kreisel (1890)")


def test_that_an_import_follows_a_declared_layout(chest):
    dataset, report = drive(import_files([chest], options=ImportOptions(), dataset_id="toys"))
    assert (report.layout, dataset.catalogue.word, dataset.scale) == ("Toy chest", "toy", Scale(1, 6, 1))
    assert dataset.catalogue.name(2) == "Der Kreisel (1890)"
    assert report.unrated == 1
    assert [(problem.line, problem.reason) for problem in report.problems] == [(43, "rating is outside of the scale")]


def test_that_the_terminal_knows_a_declared_layout(chest, capsys):
    assert run(["formats", "--json", "--home", str(chest / "home")]) == 0
    listed = json.loads(capsys.readouterr().out)["formats"]
    assert {"name": "Toy chest", "about": TOY.about}.items() <= listed[0].items()
    assert run(["look", str(chest / "kiste.csv"), "--json", "--home", str(chest / "home")]) == 0
    assert json.loads(capsys.readouterr().out)["layout"] == "Toy chest"
