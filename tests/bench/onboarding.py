"""Is the deck worth its rule? What a list is good for after a few answers, against asking about the best-known titles.

    python tests/bench/onboarding.py [sample | ml-1m] [--data DIR] [--seeds 1,2,3,4,5] [--people 60]

People are held out by a strong split (test and validation people both). Each answers cards from what is folded in of
them: the rating where they have one, else "not seen"; cards that are to be found are passed over. EASE, learned from
the other people, then ranks from these answers alone, and NDCG@100 says how well it finds the rest. Printed after 4
and 8 ratings given (however many cards that took, at most 80) and after 8 and 16 cards; differences from the
best-known titles are paired by person, in standard errors.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, Histories, Vocabulary
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.onboarding import DeckAnswer, Onboarding
from engine.data.sample import sample_files
from engine.data.split import HeldOut, Split, strong_split
from engine.evaluation.protocol import evaluate_model
from engine.events import drive
from engine.models.base import Model
from engine.models.registry import build, fitted_config

RATED, CARDS, MOST_CARDS = (4, 8), (8, 16), 80
STOPS = tuple(("ratings", count) for count in RATED) + tuple(("cards", count) for count in CARDS)
Ask = Callable[[Sequence[DeckAnswer], set[int]], int | None]


@dataclass
class Tally:
    """What one way of asking led to, person by person."""

    ndcg: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    cards_needed: dict[int, list[int]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


def best_known(counts_I: np.ndarray) -> Ask:
    """Title after title in the order of how many have them."""
    order = np.argsort(-counts_I, kind="stable").tolist()

    def ask(answers: Sequence[DeckAnswer], leave_out: set[int]) -> int | None:
        gone = {answer.item_row for answer in answers} | leave_out
        return next((row for row in order if row not in gone), None)

    return ask


def by_deck(deck: Onboarding) -> Ask:
    def ask(answers: Sequence[DeckAnswer], leave_out: set[int]) -> int | None:
        return deck.next(answers, leave_out=leave_out)

    return ask


def simulated(ask: Ask, own: Histories, to_find: set[int], tally: Tally) -> dict[tuple[str, int], list[DeckAnswer]]:
    """One person answers cards; the answers with a rating, as they stood at each stop."""
    ratings = dict(zip(own.item_rows_N.tolist(), own.ratings_N.tolist(), strict=True))
    answers: list[DeckAnswer] = []
    stood: dict[tuple[str, int], list[DeckAnswer]] = {}
    while len(answers) < MOST_CARDS and any(stop not in stood for stop in STOPS):
        began = time.perf_counter()
        row = ask(answers, to_find)
        tally.seconds.append(time.perf_counter() - began)
        if row is None:
            break
        answers.append(DeckAnswer(row, seen=row in ratings, rating=ratings.get(row)))
        rated = [one for one in answers if one.seen]
        stood.setdefault(("ratings", len(rated)), rated)
        stood.setdefault(("cards", len(answers)), rated)
    for count in RATED:
        places = [place for place, one in enumerate(answers, start=1) if one.seen][:count]
        tally.cards_needed.setdefault(count, []).append(places[-1] if len(places) == count else len(answers))
    last = [answer for answer in answers if answer.seen]
    return {stop: stood.get(stop, last) for stop in STOPS}


def ndcg_of(model: Model, answers: list[list[DeckAnswer]], held_out: HeldOut, split: Split) -> list[float]:
    """NDCG@100 of everybody when the model knows these answers only."""
    flat = [(user, one.item_row, one.rating) for user, own in enumerate(answers) for one in own]
    users, items, ratings = (np.array(column) for column in zip(*flat, strict=True))
    told = Histories.of(users, items, ratings, people=len(answers))
    asked = HeldOut(held_out.user_rows_U, told, held_out.to_find)
    found = drive(evaluate_model(model, asked, candidates_I=split.candidates_I, ks=(100,), intervals=False))
    return found.per_person["ndcg@100"].tolist()


def measure(dataset: Dataset, *, seed: int, people: int, tallies: dict[str, Tally], everything: list[float]) -> None:
    """One split: learn from the others, let the held-out people answer both ways, and judge."""
    split = strong_split(dataset, people_seed=seed, hold_out_seed=seed, people_each=people)
    model = build("ease", fitted_config("ease", None, entries=split.train.entries), items=dataset.titles,
                  scale=dataset.scale, seed=seed)  # fmt: skip
    drive(model.fit(split.train))
    known = _only(dataset, split)
    ways = {"best known": best_known(known.counts_I), "deck": by_deck(Onboarding(known, seed=seed))}
    for held_out in (split.test, split.validation):
        for name, ask in ways.items():
            stood: dict[tuple[str, int], list[list[DeckAnswer]]] = {stop: [] for stop in STOPS}
            for user in range(len(held_out)):
                to_find = set(held_out.to_find.row(user).item_rows_N.tolist())
                for stop, own in simulated(ask, held_out.fold_in.row(user), to_find, tallies[name]).items():
                    stood[stop].append(own)
            for stop, answers in stood.items():
                tallies[name].ndcg.setdefault(stop, []).extend(ndcg_of(model, answers, held_out, split))
        full = drive(evaluate_model(model, held_out, candidates_I=split.candidates_I, ks=(100,), intervals=False))
        everything.extend(full.per_person["ndcg@100"].tolist())


def _only(dataset: Dataset, split: Split) -> Dataset:
    """The data set as it would be had the held-out people never been in it."""
    users = Vocabulary([dataset.users.id(int(row)) for row in split.train_user_rows_U])
    return replace(dataset, users=users, histories=split.train)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_set", nargs="?", default="sample", choices=("sample", "ml-1m"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DESKTOP_REC_DATA", ".")))
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--people", type=int, default=60)
    given = parser.parse_args()
    files = sample_files() if given.data_set == "sample" else [given.data / "ml-1m" / "ratings.dat"]
    dataset, _ = drive(import_files(files, options=ImportOptions(), dataset_id=given.data_set))
    began = time.perf_counter()
    Onboarding(dataset)
    made_s = time.perf_counter() - began
    tallies, everything = {"best known": Tally(), "deck": Tally()}, list[float]()
    for seed in (int(part) for part in given.seeds.split(",")):
        measure(dataset, seed=seed, people=given.people, tallies=tallies, everything=everything)
        print(f"seed {seed} done", file=sys.stderr)
    _print(given.data_set, tallies, everything, made_s)
    return 0


def _print(name: str, tallies: dict[str, Tally], everything: list[float], made_s: float) -> None:
    plain, deck = tallies["best known"], tallies["deck"]
    print(f"{name}: {len(everything)} people, EASE NDCG@100; with all they ever rated {np.nanmean(everything):.4f}\n")
    print(f"{'after':<12}{'best known':>12}{'deck':>9}{'gain':>9}{'standard errors':>18}{'deck better for':>18}")
    for stop in STOPS:
        gains = np.array(deck.ndcg[stop]) - np.array(plain.ndcg[stop])
        gains = gains[~np.isnan(gains)]
        errors = gains.mean() / (gains.std(ddof=1) / np.sqrt(len(gains)))
        better = f"{(gains > 0).mean():.0%}, worse {(gains < 0).mean():.0%}"
        print(f"{stop[1]:>2} {stop[0]:<9}{np.nanmean(plain.ndcg[stop]):>12.4f}{np.nanmean(deck.ndcg[stop]):>9.4f}"
              f"{gains.mean():>+9.4f}{errors:>+18.1f}{better:>18}")  # fmt: skip
    for count in RATED:
        cards = [np.mean(one.cards_needed[count]) for one in (plain, deck)]
        print(f"cards until {count} ratings: best known {cards[0]:.1f}, deck {cards[1]:.1f}")
    print(f"a deck is made in {1000 * made_s:.0f} ms; a card takes {1000 * np.median(deck.seconds):.1f} ms, "
          f"99 of 100 at most {1000 * np.quantile(deck.seconds, 0.99):.1f} ms")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
