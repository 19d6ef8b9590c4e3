"""MyAnimeList's XML, and XML that would do harm."""

from __future__ import annotations

import gzip

import pytest
from exports import MYANIMELIST, mal_entry, mal_xml, written

from engine.data.dataset import Scale
from engine.data.personal.reading import read_export
from engine.errors import DataError

BOMB = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_that_titles_scores_and_states_are_read(tmp_path):
    export = read_export(written(tmp_path, "animelist.xml", MYANIMELIST))

    assert (export.layout, export.scale) == ("MyAnimeList", Scale(1.0, 10.0, 1.0))
    assert [(title.title, title.rating, title.state, title.medium) for title in export.titles] == [
        ("Cowboys & Stars", 9.0, "seen", "series"),
        ("Nearly Seen", None, "seen", "film"),
        ("Given Up", None, "dropped", "series"),
        ("Given Up with a Score", 3.0, "dropped", "series"),
        ("For Later", None, "planned", "series"),
    ]
    assert export.titles[0].ids == {"mal": "1"}
    assert export.notes == (
        "1 title is on your watchlist.",
        "2 titles are given up and will count as disliked.",
        "1 title is without a rating and will count as seen.",
    )


@pytest.mark.parametrize("pack", [gzip.compress, lambda raw: raw.decode().replace("UTF-8", "UTF-16").encode("utf-16")])
def test_that_packed_and_utf16_lists_are_read_in_place(tmp_path, pack):
    export = read_export(written(tmp_path, "animelist.xml.gz", pack(MYANIMELIST.encode())))

    assert len(export.titles) == 5


def test_that_numbers_of_older_lists_mean_states(tmp_path):
    entries = [mal_entry(code, f"T{code}", 0, str(code)) for code in (1, 2, 3, 4, 6)]
    export = read_export(written(tmp_path, "animelist.xml", mal_xml(*entries)))

    assert [title.state for title in export.titles] == ["seen", "seen", "seen", "dropped", "planned"]


def test_that_a_manga_list_is_of_books_without_anime_ids(tmp_path):
    entry = {"manga_mangadb_id": 5, "manga_title": "<![CDATA[Ink]]>", "my_score": 7, "my_status": "Plan to Read"}
    text = mal_xml(entry).replace("anime>", "manga>")
    text = text.replace("<mymanga>", "<myanime>")
    export = read_export(written(tmp_path, "mangalist.xml", text.replace("manga><myinfo", "anime><myinfo")))

    assert [(title.title, title.medium, dict(title.ids), title.state) for title in export.titles] == [
        ("Ink", "book", {}, "seen")
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (mal_xml(mal_entry(1, "A", 5, "Completed"), top=f'<?xml version="1.0"?>{BOMB}'), "declares a document type"),
        (
            mal_xml(top='<?xml version="1.0"?><!DOCTYPE m SYSTEM "file:///etc/hostname">'),
            "declares a document type or entities",
        ),
        (MYANIMELIST[:-60], "is not whole XML"),
        (MYANIMELIST.replace("<myanimelist>", f"{BOMB}<myanimelist>").replace("Stars", "\x01"), "declares a document"),
        (mal_xml(mal_entry(1, "A\x01", 5, "Completed")).replace("</anime>", f"{BOMB}</anime>"), "declares a document"),
        (MYANIMELIST.replace("UTF-8", "UTF-88"), "is not whole XML"),
        ("<?xml version='1.0'?><rss><channel/></rss>", "is XML or a web page, but no export that is known"),
        ("<!doctype html><html><body>Sign in</body></html>", "is XML or a web page"),
        ("<?xml version='1.0'?><list><!-- <myanimelist > --></list>", "no list of MyAnimeList: it begins with <list>"),
    ],
)
def test_that_broken_and_dangerous_xml_is_refused_with_a_sentence(tmp_path, content, words):
    with pytest.raises(DataError, match=words):
        read_export(written(tmp_path, "animelist.xml", content))


@pytest.mark.parametrize(
    "title", ["Panties & Stockings", "Caf&eacute; Luna", "Half\x0bOf", "Tag < Team", "<![CDATA[Half\x01Of]]>"]
)
def test_that_an_entry_that_is_no_whole_xml_costs_only_itself_and_is_named(tmp_path, title):
    broken = {**mal_entry(9, "", 8, "Completed"), "series_title": title}
    text = mal_xml(mal_entry(1, "Before", 9, "Completed"), broken, mal_entry(2, "After", 7, "Completed"))
    export = read_export(written(tmp_path, "animelist.xml", text))

    assert [(title.title, title.rating) for title in export.titles] == [("Before", 9.0), ("After", 7.0)]
    assert [(entry.line, entry.reason) for entry in export.skipped] == [(2, "its XML is damaged")]
    assert export.skipped[0].text[:3] == title.removeprefix("<![CDATA[")[:3], "it says which"
    assert (export.lines, export.skipped_count) == (3, 1)
