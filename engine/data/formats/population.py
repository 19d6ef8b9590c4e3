"""Known layouts of many people's ratings, as one table of declarations: a new one is a few lines here.

Stands at the very start of the street: sniff.py compares what a file holds with these, and the readers follow what
they say.
"""

from __future__ import annotations

from engine.data.formats.layout import ItemsLayout, Layout

_GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip

FOUR = {"user": 0, "item": 1, "rating": 2, "time": 3}
_DAT_ITEMS = ItemsLayout(names=("movies.dat",), columns={"item": 0, "title": 1, "genres": 2})

POPULATION: tuple[Layout, ...] = (
    Layout(
        "MovieLens csv",
        header=("userid", "movieid", "rating", "timestamp"),
        word="film",
        names=("ratings.csv",),
        items=ItemsLayout(names=("movies.csv",)),
    ),
    Layout(
        "MovieTweetings",
        delimiter="::",
        columns=FOUR,
        width=(4, 5),
        item_pattern=r"0\d{6}",
        word="film",
        names=("ratings.dat",),
        items=_DAT_ITEMS,
    ),
    Layout(
        "MovieLens 1M/10M",
        delimiter="::",
        columns=FOUR,
        width=(4, 4),
        item_pattern=r"[1-9]\d*",
        word="film",
        names=("ratings.dat",),
        items=_DAT_ITEMS,
    ),
    Layout(
        "MovieLens 100K",
        delimiter="\t",
        columns=FOUR,
        width=(4, 4),
        item_pattern=r"[1-9]\d*",
        needs_items=True,
        word="film",
        names=("u.data",),
        items=ItemsLayout(
            names=("u.item",), columns={"item": 0, "title": 1}, width=24, first_flag=5, flags=_GENRES_100K
        ),
    ),
    Layout(
        "Netflix Prize",
        kind="sections",
        scale=(1, 5, 1),
        id_kind="netflix",
        word="film",
        names=("combined_data_1.txt",),
        items=ItemsLayout(
            names=("movie_titles.csv", "movie_titles.txt"),
            columns={"item": 0, "year": 1, "title": 2},
            last_runs_on=True,
        ),
    ),
    Layout("BookCrossing", header=("userid", "isbn", "bookrating"), unrated=(0.0,), word="book"),
)
