import json

import pytest

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.reading import json_table
from engine.data.reading.archives import Source
from engine.data.reading.roles import Given
from engine.data.reading.sniff import read_cells, read_pieces, sniff
from engine.errors import DataError
from engine.events import drive


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


STARS = {("7", "31"): 4.0, ("7", "90"): 1.5, ("9", "31"): 5.0}
"""(person, title) -> rating; person 9 has no rating of title 90."""


def pivot(outer, inner, *, turned=False):
    return {
        across: {down: STARS.get((across, down) if turned else (down, across)) for down in inner} for across in outer
    }


@pytest.mark.parametrize(
    ("document", "entries"),
    [
        (pivot(("31", "90"), ("7", "9")), STARS),
        (pivot(("7", "9"), ("31", "90"), turned=True), {(i, u): star for (u, i), star in STARS.items()}),
        ({"Ann": {"Up": 4}, "Bob": {"Up": 2, "Ran": 5}}, {("Ann", "Up"): 4, ("Bob", "Up"): 2, ("Bob", "Ran"): 5}),
        (
            {"u7": {"Up (2009)": 4, "Ran (1985)": None}, "u9": {"Up (2009)": None, "Ran (1985)": 5}},
            {("u7", "Up (2009)"): 4, ("u9", "Ran (1985)"): 5},
        ),
    ],
    ids=["columns are titles", "numbers on both sides", "people with their titles", "people across"],
)
def test_that_a_pivot_of_pandas_has_a_column_a_title_and_nothing_for_its_gaps(source, document, entries):
    assert {(user, item): rating for user, item, rating in rows_of(source(json.dumps(document)))} == entries


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


ENTRIES = [{"user": f"p{n // 3}", "item": f"m{n % 5}", "rating": n % 5 + 1} for n in range(12)]
ROWS = [(entry["user"], entry["item"], entry["rating"]) for entry in ENTRIES]
INDEX = [str(number) for number in range(12)]


def _columns(entries):
    return {name: dict(zip(INDEX, (entry[name] for entry in entries), strict=True)) for name in ENTRIES[0]}


def _people(value_of):
    people = {}
    for entry in ENTRIES:
        people.setdefault(entry["user"], {})[entry["item"]] = value_of(entry)
    return people


def _lists():
    people = {}
    for entry in ENTRIES:
        people.setdefault(entry["user"], []).append({"title": entry["item"], "stars": entry["rating"], "tags": []})
    return people


def _nested(entry):
    return {"user": {"id": entry["user"], "name": "n"}, "movie": {"id": entry["item"], "title": f"T {entry['item']}"},
            "rating": entry["rating"]}  # fmt: skip


def _of_mongo(entry):
    return {"_id": {"$oid": "x"}, **entry, "rating": {"$numberInt": str(entry["rating"])}}


FORMS = {
    "a list": json.dumps(ENTRIES),
    "lines": "\n".join(map(json.dumps, ENTRIES)),
    "lines as Python writes them": "\n".join(map(repr, ENTRIES)),
    "lines as Python 2 writes them": "\n".join(repr(entry).replace("'", "u'", 1) for entry in ENTRIES),
    "lines with blank ones": "\n\n".join(map(json.dumps, ENTRIES)) + "\n\n",
    "objects after one another": " ".join(map(json.dumps, ENTRIES)),
    "objects over several lines": "\n".join(json.dumps(entry, indent=2) for entry in ENTRIES),
    "two lists": json.dumps(ENTRIES[:5]) + json.dumps(ENTRIES[5:]),
    "two lists on lines": json.dumps(ENTRIES[:5]) + "\n\n" + json.dumps(ENTRIES[5:], indent=1) + "\n",
    "a list that closes early": json.dumps(ENTRIES[:5]) + "," + json.dumps(ENTRIES[5:])[1:],
    "a list that never closes": json.dumps(ENTRIES)[:-1],
    "a list in an object": json.dumps({"ratings": ENTRIES}),
    "a list deep in an object": json.dumps({"data": {"of": {"ratings": ENTRIES}}, "page": 1}),
    "two lists in an object": json.dumps({"train": ENTRIES[:5], "test": ENTRIES[5:]}),
    "a list after another": json.dumps({"movies": [{"id": "m1", "title": "T"}], "ratings": ENTRIES}),
    "nested objects": json.dumps([_nested(entry) for entry in ENTRIES]),
    "nested objects on lines": "\n".join(json.dumps(_nested(entry)) for entry in ENTRIES),
    "objects as MongoDB writes them": "\n".join(json.dumps(_of_mongo(entry)) for entry in ENTRIES),
    "columns": json.dumps(_columns(ENTRIES)),
    "columns that are lists": json.dumps({name: [entry[name] for entry in ENTRIES] for name in ENTRIES[0]}),
    "columns and rows": json.dumps({"columns": list(ENTRIES[0]), "index": list(range(12)), "data": ROWS}),
    "names and rows": json.dumps([list(ENTRIES[0]), *ROWS]),
    "a schema and rows": json.dumps({"schema": {"fields": [{"name": "user", "type": "string"}]}, "data": ENTRIES}),
    "objects by number": json.dumps(dict(zip(INDEX, ENTRIES, strict=True))),
    "people with titles": json.dumps(_people(lambda entry: entry["rating"])),
    "people with titles and more": json.dumps(_people(lambda entry: {"rating": entry["rating"], "note": "x"})),
    "people with lists": json.dumps(_lists()),
    "people inside of an object": json.dumps({"prefs": _people(lambda entry: entry["rating"]), "version": 2}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block_bytes", [29, 1 << 20])
def test_that_ratings_in_json_of_any_form_are_read(source, monkeypatch, form, block_bytes):
    monkeypatch.setattr(json_table, "BLOCK_BYTES", block_bytes)
    assert sorted(rows_of(source(FORMS[form]))) == sorted(ROWS)


def test_that_nested_objects_give_their_titles(source):
    nested = source(FORMS["nested objects"])
    shape = sniff(nested)
    assert (shape.header[shape.roles["item"]], shape.header[shape.roles["title"]]) == ("movie.id", "movie.title")
    assert next(read_cells(nested, shape)) == (1, ["p0", "n", "m0", "T m0", "1"])


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        ({"user": {"_id": "u"}, "movie": {"imdb": "tt1", "name": "Heat"}, "score": 3}, ("u", "tt1")),
        ({"reviewer": {"username": "u"}, "book": {"id": 7}, "stars": 3}, ("u", "7")),
        ({"user": {"login": "u"}, "game": {"slug": "go"}, "value": 3}, ("u", "go")),
        ({"user": {"name": "u"}, "anime": {"title": "A"}, "score": 3}, ("u", "A")),
        ({"user": "u", "movie": {"ids": {"imdb": "tt1"}, "title": "A"}, "score": 3}, ("u", "tt1")),
    ],
)
def test_that_a_person_or_title_that_is_an_object_is_known_by_what_it_has(source, entry, ids):
    assert rows_of(source(json.dumps([entry, entry]))) == [(*ids, 3)] * 2


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (FORMS["two lists"], "holds 2 lists, one after another; all were read"),
        (FORMS["a list"] + " and more", "goes on after the end of its list with something that is no object"),
        (FORMS["a list after another"], "also holds movies; of it ratings was read"),
    ],
)
def test_that_what_else_a_file_holds_is_said(source, text, note):
    from_file = source(text)
    shape = sniff(from_file)
    notes = [*shape.notes, *(note for piece in read_pieces(from_file, shape) for note in piece.notes)]
    assert len(notes) == 1
    assert note in notes[0]
    assert sorted(rows_of(from_file)) == sorted(ROWS)


@pytest.mark.parametrize(("place", "count"), [(0, 5_000), (5, 5_000), (4_999, 5_000), (0, 200), (5, 200)])
@pytest.mark.parametrize("damage", ['{"user": "a, "item": 1}', '{"user": 1, "item": 2', '"x": 1}', '{"user": [[[}'])
@pytest.mark.parametrize("between", [", ", ",\n"])
def test_that_a_damaged_entry_costs_itself_and_few_others(source, place, count, damage, between):
    entries = [json.dumps(ENTRIES[number % 12]) for number in range(count)]
    entries[place] = damage
    found = source("[" + between.join(entries) + "]")
    pieces = list(read_pieces(found, sniff(found)))
    read = sum(len(piece.block.ratings_N) for piece in pieces)
    assert count - 10 <= read < count
    assert 1 <= sum(piece.block.skipped.total() for piece in pieces) <= 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[1, 2, 3], [1, 3, 4]]", "a list of 2 lists, and no list of ratings was found"),
        ('{"a": [1, 2], "b": "c", "d": 1, "e": 2, "f": 3}', "an object with a, b, d and 2 others"),
        ('{"user": 1, "item"', "is no whole JSON: it goes wrong at line 1"),
        ("[" * 100_000, "is nested without end"),
    ],
)
def test_that_other_json_is_refused_with_what_it_is(source, text, words):
    with pytest.raises(DataError, match=words):
        sniff(source(text))


@pytest.mark.parametrize("value", ["1e999", "NaN", "1" + "0" * 5_000])
def test_that_an_odd_number_costs_its_entry(source, value):
    lines = [json.dumps(entry) for entry in ENTRIES]
    lines[3] = f'{{"user": "x", "item": "y", "rating": {value}}}'
    for text in ("\n".join(lines), "[" + ",\n".join(lines) + "]"):
        found = source(text)
        skipped = [problem for piece in read_pieces(found, sniff(found)) for problem in piece.block.problems]
        assert [problem.line for problem in skipped] == [4]
        assert skipped[0].reason in ("rating is not finite", "no object of JSON")


def test_that_half_a_character_and_huge_numbers_are_ids(source):
    entries = [{"user": "\ud800", "item": 2**70, "rating": 3}, {"user": "b", "item": 2**70 + 1, "rating": 4}]
    assert rows_of(source(json.dumps(entries))) == [("?", str(2**70), 3), ("b", str(2**70 + 1), 4)]


def test_that_a_damaged_entry_among_the_first_is_shown_in_its_place(source):
    lines = [json.dumps(ENTRIES[number % 12]) for number in range(40)]
    lines[14] = lines[14].replace('"item', "&item")
    lines[30] = lines[30].replace('"item', "&item")
    preview = drive(look([source("[" + ", ".join(lines) + "]").path], Given()))
    assert preview.obstacle is None
    assert [row.line for row in preview.rows if row.is_read][:14] == list(range(1, 15))


FILMS = [f"Film {number}" for number in range(12)]


def wide_rows(*, sparse=False, user="userId"):
    rows = [
        {user: f"u{u}", **{name: (u * i) % 5 + 1 if (u + i) % 3 else None for i, name in enumerate(FILMS)}}
        for u in range(30)
    ]
    return [{name: value for name, value in row.items() if value is not None} for row in rows] if sparse else rows


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("form", ["records", "lines", "inside of an object"])
def test_that_objects_with_a_part_for_each_title_are_a_wide_table(source, form, sparse):
    rows = wide_rows(sparse=sparse)
    text = {"records": json.dumps(rows), "lines": "\n".join(map(json.dumps, rows))}.get(
        form, json.dumps({"data": rows})
    )
    expected = {(f"u{u}", name): (u * i) % 5 + 1 for u in range(30) for i, name in enumerate(FILMS) if (u + i) % 3}
    assert {(user, item): rating for user, item, rating in rows_of(source(text))} == expected
    preview = drive(look([source(text).path], Given()))
    assert (preview.obstacle, preview.rows[0].user, preview.rows[0].item) == (None, "u0", "Film 1")


def test_that_a_title_that_only_later_objects_have_is_read(source):
    rows = [{"user": f"u{u}", **{f"Film {i}": 3 for i in range(u // 20, u // 20 + 6)}} for u in range(600)]
    assert {item for _, item, _ in rows_of(source(json.dumps(rows)))} == {f"Film {i}" for i in range(35)}


def test_that_cells_of_wide_objects_that_are_no_ratings_are_told(source):
    rows = wide_rows()
    rows[25]["Film 3"] = "five"
    where = source(json.dumps(rows))
    [piece] = read_pieces(where, sniff(where))
    assert [(problem.line, problem.text) for problem in piece.block.problems] == [(26, "Film 3: five")]


def test_that_a_document_that_is_held_whole_is_parsed_once(source, monkeypatch):
    parsed = []
    parse = json_table.whole_document
    monkeypatch.setattr(json_table, "whole_document", lambda *given: parsed.append(given) or parse(*given))
    path = source(
        json.dumps({"ratings": [{"user": u, "item": i, "rating": 3} for u in range(9) for i in range(9)]})
    ).path
    preview = drive(look([path], Given()))
    drive(import_files([path], options=ImportOptions(), dataset_id="x"))
    assert (preview.obstacle, len(parsed)) == (None, 1)
