"""What is printed can be read wherever it goes, and sentences name the program as it was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_rec.__main__ import main
from engine.cli import program
from engine.cli.program import as_command, started_as

ROOT = Path(__file__).parents[3]
RATINGS = "user,movie,rating\n" + "".join(
    f"{user},{title},4\n" for user in range(3) for title in ("Сталкер", "千と千尋")
)


@pytest.mark.parametrize(
    ("started", "is_frozen", "words"),
    [
        (["/lib/engine/__main__.py", "runs"], False, ("python", "-m", "engine")),
        (["/usr/bin/desktop-rec-engine", "runs"], False, ("desktop-rec-engine",)),
        (["desktop-rec-engine.exe", "runs"], False, ("desktop-rec-engine",)),
        (["/usr/bin/desktop-rec", "--engine", "runs"], False, ("desktop-rec", "--engine")),
        (["/lib/desktop_rec/__main__.py", "--engine"], False, ("python", "-m", "desktop_rec", "--engine")),
        (["/opt/Desktop Rec/desktop-rec", "--engine", "runs"], True, ("/opt/Desktop Rec/desktop-rec", "--engine")),
        ([], False, ("python", "-m", "engine")),
    ],
)
def test_that_the_program_is_named_as_it_was_started(started, is_frozen, words):
    assert started_as(started, is_frozen=is_frozen) == words


def test_that_sentences_name_it_so(monkeypatch, ask):
    monkeypatch.setattr(program.sys, "argv", ["/opt/Desktop Rec/desktop-rec", "--engine", "train"])
    monkeypatch.setattr(program.sys, "frozen", True, raising=False)
    assert as_command("runs") == "'/opt/Desktop Rec/desktop-rec' --engine runs"
    status, _, err = ask("train", "sample")
    assert status == 2
    assert "(see: '/opt/Desktop Rec/desktop-rec' --engine models)" in err


def test_that_the_window_s_program_runs_the_commands_too(capsys):
    assert main(["--engine", "models"]) == 0
    assert "two_head" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_that_titles_of_any_script_arrive_whole_in_a_pipe(encoding, tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(RATINGS, encoding="utf-8")
    surroundings = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "engine", "look", str(path)], env=surroundings, capture_output=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "Сталкер" in done.stdout.decode("utf-8")
    assert "千と千尋" in done.stdout.decode("utf-8")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "encoding", ["cp1252", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("cp437", "ascii"))]
)
def test_that_no_command_ends_in_a_traceback_for_want_of_signs(encoding, warm_python, planted_home, tmp_path):
    path, home = tmp_path / "Фильмы.csv", ["--home", str(planted_home)]
    path.write_text(RATINGS + "".join(f"{user},Берег {user % 4},3\n" for user in range(3, 60)), encoding="utf-8")
    commands = (
        (["import", str(path), "--name", "Фильмы ★", *home], 0, "Фильмы ★"),
        (["datasets", *home], 0, "Фильмы ★"),
        (["datasets", "--json", *home], 0, "Фильмы ★"),
        (["look", str(tmp_path / "нет.csv")], 1, "нет.csv is not there"),
        (["export-ratings", "Мария", "--out", str(tmp_path / "мои.csv"), *home], 1, "Мария"),
        (["train", "Фильмы ★", "--model", "popularity", "--split", "random", *home], 0, "popularity 1"),
        (["recommend", "latest", "--user", "1", "--top", "3", *home], 0, "Берег"),
    )
    surroundings = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    for words, status, said in commands:
        done = subprocess.run(
            [warm_python, "-m", "engine", *words], env=surroundings, capture_output=True, cwd=tmp_path
        )
        printed = (done.stdout + done.stderr).decode("utf-8")
        assert "Traceback" not in printed
        assert (done.returncode, said in printed) == (status, True), (words, printed)


def test_that_the_tour_says_where_its_pictures_are_in_any_script(warm_python, tmp_path):
    code = (
        "import pathlib, desktop_rec.__main__ as program; program._run_tour = lambda folder: 0; "
        "program._tour(pathlib.Path('Снимки'))"
    )
    surroundings = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([warm_python, "-c", code], env=surroundings, capture_output=True, cwd=tmp_path)
    assert done.stdout.decode("utf-8").endswith("Снимки\n"), done.stderr
