"""What the window remembers between launches: its geometry, place and columns, the theme, the data
set and models.

An ini file in the library's folder, so that another --home has preferences of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from engine.documents import parsed_json

_MOST_MODELS = 100


class Preferences:
    """Typed access to the ini file; missing values have defaults. Without a folder all is forgotten at the end."""

    def __init__(self, home: Path | None) -> None:
        self._settings = QSettings("" if home is None else str(home / "window.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        return str(self._settings.value("theme", "system"))

    @theme.setter
    def theme(self, choice: str) -> None:
        self._settings.setValue("theme", choice)

    @property
    def geometry(self) -> QByteArray | None:
        """What QWidget.saveGeometry gave."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)

    @property
    def dataset_id(self) -> str:
        """The data set that was open last, "" where there was none."""
        return str(self._settings.value("dataset", ""))

    @dataset_id.setter
    def dataset_id(self, dataset_id: str) -> None:
        self._settings.setValue("dataset", dataset_id)

    @property
    def models(self) -> dict[str, str]:
        """The run that was in use last for each data set, by fingerprint; "" is the model computed on opening."""
        return {key: str(run_id) for key, run_id in self._stored("models").items()}

    @models.setter
    def models(self, used: Mapping[str, str]) -> None:
        newest = list(used.items())[-_MOST_MODELS:]
        self._settings.setValue("models", json.dumps(dict(newest)))

    @property
    def curves(self) -> dict[str, Any]:
        """What is seen of a run while it learns, as its choices say it."""
        return self._stored("curves")

    @curves.setter
    def curves(self, choices: Mapping[str, Any]) -> None:
        self._settings.setValue("curves", json.dumps(dict(choices)))

    @property
    def left_alone(self) -> list[str]:
        """The interrupted runs that a person does not want to go on with."""
        runs = self._stored("left_alone").get("runs")
        return [str(run_id) for run_id in runs] if isinstance(runs, list) else []

    @left_alone.setter
    def left_alone(self, run_ids: Sequence[str]) -> None:
        self._settings.setValue("left_alone", json.dumps({"runs": list(run_ids)[-_MOST_MODELS:]}))

    @property
    def place(self) -> str:
        """The place that was on the screen last."""
        return str(self._settings.value("place", ""))

    @place.setter
    def place(self, place: str) -> None:
        self._settings.setValue("place", place)

    @property
    def for_you_page(self) -> str:
        """What was in the middle of For you last: the list, the map or one's own taste."""
        return str(self._settings.value("for_you_page", ""))

    @for_you_page.setter
    def for_you_page(self, page: str) -> None:
        self._settings.setValue("for_you_page", page)

    @property
    def person(self) -> str:
        """The id of the person who used the window last."""
        return str(self._settings.value("person", ""))

    @person.setter
    def person(self, profile_id: str) -> None:
        self._settings.setValue("person", profile_id)

    def columns(self, name: str) -> list[int] | None:
        """How wide the columns of this name were; None where nobody knows."""
        try:
            widths = parsed_json(str(self._settings.value(f"columns/{name}", "null")))
        except ValueError:
            return None
        is_known = isinstance(widths, list) and all(isinstance(width, int) and width > 0 for width in widths)
        return widths if is_known else None

    def keep_columns(self, name: str, widths: Sequence[int]) -> None:
        """Remember widths, unless a column is hidden just now."""
        if widths and all(width > 0 for width in widths):
            self._settings.setValue(f"columns/{name}", json.dumps(list(widths)))

    @property
    def file_folder(self) -> str:
        """Where the last ratings file was chosen."""
        return str(self._settings.value("file_folder", ""))

    @file_folder.setter
    def file_folder(self, folder: str) -> None:
        self._settings.setValue("file_folder", folder)

    def _stored(self, name: str) -> dict[str, Any]:
        """A JSON object of this name; an empty one where it is missing or damaged."""
        try:
            stored = parsed_json(str(self._settings.value(name, "{}")))
        except ValueError:
            return {}
        return {str(key): value for key, value in stored.items()} if isinstance(stored, dict) else {}

    def save(self) -> None:
        """Write what changed."""
        self._settings.sync()
