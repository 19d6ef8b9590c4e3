"""Known exports of one person's ratings, declared; in one export the rating of the first layout counts."""

from __future__ import annotations

from functools import partial

from engine.data.formats.layout import Layout

_PEOPLE = ("user", "userid", "username", "uid", "customerid", "reviewerid", "member", "rater")
"""A file with a column of people is many people's, whatever else it holds."""
_FILM = ("date", "name", "year", "letterboxduri")
_HALF_STARS, _FIVE, _TEN = (0.5, 5.0, 0.5), (1.0, 5.0, 1.0), (1.0, 10.0, 1.0)

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
    scale=(0.5, 10.0, 0.5),
    service="TMDB",
)
_kinopoisk = partial(_export, service="Kinopoisk", word="film", scale=_TEN)
_douban = partial(_export, service="Douban", scale=_FIVE)
_DOUBAN_ROLES = {"rating": "个人评分", "time": "打分日期", "link": "条目链接"}
_DOUBAN_KINDS = (
    ("films", "标题", "上映日期", "film"),
    ("films and series", "电影电视剧番组", "上映日期", "film"),
    ("books", "书名", "出版日期", "book"),
    ("games", "游戏名称", "发行日期", "game"),
)
_filmweb = partial(_export, service="Filmweb", word="film", scale=_TEN)
_FILMWEB_ROLES = {"title": "originaltitle", "other title": "pltitle", "time": "isodate", "other time": "timestamp"}
_mubi = partial(_export, service="MUBI", word="film", scale=_FIVE)
_MUBI = ("title", "originaltitle", "year", "averageratingoutoften")
_MUBI_ROLES = {"title": "title", "other title": "originaltitle", "time": "ratingdate"}

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
            "other year": "yearpublished",
            "other time": "dateadded",
        },
        ids={"isbn": "isbn", "isbn of 13 digits": "isbn13", "goodreads": "bookid"},
        scale=_FIVE,
        word="book",
        service="Goodreads",
        about="your books on Goodreads",
    ),
    _export(
        "StoryGraph",
        header=("title", "authors", "isbnuid", "readstatus", "starrating"),
        roles={"rating": "starrating", "time": "lastdateread", "other time": "dateadded"},
        ids={"isbn": "isbnuid"},
        scale=(0.25, 5.0, 0.25),
        word="book",
        service="StoryGraph",
        about="your books on The StoryGraph",
    ),
    _export(
        "BoardGameGeek",
        header=("objectname", "objectid", "rating"),
        roles={"title": "objectname", "rating": "rating", "year": "yearpublished"},
        ids={"bgg": "objectid"},
        scale=(1.0, 10.0, 0.0),
        word="game",
        service="BoardGameGeek",
        about="your board games on BoardGameGeek",
    ),
    _letterboxd(
        "Letterboxd import",
        header=("title", "rating10"),
        roles={"rating": "rating10", "time": "watcheddate"},
        ids={"imdb": "imdbid", "tmdb": "tmdbid", **_BY_LINK},
        scale=_TEN,
        about="the form in which Letterboxd takes films of other services, with ratings from 1 to 10",
    ),
    _letterboxd(
        "Letterboxd list",
        kind="letterboxd list",
        marks=("Letterboxd list export",),
        scale=_HALF_STARS,
        about="one list of films on Letterboxd, which count as seen unless the list's name says that you plan to",
    ),
    _kinopoisk(
        "Kinopoisk",
        header=("название", "оригинальноеназвание", "год", "мояоценка"),
        roles={
            "title": "название",
            "other title": "оригинальноеназвание",
            "year": "год",
            "rating": "мояоценка",
            "time": "дата",
        },
        about="what you rated on Kinopoisk, under its Russian headings",
    ),
    _kinopoisk(
        "Kinopoisk table",
        header=("русскоязычноеназвание", "оригинальноеназвание", "год", "мояоценка"),
        roles={
            "title": "русскоязычноеназвание",
            "other title": "оригинальноеназвание",
            "year": "год",
            "rating": "мояоценка",
            "time": "датаивремя",
        },
        about="the table of votes that Kinopoisk itself exports, saved as CSV",
    ),
    *(
        _douban(
            f"Douban {what}",
            header=(normal, "个人评分", "打分日期", "条目链接"),
            roles={**_DOUBAN_ROLES, "title": normal, "year": released},
            word=word,
            about=f"what you rated on Douban: {what}",
        )
        for what, normal, released, word in _DOUBAN_KINDS
    ),
    *(
        _douban(
            f"Douban {what} wanted",
            header=(normal, "条目链接"),
            header_without=(*_PEOPLE, "个人评分"),
            roles={"title": normal, "year": released, "link": "条目链接"},
            word=word,
            state="planned",
            about=f"what you want to see, read or play on Douban: {what}",
        )
        for what, normal, released, word in _DOUBAN_KINDS
    ),
    _filmweb(
        "Filmweb",
        header=("userrating", "originaltitle", "pltitle", "year"),
        roles={**_FILMWEB_ROLES, "rating": "userrating"},
        about="what you rated on Filmweb, by the original titles",
    ),
    _filmweb(
        "Filmweb votes",
        header=("uservote", "originaltitle", "pltitle", "year"),
        roles={**_FILMWEB_ROLES, "rating": "uservote"},
        about="the same in an older form",
    ),
    _export(
        "Netflix ratings",
        header=("profilename", "titlename", "ratingtype", "starvalue", "thumbsvalue"),
        roles={
            "title": "titlename",
            "rating": "starvalue",
            "thumbs": "thumbsvalue",
            "time": "eventutcts",
            "user": "profilename",
        },
        scale=_FIVE,
        service="Netflix",
        about="stars and thumbs of Netflix (Ratings.csv), of one of the profiles that share the account",
    ),
    _export(
        "Simkl",
        header=("simklid", "title", "type", "year", "watchlist", "rating"),
        roles={"time": "watcheddate", "medium": "type"},
        ids={"imdb": "imdb", "tmdb": "tmdb", "mal": "malid"},
        scale=_TEN,
        service="Simkl",
        about="what you rated, watched or plan to watch on Simkl",
    ),
    _export(
        "Simkl backup",
        kind="simkl",
        marks=('"user_rating"', '"status"', '"ids"'),
        scale=_TEN,
        service="Simkl",
        about="the JSON backup of your films, series and anime on Simkl",
    ),
    _export(
        "Criticker",
        header=("score", "filmname", "year", "daterated"),
        roles={"title": "filmname", "rating": "score", "time": "daterated"},
        ids={"imdb": "imdbid"},
        unrated=(),
        word="film",
        service="Criticker",
        about="what you rated on Criticker, on the scale that your scores show",
    ),
    _mubi(
        "MUBI ratings",
        header=(*_MUBI, "userrating"),
        roles={**_MUBI_ROLES, "rating": "userrating"},
        about="what you rated on MUBI",
    ),
    _mubi(
        "MUBI watchlist",
        header=_MUBI,
        header_without=(*_PEOPLE, "userrating"),
        roles=_MUBI_ROLES,
        state="planned",
        about="what you want to see on MUBI",
    ),
    _export(
        "Serializd",
        header=("title", "year", "status", "rating", "watcheddate"),
        roles={"time": "watcheddate"},
        service="Serializd",
        about="series that you rated or watched on Serializd",
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
    _export(
        "AniList download",
        kind="anilist download",
        marks=('"lists"', '"series_id"'),
        service="AniList",
        about="what AniList lets you download of yourself; it holds no titles, and so cannot be read",
    ),
)
