"""MyAnimeList's XML: an anime or manga list.

Stands after recognising.py. Document types and entities are refused before any of them is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from engine.data.formats import Layout
from engine.data.personal.export import ExportedTitle
from engine.data.personal.meanings import normalised_id, seconds_of, state_of
from engine.data.personal.parts import Part, rating_in, scale_of, whole_bytes
from engine.data.reading.archives import Source
from engine.errors import DataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_STATES = {"1": "watching", "2": "completed", "3": "on hold", "4": "dropped", "6": "plan to watch"}
"""Older exports number them."""


def read_myanimelist(source: Source, layout: Layout) -> Part:
    """One list; entries are numbered from 1. Raises DataError for XML that is cut short, broken or dangerous."""
    root = _parsed(source)
    if root.tag != "myanimelist":
        raise DataError(
            f"{source.name} is XML, but no list of MyAnimeList: it begins with <{str(root.tag)[:60]}>.",
            remedy="Choose the file that MyAnimeList exports.",
            path=str(source.path),
        )
    scale = scale_of(layout)
    assert scale is not None, "declared in formats/personal.py"
    part = Part(source, layout, scale)
    entries = [one for one in root if one.tag in ("anime", "manga")]
    for number, entry in enumerate(entries, start=1):
        texts = {str(one.tag): (one.text or "").strip() for one in entry}
        name = texts.get("series_title") or texts.get("manga_title", "")
        shown = f"{name} {texts.get('my_score', '')}".strip()
        part.add(_title(texts, number, str(entry.tag)), line=number, text=shown)
    return part


def _parsed(source: Source) -> Element:
    try:
        root: Element = fromstring(whole_bytes(source), forbid_dtd=True)
        return root
    except DefusedXmlException as error:
        raise DataError(
            f"{source.name} declares a document type or entities, which no export does and which can harm a reader.",
            remedy="Do not trust this file; export your list again.",
            path=str(source.path),
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise DataError(
            f"{source.name} is not whole XML ({error}).", remedy="Export or download it again.", path=str(source.path)
        ) from error


def _title(texts: dict[str, str], number: int, tag: str) -> ExportedTitle | str:
    rating = rating_in(texts.get("my_score", ""))
    if isinstance(rating, str):
        return rating
    an_id = normalised_id("mal", texts.get("series_animedb_id", "")) if tag == "anime" else ""
    status = texts.get("my_status", "")
    days = ("my_finish_date", "my_start_date")
    return ExportedTitle(
        texts.get("series_title") or texts.get("manga_title", ""),
        ids={"mal": an_id} if an_id else {},
        rating=rating,
        state=state_of(_STATES.get(status, status)),
        date=next((when for day in days if (when := seconds_of(texts.get(day, "")))), 0),
        line=number,
        medium="book" if tag == "manga" else "film" if texts.get("series_type") == "Movie" else "series",
    )
