"""The steps of the tour, in the order of the street. Each presses, waits for the outcome, and says its figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListView, QSlider, QTabWidget, QWidget

from desktop_rec.common.rows import RowRole
from desktop_rec.for_you.title_list import TitleList
from desktop_rec.tour.hand import Hand, TourFailed
from desktop_rec.tour.newcomer_steps import my_export, newcomer
from desktop_rec.tour.quality_steps import quality
from desktop_rec.tour.search_steps import search_settings
from engine.text import format_rate

EPOCHS = 12
"""The preset that the tour trains: the two-headed autoencoder as it comes, for so many epochs."""

MY_FILMS = (
    ("The Matrix", "5"),
    ("Spirited Away", "5"),
    ("Princess Mononoke", "5"),
    ("Toy Story", "4"),
    ("Fargo", "4"),
    ("Alien", "4"),
    ("Pulp Fiction", "4"),
    ("Twelve Monkeys", "4"),
    ("Armageddon", "1"),
    ("Titanic", "2"),
)


def start(hand: Hand) -> None:
    hand.wait(lambda: hand.window.isVisible() and hand.session.library.files is not None, "the window")
    hand.say("the first view is on the screen")
    hand.picture("data_welcome")
    for place in ("data", "train", "models", "for_you"):
        hand.go_to(place)
        hand.picture(f"{place}_not_ready")
    hand.go_to("data")


def data(hand: Hand) -> None:
    hand.press("use_sample")
    hand.wait(lambda: hand.session.dataset.current is not None, "the sample")
    dataset = hand.session.dataset.current
    assert dataset is not None
    hand.say(f"{dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} ratings are open")
    hand.wait(lambda: hand.session.model.recommender is not None, "the first model")
    hand.say("a first model is ready")
    hand.picture("data")


def a_file(hand: Hand) -> None:
    with tempfile.TemporaryDirectory(prefix="desktop-rec-file-") as folder:
        path = Path(folder) / "book club.csv"
        path.write_text(_book_club(), encoding="cp1252")
        hand.window.open_files([path])
        hand.wait(lambda: _is_looked_at(hand), "the preview")
        hand.say("a file with columns of its own names is shown before it is imported")
        hand.picture("import_columns_to_point_at")
        for column, role in enumerate(("user", "title", "rating", "time")):
            _pick(hand, hand.find(QComboBox, f"role_{column}"), role)
            hand.wait(lambda: _is_looked_at(hand), "the preview to follow")
        hand.press("keep_only_fold_button")
        hand.wait(lambda: _what_remains(hand) is not None, "what remains")
        hand.picture("import")
        sample = hand.session.dataset.current
        hand.press("import_start")
        hand.wait(
            lambda: hand.session.dataset.current is not sample and hand.session.importing.plan is None, "the import"
        )
    dataset = hand.session.dataset.current
    assert dataset is not None
    hand.say(f"imported as {dataset.name!r}: {dataset.people} people, {dataset.titles} titles")
    hand.picture("imported")
    hand.session.data.open("sample")
    hand.wait(lambda: hand.session.model.recommender is not None, "the sample's model")


def my_ratings(hand: Hand) -> None:
    hand.go_to("for_you")
    hand.picture("for_you_first_titles")
    for title, digit in MY_FILMS:
        _rate(hand, title, digit)
    hand.wait(
        lambda: hand.session.profile.current and len(hand.session.profile.current.entries) == len(MY_FILMS),
        "ten ratings",
    )
    hand.find(QLineEdit, "title_search").clear()
    hand.wait(lambda: hand.session.recommendations.list is not None, "the list")
    hand.wait(lambda: _listed(hand) > 10, "the list on the screen")
    hand.say(f"{len(MY_FILMS)} films rated; first of the list: {_first_titles(hand)}")


def reasons(hand: Hand) -> None:
    rows = hand.find(QListView, "recommendations")
    hand.click(rows.viewport(), rows.visualRect(rows.model().index(0, 0)).center())
    hand.wait(lambda: _is_there(hand, "carried_by"), "the reasons")
    hand.settle(1200)
    hand.picture("for_you_first_model")
    hand.find(QTabWidget, "why_tabs").setCurrentIndex(1)
    hand.picture("for_you_about_my_ratings")
    hand.find(QTabWidget, "why_tabs").setCurrentIndex(0)
    before = _first_titles(hand)
    mine = hand.find(TitleList, "my_ratings")
    _switch(hand, mine)
    hand.wait(lambda: _first_titles(hand) != before, "the list to move")
    hand.say(f"with one rating switched off it begins: {_first_titles(hand)}")
    hand.picture("for_you_one_rating_off")
    _switch(hand, mine)


def learning_rate(hand: Hand) -> None:
    hand.go_to("train")
    hand.find(QTabWidget, "train_tabs").setCurrentIndex(0)
    hand.settle()
    hand.picture("learning_rate_before")
    hand.press("find_rate_button")
    hand.wait(lambda: len(hand.session.learning_rate.state.lrs) > 25, "the curve to grow", seconds=60)
    hand.picture("learning_rate_running")
    hand.wait(lambda: hand.session.learning_rate.state.sweep is not None, "the sweep to end", seconds=90)
    sweep = hand.session.learning_rate.state.sweep
    if sweep is None or sweep.chosen is None:
        raise TourFailed("Learning rate: the sweep suggested nothing.")
    found = ", ".join(
        f"{suggestion.title} {format_rate(suggestion.lr)}"
        for suggestion in sweep.suggestions
        if suggestion.lr is not None
    )
    hand.say(f"{len(sweep.lrs)} rates tried: {found}")
    hand.picture("learning_rate")
    hand.press("use_rate_button")
    hand.wait(lambda: hand.session.plan.is_rate_chosen, "the plan to take the rate")


def train(hand: Hand) -> None:
    hand.go_to("train")
    epochs = hand.find(QLineEdit, "setting_epochs")
    epochs.selectAll()
    QTest.keyClicks(epochs, f"{EPOCHS}\t")
    hand.picture("train_before")
    hand.press("start_training_button")
    session = hand.session
    hand.wait(lambda: len(session.training.state.epochs) >= 3, "three epochs", seconds=60)
    hand.press("pause_button")
    hand.wait(lambda: session.jobs.state is not None and session.jobs.state.paused, "the pause")
    hand.picture("train_paused")
    hand.press("pause_button")
    hand.wait(lambda: len(session.training.state.epochs) >= 6, "six epochs", seconds=60)
    hand.picture("train_running")
    hand.wait(lambda: session.training.state.finished is not None, "training to end", seconds=120)
    finished = session.training.state.finished
    assert finished is not None
    trained = finished.trained
    hand.say(f"two_head, preset as it comes, {trained.epochs} epochs: {trained.monitor} {trained.best_value:.3f}")
    hand.picture("train")


def stop_and_keep(hand: Hand) -> None:
    _choose(hand.find(QComboBox, "setting_schedule"), "slanted_triangle")
    hand.picture("train_again")
    hand.press("start_training_button")
    hand.wait(lambda: len(hand.session.training.state.epochs) >= 1, "an epoch", seconds=60)
    hand.press("stop_button")
    hand.wait(lambda: hand.session.jobs.state is None, "the run to stop", seconds=60)
    finished = hand.session.training.state.finished
    if finished is None or not finished.trained.stopped:
        raise TourFailed("Stop and keep: the run did not say that it was stopped.")
    hand.say(finished.trained.stopped_because)
    hand.picture("train_stopped")
    hand.session.training.discard()
    hand.wait(lambda: hand.session.training.state.discarded, "the run to be discarded")
    kept = [run for run in hand.session.dataset.runs if run.model == "two_head"]
    hand.wait(lambda: hand.session.model.recommender is not None, "the model before")
    hand.say(f"discarded; {len(kept)} run is kept")


def for_you(hand: Hand) -> None:
    hand.go_to("for_you")
    hand.wait(lambda: hand.session.recommendations.list is not None, "the list of the trained model")
    hand.settle(1500)
    rows = hand.find(QListView, "recommendations")
    hand.click(rows.viewport(), rows.visualRect(rows.model().index(1, 0)).center())
    hand.settle(1200)
    hand.say(f"by the trained model: {_first_titles(hand)}")
    hand.picture("for_you")
    before = _first_titles(hand)
    hand.find(QSlider, "watch_or_love").setValue(95)
    hand.wait(lambda: _first_titles(hand) != before, "the slider to re-rank")
    hand.settle(900)
    hand.say(f"likely to love: {_first_titles(hand)}")
    hand.picture("for_you_likely_to_love")
    hand.find(QTabWidget, "why_tabs").setCurrentIndex(1)
    hand.settle(600)
    hand.picture("for_you_surprising")
    hand.find(QTabWidget, "why_tabs").setCurrentIndex(0)


def somebody_else(hand: Hand) -> None:
    hand.session.my_ratings.borrow("15")
    hand.wait(lambda: hand.session.recommendations.list is not None and hand.session.profile.is_borrowed, "person 15")
    hand.settle(2500)
    hand.say(f"for person 15 of the data set: {_first_titles(hand)}")
    hand.picture("for_you_person_15")


def settings(hand: Hand) -> None:
    hand.go_to("settings")
    hand.settle(300)
    hand.say("appearance, folder, devices, logs, about")
    hand.picture("settings")


def in_the_dark(hand: Hand) -> None:
    _choose(hand.find(QComboBox, "settings_theme"), "dark")
    for place in ("data", "train", "models", "for_you", "settings"):
        hand.go_to(place)
        hand.settle(300)
        hand.picture(f"dark_{place}")
    hand.say("every place once more in the dark")


STEPS: tuple[tuple[str, Callable[[Hand], None]], ...] = (
    ("Start", start),
    ("Data", data),
    ("A file", a_file),
    ("My ratings", my_ratings),
    ("Reasons", reasons),
    ("Newcomer", newcomer),
    ("My export", my_export),
    ("Learning rate", learning_rate),
    ("Train", train),
    ("Stop and keep", stop_and_keep),
    ("Quality", quality),
    ("For you", for_you),
    ("Somebody else", somebody_else),
    ("Search", search_settings),
    ("Settings", settings),
    ("Dark", in_the_dark),
)


def _pick(hand: Hand, box: QComboBox, key: str) -> None:
    """Open a box and take the entry that stands for something."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    hand.settle()
    entries = box.view()
    entries.setCurrentIndex(box.model().index(box.findData(key), 0))
    QTest.keyClick(entries, Qt.Key.Key_Return)
    hand.settle()


def _is_looked_at(hand: Hand) -> bool:
    plan = hand.session.importing.plan
    return plan is not None and not plan.is_looking


def _what_remains(hand: Hand) -> object:
    plan = hand.session.importing.plan
    return plan.remaining if plan is not None else None


def _book_club() -> str:
    """Ratings made up for the tour: semicolons, decimal commas, days first, letters that are no UTF-8."""
    members = ("Zoë", "Jürgen", "Anaïs", "Bo", "Lou", "Mia", "Søren", "Tom")
    books = ("Die Höhle (1961)", "Long Day, The (1999)", "Été (1987)", "North (2004)", "The Lamp (2011)", "Salt (1978)")
    rows = [
        f"{member};{book};{1 + (3 * place + 5 * at) % 9 / 2:.1f}".replace(".", ",") + f";{1 + at:02}.0{1 + place}.2019"
        for place, member in enumerate(members)
        for at, book in enumerate(books)
        if (place + at) % 4
    ]
    return "\n".join(("Mitglied;Buch;Sterne hier;Tag", *rows)) + "\n"


def _rate(hand: Hand, title: str, digit: str) -> None:
    """Search a title and give it stars by key, as the keyboard allows."""
    search = hand.find(QLineEdit, "title_search")
    search.setFocus()
    search.clear()
    QTest.keyClicks(search, title)
    QTest.keyClick(search, Qt.Key.Key_Return)
    found = hand.find(TitleList, "found_titles")
    hand.wait(lambda: found.model().rowCount() > 0, f"{title!r} to be found")
    row = found.model().index(0, 0)
    found.setCurrentIndex(row)
    if row.data(RowRole) is None:
        raise TourFailed(f"My ratings: {title!r} has no row.")
    QTest.keyClicks(found, digit)
    hand.settle()


def _choose(box: QComboBox, key: str) -> None:
    """Pick an entry of a combo box by what it stands for, with the arrow keys."""
    box.setFocus()
    way = Qt.Key.Key_Down if box.findData(key) > box.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(box.findData(key) - box.currentIndex())):
        QTest.keyClick(box, way)


def _switch(hand: Hand, mine: TitleList) -> None:
    index = mine.model().index(mine.model().rowCount() - 1, 0)
    mine.scrollTo(index)
    mine.setFocus()
    mine.setCurrentIndex(index)
    QTest.keyClick(mine, Qt.Key.Key_Space)
    hand.settle(400)


def _listed(hand: Hand) -> int:
    return hand.find(QListView, "recommendations").model().rowCount()


def _first_titles(hand: Hand, most: int = 3) -> str:
    found = hand.session.recommendations.list
    return "; ".join(item.title for item in found.items[:most]) if found is not None else ""


def _is_there(hand: Hand, name: str) -> bool:
    return any(part.isVisible() for part in hand.window.findChildren(QWidget, name))
