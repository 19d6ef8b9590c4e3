"""Known layouts of many people's ratings, declared; of several that fit a file the first counts."""

from __future__ import annotations

from functools import partial

from engine.data.formats.layout import ItemsLayout, Layout

_GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip

FOUR = {"user": 0, "item": 1, "rating": 2, "time": 3}
HALF_STARS = (0.5, 5.0, 0.5)
_MOVIES_DAT = ItemsLayout(names=("movies.dat",), columns={"item": 0, "title": 1, "genres": 2})
_book_crossing = partial(
    Layout,
    "BookCrossing",
    scale=(1, 10, 1),
    unrated=(0.0,),
    id_kind="isbn",
    word="book",
    items=ItemsLayout(names=("bx-books.csv", "bx_books.csv", "books.csv")),
)

WIDE_TABLE = Layout(
    "wide table",
    kind="wide",
    about="a row a person and a column a title, or the other way round; blanks, 0 or 99 where there is no rating",
)

POPULATION: tuple[Layout, ...] = (
    Layout(
        "MovieLens csv",
        header=("userid", "movieid", "rating", "timestamp"),
        scale=HALF_STARS,
        id_kind="movielens",
        word="film",
        names=("ratings.csv",),
        items=ItemsLayout(names=("movies.csv",), links=("links.csv",)),
        about="userId,movieId,rating,timestamp; titles in movies.csv, ids of IMDb and TMDB in links.csv",
    ),
    Layout(
        "MovieTweetings",
        delimiter="::",
        columns=FOUR,
        width=(4, 5),
        item_pattern=r"\d{7,8}",
        scale=(0, 10, 1),
        id_kind="imdb",
        word="film",
        names=("ratings.dat",),
        items=_MOVIES_DAT,
        about="user::imdb id::rating::time; titles in movies.dat",
    ),
    Layout(
        "MovieLens 1M/10M",
        delimiter="::",
        columns=FOUR,
        width=(4, 4),
        item_pattern=r"[1-9]\d*",
        scale=HALF_STARS,
        id_kind="movielens",
        word="film",
        names=("ratings.dat",),
        items=_MOVIES_DAT,
        about="UserID::MovieID::Rating::Timestamp; titles in movies.dat",
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
        about="u.data: user, item, rating and time between tabs; titles in u.item",
    ),
    Layout(
        "Netflix Prize",
        kind="sections",
        scale=(1, 5, 1),
        id_kind="netflix",
        word="film",
        names=("combined_data_1.txt",),
        parts=r"combined_data_\d+\.txt|mv_\d+\.txt",
        items=ItemsLayout(names=("movie_titles.csv", "movie_titles.txt"), columns={"item": 0, "year": 1, "title": 2}),
        about="MovieID: and below it CustomerID,Rating,Date, in files or a folder; titles in movie_titles.csv or .txt",
    ),
    Layout(
        "matrix-completion text",
        kind="matrix",
        about="people, titles and ratings counted in the first line, then user item rating, then pairs to predict",
    ),
    Layout(
        "RecBole",
        header_pattern=r"\s*[^:]+:(token|float|token_seq|float_seq)\s*",
        items=ItemsLayout(names=("*.item",), genre_sign=" "),
        about="user_id:token, item_id:token, rating:float and timestamp:float between tabs; titles in .item",
    ),
    Layout(
        "Jester (one row a person)",
        kind="wide",
        scale=(-10, 10, 0),
        missing=(99.0,),
        word="joke",
        parts=r"jester-data-\d+\.(csv|txt)",
        about="a row a person and a column a joke, -10 to 10, 99 where unrated; the first column may count the ratings",
    ),
    WIDE_TABLE,
    Layout(
        "Jester",
        columns={"user": 0, "item": 1, "rating": 2},
        width=(3, 3),
        item_pattern=r"[1-9]\d{0,2}",
        rating_pattern=r"-\d*\.\d+",
        scale=(-10, 10, 0),
        missing=(99.0,),
        word="joke",
        about="user, item and a rating from -10 to 10",
    ),
    _book_crossing(
        header=("userid", "isbn", "bookrating"),
        names=("bx-book-ratings.csv",),
        about='"User-ID";"ISBN";"Book-Rating", 0 where read but not rated; titles in BX-Books.csv',
    ),
    _book_crossing(
        header=("userid", "isbn", "rating"), names=("ratings.csv",), about="the same with a column called Rating"
    ),
    Layout(
        "anime with a history",
        header=("userid", "animeid", "feedback"),
        word="anime",
        names=("anime_ratings.dat",),
        items=ItemsLayout(names=("anime_info.dat",)),
        about="User_ID, Anime_ID, Feedback: one file of ratings, one of what was seen; titles in anime_info.dat",
    ),
    Layout(
        "anime ratings",
        header=("userid", "animeid", "rating"),
        scale=(1, 10, 1),
        unrated=(-1.0, 0.0),
        word="anime",
        names=("rating.csv",),
        items=ItemsLayout(names=("anime.csv",)),
        about="user_id,anime_id,rating from 1 to 10, -1 where seen but not rated; titles in anime.csv",
    ),
)
