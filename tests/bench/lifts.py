"""Whether titles said to be "N times likelier for you than for most" are: by model, in classes of what was said.

`lifts.py [sample|ml-1m] [MODEL ...]` (ease and ials unless named) learns from the training people of a strong split,
lists 100 titles for each test person, and prints for each class of lifts: how many titles, what was said on average,
and how many times as many were liked as the average person likes. Both are weighted by the latter.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine import operations
from engine.data.dataset import Dataset
from engine.data.split import SplitConfig, make_split
from engine.events import drive
from engine.library.store import Library
from engine.recommending.recommender import Recommender
from engine.training.plan import TrainingPlan

EDGES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, np.inf)
LENGTH, FEWEST = 100, 30


def measured(library: Library, dataset: Dataset, name: str) -> None:
    config = SplitConfig(kind="strong")
    plan = TrainingPlan.of(name, split=config, entries=dataset.entries)
    run = drive(operations.train(library, dataset, plan, advise=False))
    split = make_split(dataset, config)
    recommender = Recommender(run.recommender.model, dataset, candidates_I=split.candidates_I)
    likes = split.train.likes(dataset.scale.like)
    share_I = np.bincount(likes.item_rows_N, minlength=dataset.titles) + 1.0
    said, usual, liked = [], [], []
    assert split.test is not None
    for person in range(len(split.test)):
        history = split.test.fold_in.take(np.array([person]))
        wanted = split.test.to_find.take(np.array([person])).likes(dataset.scale.like)
        if not wanted.entries or not recommender.informative(history).any():
            continue
        listed = recommender.recommend(history, top=LENGTH).items
        rows = np.array([item.item_row for item in listed])
        unseen_I = recommender.unseen(history)
        said += [item.lift if item.lift is not None else np.nan for item in listed]
        usual += (share_I[rows] / share_I[unseen_I].sum() * wanted.entries).tolist()
        liked += np.isin(rows, wanted.item_rows_N).tolist()
    said_N, usual_N, liked_N = np.array(said), np.array(usual), np.array(liked)
    print(f"{name} on {dataset.name}: {len(split.test)} people")
    if np.isnan(said_N).all():
        print("  says nothing of this kind")
        return
    for low, high in pairwise(EDGES):
        in_N = (said_N >= low) & (said_N < high)
        if in_N.sum() >= FEWEST:
            said_here = np.average(said_N[in_N], weights=usual_N[in_N])
            found = liked_N[in_N].sum() / usual_N[in_N].sum()
            print(f"  {low:5g} to {high:5g}: {in_N.sum():7,} titles, said {said_here:6.2f}, liked {found:6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", nargs="?", default="sample", help="sample, or a folder in DESKTOP_REC_DATA")
    parser.add_argument("models", nargs="*", default=["ease", "ials"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), who="lifts.py") as library:
        if asked.data == "sample":
            dataset = drive(operations.open_sample(library)).dataset
        else:
            data = Path(os.environ["DESKTOP_REC_DATA"]) / asked.data
            dataset = drive(operations.import_files(library, [data])).dataset
        for model in asked.models:
            measured(library, dataset, model)
