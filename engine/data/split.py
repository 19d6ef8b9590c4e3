"""What is learned from, what is validated on, and what is held out to the end. Seeded: equal seeds, equal splits.

A *like* is a rating of at least `scale.like`. Held-out people come as two histories: what is folded in, and what is to
be found. Seen-only entries (no rating) are never held out: nothing can be measured on them.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Dataset, Histories, Int64, Scale
from engine.errors import DataError
from engine.settings import Config, setting
from engine.wording import said

LIKES_THAT_COUNT = 5
_MOST_HELD_OUT, _LEAST_OF_MANY_TITLES, _MOST_SCORES = 10_000, 500, 2_000_000_000


@dataclass(frozen=True)
class SplitConfig(Config):
    """How a data set is divided. ANCHORS' MovieLens-1M protocol is people_seed 98765, seed 1, people_each 600."""

    kind: str = setting(
        "strong",
        label=said("Split"),
        help=said("strong holds out whole people, random single ratings, time the newest, last each person's last."),
        choices=("strong", "random", "time", "last", "none"),
        more=False,
    )
    seed: int = setting(1, label=said("Split seed"), help=said("Equal seeds hold out the same."), low=0, high=2**31 - 1)
    people_seed: int | None = setting(
        None,
        label=said("People seed"),
        help=said("Strong: a seed of its own for who is held out."),
        low=0,
        high=2**31 - 1,
    )
    people_each: int | None = setting(
        None,
        label=said("Held-out people"),
        help=said(
            "Strong: how many people to validate on, and how many to test on. Automatic is a tenth, at most "
            "10,000, and fewer where there are over 200,000 titles."
        ),
        low=1,
        high=1_000_000,
    )
    test_share: float = setting(
        0.1,
        label=said("Test share"),
        help=said("Random and time: the share of ratings to test on."),
        low=0.001,
        high=0.9,
    )
    validation_share: float = setting(
        0.1,
        label=said("Validation share"),
        help=said("Random and time: the share of the rest to validate on; 0 is none."),
        low=0.0,
        high=0.9,
    )


SplitKey = tuple[Any, ...]

_MATTERS = {
    "strong": ("seed", "people_seed", "people_each"),
    "random": ("seed", "test_share", "validation_share"),
    "time": ("test_share", "validation_share"),
    "last": (),
    "none": (),
}
"""What of a split's settings decides who is held out."""


def split_key(split: Mapping[str, Any]) -> SplitKey:
    """Equal for splits (as `Config.as_dict` gives them) that hold out the same of one data set.

    >>> split_key({"kind": "time", "test_share": 0.1, "seed": 1}) == split_key({"kind": "time", "test_share": 0.1})
    True
    """
    kind = str(split.get("kind", "strong"))
    values = dict(split)
    if values.get("people_seed") is None:
        values["people_seed"] = values.get("seed")
    return (kind, *(values.get(name) for name in _MATTERS.get(kind, tuple(sorted(values)))))


@dataclass(frozen=True)
class HeldOut:
    """People to evaluate on: what a model gets of them and what it has to find. Same people, same order, in all."""

    user_rows_U: Int64
    fold_in: Histories
    to_find: Histories
    learned_U: Int64 | None = None
    """Which of the training people each is, -1 for none of them; None where nobody is (see `Model.ratings_of`)."""

    def __len__(self) -> int:
        return len(self.user_rows_U)

    def take(self, rows_U: Int64) -> HeldOut:
        """Some of the people."""
        learned_U = None if self.learned_U is None else self.learned_U[rows_U]
        return HeldOut(self.user_rows_U[rows_U], self.fold_in.take(rows_U), self.to_find.take(rows_U), learned_U)

    def likes_only(self, like: float) -> HeldOut:
        """The same people as if nobody rated below `like`, as papers evaluate; disliked titles then fill places."""
        return replace(self, fold_in=self.fold_in.likes(like), to_find=self.to_find.likes(like))


@dataclass(frozen=True)
class Split:
    """A divided data set. `candidates_I` is true for titles that training saw; only those can be recommended.

    Row u of `train` is person `train_user_rows_U[u]`. In a strong split `train` and `fold_in` hold all ratings of their
    people and `to_find` likes only.
    """

    config: SplitConfig
    train: Histories
    train_user_rows_U: Int64
    validation: HeldOut | None
    test: HeldOut | None
    candidates_I: Bools
    scale: Scale
    titles: int


def places_in(user_rows_T: Int64, user_rows_U: npt.NDArray[np.integer[Any]]) -> Int64:
    """Where each of U people stands among the training people, whose rows ascend; -1 for others.

    >>> places_in(np.array([2, 5, 9]), np.array([5, 3, 11])).tolist()
    [1, -1, -1]
    """
    places_U = np.minimum(np.searchsorted(user_rows_T, user_rows_U), max(0, len(user_rows_T) - 1))
    is_there_U = np.append(user_rows_T, -1)[places_U] == user_rows_U if len(user_rows_T) else np.zeros_like(user_rows_U)
    return np.where(is_there_U, places_U, -1).astype(np.int64)


def make_split(dataset: Dataset, config: SplitConfig) -> Split:
    """Divide a data set into what is learned from, validated on and tested on.

    Parameters
    ----------
    dataset
        Not changed, and not copied where nothing of it is held out.
    config
        The kind of split, its shares and its seeds. Equal seeds give equal splits.

    Returns
    -------
    Split
        `train` holds the histories of [U] people; `candidates_I` says which of the I titles occur in it.

    Raises
    ------
    DataError
        Where nothing can be held out, or the data set lacks the times that the kind needs; it says what to do instead.

    Examples
    --------
    >>> from engine.data.catalogue import Catalogue
    >>> from engine.data.dataset import Vocabulary
    >>> histories = Histories.of([0, 0, 1, 1], [0, 1, 0, 2], [5.0, 3.0, 4.0, 2.0], people=2)
    >>> catalogue = Catalogue(("Brazil", "Dune", "Solaris"), (1985, 0, 1972), ((), (), ()))
    >>> people, titles = Vocabulary(["ann", "bob"]), Vocabulary(["1", "2", "3"])
    >>> films = Dataset("films", "Films", people, titles, catalogue, histories, Scale(1.0, 5.0, 1.0), "")
    >>> split = make_split(films, SplitConfig(kind="random", test_share=0.5, validation_share=0.0, seed=3))
    >>> split.train.entries + split.test.to_find.entries
    4
    """
    if dataset.entries == 0:
        raise DataError(
            said("{name} has no ratings to learn from.", name=dataset.name), remedy=said("Import a file that has some.")
        )
    divide = {"strong": _strong, "random": _random, "time": _by_time, "last": _last, "none": _undivided}
    return divide[config.kind](dataset, config)


def _strong(dataset: Dataset, config: SplitConfig) -> Split:
    likes = dataset.histories.likes(dataset.scale.like)
    counted = np.flatnonzero(likes.counts_U >= LIKES_THAT_COUNT).astype(np.int64)
    each = _people_each(len(counted), config.people_each, dataset)
    people_seed = config.seed if config.people_seed is None else config.people_seed
    shuffled = counted[np.random.default_rng(people_seed).permutation(len(counted))]
    test_rows, validation_rows, train_rows = shuffled[:each], shuffled[each : 2 * each], np.sort(shuffled[2 * each :])
    train = dataset.histories.take(train_rows)
    candidates_I = _titles_in(likes.take(train_rows), dataset.titles)
    return Split(
        config,
        train,
        train_rows,
        _hold_out(dataset, candidates_I, validation_rows, np.random.default_rng([config.seed, 1])),
        _hold_out(dataset, candidates_I, test_rows, np.random.default_rng(config.seed)),
        candidates_I,
        dataset.scale,
        dataset.titles,
    )


def automatic_people_each(counted: int, titles: int) -> int:
    """How many people are validated on, and how many tested on, where nobody chose: a tenth, and no more than can be
    asked for all titles in minutes.

    >>> [automatic_people_each(200_000, titles) for titles in (3_000, 84_000, 2_000_000)]
    [10000, 10000, 1000]
    """
    return min(counted // 10, _MOST_HELD_OUT, max(_LEAST_OF_MANY_TITLES, _MOST_SCORES // max(1, titles)))


def _people_each(counted: int, asked: int | None, dataset: Dataset) -> int:
    like = dataset.scale.like
    each = automatic_people_each(counted, dataset.titles) if asked is None else asked
    if each < 1 or 2 * each >= counted:
        raise DataError(
            said(
                "{counted} people have {least} or more ratings of at least {like:g}, too few "
                "to hold out {each} people to validate on and {each} to test on.",
                counted=counted,
                least=LIKES_THAT_COUNT,
                like=like,
                each=max(1, each),
            ),
            remedy=said("Choose the split random (it holds out single ratings), or none."),
            counted=counted,
        )
    return each


def _hold_out(dataset: Dataset, candidates_I: Bools, user_rows_U: Int64, rng: np.random.Generator) -> HeldOut:
    """A fifth (rounded down) of each person's liked candidates is to be found; all else is folded in."""
    histories = dataset.histories.take(user_rows_U)
    eligible_N = (histories.ratings_N >= dataset.scale.like) & candidates_I[histories.item_rows_N]
    entries = np.flatnonzero(eligible_N)
    person_of = histories.user_rows_N[entries]
    entries = entries[np.lexsort((histories.item_rows_N[entries], person_of))]
    ends_U = np.cumsum(np.bincount(person_of, minlength=len(histories)))
    to_find_N = np.zeros(histories.entries, dtype=np.bool_)
    for own in np.split(entries, ends_U[:-1]):
        rng.shuffle(own)
        to_find_N[own[: len(own) // 5]] = True
    held_out = HeldOut(user_rows_U, histories.where(~to_find_N), histories.where(to_find_N))
    return _checked(held_out, "strong")


def _random(dataset: Dataset, config: SplitConfig) -> Split:
    """Each entry is held out by its own draw, in the data set's order."""
    histories = dataset.histories
    rng = np.random.default_rng(config.seed)
    rated_N = ~np.isnan(histories.ratings_N)
    test_N = rated_N & ~(rng.random(histories.entries) < 1.0 - config.test_share)
    validation_N = rated_N & ~test_N & (rng.random(histories.entries) < config.validation_share)
    return _of_entries(dataset, config, ~(test_N | validation_N), test_N, validation_N)


def _by_time(dataset: Dataset, config: SplitConfig) -> Split:
    """The newest entries are tested on, the newest of the rest validated on; people and titles may be new in them."""
    times_N = _times(dataset, "time")
    rated_N = ~np.isnan(dataset.histories.ratings_N)
    known = times_N[rated_N] if rated_N.any() else times_N
    test_from = np.quantile(known, 1.0 - config.test_share, method="higher")
    earlier = known[known < test_from]
    if not len(earlier):
        raise DataError(
            said("All ratings of {name} carry the same time.", name=dataset.name),
            remedy=said("Choose the split random."),
        )
    validation_from = np.quantile(earlier, 1.0 - config.validation_share, method="higher")
    test_N = times_N >= test_from
    validation_N = (times_N >= validation_from) & ~test_N & (config.validation_share > 0)
    return _of_entries(dataset, config, ~(test_N | validation_N), rated_N & test_N, rated_N & validation_N)


def _last(dataset: Dataset, config: SplitConfig) -> Split:
    """The last rating of everyone who likes enough is tested on, the one before it validated on (ties: file order)."""
    histories = dataset.histories
    times_N = _times(dataset, "last")
    counted_U = histories.likes(dataset.scale.like).counts_U >= LIKES_THAT_COUNT
    held = np.flatnonzero(~np.isnan(histories.ratings_N) & counted_U[histories.user_rows_N])
    person = histories.user_rows_N[held]
    order = np.lexsort((held, times_N[held], person))
    held, person = held[order], person[order]
    from_end = np.cumsum(np.bincount(person, minlength=len(histories)))[person] - 1 - np.arange(len(held))
    test_N = np.zeros(histories.entries, dtype=np.bool_)
    validation_N = test_N.copy()
    test_N[held[from_end == 0]] = True
    validation_N[held[from_end == 1]] = True
    return _of_entries(dataset, config, ~(test_N | validation_N), test_N, validation_N)


def _undivided(dataset: Dataset, config: SplitConfig) -> Split:
    return _of_entries(dataset, config, np.ones(dataset.entries, dtype=np.bool_), None, None)


def _of_entries(
    dataset: Dataset, config: SplitConfig, train_N: Bools, test_N: Bools | None, validation_N: Bools | None
) -> Split:
    """A split by entries. What was validated on is folded in when testing: by then it is known of the person."""
    histories = dataset.histories
    train = histories.where(train_N)
    train_rows = np.flatnonzero(train.counts_U > 0).astype(np.int64)
    if not len(train_rows):
        raise DataError(
            said("The split {kind} leaves nothing of {name} to learn from.", kind=config.kind, name=dataset.name),
            remedy=said("Hold out a smaller share, or choose the split none."),
        )
    known_N = train_N if validation_N is None else train_N | validation_N
    wants_validation = config.kind == "last" or config.validation_share > 0
    return Split(
        config,
        train.take(train_rows),
        train_rows,
        _held_entries(histories, train_N, validation_N, train_rows, config.kind) if wants_validation else None,
        _held_entries(histories, known_N, test_N, train_rows, config.kind),
        _titles_in(train, dataset.titles),
        dataset.scale,
        dataset.titles,
    )


def _held_entries(
    histories: Histories, fold_in_N: Bools, to_find_N: Bools | None, train_rows_T: Int64, kind: str
) -> HeldOut | None:
    if to_find_N is None:
        return None
    to_find = histories.where(to_find_N)
    rows_U = np.flatnonzero(to_find.counts_U > 0).astype(np.int64)
    fold_in, learned_U = histories.where(fold_in_N).take(rows_U), places_in(train_rows_T, rows_U)
    return _checked(HeldOut(rows_U, fold_in, to_find.take(rows_U), learned_U), kind)


def _checked(held_out: HeldOut, kind: str) -> HeldOut:
    if held_out.to_find.entries == 0:
        raise DataError(
            said("The split {kind} can hold nothing out: there are too few ratings.", kind=kind),
            remedy=said("Import more ratings, or choose the split none and learn without an evaluation."),
        )
    return held_out


def _times(dataset: Dataset, kind: str) -> npt.NDArray[Any]:
    if dataset.histories.times_N is None:
        raise DataError(
            said(
                "{name} says nowhere when a rating was given, so it cannot be split by {kind}.",
                name=dataset.name,
                kind=kind,
            ),
            remedy=said("Choose the split strong or random."),
        )
    return dataset.histories.times_N


def _titles_in(histories: Histories, titles: int) -> Bools:
    return np.bincount(histories.item_rows_N, minlength=titles) > 0
