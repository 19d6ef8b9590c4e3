"""How much ratings that are no likes should count for whoever asks `ials` for a list, and what that costs.

    PYTHONPATH=. python tests/bench/fold_in_others.py [--data DIR] [--people 300]

A model learns from the bundled sample, or from ml-1m in --data; each line asks it of the validation people with another
`fold_in_others`:

    NDCG@100   how much of what they liked besides is found, and how well placed; the test people's beside it
    seconds    to predict for all validation people (0 is likes only)
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import HeldOut, Split
from engine.device import use_cores
from engine.evaluation.answers import Question, ndcg_of
from engine.events import drive
from engine.models.ials import Ials, IalsConfig
from tests.support.planted import strong_split

VALUES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="the folder of ml-1m")
    parser.add_argument("--people", type=int, default=300)
    arguments = parser.parse_args()
    use_cores()
    files = sample_files() if arguments.data is None else [arguments.data / "ratings.dat"]
    dataset, _ = drive(import_files(files, options=ImportOptions(), dataset_id="bench"))
    people = min(arguments.people, dataset.people // 5)
    split = strong_split(dataset, people_seed=1, hold_out_seed=1, people_each=people)
    learned = Ials(IalsConfig().fitted_to(split.train.entries), items=dataset.titles, scale=dataset.scale)
    drive(learned.fit(split.train))
    print("counts  validation    test  seconds")
    for value in VALUES:
        model = Ials(learned.config.changed(fold_in_others=value), items=dataset.titles, scale=dataset.scale)
        model.load_state_dict(learned.state_dict())
        assert split.validation is not None, "people are held out"
        assert split.test is not None, "people are held out"
        began = time.perf_counter()
        model.predict(split.validation.fold_in)
        took = time.perf_counter() - began
        validation, test = (_ndcg(model, held, split) for held in (split.validation, split.test))
        print(f"{value:6g}  {validation:10.4f}  {test:6.4f}  {took:7.2f}")
    return 0


def _ndcg(model: Ials, held: HeldOut, split: Split) -> float:
    everybody = np.arange(len(held.fold_in))
    question = Question(split.candidates_I, ks=(100,), weight=1.0, errors=False)
    return float(np.nanmean(ndcg_of(model, held, everybody, known=held.fold_in, question=question)))


if __name__ == "__main__":
    sys.exit(main())
