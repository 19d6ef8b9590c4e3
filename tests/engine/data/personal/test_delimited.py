"""Exports in columns: what each service's table says of each title."""

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
    NETFLIX,
    SERIALIZD,
    SIMKL,
    SIMKL_BACKUP,
    STORYGRAPH,
    TMDB,
    written,
)

from engine.data.dataset import Scale
from engine.data.personal.reading import read_export
from engine.data.reading.roles import Given
from engine.errors import DataError, ProfileError


def said(export):
    return [(title.title, title.year, title.rating, title.state) for title in export.titles]


def test_that_letterboxd_ratings_are_titles_with_years_in_half_stars(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", LETTERBOXD_RATINGS))

    assert (export.layout, export.scale) == ("Letterboxd ratings", Scale(0.5, 5.0, 0.5))
    assert said(export)[:2] == [
        ("Amélie", 2001, 4.5, "seen"),
        ("Crouching Tiger, Hidden Dragon", 2000, 3.0, "seen"),
    ]
    assert {title.medium for title in export.titles} == {"film"}


def test_that_two_films_of_one_name_and_year_stay_two(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", LETTERBOXD_RATINGS))

    assert [title.rating for title in export.titles if title.title == "War of the Worlds"] == [2.0, 0.5]


def test_that_letterboxds_watched_films_are_seen_and_not_rated(tmp_path):
    export = read_export(written(tmp_path, "watched.csv", LETTERBOXD_WATCHED))

    assert export.layout == "Letterboxd watched"
    assert {(title.rating, title.state) for title in export.titles} == {(None, "seen")}


@pytest.mark.parametrize("name", ["watchlist.csv", "watchlist (1).csv", "my-WATCHLIST.csv"])
def test_that_a_watchlist_is_known_by_its_name_and_only_planned(tmp_path, name):
    export = read_export(written(tmp_path, name, LETTERBOXD_WATCHLIST))

    assert export.layout == "Letterboxd watchlist"
    assert {title.state for title in export.titles} == {"planned"}
    assert "2 titles are on your watchlist." in export.notes


def test_that_a_list_that_only_its_name_could_tell_is_not_guessed(tmp_path):
    with pytest.raises(DataError, match=r"Rename it to watched\.csv or watchlist\.csv"):
        read_export(written(tmp_path, "films.csv", LETTERBOXD_WATCHED))


def test_that_of_films_watched_again_the_latest_rating_counts(tmp_path):
    export = read_export(written(tmp_path, "diary.csv", LETTERBOXD_DIARY))

    assert export.layout == "Letterboxd diary"
    assert said(export) == [("Amélie", 2001, 5.0, "seen"), ("Ran", 1985, None, "seen")]
    assert export.titles[0].date == 1_640_995_200, "the day it was watched, not the day it was noted"


def test_that_an_older_diary_entry_further_down_does_not_count(tmp_path):
    lines = LETTERBOXD_DIARY.splitlines()
    export = read_export(written(tmp_path, "diary.csv", "\n".join([lines[0], lines[2], lines[1]])))

    assert export.titles[0].rating == 5.0


def test_that_imdb_ratings_have_ids_original_titles_and_kinds(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", IMDB_RATINGS))

    assert (export.layout, export.scale) == ("IMDb ratings", Scale(1.0, 10.0, 1.0))
    assert said(export)[0] == ("Amelie", 2001, 9.0, "seen")
    assert export.titles[0].ids == {"imdb": "tt0211915"}
    assert export.titles[0].other_titles == ("Le fabuleux destin d'Amélie Poulain",)
    assert [title.medium for title in export.titles] == ["film", "series", "episode"]


def test_that_older_imdb_ratings_have_no_original_titles(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", IMDB_RATINGS_OLDER))

    assert (export.layout, said(export)) == ("IMDb ratings", [("Alien", 1979, 7.0, "seen")])


def test_that_imdb_ratings_until_2017_are_read_in_their_encoding(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", IMDB_RATINGS_2016.encode("cp1252")))

    assert export.layout == "IMDb ratings until 2017"
    assert said(export) == [("Amélie", 2001, 8.0, "seen"), ("One Piece", 1999, 6.0, "seen")]
    assert [title.date for title in export.titles] == [1_452_038_400, 1_452_124_800]
    assert [title.medium for title in export.titles] == ["film", "series"]


def test_that_titles_of_an_imdb_list_without_my_rating_are_seen_only(tmp_path):
    export = read_export(written(tmp_path, "favourites.csv", IMDB_LIST))

    assert export.layout == "IMDb list"
    assert said(export) == [("Alien", 1979, 9.0, "seen"), ("Blade Runner", 1982, None, "seen")]


def test_that_of_an_imdb_watchlist_what_was_rated_has_been_seen(tmp_path):
    export = read_export(written(tmp_path, "WATCHLIST.csv", IMDB_LIST))

    assert [(title.title, title.state) for title in export.titles] == [("Alien", "seen"), ("Blade Runner", "planned")]


def test_that_tmdbs_own_rating_is_the_crowds(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", TMDB))

    assert (export.layout, export.scale) == ("TMDB ratings", Scale(0.5, 10.0, 0.5))
    assert [(title.title, title.rating) for title in export.titles] == [
        ("Alien", 9.0), ("Breaking Bad", 10.0), ("Breaking Bad: season 1, episode 1", 7.0), ("Blade Runner", None),
    ]  # fmt: skip
    assert [title.medium for title in export.titles] == ["film", "series", "episode", "film"]


def test_that_a_series_of_tmdb_does_not_carry_an_id_that_could_be_a_films(tmp_path):
    export = read_export(written(tmp_path, "ratings.csv", TMDB))

    assert [dict(title.ids) for title in export.titles] == [
        {"tmdb": "348", "imdb": "tt0078748"},
        {"imdb": "tt0903747"},
        {"imdb": "tt0959621"},
        {"tmdb": "78", "imdb": "tt0083658"},
    ]


def test_that_a_movielens_profile_has_three_ids_and_titles_turned_round(tmp_path):
    export = read_export(written(tmp_path, "movielens.csv", MOVIELENS_PROFILE))

    assert export.layout == "MovieLens profile"
    assert said(export)[0] == ("The Matrix", 1999, 5.0, "seen")
    assert export.titles[0].ids == {"movielens": "2571", "imdb": "tt0133093", "tmdb": "603"}
    assert export.titles[1].ids["imdb"] == "tt0211915", "seven digits, also where zeros were lost"


def test_that_goodreads_books_lose_their_series_and_keep_their_isbn(tmp_path):
    export = read_export(written(tmp_path, "goodreads_library_export.csv", GOODREADS))

    book = export.titles[0]
    assert (export.layout, export.scale) == ("Goodreads", Scale(1.0, 5.0, 1.0))
    assert (book.title, book.year, book.rating, book.medium) == ("The Left Hand of Nowhere", 1969, 5.0, "book")
    assert book.other_titles == ("The Left Hand of Nowhere (Invented Cycle, #4)",)
    assert book.ids["isbn"] == "0306406152"


def test_that_goodreads_shelves_say_what_was_seen(tmp_path):
    export = read_export(written(tmp_path, "goodreads_library_export.csv", GOODREADS))

    assert said(export)[1:] == [
        ("An Unrated Book", 1999, None, "seen"),
        ("A Planned Book", 2014, None, "planned"),
        ("A Book Laid Aside", 2010, None, "dropped"),
    ]


def test_that_storygraph_has_quarter_stars_and_statuses(tmp_path):
    export = read_export(written(tmp_path, "export.csv", STORYGRAPH))

    assert (export.layout, export.scale) == ("StoryGraph", Scale(0.25, 5.0, 0.25))
    assert [(title.rating, title.state) for title in export.titles] == [
        (4.25, "seen"),
        (None, "dropped"),
        (None, "planned"),
    ]
    assert [dict(title.ids) for title in export.titles] == [{"isbn": "0306406152"}, {}, {}]


def test_that_boardgamegeek_zero_is_unrated_and_a_wish_is_planned(tmp_path):
    export = read_export(written(tmp_path, "collection.csv", BOARDGAMEGEEK))

    assert (export.layout, export.scale) == ("BoardGameGeek", Scale(1.0, 10.0, 0.0))
    assert said(export) == [
        ("Harbour of Cats", 2011, 7.5, "seen"),
        ("Towers and Toads", 2012, None, "seen"),
        ("The Wished One", 2013, None, "planned"),
    ]
    assert export.titles[0].ids == {"bgg": "424201"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_that_any_encoding_and_line_end_says_the_same(tmp_path, encoding, ending):
    text = LETTERBOXD_RATINGS.replace("\n", ending)
    export = read_export(written(tmp_path, "ratings.csv", text.encode(encoding)))

    assert said(export) == said(read_export(written(tmp_path, "ratings2.csv", LETTERBOXD_RATINGS)))


def test_that_ratings_outside_of_the_scale_and_words_are_left_out_with_their_line(tmp_path):
    rows = [
        "2021-01-01,Good,2001,u1,5.5",
        "2021-01-01,Bad,2001,u2,great",
        "2021-01-01,,2001,,3",
        "2021-01-01,Ok,2001,u4,3",
    ]
    export = read_export(written(tmp_path, "ratings.csv", "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows])))

    assert [title.title for title in export.titles] == ["Ok"]
    assert [(entry.line, entry.reason) for entry in export.skipped] == [
        (2, "rating is outside of the scale"), (3, "rating is not a number"), (4, "no title"),
    ]  # fmt: skip
    assert export.skipped_count == 3


@pytest.mark.parametrize(
    "text",
    [
        "title;year;rating\nAmélie;2001;3,5\nThe Matrix;1999;5\n",
        "title\tyear\trating\nAmélie\t2001\t3.5\nMatrix, The\t1999\t5\n",
        "rating|title\n3.5|Amélie (2001)\n5|Matrix, The (1999)\n",
        "Film,Release Year,Stars,Title\n1,2001,3.5,Amélie\n2,1999,5,The Matrix\n",
    ],
)
def test_that_any_table_of_titles_and_ratings_is_an_export(tmp_path, text):
    export = read_export(written(tmp_path, "mine.csv", text))

    assert [(title.title, title.rating) for title in export.titles] == [("Amélie", 3.5), ("The Matrix", 5.0)]
    assert [title.year for title in export.titles] == [2001, 1999]
    assert (export.layout, export.scale_is_known) == ("columns with names", False)


def test_that_a_table_that_does_not_say_its_scale_says_so(tmp_path):
    export = read_export(written(tmp_path, "mine.csv", "title,rating\nAlien,8\nHeat,10\n"))

    assert export.scale == Scale(1.0, 10.0, 1.0)
    assert export.notes == ("mine.csv does not say its scale; from its ratings it was taken as 1 to 10.",)


@pytest.mark.parametrize("unrated", ["", "0", "-1"])
def test_that_blank_zero_and_minus_one_are_seen_and_not_rated(tmp_path, unrated):
    export = read_export(written(tmp_path, "mine.csv", f"title,rating\nAlien,8\nHeat,{unrated}\n"))

    assert [title.rating for title in export.titles] == [8.0, None]


def test_that_known_columns_of_ids_are_taken_beside_the_tables_own(tmp_path):
    export = read_export(written(tmp_path, "mine.csv", "movieId,imdbId,rating\n7,0114709,5\n"))

    assert export.titles[0].ids == {"item": "7", "imdb": "tt0114709"}


def test_that_what_a_person_says_about_columns_counts(tmp_path):
    from engine.data.reading.roles import Given

    path = written(tmp_path, "mine.csv", "a,b,c\nAlien,1979,4\nHeat,1995,3\n")
    given = Given(columns={"title": "a", "item": "a", "year": "b", "rating": "c"})

    assert said(read_export(path, given=given)) == [("Alien", 1979, 4.0, "seen"), ("Heat", 1995, 3.0, "seen")]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", DataError, "is empty"),
        ("title,comment\nAlien,good\nHeat,fine\n", DataError, "no column of ratings"),
        ("userId,title,rating\n1,Alien,4\n2,Heat,5\n", DataError, "several people, such as '1' and '2'"),
        ("title,rating\nAlien,blue\n", ProfileError, r"No line of mine\.csv is a rating: line 2"),
    ],
)
def test_that_a_table_that_is_no_export_is_refused_with_a_sentence(tmp_path, text, error, words):
    with pytest.raises(error, match=words):
        read_export(written(tmp_path, "mine.csv", text))


def test_that_a_title_without_end_is_left_out(tmp_path):
    export = read_export(written(tmp_path, "mine.csv", f"title,rating\nAlien,4\n{'x' * 5000},3\n"))

    assert [entry.reason for entry in export.skipped] == ["title is over 1,000 characters long"]
    assert len(export.skipped[0].text) == 200


def test_that_too_many_titles_for_one_person_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.data.personal.parts.MOST_TITLES", 3)

    with pytest.raises(DataError, match="more than anybody has seen"):
        read_export(written(tmp_path, "mine.csv", "title,rating\na,1\nb,2\nc,3\nd,4\n"))


def test_that_many_peoples_files_of_other_kinds_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds many people's ratings \(Netflix Prize\).* Import it as a data set"):
        read_export(
            written(tmp_path, "combined_data_1.txt", "1:\n10,4,2005-01-01\n11,3,2005-01-02\n2:\n10,5,2005-01-03\n")
        )


AUG_28 = 1_598_572_800
"""28 August 2020."""
BY_SERVICE = {
    "Letterboxd import": (LETTERBOXD_IMPORT, [("Alien", 1979, 8.0, "seen"), ("Paprika", 2006, 10.0, "seen")]),
    "Letterboxd list": (
        LETTERBOXD_LIST.format(name="Best"),
        [("Stalker", 1979, None, "seen"), ("Solaris", 1972, None, "seen")],
    ),
    "Kinopoisk": (KINOPOISK, [("Чужой", 1979, 8.0, "seen"), ("Сталкер", 1979, 6.0, "seen")]),
    "Kinopoisk table": (KINOPOISK_TABLE, [("Чужой", 1979, 10.0, "seen"), ("Сталкер", 1979, 9.0, "seen")]),
    "Douban films": (
        DOUBAN.format(**DOUBAN_KINDS["films"]),
        [("异形", 1979, 4.0, "seen"), ("红辣椒", 2006, None, "seen")],
    ),
    "Douban books wanted": (DOUBAN_WANTED.format(**DOUBAN_KINDS["books"]), [("飞向太空", 1972, None, "planned")]),
    "Filmweb": (FILMWEB, [("Alien", 1979, 8.0, "seen"), ("Ziemia obiecana", 1974, 3.0, "seen")]),
    "Filmweb votes": (FILMWEB_VOTES, [("Alien", 1979, 9.0, "seen")]),
    "Netflix ratings": (
        NETFLIX,
        [("Alien", 0, 4.0, "seen"), ("Paprika", 0, 1.0, "seen"), ("Stalker", 0, 5.0, "seen")],
    ),
    "Simkl": (
        SIMKL,
        [("Alien", 1979, 8.0, "seen"), ("Paprika", 2006, None, "planned"), ("Stalker", 1979, None, "dropped"),
         ("Cowboy Bebop", 1998, 9.0, "seen")],
    ),
    "Simkl backup": (
        SIMKL_BACKUP,
        [("Alien", 1979, 8.0, "seen"), ("Paprika", 2006, None, "planned"), ("Stalker", 1979, None, "dropped"),
         ("Breaking Bad", 2008, 9.0, "seen"), ("Perfect Blue", 1997, 7.0, "seen")],
    ),
    "Criticker": (CRITICKER, [("Alien", 1979, 85.0, "seen"), ("Paprika", 2006, 0.0, "seen")]),
    "MUBI ratings": (
        MUBI.format(more=",user_rating,rating_date", values=",4,2020-08-28"),
        [("Paprika", 2006, 4.0, "seen")],
    ),
    "MUBI watchlist": (MUBI.format(more="", values=""), [("Paprika", 2006, None, "planned")]),
    "Serializd": (
        SERIALIZD,
        [("Breaking Bad", 2008, 9.0, "seen"), ("Lost", 2004, None, "dropped"), ("Severance", 2022, None, "planned")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", BY_SERVICE)
def test_that_titles_ratings_and_states_of_each_service_are_read(tmp_path, layout):
    content, expected = BY_SERVICE[layout]
    export = read_export(written(tmp_path, "export.csv", content))

    assert (export.layout, said(export), export.skipped_count) == (layout, expected, 0)


@pytest.mark.parametrize(
    ("content", "name"),
    [(KINOPOISK, "Alien"), (DOUBAN.format(**DOUBAN_KINDS["films"]), "Alien"), (FILMWEB, "Obcy")],
)
def test_that_a_title_in_another_language_is_there_too(tmp_path, content, name):
    title = read_export(written(tmp_path, "export.csv", content)).titles[0]

    assert name in title.other_titles
    assert AUG_28 <= title.date < AUG_28 + 86_400


def test_that_ids_of_simkl_are_those_of_other_services_and_never_a_films_for_a_series(tmp_path):
    export = read_export(written(tmp_path, "simkl.csv", SIMKL))

    assert [dict(title.ids) for title in export.titles][::3] == [
        {"imdb": "tt0078748", "tmdb": "348"},
        {"imdb": "tt0213338", "mal": "1"},
    ]


def test_that_a_list_whose_name_says_so_is_only_planned(tmp_path):
    export = read_export(written(tmp_path, "list.csv", LETTERBOXD_LIST.format(name="To watch in autumn")))

    assert {title.state for title in export.titles} == {"planned"}


def test_that_of_several_profiles_one_is_read_and_it_says_whose(tmp_path):
    path = written(tmp_path, "Ratings.csv", NETFLIX)

    assert (
        "Ratings.csv holds what several people rated: Me (3 titles), Kid (1 title). Only what Me rated is read."
        in read_export(path).notes
    )
    assert said(read_export(path, given=Given(person="Kid"))) == [("Solaris", 0, 5.0, "seen")]
    with pytest.raises(DataError, match="holds nothing of 'Dog', but of 'Kid' and 'Me'"):
        read_export(path, given=Given(person="Dog"))


def test_that_the_lines_of_one_person_of_many_may_be_asked_for(tmp_path):
    path = written(tmp_path, "many.csv", "user,title,rating\nann,Alien,4\nbob,Alien,1\nann,Heat,5\n")

    assert [(title.title, title.rating) for title in read_export(path, given=Given(person="ann")).titles] == [
        ("Alien", 4.0), ("Heat", 5.0),
    ]  # fmt: skip
    with pytest.raises(DataError, match="ratings of several people, such as 'ann' and 'bob'"):
        read_export(path)


def test_that_anilists_own_download_is_refused_with_what_is_missing(tmp_path):
    with pytest.raises(DataError, match="names your anime only by AniList's numbers, without titles"):
        read_export(written(tmp_path, "gdpr_data.json", ANILIST_DOWNLOAD))


STATES = "Title,Year,{column},Rating\nA,2001,{seen},8\nB,2002,{planned},\nC,2003,{dropped},\nD,2004,{seen},\n"


@pytest.mark.parametrize(
    ("column", "seen", "planned", "dropped"),
    [
        ("Status", "Completed", "Plan to Watch", "Dropped"),
        ("List", "Watched", "Want to watch", "Abandoned"),
        ("Shelf", "read", "to-buy", "dnf"),
        ("my_status", "2", "6", "4"),
        ("状态", "看过", "想看", "弃剧"),
    ],
)
def test_that_states_of_any_table_are_read(tmp_path, column, seen, planned, dropped):
    text = STATES.format(column=column, seen=seen, planned=planned, dropped=dropped)
    export = read_export(written(tmp_path, "mine.csv", text))

    assert [title.state for title in export.titles] == ["seen", "planned", "dropped", "seen"]


@pytest.mark.parametrize("seen", [("Yes", "No"), ("1", "0"), ("TRUE", "FALSE"), ("x", "no")])
@pytest.mark.parametrize("column", ["Seen", "is_watched", "Read", "Times Watched"])
def test_that_a_no_or_none_counted_is_planned_unless_it_is_rated(tmp_path, column, seen):
    text = f"Title,{column},Rating\nA,{seen[0]},8\nB,{seen[1]},\nC,{seen[0]},\nD,{seen[1]},7\n"
    export = read_export(written(tmp_path, "mine.csv", text))

    assert [title.state for title in export.titles] == ["seen", "planned", "seen", "seen"]


def test_that_a_table_without_ratings_needs_states(tmp_path):
    export = read_export(written(tmp_path, "mine.csv", "Title,Year,Status\nA,2001,watched\nB,2002,to watch\n"))

    assert [(title.rating, title.state) for title in export.titles] == [(None, "seen"), (None, "planned")]


def test_that_a_series_its_seasons_and_its_episodes_are_three_things(tmp_path):
    text = (
        "Title,Year,Type,Season,Episode,IMDb ID,Rating\nLost,2004,tv,,,tt0411008,9\nLost,2004,tv,1,,tt0411008,7\n"
        "Lost,2004,tv,1,3,tt0411008,4\nLost,2004,tv,2,,,6\n"
    )
    export = read_export(written(tmp_path, "mine.csv", text))

    assert [(title.title, title.rating, title.medium, dict(title.ids)) for title in export.titles] == [
        ("Lost", 9.0, "series", {"imdb": "tt0411008", "item": "tt0411008"}),
        ("Lost: season 1", 7.0, "season", {}),
        ("Lost: season 1, episode 3", 4.0, "episode", {}),
        ("Lost: season 2", 6.0, "season", {}),
    ]


@pytest.mark.parametrize(
    ("texts", "ends", "ratings"),
    [
        (("8/10", "6/10", "10/10"), (1, 10), [8, 6, 10]),
        (("80%", "0%", "100%"), (0, 100), [80, 0, 100]),
        (("★★★★½", "★★★", "½"), (0.5, 5), [4.5, 3, 0.5]),
        (("***1/2", "**", "*"), (0.5, 5), [3.5, 2, 1]),
        (("4 stars", "1 star", "3 stars"), (1, 5), [4, 1, 3]),
        (("👍", "👎", "👍"), (0, 1), [1, 0, 1]),
        (("1", "0", "1"), (0, 1), [1, 0, 1]),
        (("TRUE", "FALSE", "TRUE"), (0, 1), [1, 0, 1]),
        (("like", "dislike", "like"), (0, 1), [1, 0, 1]),
        (("loved", "okay", "liked"), (1, 5), [5, 3, 4]),
        (("8", "8/10", "★★★"), (1, 10), [8, 8, 6]),
    ],
)
def test_that_ratings_are_read_however_they_are_written(tmp_path, texts, ends, ratings):
    lines = "".join(f"T{number},{text}\n" for number, text in enumerate(texts))
    export = read_export(written(tmp_path, "mine.csv", f"Title,My rating\n{lines}"))

    assert [title.rating for title in export.titles] == ratings
    assert (export.scale.low, export.scale.high, export.scale_is_known) == (*ends, True)


def test_that_a_table_in_json_is_read_as_one_of_text_is(tmp_path):
    rows = [
        {"title": "Alien", "year": 1979, "status": "completed", "rating": 8},
        {"title": "Paprika", "year": 2006, "status": "planned", "rating": None},
    ]
    export = read_export(written(tmp_path, "mine.json", rows))

    assert said(export) == [("Alien", 1979, 8.0, "seen"), ("Paprika", 2006, None, "planned")]


@pytest.mark.parametrize("heading", ["Movie", "Film", "Item", "Product"])
def test_that_a_column_that_could_hold_ids_holds_titles_where_they_are_words(tmp_path, heading):
    rows = f"{heading},Year,My Rating\nFight Club,1999,4.5/5\nHeat,1995,3/5\n300,2006,2/5\n"
    assert said(read_export(written(tmp_path, "mine.csv", rows))) == [
        ("Fight Club", 1999, 4.5, "seen"),
        ("Heat", 1995, 3.0, "seen"),
        ("300", 2006, 2.0, "seen"),
    ]
    ids = read_export(written(tmp_path, "ids.csv", f"{heading},My Rating\n110,4\n296,5\ntt0133093,3\n"))
    assert [title.ids["item"] for title in ids.titles] == ["110", "296", "tt0133093"]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Titre,Année,Note\nAlien,1979,8\n", [("Alien", 1979, 8.0, "seen")]),
        ("Titel;Jahr;Bewertung\nAlien;1979;8,5\n", [("Alien", 1979, 8.5, "seen")]),
        ("Título;Año;Nota\nAlien;1979;9\n", [("Alien", 1979, 9.0, "seen")]),
        ("Tytuł;Rok;Ocena;Status\nObcy;1979;;chcę zobaczyć\n", [("Obcy", 1979, None, "planned")]),
        ("Название;Год;Оценка;Статус\nЧужой;1979;;брошено\n", [("Чужой", 1979, None, "dropped")]),
        ("片名,年份,我的评分,状态\n异形,1979,★★★★,看过\n", [("异形", 1979, 4.0, "seen")]),
        ("Film,Sterne\nAlien (1979),★★★★☆\n", [("Alien", 1979, 4.0, "seen")]),
        ("Anime,Status,Vote,Seen\nBebop,complete,9.5,26/26\nNaruto,,,0/220\n",
         [("Bebop", 0, 9.5, "seen"), ("Naruto", 0, None, "planned")]),
        ("Title,Liked\nAlien,1\nHeat,1\n", [("Alien", 0, 1.0, "seen"), ("Heat", 0, 1.0, "seen")]),
    ],
)  # fmt: skip
def test_that_headings_of_other_languages_and_habits_are_known(tmp_path, text, titles):
    assert said(read_export(written(tmp_path, "mine.csv", text))) == titles
