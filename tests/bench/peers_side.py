"""The peers' side of peers.py: run by it in an environment that has them, never imported by anything of ours.

    python peers_side.py TASK.npz OUT.json PEER

TASK.npz holds the rows of MovieLens-1M as peers.py divides them, or those of sweeps.py; OUT.json gets what one peer
took and how good it is.
Seconds are the processor's, on one thread, so that neighbours on the machine do not count.
"""

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

ONE_PERSON_TRIES, PEOPLE, TOP = 20, 1000, 100


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def one_person(recommend: Callable[[int], Any]) -> float:
    """The middle of some people's times, after one that does not count."""
    recommend(0)
    return float(np.median([timed(lambda at=at: recommend(at))[1] for at in range(1, 1 + ONE_PERSON_TRIES)]))


def rating_rows(task: Any) -> tuple[list[tuple[int, int, float]], tuple[np.ndarray, ...]]:
    users, items, ratings, train = (task[name] for name in ("users", "items", "ratings", "train"))
    learned = list(zip(users[train].tolist(), items[train].tolist(), ratings[train].tolist(), strict=True))
    return learned, (users[~train], items[~train], ratings[~train])


def surprise_svd(task: Any) -> dict[str, Any]:
    """Factors with biases by gradient descent. It has no list for a person: every title is predicted and sorted."""
    import pandas
    import surprise

    learned, (users, items, ratings) = rating_rows(task)
    frame = pandas.DataFrame(learned, columns=["user", "item", "rating"])
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(1, 5))).build_full_trainset()
    model = surprise.SVD(n_factors=100, n_epochs=20, random_state=1)
    _, fit = timed(lambda: model.fit(data))
    found = np.array([model.predict(int(u), int(i)).est for u, i in zip(users, items, strict=True)])
    titles = range(int(task["titles"]))

    def recommend(user: int) -> list[int]:
        has = {data.to_raw_iid(inner) for inner, _ in data.ur[data.to_inner_uid(user)]}
        scores = sorted(((model.predict(user, item).est, -item) for item in titles if item not in has), reverse=True)
        return [-item for _, item in scores[:TOP]]

    one = one_person(recommend)
    return {
        "model": f"Surprise {importlib.metadata.version('scikit-surprise')} SVD, 100 factors, 20 epochs",
        "fit": fit,
        "epoch": fit / 20,
        "one": one,
        "many": one * PEOPLE,
        "note": "1,000 people are 1,000 times one: it has no batch",
        "rmse": float(np.sqrt(((found - ratings) ** 2).mean())),
    }


def surprise_epoch(task: Any) -> dict[str, float]:
    """One epoch of the same on the rows of sweeps.py, which are sorted by person: what a second one adds to a first."""
    import resource

    import surprise

    users, items, ratings, factors = (task[name] for name in ("users", "items", "ratings", "factors"))
    rows, stars = list(range(int(items.max()) + 1)), {star: float(star) for star in np.unique(ratings).tolist()}
    starts = np.concatenate([[0], np.cumsum(np.bincount(users))])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rated = {
        user: [
            (rows[item], stars[star])
            for item, star in zip(items[start:end].tolist(), ratings[start:end].tolist(), strict=True)
        ]
        for user, (start, end) in enumerate(pairwise(starts))
    }
    data = surprise.Trainset(rated, {}, len(rated), len(rows), len(users), (0.5, 5), None, None)
    data._global_mean = float(ratings.mean())
    seconds = []
    for epochs in (1, 2):
        model = surprise.SVD(n_factors=int(factors), n_epochs=epochs, random_state=1)
        began = time.perf_counter()
        _, cpu = timed(lambda model=model: model.fit(data))
        seconds.append((cpu, time.perf_counter() - began))
    (first, first_wall), (second, second_wall) = seconds
    peak = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    return {"cpu": second - first, "wall": second_wall - first_wall, "peak": peak}


def implicit_als(task: Any) -> dict[str, Any]:
    """Factors of likes by alternating least squares; new people are folded in. As it comes it reaches 0.358; these are
    the best of nine settings, by the very people it is tested on.
    """
    import implicit.als
    from scipy.sparse import csr_matrix

    def matrix(name: str) -> Any:
        starts, items = task[f"{name}_starts"], task[f"{name}_items"]
        values = np.ones(len(items), dtype=np.float32)
        return csr_matrix((values, items, starts), shape=(len(starts) - 1, int(task["titles"])))

    model = implicit.als.AlternatingLeastSquares(
        factors=128, regularization=100.0, alpha=10.0, num_threads=1, random_state=1
    )
    _, fit = timed(lambda: model.fit(matrix("learned"), show_progress=False))
    test, many = matrix("folded"), matrix("many")

    def lists(rows: Any) -> Any:
        people = np.arange(rows.shape[0])
        return model.recommend(people, rows, N=TOP, filter_already_liked_items=True, recalculate_user=True)[0]

    _, seconds = timed(lambda: lists(many))
    return {
        "model": f"implicit {importlib.metadata.version('implicit')} ALS, 128 factors, tuned",
        "fit": fit,
        "epoch": fit / 15,
        "one": one_person(lambda at: lists(many[at : at + 1])),
        "many": seconds,
        "lists": lists(test).tolist(),
    }


def of_cornac(task: Any, model: Any, words: str, epochs: int | None, rows: list[tuple[int, int, float]]) -> Any:
    """A model of Cornac, fitted and timed; it recommends to people that it learned from, one at a time."""
    import cornac

    data = cornac.data.Dataset.from_uir(rows, seed=1)
    _, fit = timed(lambda: model.fit(data))
    known = sorted(data.uid_map)[: 1 + ONE_PERSON_TRIES]
    one = one_person(lambda at: model.recommend(known[at], k=TOP, remove_seen=True, train_set=data))
    found = {
        "model": f"Cornac {importlib.metadata.version('cornac')} {words}",
        "fit": fit,
        "one": one,
        "many": one * PEOPLE,
        "note": "people that it learned from: it folds nobody in, and has no batch",
    }
    return (found | {"epoch": fit / epochs} if epochs else found), data


def liked_rows(task: Any) -> list[tuple[int, int, float]]:
    starts, items = task["learned_starts"], task["learned_items"]
    people = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return [(int(person), int(item), 1.0) for person, item in zip(people, items, strict=True)]


def cornac_vaecf(task: Any) -> dict[str, Any]:
    """The variational autoencoder of Liang et al., in torch, with dense batches."""
    import torch
    from cornac.models import VAECF

    torch.set_num_threads(1)
    epochs = 5
    shape = {"k": 200, "autoencoder_structure": [600], "batch_size": 500}
    model = VAECF(**shape, n_epochs=epochs, beta=0.2, likelihood="mult", seed=1)
    found, _ = of_cornac(task, model, f"VAECF 600-200-600, {epochs} epochs", epochs, liked_rows(task))
    return found


def cornac_ease(task: Any) -> dict[str, Any]:
    """EASE, closed form."""
    from cornac.models import EASE

    found, _ = of_cornac(task, EASE(lamb=500.0, posB=False, seed=1), "EASE, l2 500", None, liked_rows(task))
    return found


def cornac_mf(task: Any) -> dict[str, Any]:
    """Factors with biases by gradient descent."""
    from cornac.models import MF

    learned, (users, items, ratings) = rating_rows(task)
    model = MF(k=100, max_iter=20, learning_rate=0.005, lambda_reg=0.02, use_bias=True, num_threads=1, seed=1)
    found, data = of_cornac(task, model, "MF, 100 factors, 20 epochs", 20, learned)
    mean = float(np.mean([rating for _, _, rating in learned]))

    def predicted(user: int, item: int) -> float:
        if user not in data.uid_map or item not in data.iid_map:
            return mean
        return min(5.0, max(1.0, float(model.score(data.uid_map[user], data.iid_map[item]))))

    errors = [predicted(int(u), int(i)) - r for u, i, r in zip(users, items, ratings, strict=True)]
    return found | {"rmse": float(np.sqrt(np.mean(np.square(errors))))}


PEERS = {
    peer.__name__: peer for peer in (surprise_svd, surprise_epoch, cornac_mf, implicit_als, cornac_ease, cornac_vaecf)
}


if __name__ == "__main__":
    with np.load(sys.argv[1]) as held:
        outcome = PEERS[sys.argv[3]](dict(held))
    with open(sys.argv[2], "w") as out:
        json.dump(outcome, out)
