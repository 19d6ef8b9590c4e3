"""Drawn files without column names: columns in any order, ids of any kind, rows in any order, few and many of them."""

import random
from collections import Counter

import pytest

from engine.data.reading.archives import Source
from engine.data.reading.sniff import require_ratings, sniff
from engine.errors import DataError

RATED = ("user", "item", "rating")
IDS = {
    "small": lambda number, all_ids: all_ids.index(number),
    "large": lambda number, all_ids: 7_000 + number * 7919 % 99_991,
    "names": lambda number, all_ids: f"ann{number * 31 % 97}_{number}",
    "ASIN": lambda number, all_ids: f"B{number * 7919 % 10**9:09d}",
}
ORDERS = {
    "by person": lambda rows, chance: sorted(rows, key=lambda row: row[0]),
    "by time": lambda rows, chance: sorted(rows, key=lambda row: row[3]),
    "by title": lambda rows, chance: sorted(rows, key=lambda row: row[1]),
    "any": lambda rows, chance: chance.sample(rows, len(rows)),
}


def rated(chance):
    """(person, title, stars, time) of people who rate well-known titles most and mostly in one go."""
    rows = []
    for user in range(chance.choice((3, 8, 40))):
        titles = {int(400 * chance.random() ** 2.5) for _ in range(chance.randint(5, 60))}
        evening = chance.randrange(1_100_000_000, 1_600_000_000)
        stars = chance.choice(((1, 2, 3, 4, 5), (0.5, 2.5, 3.5, 4.5), (6, 7, 8, 10)))
        rows += [(user, title, chance.choice(stars), evening + chance.randrange(7_200)) for title in titles]
    start = chance.randrange(max(1, len(rows) - 200))
    return rows[start : start + chance.choice((8, 15, 60, 2000))]


def drawn(seed, *, usual=False, order=None):
    """What a file holds, where its columns are, and whether titles stand together."""
    chance = random.Random(seed)
    order = order or chance.choice(sorted(ORDERS))
    rows = ORDERS[order](rated(chance), chance)
    columns = dict(zip((*RATED, "time"), map(list, zip(*rows, strict=True)), strict=True))
    for role, kinds in (("user", ("small", "large", "names")), ("item", tuple(IDS))):
        known, kind = sorted(set(columns[role])), chance.choice(kinds)
        columns[role] = [IDS[kind](number, known) for number in columns[role]]
    if chance.random() < 0.4:
        del columns["time"]
    names = list(columns)
    if not usual:
        chance.shuffle(names)
    if chance.random() < 0.1:
        columns["row"], names = range(len(rows)), ["row", *names]
    sign = chance.choice((",", "\t", "::", ";", "|"))
    lines = zip(*(columns[name] for name in names), strict=True)
    text = "".join(sign.join(map(str, line)) + "\n" for line in lines)
    return text, {name: place for place, name in enumerate(names) if name != "row"}


def outcome(path, text, places):
    path.write_text(text)
    source = Source(path)
    try:
        shape = sniff(source)
        require_ratings(source, shape)
    except DataError as error:
        return "asked" if error.ways else "refused"
    if all(shape.roles[role] == places[role] for role in RATED):
        return "right"
    return "said" if any("no names" in note for note in shape.notes) else "wrong"


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_that_no_column_is_taken_for_another_in_silence(tmp_path, first):
    for seed in range(first, first + 40):
        assert outcome(tmp_path / "rows.txt", *drawn(seed)) != "wrong", seed


def test_that_files_in_the_usual_order_are_read_without_a_question(tmp_path):
    seen = Counter(outcome(tmp_path / "rows.txt", *drawn(seed, usual=True, order="by person")) for seed in range(60))
    assert seen["right"] >= 50
    assert seen["right"] + seen["asked"] + seen["refused"] == 60


@pytest.mark.exhaustive
def test_that_of_a_thousand_files_none_is_read_wrongly_in_silence(tmp_path):
    seen = Counter(outcome(tmp_path / "rows.txt", *drawn(seed)) for seed in range(1_000, 2_000))
    assert seen["wrong"] == 0
