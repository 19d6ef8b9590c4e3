"""How the text of a file is written: the controls for a preview, and what a person says with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, FlowLayout, arranged, named, text_label
from desktop_rec.data.importing.text import format_encoding
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.importing.preview import Preview
    from engine.data.reading.roles import Given, Shape


_EDITED_AFTER_MS = 300
"""So long after the last key a scale counts as written."""
Numbers = tuple[float, float, float]
FOUND = None
"""The value of a control that is left to what was found."""


@dataclass(frozen=True)
class TextChoice:
    """One control. `found` says what was found, "" where only a person knows; `options` are (value, words).

    `value` is None while it is as found. A scale has no options: it is written.
    """

    key: str
    label: str
    help: str
    found: str
    options: tuple[tuple[Any, str], ...]
    value: Any = FOUND


class ImportChoices(QWidget):
    """edited(key, value): the person says how something is written; value None means: as found."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_choices")
        self._flow = FlowLayout(self, gap=GRID * 2)
        self._boxes: dict[str, CalmComboBox | ScaleField] = {}
        self._holders: dict[str, QWidget] = {}
        self._shown: dict[str, TextChoice] = {}

    def show_choices(self, choices: Sequence[TextChoice]) -> None:
        """What can be said of this file, and what is said. Says nothing to anyone."""
        keys = {choice.key for choice in choices}
        for key, holder in self._holders.items():
            holder.setVisible(key in keys)
        for choice in choices:
            if self._shown.get(choice.key) != choice:
                self._show(choice)
                self._shown[choice.key] = choice
        self.updateGeometry()

    def _show(self, choice: TextChoice) -> None:
        if choice.key not in self._boxes:
            self._add(choice)
        box = self._boxes[choice.key]
        if isinstance(box, ScaleField):
            box.show_scale(choice.value, found=choice.found)
            return
        box.blockSignals(True)
        box.clear()
        found = said("{choice} (found)", choice=choice.found) if choice.found else said("Please choose")
        box.addItem(found if choice.value is FOUND or not choice.found else said("As found"), FOUND)
        for value, words in choice.options:
            box.addItem(words, value)
        at = 1 + next((at for at, (value, _) in enumerate(choice.options) if value == choice.value), -1)
        box.setCurrentIndex(at if choice.value is not FOUND else 0)
        box.blockSignals(False)

    def _add(self, choice: TextChoice) -> None:
        label = text_label(choice.label, role="caption")
        box: CalmComboBox | ScaleField
        if choice.options:
            box = named(CalmComboBox(), f"import_{choice.key}", choice.label, choice.help)
            box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setProperty("key", choice.key)
            box.currentIndexChanged.connect(self._on_chosen)
        else:
            box = named(ScaleField(label), f"import_{choice.key}", choice.label, choice.help)
            box.scale_said.connect(self._on_scale)
        label.setBuddy(box)
        holder = QWidget()
        arranged(QVBoxLayout(holder), label, box, gap=2)
        self._boxes[choice.key], self._holders[choice.key] = box, holder
        self._flow.addWidget(holder)

    def _on_chosen(self) -> None:
        box = self.sender()
        if isinstance(box, CalmComboBox):
            self.edited.emit(str(box.property("key")), box.currentData())

    def _on_scale(self, scale: object) -> None:
        self.edited.emit("scale", scale)


class ScaleField(QLineEdit):
    """scale_said(low, high and step, or None for the one that is found): what is written, checked as it is typed.

    `label` stands above it, and says what is wrong.
    """

    scale_said = Signal(object)

    def __init__(self, label: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._caption = label, label.text()
        self._shown: Numbers | None = None
        self.setMinimumWidth(GRID * 24)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_EDITED_AFTER_MS)
        self._settle.timeout.connect(self._report)
        self.textEdited.connect(self._on_edited)

    def show_scale(self, scale: Numbers | None, *, found: str) -> None:
        """The scale that a person said (None: they did not), and the one that is found. Says nothing to anyone."""
        self.setPlaceholderText(f"{found} (found)" if found else "1..5..1")
        if not self._settle.isActive() and scale != self._shown:
            self._shown = scale
            self.setText(_said(*scale) if scale is not None else "")
            self._say_what_is_wrong("")

    def _on_edited(self) -> None:
        _, wrong = _scale_in(self.text())
        self._say_what_is_wrong(wrong)
        self._settle.start()

    def _report(self) -> None:
        scale, wrong = _scale_in(self.text())
        if not wrong and scale != self._shown:
            self._shown = scale
            self.scale_said.emit(scale)

    def _say_what_is_wrong(self, words: str) -> None:
        self._label.setText(words or self._caption)
        set_role(self._label, "caption-warning" if words else "caption")
        self.setAccessibleDescription(words)


def _said(low: float, high: float, step: float) -> str:
    return "..".join(f"{number:g}" for number in ((low, high, step) if step else (low, high)))


def _scale_in(text: str) -> tuple[Numbers | None, str]:
    """The scale that a text says (None where it is empty), and what is wrong with it."""
    from engine.data.dataset import Scale  # brings numpy, which the first view is shown without
    from engine.errors import DataError

    if not text.strip():
        return None, ""
    try:
        scale = Scale.said(text)
    except DataError as error:
        return None, error.remedy
    return (scale.low, scale.high, scale.step), ""


_ENCODINGS = ["utf-8", "cp1252", "iso8859-15", "cp1250", "cp1251", "utf-16-le", "utf-16-be", "shift_jis", "gb18030"]
_HELP = {
    "encoding": said("How letters are written: try another where accents look wrong"),
    "delimiter": said("What is between columns"),
    "header": said("Whether the first line names the columns"),
    "decimal": said("How 3½ is written"),
    "counts": said("What plays, hours or other counts become: what was seen, strengths, or ratings as they are"),
    "scale": said("Lowest and highest rating, and the step between: 1..5..1, or 0.5..5..0.5"),
    "across": said("Whether each rating has a line, or each title or person a column"),
}
_DELIMITERS = (
    (",", said("Comma ,")),
    (";", said("Semicolon ;")),
    ("\t", said("Tab")),
    ("|", said("Bar |")),
    ("::", said("Double colon ::")),
    (" ", said("Space")),
)
_HEADERS = ((True, said("In the first line")), (False, said("None")))
_DECIMALS = ((".", said("Point 3.5")), (",", said("Comma 3,5")))
_DATES = (("ymd", said("Year, month, day")), ("dmy", said("Day, month, year")), ("mdy", said("Month, day, year")))
_ACROSS = (
    ("titles", said("A column for each title")),
    ("people", said("A column for each person")),
    ("none", said("A line for each")),
)
_COUNTS = (
    ("seen", said("Counts: what was seen")),
    ("rank", said("Counts: strengths by rank")),
    ("log", said("Counts: strengths by logarithm")),
    ("ratings", said("Ratings")),
)
_ZERO = (((0.0,), said("Seen, not rated")), ((), said("A rating like others")))


def text_choices(preview: Preview | None, given: Given) -> tuple[TextChoice, ...]:
    """The controls for this file; none for kinds of files in which nothing can be read otherwise."""
    shape = preview.shape if preview is not None else None
    if shape is None or preview is None:
        return ()
    dates = _dates_of(shape, given) if preview.can_point and "time" in shape.roles else None
    means = (
        _across_of(shape, given),
        dates,
        _counts_of(preview, given),
        _scale_of(preview, shape, given),
        _zero_of(preview, shape, given),
    )
    asked = tuple(choice for choice in means if choice is not None)
    if shape.layout.kind != "delimited":
        return asked
    delimiter = dict(_DELIMITERS).get(shape.delimiter, shape.delimiter)
    encodings = tuple((name, format_encoding(name)) for name in _ENCODINGS)
    encoding = format_encoding(shape.encoding)
    header = dict(_HEADERS)[shape.header is not None]
    decimal = dict(_DECIMALS).get(shape.decimal, shape.decimal)
    return (
        TextChoice("encoding", said("Encoding"), _HELP["encoding"], encoding, encodings, given.encoding),
        TextChoice("delimiter", said("Delimiter"), _HELP["delimiter"], delimiter, _DELIMITERS, given.delimiter),
        TextChoice("header", said("Column names"), _HELP["header"], header, _HEADERS, given.header),
        TextChoice("decimal", said("Decimal sign"), _HELP["decimal"], decimal, _DECIMALS, given.decimal),
        *asked,
    )


def given_with(given: Given, key: str, value: Any) -> Given:
    """What a person said, with one more thing. Columns are found anew where the text splits otherwise."""
    if key == "zero":
        return replace(given, unrated=value)
    changed = replace(given, **{key: value})
    return replace(changed, columns={}) if key in ("delimiter", "across") else changed


def _across_of(shape: Shape, given: Given) -> TextChoice | None:
    """Asked for wide tables, and where no line is a rating as far as anybody knows."""
    if shape.across is None and given.across is None and (shape.has_ratings or shape.has_titles):
        return None
    found = dict(_ACROSS).get(shape.across.what, "") if shape.across is not None else dict(_ACROSS)["none"]
    return TextChoice("across", said("Ratings stand in"), _HELP["across"], found, _ACROSS, given.across)


def _dates_of(shape: Shape, given: Given) -> TextChoice:
    kind = shape.times.kind
    found = said("Not understood") if kind is None else said("Numbers")
    if kind in ("date", "zoned date", "text"):
        found = dict(_DATES).get(shape.times.order or "", said("Not understood"))
    return TextChoice(
        "dates", said("Dates"), said("In which order days, months and years come"), found, _DATES, given.dates
    )


def _counts_of(preview: Preview, given: Given) -> TextChoice | None:
    if preview.counts is None and given.counts is None:
        return None
    found = dict(_COUNTS)["seen" if preview.counts is not None else "ratings"]
    return TextChoice("counts", said("Numbers are"), _HELP["counts"], found, _COUNTS, given.counts)


def _scale_of(preview: Preview, shape: Shape, given: Given) -> TextChoice | None:
    """Asked where there are ratings; the one that is found is that of the first rows."""
    if not shape.has_ratings or preview.counts is not None or (preview.seen_only and given.scale is None):
        return None
    scale = preview.scale if given.scale is None else None
    found = _said(scale.low, scale.high, scale.step) if scale is not None else ""
    return TextChoice("scale", said("Scale"), _HELP["scale"], found, (), given.scale)


def _zero_of(preview: Preview, shape: Shape, given: Given) -> TextChoice | None:
    """Asked only where there is a 0, or where it is said already what it means."""
    if preview.counts is not None:
        return None
    unrated = shape.unrated if shape.unrated is not None else shape.layout.unrated
    is_missing = shape.across is not None and 0.0 in shape.layout.missing
    has_zero = is_missing or 0.0 in unrated or (preview.scale is not None and preview.scale.low == 0)
    if not has_zero and given.unrated is None:
        return None
    found = (
        said("No rating") if is_missing else said("Seen, not rated") if 0.0 in unrated else said("A rating like others")
    )
    return TextChoice(
        "zero", said("0 means"), said("Whether 0 is the lowest rating or no rating at all"), found, _ZERO, given.unrated
    )
