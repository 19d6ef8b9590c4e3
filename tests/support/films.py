"""Libraries of planted ratings; where a run is in it, made by commands as a person would make it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from every_job import REPORT
from planted import planted_dataset

from engine.cli.command_line import run
from engine.library.store import Library


def planted_home(folder: Path) -> Path:
    """`folder`/home with the planted data set and no run."""
    with Library.open(folder / "home", who="a test") as library:
        library.datasets.save(planted_dataset(), REPORT)
    return folder / "home"


def ratings_file(path: Path) -> Path:
    """The planted ratings, written as a file of MovieLens."""
    histories = planted_dataset().histories
    rows = zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    lines = [f"{user},{item},{rating:g},1" for user, item, rating in rows]
    path.write_text("\n".join(["userId,movieId,rating,timestamp", *lines]))
    return path


def films_home(folder: Path, titles: Iterable[str], *, model: str) -> Path:
    """`folder`/home with the data set "Films", its titles as these lines of movies.csv say, and a run of a model."""
    home, movies = folder / "home", folder / "movies.csv"
    movies.write_text("\n".join(["movieId,title,genres", *titles]))
    command(home, "import", ratings_file(folder / "ratings.csv"), "--items", movies, "--name", "Films")
    command(home, "train", "Films", "--model", model)
    return home


def command(home: Path, *words: object) -> None:
    """A command that goes well."""
    assert run([str(word) for word in (*words, "--home", home)]) == 0
