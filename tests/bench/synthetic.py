"""SYNTHETIC ratings of any size, for trying out large files: nobody ever gave one of them.

    python tests/bench/synthetic.py ratings.csv --ratings 20000000 [--people N] [--titles N] [--seed 1]
    python tests/bench/synthetic.py ratings.dat --ratings 1000000 --form colons [--order time]
    python tests/bench/synthetic.py FOLDER --ratings 100000000 --form netflix

What is planted: a taste of 8 factors for each person and title, how generous a person is and how good a title, how
many ratings each gets (long tails), the years in which a title came out and a person was there, and a slow decline
of every title. Ratings are half stars (whole ones in the Netflix form), ids leave gaps. Equal seeds and sizes give
equal files. It is made and written in portions, so it takes little memory: about 100 MiB, and 60 bytes a person.

Shapes: U people, I titles, N ratings of a portion, F factors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import csv

FACTORS = 8
PORTION = 500_000
FIRST_TIME, LAST_TIME = 852_076_800, 1_577_836_800
SECONDS_A_YEAR = 365.25 * 86_400
FORMS = ("csv", "colons", "netflix")
NETFLIX_FILES = 4


@dataclass(frozen=True)
class World:
    """Who and what there is. `*_ids` are what files say, `*_weights` how much each is in demand."""

    user_ids: np.ndarray
    item_ids: np.ndarray
    user_weights: np.ndarray
    item_weights: np.ndarray
    user_factors_UF: np.ndarray
    item_factors_IF: np.ndarray
    generosity_U: np.ndarray
    quality_I: np.ndarray
    joined_U: np.ndarray
    came_out_I: np.ndarray


@dataclass(frozen=True)
class Portion:
    """Some ratings: rows of people and titles, stars, Unix seconds."""

    users_N: np.ndarray
    items_N: np.ndarray
    ratings_N: np.ndarray
    times_N: np.ndarray


def world_of(people: int, titles: int, *, seed: int) -> World:
    """A world that is the same whenever it is asked for."""
    random = np.random.default_rng([seed, people, titles])
    years = LAST_TIME - FIRST_TIME
    return World(
        user_ids=np.cumsum(random.integers(1, 6, people)),
        item_ids=random.permutation(np.cumsum(random.integers(1, 5, titles))),
        user_weights=random.lognormal(0, 1.1, people),
        item_weights=random.permutation(1 / np.arange(10, titles + 10) ** 1.2),
        user_factors_UF=random.normal(0, 0.35, (people, FACTORS)).astype(np.float32),
        item_factors_IF=random.normal(0, 1, (titles, FACTORS)).astype(np.float32),
        generosity_U=random.normal(0, 0.35, people).astype(np.float32),
        quality_I=random.normal(0, 0.4, titles).astype(np.float32),
        joined_U=FIRST_TIME + (random.random(people) ** 0.8 * years * 0.98).astype(np.int64),
        came_out_I=FIRST_TIME - 10**9 + (random.random(titles) * (years + 10**9) * 0.95).astype(np.int64),
    )


def portions(world: World, ratings: int, *, seed: int, by: str, whole_stars: bool = False) -> Iterator[Portion]:
    """So many ratings, each pair once: person after person, or title after title (`by` "person" or "title")."""
    random = np.random.default_rng([seed, ratings, 7])
    mine, theirs = world.user_weights, world.item_weights
    if by == "title":
        mine, theirs = theirs, mine
    wanted = counts_of(mine, ratings, most=int(0.6 * len(theirs)))
    demand = np.cumsum(theirs) / theirs.sum()
    for start, end in spans(wanted):
        ones, others = distinct_pairs(random, wanted[start:end], demand)
        users_N, items_N = (ones + start, others) if by == "person" else (others, ones + start)
        yield rated(world, users_N, items_N, random, whole_stars=whole_stars, order=by)


def counts_of(weights: np.ndarray, total: int, *, most: int) -> np.ndarray:
    """Ratings for each, in proportion to their weights: at least one, at most `most`, `total` together."""
    if total > most * len(weights) or total < len(weights):
        raise SystemExit(f"{total:,} ratings do not fit {len(weights):,} by {int(most / 0.6):,}; choose other sizes.")
    low, high = 0.0, total / weights.min()
    for _ in range(100):
        scale = (low + high) / 2
        low, high = (low, scale) if np.clip(weights * scale, 1, most).sum() > total else (scale, high)
    exact = np.cumsum(np.clip(weights * low, 1, most))
    return np.diff(np.round(exact * (total / exact[-1])), prepend=0).astype(np.int64)


def spans(counts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Neighbours whose counts add up to about a portion."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        end = max(start + 1, int(np.searchsorted(ends, ends[start] - counts[start] + PORTION)))
        yield start, end
        start = end


def distinct_pairs(random: np.random.Generator, counts: np.ndarray, demand: np.ndarray) -> tuple[np.ndarray, ...]:
    """For each one so many different others, drawn by demand; the last missing ones are drawn evenly."""
    kinds, pairs = len(demand), np.zeros(0, np.int64)
    for attempt in range(1000):
        missing = counts - np.bincount(pairs // kinds, minlength=len(counts))
        if not missing.any():
            break
        ones = np.repeat(np.arange(len(counts)), missing)
        draws = random.random(len(ones))
        others = np.searchsorted(demand, draws) if attempt < 6 else (draws * kinds).astype(np.int64)
        pairs = np.concatenate([pairs, ones * kinds + np.minimum(others, kinds - 1)])
        pairs.sort()
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    return pairs // kinds, pairs % kinds


def rated(
    world: World,
    users_N: np.ndarray,
    items_N: np.ndarray,
    random: np.random.Generator,
    *,
    whole_stars: bool,
    order: str,
) -> Portion:
    """What these people say of these titles, and when; in order of time within each person or title."""
    seen_from = np.maximum(world.joined_U[users_N], world.came_out_I[items_N])
    stay = random.exponential(0.7 * SECONDS_A_YEAR, len(users_N)).astype(np.int64)
    times_N = np.minimum(seen_from + stay, LAST_TIME)
    taste = np.einsum("nf,nf->n", world.user_factors_UF[users_N], world.item_factors_IF[items_N])
    age = (times_N - world.came_out_I[items_N]) / SECONDS_A_YEAR
    stars = 3.5 + world.generosity_U[users_N] + world.quality_I[items_N] + taste - 0.01 * age
    stars += random.normal(0, 0.5, len(stars))
    ratings_N = np.clip(np.round(stars), 1, 5) if whole_stars else np.clip(np.round(stars * 2) / 2, 0.5, 5)
    by_time = np.lexsort((times_N, users_N if order == "person" else items_N))
    return Portion(users_N[by_time], items_N[by_time], ratings_N[by_time], times_N[by_time])


def in_order_of_time(parts: Iterator[Portion]) -> Iterator[Portion]:
    """All ratings, the oldest first. Holds them all: 20 bytes each, and as much again while they are sorted."""
    columns = [(part.users_N.astype(np.int32), part.items_N.astype(np.int32),
                part.ratings_N.astype(np.float32), part.times_N) for part in parts]  # fmt: skip
    users, items, ratings, times = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.argsort(times, kind="stable")
    for start in range(0, len(order), PORTION):
        some = order[start : start + PORTION]
        yield Portion(users[some], items[some], ratings[some], times[some])


def write_table(file: BinaryIO, world: World, parts: Iterator[Portion], *, colons: bool) -> None:
    """user,item,rating,timestamp with column names; or `::` between them, without."""
    words = pa.array([f"{half / 2:.1f}" for half in range(11)])
    if not colons:
        file.write(b"user,item,rating,timestamp\n")
    options = csv.WriteOptions(include_header=False, delimiter="\x1f" if colons else ",", quoting_style="none")
    for part in parts:
        table = pa.table(
            {
                "user": world.user_ids[part.users_N],
                "item": world.item_ids[part.items_N],
                "rating": words.take(pa.array((part.ratings_N * 2).astype(np.int8))),
                "time": part.times_N.astype(np.int64),
            }
        )
        text = pa.BufferOutputStream()
        csv.write_csv(table, text, options)
        block = text.getvalue().to_pybytes()
        file.write(block.replace(b"\x1f", b"::") if colons else block)


def write_netflix(folder: Path, world: World, parts: Iterator[Portion]) -> None:
    """combined_data_1.txt to _4.txt, where `title:` stands above its `person,stars,date` lines."""
    folder.mkdir(parents=True, exist_ok=True)
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    share = -(-len(world.item_ids) // NETFLIX_FILES)
    files = [(folder / f"combined_data_{number + 1}.txt").open("wb") for number in range(NETFLIX_FILES)]
    try:
        for part in parts:
            lines = pa.table(
                {
                    "user": world.user_ids[part.users_N],
                    "stars": part.ratings_N.astype(np.int8),
                    "date": pa.array((part.times_N // 86_400).astype(np.int32)).cast(pa.date32()),
                }
            )
            firsts = np.flatnonzero(np.diff(part.items_N, prepend=-1))
            for first, end in zip(firsts, [*firsts[1:], len(part.items_N)], strict=True):
                title = int(part.items_N[first])
                file = files[title // share]
                file.write(f"{world.item_ids[title]}:\n".encode())
                csv.write_csv(lines.slice(first, end - first), file, options)
    finally:
        for file in files:
            file.close()


def write(
    place: Path,
    *,
    ratings: int,
    people: int | None = None,
    titles: int | None = None,
    form: str = "csv",
    order: str = "person",
    seed: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write such a file (a folder for the Netflix form). Sizes that are not given are like those of real sets."""
    titles = titles or max(40, int((ratings / 1000) ** 0.5 * 140))
    world = world_of(people or max(20, ratings // 144), titles, seed=seed)
    netflix = form == "netflix"
    parts = portions(world, ratings, seed=seed, by="title" if netflix else "person", whole_stars=netflix)
    parts = counted(parts, progress)
    if netflix:
        write_netflix(place, world, parts)
    else:
        with place.open("wb") as file:
            write_table(file, world, in_order_of_time(parts) if order == "time" else parts, colons=form == "colons")


def counted(parts: Iterator[Portion], progress: Callable[[int], None]) -> Iterator[Portion]:
    done = 0
    for part in parts:
        yield part
        done += len(part.users_N)
        progress(done)


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes SYNTHETIC ratings: nobody ever gave one of them.")
    parser.add_argument("place", type=Path, help="the file to write, or the folder in the Netflix form")
    parser.add_argument("--ratings", type=int, default=1_000_000)
    parser.add_argument("--people", type=int)
    parser.add_argument("--titles", type=int)
    parser.add_argument("--form", choices=FORMS, default="csv")
    parser.add_argument("--order", choices=("person", "time"), default="person")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(
        asked.place,
        ratings=asked.ratings,
        people=asked.people,
        titles=asked.titles,
        form=asked.form,
        order=asked.order,
        seed=asked.seed,
        progress=lambda done: print(f"\r{done:,} of {asked.ratings:,} synthetic ratings", end="", file=sys.stderr),
    )
    print(file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
