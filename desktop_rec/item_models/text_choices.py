"""A preview and what a person said of it -> the controls that say how its text is written; and back.

Stands between a Preview and the import view.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_rec.item_models.import_words import encoding_words
from desktop_rec.widgets.import_choices import TextChoice

if TYPE_CHECKING:
    from engine.data.importing.preview import Preview
    from engine.data.reading.shape import Given, Shape

_ENCODINGS = (
    "utf-8", "cp1252", "iso8859-15", "cp1250", "cp1251", "utf-16-le", "utf-16-be", "shift_jis", "gb18030",
)  # fmt: skip
_DELIMITERS = (
    (",", "Comma ,"),
    (";", "Semicolon ;"),
    ("\t", "Tab"),
    ("|", "Bar |"),
    ("::", "Double colon ::"),
    (" ", "Space"),
)
_HEADERS = ((True, "In the first line"), (False, "None"))
_DECIMALS = ((".", "Point 3.5"), (",", "Comma 3,5"))
_DATES = (("ymd", "Year, month, day"), ("dmy", "Day, month, year"), ("mdy", "Month, day, year"))
_ZERO = (((0.0,), "Seen, not rated"), ((), "A rating like others"))


def text_choices(preview: Preview | None, given: Given) -> tuple[TextChoice, ...]:
    """The controls for this file; none for kinds of files in which nothing can be read otherwise."""
    shape = preview.shape if preview is not None else None
    if shape is None or preview is None:
        return ()
    zero = _zero_of(preview, shape, given)
    dates = _dates_of(shape, given) if preview.can_point and "time" in shape.roles else None
    if shape.layout.kind != "delimited":
        return tuple(one for one in (dates, zero) if one is not None)
    delimiter = dict(_DELIMITERS).get(shape.delimiter, shape.delimiter)
    choices = [
        TextChoice(
            "encoding",
            "Encoding",
            "How letters are written: try another where accents look wrong",
            encoding_words(shape.encoding),
            tuple((one, encoding_words(one)) for one in _ENCODINGS),
            given.encoding,
        ),
        TextChoice("delimiter", "Delimiter", "What stands between columns", delimiter, _DELIMITERS, given.delimiter),
        TextChoice(
            "header",
            "Column names",
            "Whether the first line names the columns",
            "In the first line" if shape.header is not None else "None",
            _HEADERS,
            given.header,
        ),
        TextChoice(
            "decimal",
            "Decimal sign",
            "How 3½ is written",
            dict(_DECIMALS).get(shape.decimal, shape.decimal),
            _DECIMALS,
            given.decimal,
        ),
    ]
    return (*choices, *(one for one in (dates, zero) if one is not None))


def given_with(given: Given, key: str, value: Any) -> Given:
    """What a person said, with one more thing. Columns are found anew where the text splits otherwise."""
    if key == "zero":
        return replace(given, unrated=value)
    changed = replace(given, **{key: value})
    return replace(changed, columns={}) if key == "delimiter" else changed


def _dates_of(shape: Shape, given: Given) -> TextChoice:
    found = "Numbers" if shape.time_kind in ("whole", "number") else "Not understood"
    if shape.time_kind not in (None, "whole", "number"):
        found = "Year, month, day"
    if shape.date_formats:
        order = "".join(one for one in shape.date_formats[0].lower() if one in "ymdb")[:3].replace("b", "m")
        found = dict(_DATES).get(order, found)
    return TextChoice("dates", "Dates", "In which order days, months and years come", found, _DATES, given.dates)


def _zero_of(preview: Preview, shape: Shape, given: Given) -> TextChoice | None:
    """Asked only where there is a 0, or where it is said already what it means."""
    unrated = shape.unrated if shape.unrated is not None else shape.layout.unrated
    has_zero = 0.0 in unrated or (preview.scale is not None and preview.scale.low == 0)
    if not has_zero and given.unrated is None:
        return None
    found = "Seen, not rated" if 0.0 in unrated else "A rating like others"
    return TextChoice(
        "zero", "0 means", "Whether 0 is the lowest rating or no rating at all", found, _ZERO, given.unrated
    )
