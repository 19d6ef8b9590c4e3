"""Which export a file is; no data set of many people is taken for one, nor the other way round."""

from __future__ import annotations

import pytest
from exports import (
    ANILIST_DOWNLOAD,
    BOARDGAMEGEEK,
    CRITICKER,
    DOUBAN,
    DOUBAN_KINDS,
    DOUBAN_WANTED,
    FILMWEB,
    FILMWEB_VOTES,
    GOODREADS,
    IMDB_LIST,
    IMDB_RATINGS,
    IMDB_RATINGS_2016,
    IMDB_RATINGS_OLDER,
    KINOPOISK,
    KINOPOISK_TABLE,
    LETTERBOXD_DIARY,
    LETTERBOXD_IMPORT,
    LETTERBOXD_LIST,
    LETTERBOXD_RATINGS,
    LETTERBOXD_WATCHED,
    LETTERBOXD_WATCHLIST,
    MOVIELENS_PROFILE,
    MUBI,
    MYANIMELIST,
    NETFLIX,
    SERIALIZD,
    SIMKL,
    SIMKL_BACKUP,
    STORYGRAPH,
    TMDB,
    TRAKT_MOVIES,
    anilist,
    anilist_entry,
    written,
    zipped,
)

from engine.data.formats import LAYOUTS, layout_of_header
from engine.data.formats.personal import PERSONAL
from engine.data.personal.parts import export_sources, layout_of_export, recognised_of
from engine.data.reading.archives import Source

OWN = "item_id,title,year,rating,scale_low,scale_high,scale_step\n1,A,2000,4,1,5,1\n"
POPULATION = [layout for layout in LAYOUTS if not layout.personal and layout.header]
FILES = {
    "Desktop Rec ratings": ("a.csv", OWN),
    "Letterboxd ratings": ("a.csv", LETTERBOXD_RATINGS),
    "Letterboxd diary": ("a.csv", LETTERBOXD_DIARY),
    "Letterboxd watched": ("watched.csv", LETTERBOXD_WATCHED),
    "Letterboxd watchlist": ("watchlist.csv", LETTERBOXD_WATCHLIST),
    "IMDb ratings": ("a.csv", IMDB_RATINGS),
    "IMDb watchlist": ("WATCHLIST.csv", IMDB_LIST),
    "IMDb list": ("a.csv", IMDB_LIST),
    "IMDb ratings until 2017": ("a.csv", IMDB_RATINGS_2016),
    "TMDB watchlist": ("watchlist.csv", TMDB),
    "TMDB ratings": ("a.csv", TMDB),
    "MovieLens profile": ("a.csv", MOVIELENS_PROFILE),
    "Goodreads": ("a.csv", GOODREADS),
    "StoryGraph": ("a.csv", STORYGRAPH),
    "BoardGameGeek": ("a.csv", BOARDGAMEGEEK),
    "Letterboxd import": ("a.csv", LETTERBOXD_IMPORT),
    "Letterboxd list": ("a.csv", LETTERBOXD_LIST),
    "Kinopoisk": ("a.csv", KINOPOISK),
    "Kinopoisk table": ("a.csv", KINOPOISK_TABLE),
    **{f"Douban {kind}": ("a.csv", DOUBAN.format(**names)) for kind, names in DOUBAN_KINDS.items()},
    **{f"Douban {kind} wanted": ("a.csv", DOUBAN_WANTED.format(**names)) for kind, names in DOUBAN_KINDS.items()},
    "Filmweb": ("a.csv", FILMWEB),
    "Filmweb votes": ("a.csv", FILMWEB_VOTES),
    "Netflix ratings": ("Ratings.csv", NETFLIX),
    "Simkl": ("a.csv", SIMKL),
    "Simkl backup": ("a.json", SIMKL_BACKUP),
    "Criticker": ("a.csv", CRITICKER),
    "MUBI ratings": ("a.csv", MUBI.format(more=",user_rating,rating_date", values=",4,2020-08-28")),
    "MUBI watchlist": ("a.csv", MUBI.format(more="", values="")),
    "Serializd": ("a.csv", SERIALIZD),
    "Trakt": ("a.json", TRAKT_MOVIES),
    "MyAnimeList": ("a.xml", MYANIMELIST),
    "AniList download": ("gdpr_data.json", ANILIST_DOWNLOAD),
    "AniList": ("a.json", anilist([anilist_entry(1, "A", 8, "COMPLETED")], "POINT_10")),
}


@pytest.mark.parametrize("layout", PERSONAL, ids=lambda layout: layout.name)
def test_that_each_export_is_recognised_by_its_content(tmp_path, layout):
    assert recognised_of(Source(written(tmp_path, *FILES[layout.name]))) == layout


def test_that_imdbs_older_ratings_are_imdb_ratings(tmp_path):
    found = recognised_of(Source(written(tmp_path, "a.csv", IMDB_RATINGS_OLDER)))

    assert found is not None
    assert found.name == "IMDb ratings"


@pytest.mark.parametrize("layout", POPULATION, ids=lambda layout: layout.name)
def test_that_column_names_of_many_peoples_files_are_no_export(layout):
    assert not layout_of_header(layout.header).personal
    assert layout_of_export(layout.header, (layout.names or ("ratings.csv",))[0]) is None


@pytest.mark.parametrize("layout", [layout for layout in PERSONAL if layout.header], ids=lambda layout: layout.name)
@pytest.mark.parametrize("people", ["userId", "User", "user_id"])
def test_that_a_column_of_people_makes_it_no_export(layout, people):
    header = (people, *layout.header)

    assert layout_of_export(header, (layout.names or ("ratings.csv",))[0]) is None
    assert not layout_of_header(header, name=(layout.names or ("",))[0]).personal


@pytest.mark.parametrize("layout", [layout for layout in PERSONAL if layout.header], ids=lambda layout: layout.name)
def test_that_column_names_of_exports_are_not_many_peoples(layout):
    assert layout_of_header(layout.header, name=(layout.names or ("",))[0]).personal


def test_that_every_export_says_what_it_is_and_where_it_comes_from():
    for layout in PERSONAL:
        assert layout.personal
        assert layout.about
        assert layout.service
        assert layout.header or layout.kind != "delimited"


def test_that_each_file_of_a_zip_is_recognised_for_itself(tmp_path):
    path = zipped(tmp_path / "a.zip", {"ratings.csv": LETTERBOXD_RATINGS, "notes.txt": "words", "b.csv": "a,b\n1,2\n"})

    recognised = [(source.member, recognised_of(source)) for source in export_sources(path)]
    assert [(member, layout.name) for member, layout in recognised if layout] == [("ratings.csv", "Letterboxd ratings")]
