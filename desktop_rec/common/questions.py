"""The few questions the window asks in a box of their own, as functions that a test can replace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

from engine.library.home import shown_path
from engine.library.model_file import SUFFIX
from engine.models.declaration import GRAPH_SUFFIX
from engine.text import file_name

_ENDING = re.compile(r"\.[^\W\d]\w{0,9}$")
_MODELS = f"Models of Desktop Rec (*{SUFFIX})"
_GRAPHS = f"Scores for programs without Python (*{GRAPH_SUFFIX})"
_FILES = (
    "Ratings files (*.csv *.tsv *.txt *.dat *.data *.tab *.inter *.item *.parquet *.feather *.arrow *.json *.jsonl "
    "*.xml *.gz *.zip);;All files (*)"
)
_EXPORTS = "Exports and tables (*.csv *.tsv *.txt *.zip *.gz *.json *.xml);;All files (*)"


def ask_to_stop(parent: QWidget, title: str) -> bool:
    """Whether to leave although a job runs: it is stopped, and what it learned is saved."""
    return _ask(
        parent,
        "question_stop",
        f"{title} is still running.",
        "Stop it, keep what it has so far, and close the window?",
        yes="Stop and close",
        no="Keep training" if title.startswith("Train") else "Keep it running",
    )


def ask_to_delete_everything(parent: QWidget, home: Path) -> bool:
    """Whether all that is stored in a folder is to go for good, and the window with it."""
    return _ask(
        parent,
        "question_delete_everything",
        "Delete everything that Desktop Rec has stored on this computer?",
        f"Your ratings, lists, data sets, models and settings in {shown_path(home)} are removed for good, and "
        "the window closes. Files that you saved elsewhere stay. This cannot be undone.",
        yes="Delete everything and close",
        no="Keep everything",
        loses=True,
    )


def ask_to_lose(parent: QWidget, sentence: str) -> bool:
    """Whether to close although something is not stored; the sentence says what, and why."""
    return _ask(
        parent,
        "question_lose",
        sentence,
        "Closing now loses it. You can save it elsewhere first: For you, ⋯, Save my ratings as CSV.",
        yes="Close and lose it",
        no="Keep it open",
        loses=True,
    )


def _ask(parent: QWidget, name: str, question: str, more: str, *, yes: str, no: str, loses: bool = False) -> bool:
    """A question with two answers, of which the careful one is taken by Enter and Escape."""
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setIcon(QMessageBox.Icon.Warning if loses else QMessageBox.Icon.Question)
    box.setWindowTitle("Desktop Rec")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(more)
    roles = QMessageBox.ButtonRole
    agreed = box.addButton(yes, roles.DestructiveRole if loses else roles.AcceptRole)
    careful = box.addButton(no, roles.RejectRole)
    box.setDefaultButton(careful)
    box.setEscapeButton(careful)
    box.exec()
    return box.clickedButton() is agreed


def ask_for_files(parent: QWidget, folder: str) -> list[Path]:
    """The ratings files to import; empty where the person changed their mind."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Open a ratings file", folder, _FILES)
    return [Path(name) for name in names]


def ask_for_titles_file(parent: QWidget, folder: str) -> Path | None:
    """The list of titles that belongs to ratings. Here and below, None says that the person changed their mind."""
    return _ask_for_file(parent, "Choose the file that names the titles", _FILES, folder)


def ask_for_pairs(parent: QWidget) -> Path | None:
    """A file of pairs to rate."""
    return _ask_for_file(parent, "Choose a file of people and titles", _FILES)


def ask_for_my_ratings(parent: QWidget) -> Path | None:
    """A person's own export."""
    return _ask_for_file(parent, "Import my ratings", _EXPORTS)


def ask_for_folder(parent: QWidget, title: str, folder: str = "") -> Path | None:
    """A folder to write into."""
    name = QFileDialog.getExistingDirectory(parent, title, folder)
    return Path(name) if name else None


def ask_where_to_save(parent: QWidget, title: str, name: str) -> Path | None:
    """Where to write a CSV file."""
    return _ask_where(parent, title, name, "CSV files (*.csv)", ".csv")


def ask_where_to_save_numbers(parent: QWidget, title: str, name: str) -> Path | None:
    """Where to write a plain text file, a number a line."""
    return _ask_where(parent, title, name, "Text files (*.txt);;All files (*)", ".txt")


def ask_where_to_save_plot(parent: QWidget, title: str, name: str, kinds: str, ending: str) -> Path | None:
    """Where to write a plot or its numbers, in a form with this ending."""
    return _ask_where(parent, title, name, kinds, ending)


def ask_for_model_file(parent: QWidget) -> Path | None:
    """A model that was exported."""
    return _ask_for_file(parent, "Open a model", f"{_MODELS};;All files (*)")


def ask_where_to_export_model(parent: QWidget, name: str, *, as_graph: bool) -> Path | None:
    """Where to write a model; `as_graph`: its scores may also be written for programs without Python."""
    kinds = f"{_MODELS};;{_GRAPHS}" if as_graph else _MODELS
    return _ask_where(parent, "Export this model", f"{name}{SUFFIX}", kinds, SUFFIX)


def ask_where_to_save_list(parent: QWidget, name: str, ending: str) -> Path | None:
    """Where to write a list, in a form with this ending."""
    return _ask_where(parent, "Save this list", name, f"Files (*{ending})", ending)


def ask_for_list(parent: QWidget) -> Path | None:
    """A list of titles: a text, a table or an export."""
    return _ask_for_file(parent, "Only the titles of this list", _EXPORTS)


def ask_for_printer(parent: QWidget) -> QPrinter | None:
    """Where and how to print."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    dialog.setObjectName("question_printer")
    return printer if dialog.exec() == QPrintDialog.DialogCode.Accepted else None


def ask_for_name(parent: QWidget) -> str:
    """The name of another person, "" where the person changed their mind."""
    name, is_given = QInputDialog.getText(parent, "Add a person", "Whose ratings are these?")
    return name.strip() if is_given else ""


def ask_for_new_name(parent: QWidget, name: str) -> str:
    """Another name for a profile, "" where the person changed their mind."""
    new, is_given = QInputDialog.getText(parent, "Rename this profile", "Whose ratings are these?", text=name)
    return new.strip() if is_given else ""


def _ask_for_file(parent: QWidget, title: str, kinds: str, folder: str = "") -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, title, folder, kinds)
    return Path(name) if name else None


def _ask_where(parent: QWidget, title: str, name: str, kinds: str, ending: str) -> Path | None:
    chosen, kind = QFileDialog.getSaveFileName(parent, title, file_name(name), kinds)
    if not chosen:
        return None
    if kind == _GRAPHS:
        return Path(chosen.removesuffix(SUFFIX)).with_suffix(GRAPH_SUFFIX)
    return Path(chosen) if _ENDING.search(chosen) else Path(f"{chosen}{ending}")
