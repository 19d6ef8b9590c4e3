"""A list as it leaves the program: text to paste, CSV, JSON, a web page with reasons, or a list for Letterboxd."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal

from engine.data.dataset import Dataset
from engine.data.personal.writing import film_ids_of
from engine.data.whole_file import whole_file
from engine.recommending.recommendation import Recommendation
from engine.text import format_factor, format_predicted_rating, format_title
from engine.wording import said

ListFormat = Literal["text", "csv", "json", "html", "letterboxd"]
COLUMNS = (
    *("rank", "title", "year", "genres", "predicted_rating", "predicted_sd", "likelier"),
    *("item_id", "imdb_id", "tmdb_id", "reasons"),
)
LETTERBOXD_COLUMNS = ("Title", "Year", "imdbID", "tmdbID")


@dataclass(frozen=True)
class ListDocument:
    """A list with what it is of. `facts` say whose it is, of which data and model, filtered how, and when; `reasons`
    has a line for a title by item row."""

    heading: str
    items: tuple[Recommendation, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    dataset: Dataset | None = None

    def ids(self, item: Recommendation) -> tuple[str, str]:
        """The IMDb and the TMDB id, "" where the data set does not know it."""
        return ("", "") if self.dataset is None else film_ids_of(self.dataset, item.item_row)


def list_text(document: ListDocument, form: ListFormat) -> str:
    """The whole of a list in one of the forms."""
    return _FORMS[form](document)


def write_list(document: ListDocument, path: Path, form: ListFormat) -> int:
    """Write a list, in full or not at all; how many titles it has. Raises DataError."""
    with whole_file(path) as file:
        file.write(list_text(document, form).encode("utf-8", "replace"))
    return len(document.items)


def _figures(item: Recommendation) -> str:
    predicted = item.predicted_rating
    rating = "" if predicted is None else format_predicted_rating(predicted, item.predicted_sd)
    stars = said("predicted {rating}", rating=rating) if rating else ""
    return " · ".join(filter(None, (stars, _likelier(item))))


def _likelier(item: Recommendation) -> str:
    lift = item.lift
    if lift is None or lift < 1.25:
        return ""
    return said("{factor} likelier than for most", factor=format_factor(lift))


def _text(document: ListDocument) -> str:
    lines = [document.heading, ""]
    for item in document.items:
        figures = _figures(item)
        name = format_title(item.title, item.year)
        lines.append(f"{item.rank}. {name}" + (f" · {figures}" if figures else ""))
        if document.reasons.get(item.item_row):
            lines.append(f"   {document.reasons[item.item_row]}")
    return "\n".join(lines) + "\n"


def _csv(document: ListDocument) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for item in document.items:
        numbers = (_rounded(item.predicted_rating), _rounded(item.predicted_sd), _rounded(item.lift))
        names = (item.title, item.year or "", ", ".join(item.genres))
        writer.writerow(
            [item.rank, *names, *numbers, item.item_id, *document.ids(item), document.reasons.get(item.item_row, "")]
        )
    return text.getvalue()


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 3)


def _json(document: ListDocument) -> str:
    titles = [
        {
            "rank": item.rank,
            "title": item.title,
            "year": item.year or None,
            "genres": item.genres,
            "predicted_rating": item.predicted_rating,
            "predicted_sd": item.predicted_sd,
            "likelier": item.lift,
            "item": item.item_id,
            "imdb_id": document.ids(item)[0] or None,
            "tmdb_id": document.ids(item)[1] or None,
            "reasons": document.reasons.get(item.item_row) or None,
        }
        for item in document.items
    ]
    about = {"list": document.heading, **{name.lower(): value for name, value in document.facts.items()}}
    return json.dumps({**about, "titles": titles}, ensure_ascii=False, indent=1) + "\n"


def _letterboxd(document: ListDocument) -> str:
    """Letterboxd's import of a list goes by ids, else by title and year, in the order of the lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LETTERBOXD_COLUMNS)
    writer.writerows([item.title, item.year or "", *document.ids(item)] for item in document.items)
    return text.getvalue()


_STYLE = """
body { font-family: system-ui, "Segoe UI", sans-serif; color: #1c1c24; background: #ffffff; margin: 2em auto;
  max-width: 46em; line-height: 1.4; }
h1 { font-size: 1.5em; margin-bottom: 0.2em; }
.facts { color: #5b5b68; margin: 0 0 1.2em 0; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #dcdce4; padding: 0.5em 0.6em; vertical-align: top; }
.rank, .stars { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.weak { color: #5b5b68; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr { page-break-inside: avoid; } }
"""


def _html(document: ListDocument) -> str:
    """A page that needs nothing else; titles stand as they are, right to left where they are written so."""
    heading = escape(document.heading)
    facts = " · ".join(f"{escape(name)}: {escape(value)}" for name, value in document.facts.items() if value)
    rows = "\n".join(_html_row(document, item) for item in document.items)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{heading}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{heading}</h1>\n"
        f'<p class="facts">{facts}</p>\n<table>\n{rows}\n</table>\n</body>\n</html>\n'
    )


def _html_row(document: ListDocument, item: Recommendation) -> str:
    name = f'<b dir="auto">{escape(item.title)}</b>' + (f" ({item.year})" if item.year else "")
    below = [f'<span class="weak">{escape(", ".join(item.genres))}</span>'] if item.genres else []
    reasons = document.reasons.get(item.item_row)
    below += [f'<span dir="auto">{escape(reasons)}</span>'] if reasons else []
    predicted = item.predicted_rating
    stars = "" if predicted is None else escape(format_predicted_rating(predicted, item.predicted_sd))
    numbers = "<br>".join(filter(None, (f"★ {stars}" if stars else "", escape(_likelier(item)))))
    return (
        f'<tr><td class="rank">{item.rank}</td><td>{"<br>".join((name, *below))}</td>'
        f'<td class="stars">{numbers}</td></tr>'
    )


_FORMS: dict[ListFormat, Callable[[ListDocument], str]] = {
    "text": _text,
    "csv": _csv,
    "json": _json,
    "html": _html,
    "letterboxd": _letterboxd,
}
ENDINGS: dict[ListFormat, str] = {
    "text": ".txt",
    "csv": ".csv",
    "json": ".json",
    "html": ".html",
    "letterboxd": ".csv",
}
