"""Exports that are cut short, shuffled, or have flipped bits: an export or one sentence, and never anything else."""

from __future__ import annotations

import gzip
import json
import time

import pytest
from exports import (
    BOARDGAMEGEEK,
    CRITICKER,
    DOUBAN,
    DOUBAN_KINDS,
    GOODREADS,
    IMDB_LIST,
    IMDB_RATINGS,
    KINOPOISK,
    LETTERBOXD_DIARY,
    LETTERBOXD_LIST,
    MYANIMELIST,
    NETFLIX,
    SIMKL,
    SIMKL_BACKUP,
    STORYGRAPH,
    TMDB,
    TRAKT_MOVIES,
    TRAKT_SHOWS,
    anilist,
    anilist_entry,
    written,
)
from hypothesis import given
from hypothesis import strategies as st

from engine.data.personal.export import Export
from engine.data.personal.reading import read_export
from engine.errors import EngineError

WHOLE = {
    "diary.csv": LETTERBOXD_DIARY.encode(),
    "imdb.csv": IMDB_RATINGS.encode("utf-16"),
    "list.csv": IMDB_LIST.encode("cp1252"),
    "tmdb.csv": TMDB.encode(),
    "goodreads.csv": GOODREADS.encode(),
    "storygraph.csv": STORYGRAPH.encode(),
    "bgg.csv": BOARDGAMEGEEK.encode(),
    "trakt.json": json.dumps(TRAKT_MOVIES + TRAKT_SHOWS).encode(),
    "anilist.json": json.dumps(anilist([anilist_entry(1, "A", 8, "COMPLETED")], "POINT_10")).encode(),
    "mal.xml": MYANIMELIST.encode(),
    "kinopoisk.csv": KINOPOISK.encode(),
    "douban.csv": DOUBAN.format(**DOUBAN_KINDS["films"]).encode(),
    "netflix.csv": NETFLIX.encode(),
    "simkl.csv": SIMKL.encode(),
    "simkl.json": json.dumps(SIMKL_BACKUP).encode(),
    "criticker.csv": CRITICKER.encode(),
    "letterboxd list.csv": LETTERBOXD_LIST.format(name="Best").encode(),
    "table.json": json.dumps([{"title": "A", "year": 2000, "rating": "★★★"}] * 3).encode(),
    "stars.csv": "Title,Year,My rating,Date,Status\nA,2000,★★★½,28.08.2020,watched\nB,2001,8/10,1,dnf\n".encode(),
    "mal.xml.gz": gzip.compress(MYANIMELIST.encode()),
}


def read_or_refuse(path):
    refusal, export = "", None
    try:
        export = read_export(path)
    except EngineError as error:
        refusal = str(error)
    if export is None:
        assert refusal.endswith("."), "a sentence"
        return
    assert isinstance(export, Export)
    assert export.titles
    assert all(title.rating is None or export.scale.low <= title.rating <= export.scale.high for title in export.titles)


@pytest.mark.parametrize("name", WHOLE)
@given(share=st.floats(0, 1))
def test_that_a_file_cut_anywhere_is_an_export_or_a_sentence(tmp_path, name, share):
    read_or_refuse(written(tmp_path, name, WHOLE[name][: int(share * len(WHOLE[name]))]))


@pytest.mark.parametrize("name", WHOLE)
@given(flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=20))
def test_that_flipped_bits_are_an_export_or_a_sentence(tmp_path, name, flips):
    raw = bytearray(WHOLE[name])
    for share, bits in flips:
        raw[int(share * len(raw))] ^= bits
    read_or_refuse(written(tmp_path, name, bytes(raw)))


@pytest.mark.parametrize("name", WHOLE)
@given(chance=st.randoms(use_true_random=False))
def test_that_shuffled_pieces_are_an_export_or_a_sentence(tmp_path, name, chance):
    pieces = [WHOLE[name][start : start + 40] for start in range(0, len(WHOLE[name]), 40)]
    chance.shuffle(pieces)
    read_or_refuse(written(tmp_path, name, b"".join(pieces)))


@pytest.mark.parametrize("value", [None, 1, True, "text", [], {}, [[]], {"ids": 5}, {"title": {}}, [None]])
def test_that_any_value_in_the_place_of_another_is_no_crash(tmp_path, value):
    documents = (("t.json", TRAKT_MOVIES), ("a.json", json.loads(WHOLE["anilist.json"])), ("s.json", SIMKL_BACKUP))
    for name, document in documents:
        for changed in _with_each_value_replaced(document, value):
            read_or_refuse(written(tmp_path, name, changed))


def _with_each_value_replaced(document, value):
    """The document once for each value in it, with that one replaced."""
    places = (
        list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else []
    )
    for place in places:
        inner = document[place]
        for changed in (value, *_with_each_value_replaced(inner, value)):
            copy = dict(document) if isinstance(document, dict) else list(document)
            copy[place] = changed
            yield copy


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<a>" * 1_100_000 + "</a>" * 1_000_000, "holds over 2,000,000 tags"),
        ("<![CDATA[" * 100_000, "No line of"),
        ("<anime>" * 50_000, "No line of"),
        ("<!DOCTYPE " * 50_000, "declares a document type"),
    ],
)
def test_that_xml_without_end_is_refused_at_once(tmp_path, body, words):
    path = tmp_path / "animelist.xml"
    path.write_text(f"<?xml version='1.0'?><myanimelist>{body}</myanimelist>")
    started = time.process_time()
    with pytest.raises(EngineError, match=words):
        read_export(path)
    assert time.process_time() - started < 5
