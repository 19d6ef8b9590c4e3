"""How each person bends their list, kept while the window is open and stored beside their ratings.

Stored a moment after the last change, so that a slider in motion costs nothing. What is stored names titles by their
ids; a document that cannot be read, or not any more, is as good as none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from desktop_rec.for_you.choices import ListChoices, ListSource, SourceKind
from engine.errors import EngineError
from engine.recommending.fairness import Fairness
from engine.recommending.ranking import Filters

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.profiles import ProfileStore

LOG = logging.getLogger(__name__)
STORED_AFTER_MS = 800
_BENT_BY_SLIDERS = ("hidden_gems", "variety")


@dataclass(frozen=True)
class ChoicesKey:
    """Whose choices; those of somebody of the data set are not stored."""

    profile_id: str
    is_stored: bool


class KeptChoices(QObject):
    """The choices of everybody for the data set in use (see `use_dataset`).

    people: where they are stored; None while no library is open.
    """

    def __init__(self, people: Callable[[], ProfileStore | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.people = people
        self._dataset: Dataset | None = None
        self._known: dict[ChoicesKey, ListChoices] = {}
        self._waiting: set[ChoicesKey] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(STORED_AFTER_MS)
        self._pause.timeout.connect(self.store)

    def use_dataset(self, dataset: Dataset | None) -> None:
        """Choices are of another data set from now on."""
        self.store()
        self._dataset = dataset
        self._known.clear()

    def choices_of(self, key: ChoicesKey) -> ListChoices:
        """What a person chose last; nothing at first, or where what is stored cannot be read."""
        if key not in self._known:
            self._known[key] = self._stored(key)
        return self._known[key]

    def keep(self, key: ChoicesKey, choices: ListChoices) -> None:
        """A person chose something else."""
        self._known[key] = choices
        if key.is_stored and self._dataset is not None:
            self._waiting.add(key)
            self._pause.start()

    def store(self) -> None:
        """Store now what is not yet stored. What cannot be is left: it is no more than where sliders stand."""
        self._pause.stop()
        waiting, self._waiting = self._waiting, set()
        people = self.people()
        if people is None or self._dataset is None:
            return
        for key in waiting:
            document = document_of_choices(self._known[key], self._dataset)
            try:
                people.remember(key.profile_id, self._name, document)
            except EngineError as error:
                LOG.warning("How a list is bent was not stored: %s", error)

    def _stored(self, key: ChoicesKey) -> ListChoices:
        people = self.people()
        if people is None or self._dataset is None or not key.is_stored:
            return ListChoices()
        try:
            document = people.remembered(key.profile_id, self._name)
        except EngineError as error:
            LOG.warning("How a list was bent cannot be used: %s", error)
            return ListChoices()
        choices = ListChoices() if document is None else choices_of_document(document, self._dataset)
        known = {record.profile_id for record in people.records()}
        is_of_nobody = choices.source.kind is SourceKind.TOGETHER and choices.source.profile_id not in known
        return replace(choices, source=ListSource()) if is_of_nobody else choices

    @property
    def _name(self) -> str:
        return "" if self._dataset is None else f"choices:{self._dataset.fingerprint}"


def document_of_choices(choices: ListChoices, dataset: Dataset) -> dict[str, Any]:
    """Choices as JSON, titles by their ids."""
    filters, source = choices.filters, choices.source
    plain = {field.name: getattr(filters, field.name) for field in fields(filters)}
    plain = {name: value for name, value in plain.items() if name not in _BENT_BY_SLIDERS}
    plain["only_rows"] = None if filters.only_rows is None else _ids(dataset, sorted(filters.only_rows))
    return {
        "filters": plain,
        "gems": choices.gems,
        "variety": choices.variety,
        "weight": choices.weight,
        "source": {
            "kind": source.kind.value,
            "items": _ids(dataset, source.item_rows),
            "profile": source.profile_id,
            "fairness": source.fairness.value,
        },
    }


def choices_of_document(document: object, dataset: Dataset) -> ListChoices:
    """The choices that a document holds; none where it is damaged."""
    try:
        return _read(document, dataset)
    except (EngineError, KeyError, TypeError, ValueError, AttributeError) as error:
        LOG.warning("How a list was bent cannot be read: %r", error)
        return ListChoices()


def _read(document: Any, dataset: Dataset) -> ListChoices:
    stored, source = document["filters"], document["source"]
    only = stored["only_rows"]
    filters = Filters(
        genres_any=_names(stored["genres_any"]),
        genres_all=_names(stored["genres_all"]),
        genres_none=_names(stored["genres_none"]),
        years=None if stored["years"] is None else (int(stored["years"][0]), int(stored["years"][1])),
        min_ratings=int(stored["min_ratings"]),
        again=stored["again"] is True,
        one_per_series=stored["one_per_series"] is True,
        only_rows=None if only is None else frozenset(_rows(dataset, only)),
        only_name=str(stored.get("only_name", "")),
    )
    weight = document["weight"]
    choices = ListChoices(
        filters=filters,
        gems=float(document["gems"]),
        weight=None if weight is None else _share(weight),
        variety=float(document["variety"]),
        source=ListSource(
            SourceKind(source["kind"]), _rows(dataset, source["items"]), str(source["profile"]),
            Fairness(source["fairness"]),
        ),
    )  # fmt: skip
    _ = choices.all_filters  # refuses sliders beyond their ends
    is_of_nothing = choices.source.kind is SourceKind.ALIKE and not choices.source.item_rows
    return replace(choices, source=ListSource()) if is_of_nothing else choices


def _share(value: Any) -> float:
    if not 0.0 <= float(value) <= 1.0:
        raise ValueError(f"{value!r} is no place of a slider")
    return float(value)


def _names(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{values!r} are no names")
    return tuple(values)


def _ids(dataset: Dataset, rows: Any) -> list[str]:
    return [dataset.items.id(row) for row in rows]


def _rows(dataset: Dataset, item_ids: Any) -> tuple[int, ...]:
    rows = (dataset.items.row(item_id) for item_id in _names(item_ids))
    return tuple(row for row in rows if row is not None)
