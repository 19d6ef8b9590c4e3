"""Titles that somebody wrote down: a line each in a text, a table with a column of titles, or a list of a service."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from pathlib import Path

from engine.data.catalogue import split_title
from engine.data.formats import normalised
from engine.data.personal.export import ExportedTitle
from engine.data.personal.parts import MOST_TITLES, export_sources, recognised_of
from engine.data.personal.reading import each_once, read_export
from engine.data.reading.archives import ByteStream, Source, shown_name
from engine.data.reading.dialect import encoding_of
from engine.data.reading.values import normalised_id
from engine.errors import DataError, ProfileError
from engine.wording import said

_MOST_BYTES = 32 << 20
_LONGEST = 1_000
_BULLET = re.compile(r"^\s*(?:[-*+•‣◦▪▸–—·✓✔☐☑]|\[[ xX✓]?\])\s+")
_NUMBER = re.compile(r"^\s*#?(?P<number>\d{1,6})\s*[.):]\s+")
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’", "'": "'"}
_YEAR_BEHIND = re.compile(r"^(?P<title>.+?)\s*[,;\t|–—-]\s*(?P<year>(?:18|19|20)\d\d)\s*$")
_COLUMNS = {
    "title": "title name film movie filmtitle movietitle originaltitle titel titre titulo titolo tytuł название 标题",
    "year": "year releaseyear yearofrelease releasedate jahr année annee año anno rok год",
    "imdb": "imdbid imdb const tconst imdburl",
    "tmdb": "tmdbid tmdb",
}
_ROLE_OF = {name: role for role, names in _COLUMNS.items() for name in names.split()}
_DELIMITERS = ("\t", ",", ";", "|")
_MOST_COLUMNS = 200


def read_title_list(path: Path) -> tuple[ExportedTitle, ...]:
    """The titles in a file, each once: lines of text, a table, or what a known export holds.

    Raises DataError where it cannot be read, is no text or is far too long, ProfileError where it holds no titles.
    """
    sources = export_sources(path)
    if len(sources) > 1 or recognised_of(sources[0]) is not None:
        return read_export(path).titles
    return titles_in_text(_text_of(sources[0]), shown_name(path.name))


def titles_in_text(text: str, name: str) -> tuple[ExportedTitle, ...]:
    """The titles in a text, each once. Numbers, bullets and quotes around a title are taken off; years in brackets
    are read. Raises DataError for over 100,000 lines, ProfileError for none."""
    if text.count("\n") > MOST_TITLES:
        raise DataError(
            said("{name} has over {most:,} lines.", name=name, most=MOST_TITLES),
            remedy=said("Choose a list of the titles that you mean."),
        )
    lines = text.lstrip("\ufeff").splitlines()
    titles = each_once([_in_table(lines) or _in_lines(lines)])
    if not titles:
        raise ProfileError(
            said("There are no titles in {name}.", name=name),
            remedy=said("Write a title a line, with its year in brackets."),
        )
    return titles


def _text_of(source: Source) -> str:
    with ByteStream(source) as stream:
        raw = stream.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise source.error(
            said("{source} is too large for a list of titles.", source=source.name),
            remedy=said("Choose a list of titles."),
        )
    encoding = encoding_of(raw[: 256 * 1024])
    text = raw.decode(encoding, "replace")
    head = text[:4000]
    odd = sum(sign == "\0" or (sign < " " and sign not in "\t\r\n\f") or sign == "\ufffd" for sign in head)
    if odd > 0.02 * len(head):
        raise source.error(
            said("{source} is no text.", source=source.name),
            remedy=said("Choose a text file or a table with a title a line."),
        )
    return text


def _in_lines(lines: list[str]) -> list[ExportedTitle]:
    """A title a line."""
    written = [(number, _BULLET.sub("", line).strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    is_numbered = _are_numbered([line for _, line in written])
    titles = []
    for number, line in written:
        title = _titled(_NUMBER.sub("", line) if is_numbered else line, number)
        if title is not None:
            titles.append(title)
    return titles


def _are_numbered(lines: list[str]) -> bool:
    """Whether numbers at the start of lines count them, up or down; "2001: A Space Odyssey" is a title."""
    numbers = [int(found["number"]) for line in lines if (found := _NUMBER.match(line))]
    steps = {later > earlier for earlier, later in pairwise(numbers)}
    return len(numbers) > 1 and 2 * len(numbers) >= len(lines) and len(steps) == 1


def _titled(line: str, number: int) -> ExportedTitle | None:
    title, year = split_title(line)
    if not year and (found := _YEAR_BEHIND.match(line)):
        title, year = found["title"], int(found["year"])
    title = " ".join(title.split())
    if len(title) > 1 and _QUOTES.get(title[0]) == title[-1]:
        title = title[1:-1].strip()
    if not any(sign.isalnum() for sign in title) or len(title) > _LONGEST:
        return None
    return ExportedTitle(title, year, line=number)


def _in_table(lines: list[str]) -> list[ExportedTitle]:
    """The titles of a table whose first line names a column of titles; none where the lines are no table."""
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        return []
    for delimiter in _DELIMITERS:
        header = next(csv.reader([lines[start]], delimiter=delimiter), [])[:_MOST_COLUMNS]
        roles = {_ROLE_OF[key]: place for place, name in enumerate(header) if (key := normalised(name)) in _ROLE_OF}
        if "title" in roles and (len(header) > 1 or delimiter == _DELIMITERS[-1]):
            return _of_rows(lines[start + 1 :], delimiter, roles, start + 2)
    return []


def _of_rows(lines: list[str], delimiter: str, roles: dict[str, int], first: int) -> list[ExportedTitle]:
    titles = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter), start=first):
            cells = {role: row[place].strip() if place < len(row) else "" for role, place in roles.items()}
            title = _titled(cells["title"], number)
            if title is None:
                continue
            ids = {kind: normalised_id(kind, cells[kind]) for kind in ("imdb", "tmdb") if cells.get(kind)}
            year = re.search(r"\b(?:18|19|20)\d\d\b", cells.get("year", ""))
            known = {kind: an_id for kind, an_id in ids.items() if an_id}
            titles.append(ExportedTitle(title.title, int(year[0]) if year else title.year, known, line=number))
    except csv.Error as error:
        raise DataError(
            said("Line {first} of the list cannot be read.", first=first + len(titles)), remedy=said("Save it again.")
        ) from error
    return titles
