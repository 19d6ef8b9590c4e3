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

_DOUBAN = {"time": "ratingtime"}
_douban = partial(
    Layout,
    "Douban films",
    scale=(1, 5, 1),
    word="film",
    names=("ratings.csv",),
    items=ItemsLayout(names=("movies.csv",), genre_sign="/"),
    about="RATING_ID,USER_MD5,MOVIE_ID,RATING,RATING_TIME; titles in movies.csv",
)

_goodreads = partial(Layout, "Goodreads interactions", scale=(1, 5, 1), unrated=(0.0,), word="book")

POPULATION: tuple[Layout, ...] = (
    Layout(
        "MovieLens csv",
        header=("userid", "movieid", "rating", "timestamp"),
        scale=HALF_STARS,
        id_kind="movielens",
        word="film",
        names=("ratings.csv", "rating.csv", "user_ratedmovies-timestamps.dat"),
        items=ItemsLayout(names=("movies.csv", "movie.csv"), links=("links.csv", "link.csv")),
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
    _goodreads(
        header=("userid", "bookid", "reviewid", "isread", "rating"),
        names=("goodreads_interactions_dedup.json",),
        items=ItemsLayout(names=("goodreads_books*.json",)),
        about="user_id, book_id, is_read and rating, an object a line; titles in goodreads_books.json",
    ),
    _goodreads(
        header=("userid", "bookid", "isread", "rating"),
        names=("goodreads_interactions.csv",),
        items=ItemsLayout(names=("goodreads_books*.json",), id_map=("book_id_map.csv", "bookidcsv", "bookid")),
        about="user_id,book_id,is_read,rating,is_reviewed: 0 where not rated; books that nobody read are left out; "
        "titles in goodreads_books.json, found by book_id_map.csv",
    ),
    Layout(
        "Amazon reviews of 2023",
        header=("parentasin", "asin", "userid", "rating", "timestamp"),
        roles={"item": "parentasin", "title": ""},
        scale=(1, 5, 1),
        word="product",
        items=ItemsLayout(names=("meta_*.jsonl", "meta_*.json")),
        about="rating, asin, parent_asin, user_id and timestamp, an object a line; titles in meta_*.jsonl",
        note="A product in several sizes or colours (parent_asin) is one title; with asin as the column of titles each "
        "of them is one.",
    ),
    Layout(
        "Amazon reviews",
        header=("reviewerid", "asin", "overall", "unixreviewtime"),
        roles={"title": ""},
        scale=(1, 5, 1),
        word="product",
        items=ItemsLayout(names=("meta_*.json", "meta_*.jsonl")),
        about="reviewerID, asin, overall and unixReviewTime, an object a line; titles in meta_*.json",
    ),
    Layout(
        "Amazon books",
        header=("id", "title", "userid", "reviewscore", "reviewtime"),
        roles={"item": "id", "rating": "reviewscore", "time": "reviewtime"},
        scale=(1, 5, 1),
        word="book",
        names=("books_rating.csv",),
        items=ItemsLayout(names=("books_data.csv",)),
        about="Id,Title,User_id,review/score,review/time; years and genres by title in books_data.csv",
    ),
    Layout(
        "Letterboxd ratings of many people",
        header=("movieid", "ratingval", "userid"),
        scale=(1, 10, 1),
        word="film",
        names=("ratings_export.csv",),
        items=ItemsLayout(names=("movie_data.csv",)),
        about="movie_id,rating_val,user_id, 1 to 10; titles in movie_data.csv",
    ),
    _douban(header=("ratingid", "usermd5", "movieid", "rating", "ratingtime"), roles=_DOUBAN | {"user": "usermd5"}),
    _douban(header=("ratingid", "userid", "movieid", "rating", "ratingtime"), roles=_DOUBAN),
    Layout(
        "Douban comments",
        header=("movienameen", "username", "star", "date"),
        roles={"item": "movienameen", "title": "movienameen", "rating": "star", "time": "date"},
        scale=(1, 5, 1),
        word="film",
        names=("dmsc.csv",),
        about="Movie_Name_EN,Username,Date,Star among others",
    ),
    Layout(
        "BoardGameGeek",
        header=("bggid", "rating", "username"),
        scale=(1, 10, 0),
        id_kind="bgg",
        word="game",
        names=("user_ratings.csv",),
        items=ItemsLayout(names=("games.csv",)),
        about="BGGId,Rating,Username; titles in games.csv",
    ),
    Layout(
        "BoardGameGeek reviews",
        header=("user", "rating", "comment", "id", "name"),
        roles={"item": "id"},
        scale=(1, 10, 0),
        id_kind="bgg",
        word="game",
        names=("bgg-15m-reviews.csv", "bgg-19m-reviews.csv", "bgg-13m-reviews.csv"),
        items=ItemsLayout(names=("games_detailed_info.csv",)),
        about="user,rating,comment,ID,name; years and genres in games_detailed_info.csv",
    ),
    Layout(
        "Steam recommendations",
        header=("appid", "isrecommended", "hours", "userid"),
        roles={"rating": "isrecommended"},
        word="game",
        names=("recommendations.csv",),
        items=ItemsLayout(names=("games.csv",)),
        about="app_id,date,is_recommended,hours,user_id: recommended or not; titles in games.csv",
    ),
    Layout(
        "Steam reviews",
        header=("appid", "appname", "recommended", "authorsteamid"),
        roles={"user": "authorsteamid", "rating": "recommended", "time": "timestampcreated"},
        word="game",
        names=("steam_reviews.csv",),
        about="app_id,app_name,timestamp_created,recommended,author.steamid: recommended or not",
    ),
    Layout(
        "Last.fm (HetRec 2011)",
        header=("userid", "artistid", "weight"),
        roles={"rating": "weight"},
        counts=True,
        word="artist",
        names=("user_artists.dat",),
        items=ItemsLayout(names=("artists.dat",)),
        about="userID, artistID and weight (how often they were played) between tabs; names in artists.dat",
    ),
    Layout(
        "MyAnimeList lists of many people",
        header=("username", "animeid", "myscore", "mystatus"),
        roles={"time": "mylastupdated"},
        scale=(1, 10, 1),
        unrated=(0.0,),
        id_kind="mal",
        word="anime",
        names=("animelists_cleaned.csv", "useranimelist.csv"),
        items=ItemsLayout(names=("anime_cleaned.csv", "animelist.csv", "anime_filtered.csv")),
        about="username,anime_id,my_score,my_status and others, 0 where not rated; titles in anime_cleaned.csv",
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
