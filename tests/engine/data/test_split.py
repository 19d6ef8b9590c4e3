from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.errors import DataError, SettingError
from tests.support.planted import strong_split


def some_data(
    people: int = 40, titles: int = 30, *, seed: int = 3, times: bool = True, unrated: float = 0.1, most: int = 25
) -> Dataset:
    rng = np.random.default_rng(seed)
    users, items = [], []
    for user in range(people):
        own = rng.choice(titles, size=rng.integers(1, most), replace=False)
        users += [user] * len(own)
        items += own.tolist()
    ratings = rng.choice(5, size=len(users), p=[0.05, 0.1, 0.15, 0.3, 0.4]).astype(np.float32) + 1
    ratings[rng.random(len(users)) < unrated] = np.nan
    when = rng.integers(0, 100, size=len(users)) if times else None
    histories = Histories.of(np.array(users), np.array(items), ratings, people=people, times=when)
    catalogue = Catalogue(("A film",) * titles, (0,) * titles, ((),) * titles)
    words = [Vocabulary([str(row) for row in range(size)]) for size in (people, titles)]
    return Dataset("d", "Some data", words[0], words[1], catalogue, histories, Scale(1, 5, 1), "")


def entries_of(histories: Histories, user_rows_U: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(user_rows_U[histories.user_rows_N].tolist(), histories.item_rows_N.tolist(), strict=True))


def sides(split: Split) -> list[HeldOut]:
    return [held_out for held_out in (split.validation, split.test) if held_out is not None]


def test_that_strong_follows_the_protocol_literally():
    dataset = some_data(people=60)
    split = strong_split(dataset, people_seed=98765, hold_out_seed=1, people_each=10)

    liked: dict[int, list[int]] = {}
    for user in range(60):
        own = dataset.histories.row(user)
        rows = [int(item) for item, rating in zip(own.item_rows_N, own.ratings_N, strict=True) if rating >= 4]
        if len(rows) >= 5:
            liked[user] = sorted(rows)
    users = sorted(liked)
    order = [users[place] for place in np.random.default_rng(98765).permutation(len(users))]
    seen = {item for user in order[20:] for item in liked[user]}
    rng = np.random.default_rng(1)
    expected: set[tuple[int, int]] = set()
    for user in order[:10]:
        rows = np.array([item for item in liked[user] if item in seen])
        rng.shuffle(rows)
        expected |= {(user, int(item)) for item in rows[: int(0.2 * len(rows))]}

    assert split.test is not None
    assert split.validation is not None
    assert split.test.user_rows_U.tolist() == order[:10]
    assert split.validation.user_rows_U.tolist() == order[10:20]
    assert split.train_user_rows_U.tolist() == sorted(order[20:])
    assert entries_of(split.test.to_find, split.test.user_rows_U) == expected
    assert set(np.flatnonzero(split.candidates_I)) == seen


def test_that_strong_folds_in_every_other_rating_of_the_person():
    dataset = some_data()
    split = make_split(dataset, SplitConfig(people_each=5))
    for side in sides(split):
        for place, user in enumerate(side.user_rows_U):
            whole = dataset.histories.row(int(user))
            told, found = side.fold_in.row(place), side.to_find.row(place)
            assert sorted([*told.item_rows_N, *found.item_rows_N]) == sorted(whole.item_rows_N)
            assert (found.ratings_N >= 4).all()
    train = split.train
    assert (train.counts_U == dataset.histories.counts_U[split.train_user_rows_U]).all()


def test_that_only_people_with_five_likes_count():
    dataset = some_data()
    split = make_split(dataset, SplitConfig(people_each=3))
    likes_U = dataset.histories.likes(4.0).counts_U
    used = np.concatenate([split.train_user_rows_U, *(side.user_rows_U for side in sides(split))])
    assert sorted(used) == np.flatnonzero(likes_U >= 5).tolist()


def test_that_automatic_holds_out_a_tenth_of_the_people_on_either_side():
    dataset = some_data(people=300)
    counted = int((dataset.histories.likes(4.0).counts_U >= 5).sum())
    split = make_split(dataset, SplitConfig())
    assert [len(side) for side in sides(split)] == [counted // 10] * 2


@given(seed=st.integers(0, 1000), kind=st.sampled_from(["strong", "random", "time", "last"]))
def test_that_no_split_tells_what_is_to_be_found(seed, kind):
    dataset = some_data(seed=seed % 7)
    split = make_split(dataset, SplitConfig(kind=kind, seed=seed, people_each=4 if kind == "strong" else None))
    assert split.validation is not None
    assert split.test is not None
    train = entries_of(split.train, split.train_user_rows_U)
    to_find = [entries_of(side.to_find, side.user_rows_U) for side in sides(split)]
    told = [entries_of(side.fold_in, side.user_rows_U) for side in sides(split)]
    assert not train & (to_find[0] | to_find[1])
    assert not to_find[0] & to_find[1]
    assert not told[0] & to_find[0]
    assert not told[0] & to_find[1]
    assert not told[1] & to_find[1]
    assert all(not np.isnan(side.to_find.ratings_N).any() for side in sides(split))


def test_that_equal_seeds_give_equal_splits_and_others_do_not():
    dataset = some_data()
    first, again, other = (make_split(dataset, SplitConfig(kind="random", seed=seed)) for seed in (1, 1, 2))
    assert first.test is not None
    assert again.test is not None
    assert other.test is not None
    assert first.test.to_find.item_rows_N.tolist() == again.test.to_find.item_rows_N.tolist()
    assert first.test.to_find.item_rows_N.tolist() != other.test.to_find.item_rows_N.tolist()


def test_that_random_draws_each_entry_by_the_known_rule():
    dataset = some_data(unrated=0.0)
    split = make_split(dataset, SplitConfig(kind="random", seed=42))
    train_or_validation_N = np.random.default_rng(42).random(dataset.entries) < 0.9
    rows_U = np.arange(dataset.people)
    assert split.test is not None
    assert entries_of(split.test.to_find, split.test.user_rows_U) == entries_of(
        dataset.histories.where(~train_or_validation_N), rows_U
    )


def test_that_random_without_validation_learns_from_all_of_the_ninety():
    dataset = some_data()
    split = make_split(dataset, SplitConfig(kind="random", validation_share=0.0))
    assert split.validation is None
    assert split.test is not None
    assert split.train.entries + split.test.to_find.entries == dataset.entries


def test_that_time_learns_from_the_past_only():
    dataset = some_data(people=200)
    split = make_split(dataset, SplitConfig(kind="time"))
    assert split.validation is not None
    assert split.test is not None
    past, between, future = split.train.times_N, split.validation.to_find.times_N, split.test.to_find.times_N
    assert past is not None
    assert between is not None
    assert future is not None
    assert past.max() < between.min() <= between.max() < future.min()
    share = split.test.to_find.entries / dataset.histories.rated().entries
    assert share == pytest.approx(0.1, abs=0.02)


def test_that_last_takes_the_last_two_ratings_of_each_person():
    dataset = some_data()
    split = make_split(dataset, SplitConfig(kind="last"))
    likes_U = dataset.histories.likes(4.0).counts_U
    for side, place in ((split.test, -1), (split.validation, -2)):
        assert side is not None
        assert side.user_rows_U.tolist() == np.flatnonzero(likes_U >= 5).tolist() != []
        for number, user in enumerate(side.user_rows_U):
            own = dataset.histories.row(int(user)).rated()
            assert own.times_N is not None
            last = own.item_rows_N[np.argsort(own.times_N, kind="stable")[place]]
            assert side.to_find.row(number).item_rows_N.tolist() == [last]


def test_that_none_learns_from_everything():
    dataset = some_data()
    split = make_split(dataset, SplitConfig(kind="none"))
    assert split.train.entries == dataset.entries
    assert not sides(split)
    assert set(np.flatnonzero(split.candidates_I)) == set(dataset.histories.item_rows_N.tolist())


def test_that_likes_only_leaves_out_what_was_rated_low_or_not_at_all():
    split = make_split(some_data(), SplitConfig(people_each=5))
    assert split.test is not None
    as_papers = split.test.likes_only(4.0)
    assert (as_papers.fold_in.ratings_N >= 4).all()
    assert as_papers.to_find.entries == split.test.to_find.entries
    assert as_papers.fold_in.entries == (split.test.fold_in.ratings_N >= 4).sum()


@pytest.mark.parametrize("people", [1, 3])
def test_that_too_few_people_are_refused_with_what_to_do(people):
    with pytest.raises(DataError, match=r"too few to hold out.*Choose the split random"):
        make_split(some_data(people=people), SplitConfig())


def test_that_holding_out_everybody_is_refused():
    with pytest.raises(DataError, match="too few to hold out 20 people"):
        make_split(some_data(people=40), SplitConfig(people_each=20))


@pytest.mark.parametrize("kind", ["time", "last"])
def test_that_a_split_by_time_wants_times(kind):
    with pytest.raises(DataError, match="says nowhere when"):
        make_split(some_data(times=False), SplitConfig(kind=kind))


def test_that_a_data_set_of_one_moment_cannot_be_split_by_time():
    dataset = some_data()
    same = Histories(
        dataset.histories.indptr_U1,
        dataset.histories.item_rows_N,
        dataset.histories.ratings_N,
        np.zeros(dataset.entries, dtype=np.int64),
    )
    frozen = Dataset("d", "Still", dataset.users, dataset.items, dataset.catalogue, same, dataset.scale, "")
    with pytest.raises(DataError, match="carry the same time"):
        make_split(frozen, SplitConfig(kind="time"))


@pytest.mark.parametrize("kind", ["random", "last"])
def test_that_a_single_rating_cannot_be_held_out_of(kind):
    one = some_data(people=1, most=2, unrated=0.0)
    with pytest.raises(DataError, match=r"split (random|last)"):
        make_split(one, SplitConfig(kind=kind))


def test_that_an_empty_data_set_is_refused():
    empty = Histories.of(np.array([], dtype=int), np.array([], dtype=int), np.array([]), people=0)
    nothing = Dataset("d", "Nothing", Vocabulary([]), Vocabulary([]), Catalogue((), (), ()), empty, Scale(1, 5, 1), "")
    with pytest.raises(DataError, match="no ratings"):
        make_split(nothing, SplitConfig(kind="none"))


def test_that_an_unknown_kind_is_refused():
    with pytest.raises(SettingError, match="one of strong, random, time, last, none"):
        SplitConfig(kind="sideways")
