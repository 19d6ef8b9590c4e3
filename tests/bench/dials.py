"""What bending a list costs: how much of what people went on to like it still finds, and what it gives in return.

    PYTHONPATH=. python tests/bench/dials.py [--data DIR] [--people 100]

A model (`ease`) and a companion for stars (`mf`) learn from the bundled sample, or from ml-1m in --data; people held
out are asked with four fifths of their likes, and the rest is to be found. For each dial five places of it, the first
of which is the list as it comes, and must equal the list without any dial:

    NDCG@100   how much is found, and how well placed
    lesser     the same of the lesser known alone: all titles but the best known that hold half of all entries
    novelty    bits: -log2 of a title's share of all entries, mean of the first 20; more is less known
    diversity  1 - cosine of the titles' vectors, mean over all pairs of the first 20 (intra-list diversity)
    stars      the mean of the predicted stars of the first 20
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from engine.data.dataset import Bools, Dataset, Histories, Int64
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import Split
from engine.device import use_cores
from engine.events import drive
from engine.models.base import ClosedFormModel, Model
from engine.models.registry import build, fitted_config
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender
from engine.recommending.variety import intra_list_diversity
from engine.recommending.vectors import item_vectors
from tests.support.planted import strong_split

DIALS: dict[str, list[tuple[str, Filters, float | None]]] = {
    "hidden gems": [(f"{at:g}", Filters(hidden_gems=at), None) for at in (0.0, 0.25, 0.5, 0.75, 1.0)],
    "variety": [(f"{at:g}", Filters(variety=at), None) for at in (0.0, 0.25, 0.5, 0.75, 1.0)],
    "watch to love": [(f"{1 - at:g}", Filters(), at) for at in (1.0, 0.75, 0.5, 0.25, 0.0)],
    "least ratings": [(f"{at}", Filters(min_ratings=at), None) for at in (0, 20, 50, 100, 200)],
}
_FIRST, _LISTED = 20, 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="the folder of ml-1m")
    parser.add_argument("--people", type=int, default=100)
    arguments = parser.parse_args()
    use_cores()
    files = sample_files() if arguments.data is None else [arguments.data / "ratings.dat"]
    dataset, _ = drive(import_files(files, options=ImportOptions(), dataset_id="bench"))
    split = strong_split(dataset, people_seed=1, hold_out_seed=1, people_each=arguments.people)
    recommender = recommender_of(dataset, split)
    plain = measured(recommender, split, Filters(), None)
    for dial, places in DIALS.items():
        print(f"{dial:14}  NDCG@100  lesser  novelty  diversity   stars  longest ms")
        for number, (name, filters, weight) in enumerate(places):
            figures = measured(recommender, split, filters, weight)
            print(f"{name:>14}  {{:8.3f}}  {{:6.3f}}  {{:7.2f}}  {{:9.3f}}  {{:6.2f}}  {{:10.1f}}".format(*figures))
            if not number and figures[:-1] != plain[:-1]:
                print(f"{'':14}  is not the list as it comes")
    return 0


def recommender_of(dataset: Dataset, split: Split) -> Recommender:
    """What `ease` learned from the people who are not held out, with the stars of a factorisation."""
    model, stars = (_learned(name, dataset, split) for name in ("ease", "mf"))
    return Recommender(model, dataset, candidates_I=split.candidates_I, stars=stars)


def measured(recommender: Recommender, split: Split, filters: Filters, weight: float | None) -> list[float]:
    """Means over the people held out, and how long the slowest list took, in ms, once all was worked out."""
    held, vectors_ID, terms = split.test, item_vectors(recommender), ListTerms(weight, filters)
    assert held is not None, "people are held out"
    shares_I = np.maximum(recommender.dataset.counts_I, 1) / recommender.dataset.counts_I.sum()
    is_lesser_I = lesser_known(recommender.dataset.counts_I)
    rows = []
    for person in range(len(held.fold_in)):
        history, wanted = held.fold_in.row(person), held.to_find.row(person)
        if not recommender.informative(history).any():
            continue
        recommender.recommend(history, terms, top=_LISTED)
        began = time.perf_counter()
        listed = recommender.recommend(history, terms, top=_LISTED)
        took = 1000 * (time.perf_counter() - began)
        found = np.array([item.item_row for item in listed.items])
        stars = [item.predicted_rating for item in listed.items[:_FIRST] if item.predicted_rating is not None]
        rows.append([
            _ndcg(found, wanted), _ndcg(found, wanted.where(is_lesser_I[wanted.item_rows_N])),
            float(-np.log2(shares_I[found[:_FIRST]]).mean()),
            intra_list_diversity(vectors_ID[found[:_FIRST]]), float(np.mean(stars)), took,
        ])  # fmt: skip
    return [*np.nanmean(rows, axis=0)[:-1], float(np.max(rows, axis=0)[-1])]


def lesser_known(counts_I: Int64) -> Bools:
    """All titles but the best known that together hold half of all entries, [I]."""
    order_I = np.argsort(-counts_I, kind="stable")
    is_lesser_I = np.ones(len(counts_I), dtype=np.bool_)
    is_lesser_I[order_I[np.cumsum(counts_I[order_I]) <= counts_I.sum() / 2]] = False
    return is_lesser_I


def _ndcg(found_K: np.ndarray, wanted: Histories) -> float:
    """Of what was wanted, how much was found; no number where nothing was."""
    if not wanted.entries:
        return float("nan")
    discounts = 1.0 / np.log2(np.arange(2, _LISTED + 2))
    gained = float((np.isin(found_K, wanted.item_rows_N) * discounts[: len(found_K)]).sum())
    return gained / float(discounts[: min(_LISTED, wanted.entries)].sum())


def _learned(name: str, dataset: Dataset, split: Split) -> Model:
    config = fitted_config(name, None, entries=split.train.entries)
    model = build(name, config, items=dataset.titles, scale=dataset.scale)
    assert isinstance(model, ClosedFormModel), "these are computed at once"
    drive(model.fit(split.train))
    return model.eval()


if __name__ == "__main__":
    sys.exit(main())
