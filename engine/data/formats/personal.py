"""Known exports of one person's ratings, declared; in one export the rating of the first layout counts."""

from __future__ import annotations

from functools import partial

from engine.data.formats.layout import Layout

_PEOPLE = ("user", "userid", "username", "uid", "customerid", "reviewerid", "member", "rater")
"""A file with a column of people is many people's, whatever else it holds."""
_FILM = ("date", "name", "year", "letterboxduri")
_HALF_STARS, _TEN = (0.5, 5.0, 0.5), (1.0, 10.0, 1.0)

_export = partial(Layout, personal=True, unrated=(0.0,), header_without=_PEOPLE)
_letterboxd = partial(_export, service="Letterboxd", word="film", scale=_HALF_STARS)
_BY_LINK = {"letterboxd": "letterboxduri"}
_imdb = partial(_export, service="IMDb", scale=_TEN, ids={"imdb": "const"})
_IMDB_ROLES = {"rating": "yourrating", "time": "daterated", "medium": "titletype", "other title": "originaltitle"}
_imdb_list = partial(
    _imdb,
    header=("position", "const", "created", "title", "titletype", "url"),
    header_without=(*_PEOPLE, "yourated"),
    roles=_IMDB_ROLES,
)
_tmdb = partial(
    _export,
    header=("tmdbid", "imdbid", "type", "name", "seasonnumber", "yourrating"),
    roles={
        "rating": "yourrating",
        "time": "daterated",
        "year": "releasedate",
        "medium": "type",
        "season": "seasonnumber",
        "episode": "episodenumber",
    },
    ids={"tmdb": "tmdbid", "imdb": "imdbid"},
    scale=_TEN,
    service="TMDB",
)

PERSONAL: tuple[Layout, ...] = (
    Layout(
        "Desktop Rec ratings",
        personal=True,
        header=("itemid", "title", "year", "rating", "scalelow", "scalehigh", "scalestep"),
        header_without=_PEOPLE,
        roles={"item": "itemid", "low": "scalelow", "high": "scalehigh", "step": "scalestep"},
        ids={"item": "itemid"},
        service="Desktop Rec",
        about="your ratings as this program writes them",
    ),
    _letterboxd(
        "Letterboxd ratings",
        header=(*_FILM, "rating"),
        header_without=(*_PEOPLE, "watcheddate"),
        ids=_BY_LINK,
        names=("ratings.csv",),
        about="films that you rated on Letterboxd, by title and year",
    ),
    _letterboxd(
        "Letterboxd diary",
        header=(*_FILM, "rating", "rewatch", "watcheddate"),
        roles={"time": "watcheddate"},
        names=("diary.csv", "reviews.csv"),
        about="when you watched what on Letterboxd, with ratings; films that you watched again repeat",
    ),
    _letterboxd(
        "Letterboxd watched",
        header=_FILM,
        header_without=(*_PEOPLE, "rating"),
        ids=_BY_LINK,
        needs_name=True,
        names=("watched.csv",),
        about="all films that you have seen on Letterboxd, without ratings",
    ),
    _letterboxd(
        "Letterboxd watchlist",
        header=_FILM,
        header_without=(*_PEOPLE, "rating"),
        ids=_BY_LINK,
        needs_name=True,
        names=("watchlist.csv",),
        state="planned",
        about="films that you want to see, on Letterboxd",
    ),
    _imdb(
        "IMDb ratings",
        header=("const", "yourrating", "daterated", "title", "titletype", "url"),
        header_without=(*_PEOPLE, "position"),
        roles=_IMDB_ROLES,
        names=("ratings.csv",),
        about="what you rated on IMDb (the older form has no original titles)",
    ),
    _imdb_list(
        "IMDb watchlist",
        needs_name=True,
        names=("watchlist.csv",),
        state="planned",
        about="what you want to see, on IMDb",
    ),
    _imdb_list("IMDb list", about="a list of yours on IMDb; titles without your rating count as seen"),
    _imdb(
        "IMDb ratings until 2017",
        header=("position", "const", "title", "titletype", "yourated", "releasedatemonthdayyear"),
        roles={"rating": "yourated", "time": "created", "medium": "titletype"},
        about="what you rated on IMDb, as exported until 2017",
    ),
    _tmdb(
        "TMDB watchlist",
        needs_name=True,
        names=("watchlist.csv",),
        state="planned",
        about="what you want to see, on TMDB",
    ),
    _tmdb("TMDB ratings", about="what you rated on TMDB"),
    _export(
        "MovieLens profile",
        header=("movieid", "imdbid", "tmdbid", "rating", "averagerating", "title"),
        ids={"movielens": "movieid", "imdb": "imdbid", "tmdb": "tmdbid"},
        scale=_HALF_STARS,
        word="film",
        service="MovieLens",
        about="what you rated on MovieLens",
    ),
    _export(
        "Goodreads",
        header=("bookid", "title", "author", "myrating", "averagerating", "exclusiveshelf"),
        roles={
            "rating": "myrating",
            "time": "dateread",
            "year": "originalpublicationyear",
            "state": "exclusiveshelf",
            "other year": "yearpublished",
            "other time": "dateadded",
        },
        ids={"isbn": "isbn", "isbn of 13 digits": "isbn13", "goodreads": "bookid"},
        scale=(1.0, 5.0, 1.0),
        word="book",
        service="Goodreads",
        about="your books on Goodreads",
    ),
    _export(
        "StoryGraph",
        header=("title", "authors", "isbnuid", "readstatus", "starrating"),
        roles={"rating": "starrating", "time": "lastdateread", "state": "readstatus", "other time": "dateadded"},
        ids={"isbn": "isbnuid"},
        scale=(0.25, 5.0, 0.25),
        word="book",
        service="StoryGraph",
        about="your books on The StoryGraph",
    ),
    _export(
        "BoardGameGeek",
        header=("objectname", "objectid", "rating"),
        roles={"title": "objectname", "rating": "rating", "year": "yearpublished", "own": "own", "wish": "wishlist"},
        ids={"bgg": "objectid"},
        scale=(1.0, 10.0, 0.0),
        word="game",
        service="BoardGameGeek",
        about="your board games on BoardGameGeek",
    ),
    _export(
        "Trakt",
        kind="trakt",
        marks=('"ids"', '"trakt"', '"slug"'),
        scale=_TEN,
        service="Trakt",
        about="JSON lists of what you rated or watched",
    ),
    _export(
        "MyAnimeList",
        kind="myanimelist",
        marks=("<myanimelist",),
        ids={"mal": "series_animedb_id"},
        scale=_TEN,
        service="MyAnimeList",
        about="the XML of your anime list, also packed with gzip",
    ),
    _export(
        "AniList",
        kind="anilist",
        marks=('"lists"', '"media"'),
        service="AniList",
        about="the JSON of your lists, in any of its five scales",
    ),
)
