"""The steps of the tour for somebody new: the onboarding, and an export of their own with its review."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_rec.for_you.my_ratings.review_page import ReviewPage
from desktop_rec.for_you.my_ratings.review_rows import Act
from desktop_rec.for_you.onboarding.card import OnboardingCard
from desktop_rec.tour.hand import Hand, TourFailed
from desktop_rec.tour.letterboxd_export import write_letterboxd_export

_ANSWERS = "5 434"
"""The answers to the cards, a key each; the space is for a film that was not seen."""


def newcomer(hand: Hand) -> None:
    """Four ratings, one card at a time."""
    hand.go_to("for_you")
    hand.session.my_ratings.new_profile("Maria")
    hand.wait(lambda: hand.session.my_ratings.onboarding is not None, "the onboarding")
    card = hand.find(OnboardingCard, "onboarding_card")
    for key in _ANSWERS:
        if key == " ":
            QTest.keyClick(card, Qt.Key.Key_Space)
        else:
            QTest.keyClicks(card, key)
        hand.settle()
    hand.settle(600)
    hand.picture("onboarding")
    hand.press("onboarding_show_list")
    found = hand.session.recommendations.list
    first = "; ".join(item.title for item in found.items[:3]) if found is not None else "nothing yet"
    hand.say(f"after 4 ratings from the onboarding: {first}")


def my_export(hand: Hand) -> None:
    """A Letterboxd export into Maria's profile; then back to the first person."""
    export = hand.session.my_ratings.own_export
    with tempfile.TemporaryDirectory(prefix="desktop-rec-export-") as folder:
        export.import_file(write_letterboxd_export(Path(folder) / "letterboxd-maria-2021.zip"))
        hand.wait(
            lambda: export.incoming is not None and export.incoming.progress is None,
            "the review",
        )
    made = export.incoming
    if made is None or made.found is None:
        raise TourFailed("My export: it could not be read.")
    page = hand.find(ReviewPage, "review_page")
    hand.picture("review_unsure")
    page.turn_to("sure")
    hand.picture("review")
    page.turn_to("unsure")
    page.list.acted.emit(page.list.rows[0].index, Act.TAKE)
    hand.press("add_ratings")
    hand.wait(lambda: export.incoming is None, "the ratings to be added")
    hand.say(hand.session.undo.undo_text)
    hand.settle(800)
    hand.picture("for_you_with_my_export")
    hand.session.my_ratings.choose_profile("me")
