"""Whole documents in JSON and XML, read with care, and what they say under a name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from defusedxml import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import fromstring

from engine.data.reading.archives import MIB, ByteStream, Source
from engine.data.reading.dialect import encoding_of
from engine.errors import DataError
from engine.text import format_size
from engine.wording import said

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_BYTES = 64 * MIB
"""A hundred thousand titles take less in any export."""
_DECLARATION = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def whole_bytes(source: Source) -> bytes:
    """All bytes of a source. Raises DataError where it is larger than any export, or cannot be read."""
    blocks, size = [], 0
    with ByteStream(source) as stream:
        while block := stream.read(MIB):
            blocks.append(block)
            size += len(block)
            if size > _MOST_BYTES:
                what = said(
                    "{source} is larger than {most}, as no export of one person is.",
                    source=source.name,
                    most=format_size(_MOST_BYTES),
                )
                raise source.error(what, remedy=said("Choose the export of one person's ratings."))
    return b"".join(blocks)


def whole_json(source: Source) -> Any:
    """A JSON document. Raises DataError where it is broken, cut short or nested without end."""
    raw = whole_bytes(source)
    encoding = encoding_of(raw[: 256 * 1024])
    try:
        text = raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace").lstrip("\ufeff")
    try:
        return json.loads(text, parse_constant=lambda word: None)
    except json.JSONDecodeError as error:
        is_cut = not text.rstrip().endswith(("]", "}"))
        where = said("line {lineno:,}, column {colno:,}", lineno=error.lineno, colno=error.colno)
        raise broken(
            source, said("JSON: it is cut short") if is_cut else said("JSON: it goes wrong at {where}", where=where)
        ) from error
    except RecursionError as error:
        raise broken(source, said("JSON: it is nested without end")) from error
    except ValueError as error:
        raise broken(source, said("JSON: it holds a number without end")) from error


def xml_of(source: Source, raw: bytes) -> Element:
    """The root of a document. Raises DataError where it declares a type or entities, ParseError where it is broken."""
    try:
        if _DECLARATION.search(_without_cdata(raw.decode("utf-8", "replace"))):
            raise DTDForbidden("", "", "")
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException as error:
        raise source.error(
            said(
                "{source} declares a document type or entities, which no export does and which can harm a reader.",
                source=source.name,
            ),
            remedy=said("Do not trust this file; export your list again."),
        ) from error
    except (ValueError, LookupError) as error:
        raise broken(source, said("XML ({error})", error=error)) from error
    return root


def _without_cdata(text: str) -> str:
    """What stands outside of texts that are no XML, in one pass whatever is not closed."""
    first, *others = text.split("<![CDATA[")
    return first + "".join(part.partition("]]>")[2] for part in others)


def broken(source: Source, what: str) -> DataError:
    return source.error(
        said("{source} is not whole {what}.", source=source.name, what=what),
        remedy=said("Export or download it again."),
    )


def mapping_in(value: Any, name: str) -> dict[str, Any]:
    """The object under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def list_in(value: Any, name: str) -> list[Any]:
    """The list under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, list) else []


def text_in(value: Any, *names: str) -> str:
    """The first text or number under these names, as a text; "" where there is none."""
    for name in names:
        inner = value.get(name) if isinstance(value, dict) else None
        if isinstance(inner, str | int | float) and not isinstance(inner, bool) and str(inner).strip():
            return str(inner).strip()
    return ""
