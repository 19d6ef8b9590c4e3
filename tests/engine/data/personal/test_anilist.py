"""AniList's lists in JSON, in its five scales."""

from __future__ import annotations

import pytest
from exports import anilist, anilist_entry, written

from engine.data.personal.reading import read_export
from engine.errors import DataError


@pytest.mark.parametrize(
    ("score_format", "score", "ends"),
    [
        ("POINT_100", 85, (1.0, 100.0)),
        ("POINT_10_DECIMAL", 8.5, (0.1, 10.0)),
        ("POINT_10", 8, (1.0, 10.0)),
        ("POINT_5", 4, (1.0, 5.0)),
        ("POINT_3", 3, (1.0, 3.0)),
    ],
)
def test_that_the_scale_is_the_one_the_person_uses(tmp_path, score_format, score, ends):
    document = anilist([anilist_entry(1, "A", score, "COMPLETED")], score_format)
    export = read_export(written(tmp_path, "anilist.json", document))

    assert (export.layout, (export.scale.low, export.scale.high)) == ("AniList", ends)
    assert (export.titles[0].rating, export.titles[0].ids["mal"], export.titles[0].year) == (score, "1", 2001)
    assert export.notes == ()


@pytest.mark.parametrize(
    ("scores", "high"),
    [((8.5, 3), 10.0), ((3, 1), 3.0), ((3, 5), 5.0), ((9, 5), 10.0), ((55, 80), 100.0), ((0,), 10.0)],
)
def test_that_a_scale_that_is_not_given_is_the_smallest_that_fits_and_is_noted(tmp_path, scores, high):
    entries = [anilist_entry(place, f"T{place}", score, "COMPLETED") for place, score in enumerate(scores, start=1)]
    export = read_export(written(tmp_path, "anilist.json", anilist(entries, None)))

    assert export.scale.high == high
    assert "does not say its scale" in export.notes[0]


def test_that_custom_lists_repeat_nothing(tmp_path):
    entries = [anilist_entry(1, "A", 8, "COMPLETED"), anilist_entry(None, "B", 7, "COMPLETED")]
    export = read_export(written(tmp_path, "anilist.json", anilist(entries, "POINT_10", custom=True)))

    assert [title.title for title in export.titles] == ["A", "B"]


def test_that_statuses_say_what_was_seen_dropped_and_planned(tmp_path):
    statuses = ("COMPLETED", "CURRENT", "PAUSED", "REPEATING", "DROPPED", "PLANNING")
    entries = [anilist_entry(place, statuse, 0, statuse) for place, statuse in enumerate(statuses, start=1)]
    export = read_export(written(tmp_path, "anilist.json", anilist(entries, "POINT_10")))

    assert [title.state for title in export.titles] == ["seen"] * 4 + ["dropped", "planned"]
    assert {title.rating for title in export.titles} == {None}


def test_that_other_titles_and_forms_are_kept(tmp_path):
    names = {"romaji": "Kumo no Uta", "english": "Song of Clouds", "native": "雲の歌"}
    entry = anilist_entry(1, "", 8, "COMPLETED", synonyms=["Cloud Song"], format="MOVIE")
    entry["media"]["title"] = names
    manga = anilist_entry(2, "Ink", 8, "COMPLETED", format="MANGA", type="MANGA")
    export = read_export(written(tmp_path, "anilist.json", anilist([entry, manga], "POINT_10")))

    assert export.titles[0].title == "Song of Clouds"
    assert export.titles[0].other_titles == ("Kumo no Uta", "雲の歌", "Cloud Song")
    assert [title.medium for title in export.titles] == ["film", "book"]


def test_that_entries_of_odd_kinds_are_left_out(tmp_path):
    good = anilist_entry(1, "A", 8, "COMPLETED")
    odd = [good, None, [], {"media": 7}, {**good, "score": 11}]
    export = read_export(written(tmp_path, "anilist.json", anilist(odd, "POINT_10")))

    assert [title.title for title in export.titles] == ["A"]
    assert export.skipped_count == 4


def test_that_lists_that_are_none_are_refused(tmp_path):
    content = '{"media": {"idMal": 1}, "extra": [{"lists": 1}]}'

    with pytest.raises(DataError, match="holds no lists of titles"):
        read_export(written(tmp_path, "anilist.json", content))
