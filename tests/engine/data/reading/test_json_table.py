import json

import pytest

from engine.data.reading import json_table
from engine.data.reading.archives import Source
from engine.data.reading.sniff import read_cells, read_pieces, sniff
from engine.errors import DataError


@pytest.fixture
def source(tmp_path):
    def write(text):
        path = tmp_path / "ratings.json"
        path.write_text(text)
        return Source(path)

    return write


def rows_of(source):
    pieces = list(read_pieces(source, sniff(source)))
    return [
        row
        for piece in pieces
        for row in zip(
            piece.block.users_N.to_pylist(), piece.block.items_N.to_pylist(), piece.block.ratings_N, strict=True
        )
    ]


@pytest.mark.parametrize("indent", [None, 3])
def test_that_entries_cut_anywhere_by_a_block_are_whole(source, monkeypatch, indent):
    monkeypatch.setattr(json_table, "BLOCK_BYTES", 37)
    entries = [{"user": f'u"{row},{{', "item": "\\" * (row % 4) + "]", "rating": row % 5} for row in range(60)]
    found = rows_of(source(json.dumps(entries, indent=indent)))
    assert found == [(entry["user"], entry["item"], entry["rating"]) for entry in entries]


def test_that_ids_of_several_kinds_in_one_file_are_texts(source):
    entries = [{"user": 1, "item": 7, "rating": 3}, {"user": "ann", "item": 7.5, "rating": 4}]
    assert rows_of(source(json.dumps(entries))) == [("1", "7", 3), ("ann", "7.5", 4)]


def test_that_of_several_lists_the_ratings_are_read(source):
    text = json.dumps({"films": [{"id": 7, "title": "Sea"}], "marks": [{"user": 1, "item": 7, "rating": 3}]})
    assert rows_of(source(text)) == [("1", "7", 3)]


def test_that_titles_are_read_as_cells(source):
    films = source(json.dumps([{"id": 7, "title": "Sea", "genres": ["Drama", "War"]}, {"id": 8, "title": None}]))
    assert list(read_cells(films, sniff(films))) == [(1, ["7", "Sea", "Drama|War"]), (2, ["8", "", ""])]


def test_that_the_first_entries_are_the_sample_and_the_names_its_header(source):
    shape = sniff(source(json.dumps([{"who": 1, "movieId": 7, "stars": 3}])))
    assert (shape.header, shape.sample, shape.layout.kind) == (("who", "movieId", "stars"), (("1", "7", "3"),), "json")


@pytest.mark.parametrize("text", ["[]", "{}", '{"ratings": []}', "[[1, 2, 3]]", "[" * 100_000, '{"a": ' * 100_000])
def test_that_json_without_entries_is_refused(source, text):
    with pytest.raises(DataError):
        sniff(source(text))
