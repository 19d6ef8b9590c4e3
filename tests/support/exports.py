"""Exports of nobody: rows of our own invention in the form of each service."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LETTERBOXD_RATINGS = """Date,Name,Year,Letterboxd URI,Rating
2021-05-02,Amélie,2001,https://boxd.it/inv1,4.5
2021-05-03,"Crouching Tiger, Hidden Dragon",2000,https://boxd.it/inv2,3
2021-05-04,War of the Worlds,2005,https://boxd.it/inv3,2
2021-05-05,War of the Worlds,2005,https://boxd.it/inv4,0.5
"""
LETTERBOXD_WATCHED = """Date,Name,Year,Letterboxd URI
2021-05-02,Amélie,2001,https://boxd.it/inv1
2021-06-01,Paprika,2006,https://boxd.it/inv5
2021-06-02,Stalker,1979,https://boxd.it/inv6
"""
LETTERBOXD_WATCHLIST = """Date,Name,Year,Letterboxd URI
2021-07-01,Stalker,1979,https://boxd.it/inv6
2021-07-02,Solaris,1972,https://boxd.it/inv7
"""
LETTERBOXD_DIARY = """Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2019-01-02,Amélie,2001,https://boxd.it/inv8,3,,,2019-01-01
2022-01-02,Amélie,2001,https://boxd.it/inv9,5,Yes,"home, sofa",2022-01-01
2022-03-02,Ran,1985,https://boxd.it/inva,,,,2022-03-01
"""
IMDB_RATINGS = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
    "Num Votes,Release Date,Directors\n"
    "tt0211915,9,2020-01-05,Amelie,Le fabuleux destin d'Amélie Poulain,https://www.imdb.com/title/tt0211915,Movie,"
    '8.3,122,2001,"Comedy, Romance",700000,2001-04-25,Jean-Pierre Jeunet\n'
    "tt0903747,10,2020-01-06,Breaking Bad,Breaking Bad,https://www.imdb.com/title/tt0903747,TV Series,9.5,45,2008,"
    "Drama,2000000,2008-01-20,\n"
    "tt0959621,8,2020-01-07,Pilot,Pilot,https://www.imdb.com/title/tt0959621,TV Episode,9.0,58,2008,Drama,40000,"
    "2008-01-20,Vince Gilligan\n"
)
IMDB_RATINGS_OLDER = (
    "Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,"
    "Release Date,Directors\n"
    "tt0078748,7,2018-02-03,Alien,https://www.imdb.com/title/tt0078748/,movie,8.5,117,1979,Horror,800000,"
    "1979-05-25,Ridley Scott\n"
)
IMDB_RATINGS_2016 = (
    '"position","const","created","modified","description","Title","Title type","Directors","You rated",'
    '"IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"\n'
    '"1","tt0211915","Wed Jan  6 00:00:00 2016","","","Amélie","Feature Film","Jean-Pierre Jeunet","8","8.4","122",'
    '"2001","comedy","550000","2001-04-25","http://www.imdb.com/title/tt0211915/"\n'
    '"2","tt0388629","Thu Jan  7 00:00:00 2016","","","One Piece","TV Series","","6","8.7","24","1999","animation",'
    '"30000","1999-10-20","http://www.imdb.com/title/tt0388629/"\n'
)
IMDB_LIST = (
    "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated\n"
    "1,tt0078748,2021-01-01,2021-01-01,,Alien,Alien,https://www.imdb.com/title/tt0078748/,Movie,8.5,117,1979,Horror,"
    "900000,1979-05-25,Ridley Scott,9,2021-02-01\n"
    "2,tt0083658,2021-01-01,2021-01-01,,Blade Runner,Blade Runner,https://www.imdb.com/title/tt0083658/,Movie,8.1,117,"
    "1982,Drama,800000,1982-06-25,Ridley Scott,,\n"
)
TMDB = (
    "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated\n"
    "348,tt0078748,movie,Alien,1979-05-25T00:00:00Z,,,8.2,9,2022-01-01T10:00:00Z\n"
    "1396,tt0903747,tv,Breaking Bad,2008-01-20T00:00:00Z,,,8.9,10,2022-01-02T10:00:00Z\n"
    "1396,tt0959621,tv,Breaking Bad,2008-01-20T00:00:00Z,1,1,8.0,7,2022-01-03T10:00:00Z\n"
    "78,tt0083658,movie,Blade Runner,1982-06-25T00:00:00Z,,,7.9,0,\n"
)
MOVIELENS_PROFILE = (
    "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n"
    '2571,0133093,603,5,4.2,"Matrix, The (1999)"\n'
    '4973,211915,194,3.5,4.1,"Amelie (Fabuleux destin d\'Amélie Poulain, Le) (2001)"\n'
)
GOODREADS = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,"
    "Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,"
    "Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies\n"
    '11,"The Left Hand of Nowhere (Invented Cycle, #4)",A. Writer,"Writer, A.",,="0306406152",="9780306406157",5,4.1,'
    "Press,Paperback,300,2000,1969,2020/03/04,2020/01/01,,,read,,,,1,0\n"
    '12,An Unrated Book,B. Writer,"Writer, B.",,="",="",0,3.9,Press,Paperback,200,1999,,,2020/01/02,,,read,,,,1,0\n'
    '13,A Planned Book,C. Writer,"Writer, C.",,="",="9791234567896",0,3.8,Press,Hardcover,100,2015,2014,,2020/01/03,'
    "to-read,to-read (#1),to-read,,,,0,0\n"
    '14,A Book Laid Aside,D. Writer,"Writer, D.",,="",="",0,3.1,Press,Hardcover,100,2011,2010,,2020/01/04,'
    "did-not-finish,did-not-finish (#1),did-not-finish,,,,0,0\n"
)
STORYGRAPH = (
    "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,Moods,Pace,"
    "Star Rating,Review,Content Warnings,Owned?\n"
    "A Quarter Book,E. Writer,,9780306406157,paperback,read,2022/01/01,2022/02/03,2022/02/01-2022/02/03,1,calm,slow,"
    "4.25,,,No\n"
    "Another Book,F. Writer,,f81d4fae-7dec,digital,did-not-finish,2022/01/01,,,0,,,,,,No\n"
    "A Later Book,G. Writer,,,digital,to-read,2022/01/01,,,0,,,,,,No\n"
)
BOARDGAMEGEEK = (
    "objectname,objectid,rating,numplays,weight,own,fortrade,want,wanttobuy,wanttoplay,prevowned,preordered,wishlist,"
    "wishlistpriority,yearpublished,itemtype\n"
    "Harbour of Cats,424201,7.5,3,2.1,1,0,0,0,0,0,0,0,,2011,standalone\n"
    "Towers and Toads,424202,0,0,1.9,1,0,0,0,0,0,0,0,,2012,standalone\n"
    "The Wished One,424203,0,0,3.1,0,0,0,0,0,0,0,1,3,2013,standalone\n"
)


LETTERBOXD_IMPORT = "Title,Year,Rating10,WatchedDate\nAlien,1979,8,2020-08-28\nPaprika,2006,10,2020-08-22\n"
LETTERBOXD_LIST = (
    "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2021-01-01,{name},,https://boxd.it/l1,\n\n"
    "Position,Name,Year,URL,Description\n1,Stalker,1979,https://boxd.it/inv6,\n2,Solaris,1972,https://boxd.it/inv7,\n"
)
KINOPOISK = (
    "Название,Оригинальное название,Год,Моя оценка,Дата\nЧужой,Alien,1979,8,28.08.2020\nСталкер,,1979,6,07.09.2020\n"
)
KINOPOISK_TABLE = (
    "русскоязычное название\tоригинальное название\tгод\tстраны\tвремя\tмоя оценка\tрейтинг КиноПоиска\n"
    "Чужой\tAlien\t1979\tСША\t117\t10\t7,955\nСталкер\t\t1979\tСССР\t163\t9\t8,1\n"
)
DOUBAN = (
    "{title},个人评分,打分日期,我的短评,{released},{more},条目链接\n"
    "异形 Alien,4,2020/08/28,不错,1979-05-25,美国,https://movie.douban.com/subject/1/\n"
    "红辣椒 / パプリカ / Paprika,,2020/09/01,,2006/11/25,日本,https://movie.douban.com/subject/2/\n"
)
DOUBAN_WANTED = (
    "{title},{released},{more},条目链接\n飞向太空 Solaris,1972-03-20,苏联,https://movie.douban.com/subject/3/\n"
)
DOUBAN_KINDS = {
    "films": {"title": "标题", "released": "上映日期", "more": "制片国家"},
    "films and series": {"title": "电影/电视剧/番组", "released": "上映日期", "more": "制片国家"},
    "books": {"title": "书名", "released": "出版日期", "more": "作者"},
    "games": {"title": "游戏名称", "released": "发行日期", "more": "平台"},
}
FILMWEB = (
    "timestamp,iso_date,user_comment,user_rating,global_rating,original_title,pl_title,directors,year,duration,url\n"
    '1598652478,2020-08-28,"ok, fajny",8,7.9,Alien,Obcy,Ridley Scott,1979,117,https://x\n'
    "1598652478,2020-08-28,,3,7.6,,Ziemia obiecana,Andrzej Wajda,1974,179,https://x\n"
)
FILMWEB_VOTES = (
    "timestamp,iso_date,user_vote,original_title,pl_title,year\n1598652478,2020-08-28T22:07:58,9,Alien,Obcy,1979\n"
)
NETFLIX = (
    "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Device Model,Event Utc Ts,Region View Date\n"
    "Me,Alien,thumb,,2,Smart TV,2025-06-19 19:13:22,\nMe,Paprika,thumb,,1,Smart TV,2025-06-19 19:13:22,\n"
    "Me,Stalker,star,5,,HTML 5,2015-06-19 19:13:22,\nKid,Solaris,thumb,,3,Smart TV,2025-06-19 19:13:22,\n"
)
SIMKL = (
    "SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB,MAL_ID\n"
    "1,Alien,movie,1979,completed,,2020-08-28 21:47:58,8,,,348,tt0078748,\n"
    "2,Paprika,movie,2006,plantowatch,,,,,,4977,tt0851578,\n3,Stalker,movie,1979,dropped,,,,,,1398,tt0079944,\n"
    "4,Cowboy Bebop,anime,1998,watching,s1e3,,9,,76885,30991,tt0213338,1\n"
)
SIMKL_BACKUP = {
    "movies": [
        {"user_rated_at": "2020-08-28T21:47:58Z", "user_rating": 8, "status": "completed",
         "movie": {"title": "Alien", "year": 1979, "ids": {"simkl": 1, "imdb": "tt0078748", "tmdb": "348"}}},
        {"user_rating": None, "status": "plantowatch",
         "movie": {"title": "Paprika", "year": 2006, "ids": {"imdb": "tt0851578"}}},
        {"user_rating": None, "status": "dropped", "movie": {"title": "Stalker", "year": 1979, "ids": {}}},
    ],
    "shows": [{"user_rating": 9, "status": "watching",
               "show": {"title": "Breaking Bad", "year": 2008, "ids": {"imdb": "tt0903747", "tmdb": "1396"}}}],
    "anime": [{"user_rating": 7, "status": "completed", "anime_type": "movie",
               "show": {"title": "Perfect Blue", "year": 1997, "ids": {"mal": "437"}}}],
}  # fmt: skip
CRITICKER = (
    "Score, Film ID, Film Name, Year, Date Rated, IMDB ID, Mini Review\n"
    '"85",1,"Alien",1979,"Aug 28 2020, 21:47",tt0078748,\n'
    '"0",2,"Paprika",2006,"Aug 29 2020, 21:47",tt0851578,\n'
)
MUBI = (
    "id,title,original_title,year,average_rating,average_rating_out_of_ten,directors{more}\n"
    "1,Paprika,Papurika,2006,4.3,8.6,Satoshi Kon{values}\n"
)
SERIALIZD = (
    "Title,Year,Status,Rating,Watched Date\nBreaking Bad,2008,watched,9,2020-08-28\nLost,2004,dropped,,\n"
    "Severance,2022,plan_to_watch,,\n"
)
ANILIST_DOWNLOAD = {"user": {"id": 1}, "lists": [{"series_type": 0, "series_id": 1, "status": 2, "score": 85}]}


def trakt_rating(title: str, year: int, rating: int, **ids: Any) -> dict[str, Any]:
    movie = {"title": title, "year": year, "ids": {"slug": title.lower(), **ids}}
    return {"rated_at": "2021-03-04T05:06:07.000Z", "rating": rating, "type": "movie", "movie": movie}


TRAKT_MOVIES = [
    trakt_rating("Alien", 1979, 9, trakt=295, imdb="tt0078748", tmdb=348),
    trakt_rating("Paprika", 2006, 7, trakt=1, imdb=None, tmdb=4977),
]
TRAKT_SHOWS = [
    {
        "rated_at": "2021-01-01T00:00:00.000Z", "rating": 10, "type": "show",
        "show": {"title": "Breaking Bad", "year": 2008, "ids": {"trakt": 1388, "imdb": "tt0903747", "tmdb": 1396}},
    },
    {
        "rated_at": "2021-01-02T00:00:00.000Z", "rating": 8, "type": "episode",
        "episode": {"season": 1, "number": 1, "title": "Pilot", "ids": {"trakt": 73482, "imdb": "tt0959621"}},
        "show": {"title": "Breaking Bad", "year": 2008, "ids": {"trakt": 1388, "imdb": "tt0903747", "tmdb": 1396}},
    },
]  # fmt: skip
TRAKT_WATCHED = [
    {
        "plays": 2, "last_watched_at": "2021-01-05T00:00:00.000Z",
        "movie": {"title": "Stalker", "year": 1979, "ids": {"trakt": 2, "imdb": "tt0079944", "tmdb": 1398}},
    }
]  # fmt: skip
TRAKT_WATCHLIST = [
    {
        "rank": 1, "listed_at": "2021-01-06T00:00:00.000Z", "type": "movie",
        "movie": {"title": "Solaris", "year": 1972, "ids": {"trakt": 3, "imdb": "tt0069293", "tmdb": 593}},
    }
]  # fmt: skip


def mal_xml(*entries: Mapping[str, object], top: str = '<?xml version="1.0" encoding="UTF-8" ?>') -> str:
    body = "".join(
        "<anime>" + "".join(f"<{name}>{value}</{name}>" for name, value in entry.items()) + "</anime>"
        for entry in entries
    )
    return f"{top}\n<myanimelist><myinfo><user_id>1</user_id></myinfo>{body}</myanimelist>"


def mal_entry(mal_id: int, title: str, score: object, status: str, kind: str = "TV") -> dict[str, object]:
    return {
        "series_animedb_id": mal_id, "series_title": f"<![CDATA[{title}]]>", "series_type": kind,
        "my_finish_date": "0000-00-00", "my_start_date": "2020-02-00", "my_score": score, "my_status": status,
    }  # fmt: skip


MYANIMELIST = mal_xml(
    mal_entry(1, "Cowboys & Stars", 9, "Completed"),
    mal_entry(2, "Nearly Seen", 0, "Completed", "Movie"),
    mal_entry(3, "Given Up", 0, "Dropped"),
    mal_entry(4, "Given Up with a Score", 3, "Dropped"),
    mal_entry(5, "For Later", 0, "Plan to Watch"),
)


def anilist_entry(mal_id: int | None, title: str, score: float, status: str, **media: Any) -> dict[str, Any]:
    names = {"romaji": title, "english": None, "native": None}
    return {
        "score": score, "status": status, "updatedAt": 1_600_000_000,
        "media": {"id": 9000 + (mal_id or 0), "idMal": mal_id, "title": names, "format": "TV",
                  "startDate": {"year": 2001}, **media},
    }  # fmt: skip


def anilist(entries: Sequence[Mapping[str, Any]], score_format: str | None, *, custom: bool = False) -> dict[str, Any]:
    lists = [{"name": "Completed", "isCustomList": False, "entries": list(entries)}]
    if custom:
        lists.append({"name": "Best", "isCustomList": True, "entries": list(entries)})
    user = {"mediaListOptions": {"scoreFormat": score_format}} if score_format else {}
    return {"data": {"MediaListCollection": {"lists": lists, "user": user}}}


def written(folder: Path, name: str, content: object) -> Path:
    """A file with this content: bytes and text as they are, anything else as JSON."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def zipped(path: Path, members: Mapping[str, object]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return path
