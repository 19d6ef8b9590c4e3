"""A list that leaves the program: what is in it in each form, and that nothing in a title is taken for markup."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from engine.errors import DataError
from engine.recommending.filter_words import describe_filters
from engine.recommending.list_writing import (
    COLUMNS,
    LETTERBOXD_COLUMNS,
    ListDocument,
    list_text,
    write_list,
)
from engine.recommending.ranking import Filters
from engine.recommending.recommendation import Recommendation

ODD = '<img src="x" onerror="alert(1)"> & "co"'


def item(rank, row, title, *, year=1999, genres=("Drama",), predicted=None, sd=None, lift=None):
    return Recommendation(
        rank=rank,
        item_row=row,
        item_id=str(100 + row),
        title=title,
        year=year,
        genres=genres,
        score=1.0,
        probability=None,
        lift=lift,
        predicted_rating=predicted,
        predicted_sd=sd,
    )


@pytest.fixture
def document(dataset):
    items = (
        item(1, 0, "Alien", predicted=4.6, sd=0.6, lift=6.0),
        item(2, 3, ODD, year=0, genres=()),
        item(3, 5, "=HYPERLINK(1)"),
    )
    reasons = {0: "because you liked <b>Brazil</b> & Dune"}
    facts = {"For": "Me & <i>you</i>", "Data": "Eight films", "Model": ""}
    return ListDocument("Saved for later", items, facts, reasons, dataset)


def test_that_text_to_paste_has_ranks_numbers_and_reasons(document):
    assert list_text(document, "text").splitlines() == [
        "Saved for later",
        "",
        "1. Alien (1999) · predicted 4.6\u00a0±\u00a00.6 · 6× likelier than for most",
        "   because you liked <b>Brazil</b> & Dune",
        f"2. {ODD}",
        "3. =HYPERLINK(1) (1999)",
    ]


def test_that_csv_has_a_line_a_title_and_quotes_what_is_text(document):
    text = list_text(document, "csv")
    head, first, second, third = csv.reader(io.StringIO(text))

    assert tuple(head) == COLUMNS
    assert first[:7] == ["1", "Alien", "1999", "Drama", "4.6", "0.6", "6.0"]
    assert first[-1] == "because you liked <b>Brazil</b> & Dune"
    assert second[1:3] == [ODD, ""]
    assert third[1] == "=HYPERLINK(1)"
    assert '"=HYPERLINK(1)"' in text


def test_that_json_says_what_the_list_is_of(document):
    found = json.loads(list_text(document, "json"))

    assert (found["list"], found["for"], found["data"]) == ("Saved for later", "Me & <i>you</i>", "Eight films")
    assert found["titles"][0]["predicted_rating"] == 4.6
    assert (found["titles"][1]["year"], found["titles"][1]["reasons"]) == (None, None)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags, self.words, self.links = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


def test_that_a_page_shows_titles_and_reasons_as_they_are_and_needs_nothing_else(document):
    page = _Page()
    page.feed(list_text(document, "html"))

    assert page.links == []
    assert not {"img", "i", "script"} & page.tags
    assert ODD in page.words
    assert "because you liked <b>Brazil</b> & Dune" in page.words
    assert "For: Me & <i>you</i> · Data: Eight films" in page.words


def test_that_letterboxd_gets_title_year_and_ids_in_order(document):
    head, *rows = csv.reader(io.StringIO(list_text(document, "letterboxd")))

    assert tuple(head) == LETTERBOXD_COLUMNS
    assert [row[:2] for row in rows] == [["Alien", "1999"], [ODD, ""], ["=HYPERLINK(1)", "1999"]]


def test_that_a_list_is_written_in_full_or_not_at_all(document, tmp_path):
    assert write_list(document, tmp_path / "list.html", "html") == 3
    assert (tmp_path / "list.html").read_text(encoding="utf-8") == list_text(document, "html")
    with pytest.raises(DataError, match="no folder"):
        write_list(document, tmp_path / "nowhere" / "list.html", "html")
    assert [path.name for path in tmp_path.iterdir()] == ["list.html"]


@pytest.mark.parametrize("form", ["text", "csv", "json", "html", "letterboxd"])
def test_that_an_empty_list_is_written_too(form):
    assert list_text(ListDocument("Saved for later", ()), form)


def test_that_filters_are_said_in_words():
    assert describe_filters(Filters()) == ""
    only = {"only_rows": frozenset((1, 2)), "only_name": "F.txt"}
    filters = Filters(("Drama", "Crime"), (), ("Horror",), (1980, 1989), 50, **only)
    assert describe_filters(filters) == "Drama or Crime, no Horror, 1980s, at least 50 ratings, only F.txt"
