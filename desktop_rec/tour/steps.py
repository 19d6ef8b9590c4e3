"""The steps of the tour, in order. Each presses, waits for the outcome, and reports its figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListView, QSlider, QTabWidget, QWidget

from desktop_rec.common.rows import RowRole
from desktop_rec.for_you.title_list import TitleList
from desktop_rec.tour.for_you_steps import filters_and_trial, map_and_taste, saved_and_asked
from desktop_rec.tour.hand import Hand, TourFailed, choose
from desktop_rec.tour.newcomer_steps import my_export, newcomer
from desktop_rec.tour.training_steps import learning_rate, quality, search_settings, stop_and_keep, train

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
    hand.picture("first_page")
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
    before = _ranks(hand)
    mine = hand.find(TitleList, "my_ratings")
    _switch(hand, mine)
    hand.wait(lambda: _ranks(hand) != before, "the list to move")
    hand.say(f"with one rating switched off it begins: {_first_titles(hand)}")
    hand.picture("for_you_one_rating_off")
    _switch(hand, mine)


def for_you(hand: Hand) -> None:
    hand.go_to("for_you")
    hand.wait(lambda: hand.session.recommendations.list is not None, "the list of the trained model")
    hand.settle(1500)
    rows = hand.find(QListView, "recommendations")
    hand.click(rows.viewport(), rows.visualRect(rows.model().index(1, 0)).center())
    hand.settle(1200)
    hand.say(f"by the trained model: {_first_titles(hand)}")
    hand.picture("for_you")
    before = _ranks(hand)
    hand.find(QSlider, "watch_or_love").setValue(95)
    hand.wait(lambda: _ranks(hand) != before, "the slider to re-rank")
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
    choose(hand.find(QComboBox, "settings_theme"), "dark")
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
    ("Filters", filters_and_trial),
    ("Saved", saved_and_asked),
    ("Map", map_and_taste),
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


def _ranks(hand: Hand) -> tuple[int, ...]:
    """The whole list; its first titles may stay where others move."""
    found = hand.session.recommendations.list
    return tuple(item.item_row for item in found.items) if found is not None else ()


def _is_there(hand: Hand, name: str) -> bool:
    return any(part.isVisible() for part in hand.window.findChildren(QWidget, name))
