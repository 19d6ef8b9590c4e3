"""What a status, a shelf, a yes or a no says of a title: seen, given up, or only planned."""

import pytest

from engine.data.reading.states import known_state_of, says_yes, state_columns, state_of

WORDS = {
    "planned": (
        "Plan to Watch|plantowatch|plan_to_watch|PLANNING|planned|PlanToWatch|Watchlist|watch list|to-read|to-read-19|"
        "Want to watch|want-to-buy|Want to Read|wishlist|Backlog|tbr|up-next|owned-unread|not started|Unwatched|queue|"
        "preordered|to be read|read later|想看|想读|хочу посмотреть|Chcę zobaczyć|zu sehen|à voir"
    ),
    "dropped": (
        "Dropped|DROPPED|dnf|did-not-finish|Did not finish|didn't finish|abandoned|Gave up|quit|unfinished|弃读|弃剧|"
        "Брошено|abgebrochen|abandonné|porzucone"
    ),
    "seen": (
        "read|Watched|COMPLETED|CURRENT|REPEATING|PAUSED|on-hold|currently-reading|Watching|finished|Rewatching|played|"
        "看过|在看|просмотрено|gesehen|vu"
    ),
}


@pytest.mark.parametrize("state", WORDS)
def test_that_words_of_services_and_people_say_states(state):
    assert {word: known_state_of(word) for word in WORDS[state].split("|")} == dict.fromkeys(
        WORDS[state].split("|"), state
    )


@pytest.mark.parametrize("text", ["", "-", "fantasy", "Best of 2020", "Action"])
def test_that_other_words_say_nothing(text):
    assert known_state_of(text) is None
    assert state_of(text, otherwise="planned") == "planned"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((text, True) for text in ("Yes", "x", "1", "3", "2020-01-02", "TRUE", "ja")),
        *((text, False) for text in ("No", "0", "false", "нет", "0000-00-00")),
        ("", None),
        ("perhaps", None),
    ],
)
def test_that_yes_and_no_are_read(text, answer):
    assert says_yes(text) is answer


@pytest.mark.parametrize(
    ("header", "cells", "state"),
    [
        (["is_read"], ["0"], "planned"),
        (["Seen"], ["No"], "planned"),
        (["Seen"], ["Yes"], "seen"),
        (["Seen"], [""], "seen"),
        (["Read Count"], ["0"], "planned"),
        (["Completed"], ["No"], "seen"),
        (["Exclusive Shelf", "Read Count"], ["on-hold", "0"], "seen"),
        (["Exclusive Shelf", "Read Count"], ["my-shelf", "0"], "planned"),
        (["Bookshelves", "Exclusive Shelf"], ["to-read-again, fantasy", "read"], "seen"),
        (["Bookshelves", "Exclusive Shelf"], ["dnf", "read"], "dropped"),
        (["own", "wishlist"], ["1", "1"], "seen"),
        (["own", "wishlist"], ["0", "1"], "planned"),
        (["own", "wanttoplay"], ["1", "1"], "planned"),
        (["own", "preordered"], ["0", "1"], "planned"),
        (["numplays", "wanttoplay"], ["4", "1"], "seen"),
        (["numplays", "own"], ["0", "1"], "seen"),
        (["Watchlist"], ["plantowatch"], "planned"),
        (["Watchlist"], ["1"], "planned"),
        (["Watchlist"], ["completed"], "seen"),
        (["my_status"], ["6"], "planned"),
        (["watching_status"], ["4"], "dropped"),
        (["my_status"], ["2"], "seen"),
    ],
)
def test_that_columns_say_states_together(header, cells, state):
    found = state_columns(header, [cells])
    assert found.state_of([cells[column.place] for column in found.columns]) == state


def test_that_numbers_of_a_status_are_codes_only_where_they_look_like_these():
    rows = [["1"], ["2"], ["6"]]
    assert state_columns(["status"], rows).state_of(["6"]) == "planned"
    assert state_columns(["status"], [["0"], ["1"]]).columns == ()
    assert state_columns(["status"], rows, taken=[0]).columns == ()
