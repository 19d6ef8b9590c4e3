"""The onboarding asks what people know and what tells them apart, and follows the answers."""

import dataclasses

import numpy as np
import pytest
from planted import planted_dataset

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.onboarding import Onboarding, OnboardingAnswer
from tests.support.planted import fingerprint_of


def dataset_of(histories, *, titles, scale=None):
    people, items = Vocabulary([str(u) for u in range(len(histories))]), Vocabulary([str(i) for i in range(titles)])
    catalogue = Catalogue(tuple(f"Film {i}" for i in range(titles)), (2000,) * titles, ((),) * titles)
    mark = fingerprint_of(histories, people, items)
    return Dataset("own", "Own", people, items, catalogue, histories, scale or Scale(1, 5, 1), mark)


def rows_of(per_person, *, titles, scale=None):
    """A data set from one {title: rating} per person."""
    users = [user for user, rated in enumerate(per_person) for _ in rated]
    items = [item for rated in per_person for item in rated]
    ratings = [rating for rated in per_person for rating in rated.values()]
    histories = Histories.of(np.array(users), np.array(items), np.array(ratings), people=len(per_person))
    return dataset_of(histories, titles=titles, scale=scale)


def asked(onboarding, answer, *, most):
    """The titles that a onboarding asks about while somebody answers."""
    answers, rows = [], []
    for _ in range(most):
        row = onboarding.next(answers)
        rows.append(row)
        answers.append(answer(row))
    return rows


@pytest.fixture
def planted():
    return planted_dataset()


def test_that_no_title_is_asked_about_twice_and_the_onboarding_ends(planted):
    onboarding = Onboarding(planted)
    rows = asked(onboarding, lambda row: OnboardingAnswer(row, seen=False), most=planted.titles)
    assert sorted(rows) == list(range(planted.titles))
    assert onboarding.next([OnboardingAnswer(row, seen=False) for row in rows]) is None


def test_that_titles_to_leave_out_are_never_asked_about(planted):
    onboarding = Onboarding(planted)
    first = onboarding.next([])
    assert onboarding.next([], leave_out=[first]) != first


def test_that_equal_seeds_and_answers_give_equal_onboardings(planted):
    def answer(row):
        return OnboardingAnswer(row, seen=True, rating=float(1 + row % 5))

    assert asked(Onboarding(planted, seed=3), answer, most=12) == asked(Onboarding(planted, seed=3), answer, most=12)


def test_that_a_better_known_title_comes_before_one_that_is_rated_as_differently():
    people = [{0: 5.0} if number % 2 else {0: 1.0} for number in range(30)]
    people += [{1: 5.0} if number % 2 else {1: 1.0} for number in range(10)]
    assert Onboarding(rows_of(people, titles=2)).next([]) == 0


def test_that_of_two_equally_known_and_liked_titles_the_one_that_divides_comes_first():
    people = [{0: 4.0, 1: 5.0 if number % 2 else 4.0} for number in range(20)] + [{0: 3.0, 1: 1.0} for _ in range(4)]
    assert Onboarding(rows_of(people, titles=2)).next([]) == 1


def test_that_the_onboarding_follows_the_taste_of_the_answers(planted):
    half = planted.titles // 2

    def answer(row):
        return OnboardingAnswer(row, seen=True, rating=5.0 if row < half else 1.0)

    later = asked(Onboarding(planted), answer, most=10)[3:]
    assert sum(row < half for row in later) >= 6


def test_that_after_not_seen_what_the_same_people_know_sinks():
    fans = [{0: 5.0, 1: 4.0, 2: 2.0} if number % 2 else {0: 1.0, 1: 2.0, 2: 5.0} for number in range(26)]
    others = [{3: 5.0 if number % 2 else 1.0} for number in range(24)]
    onboarding = Onboarding(rows_of(fans + others, titles=4))
    assert onboarding.next([]) in (0, 1, 2)
    assert onboarding.next([OnboardingAnswer(0, seen=False), OnboardingAnswer(1, seen=False)]) == 3


def test_that_a_near_duplicate_of_what_was_rated_waits():
    fans = [{0: 5.0, 1: 5.0} if number % 2 else {0: 1.0, 1: 1.0} for number in range(40)]
    others = [{2: 5.0 if number % 2 else 1.0} for number in range(30)]
    onboarding = Onboarding(rows_of(fans + others, titles=3))
    assert onboarding.next([]) == 0
    assert onboarding.next([OnboardingAnswer(0, seen=True, rating=5.0)]) == 2


def test_that_seen_without_a_rating_is_an_answer_too(planted):
    row = Onboarding(planted).next([])
    following = Onboarding(planted).next([OnboardingAnswer(row, seen=True)])
    assert following is not None
    assert following != row


def test_that_data_without_any_rating_still_make_a_onboarding(planted):
    unrated = np.full(planted.entries, np.nan, dtype=np.float32)
    plain = dataclasses.replace(planted, histories=dataclasses.replace(planted.histories, ratings_N=unrated))
    rows = asked(Onboarding(plain), lambda row: OnboardingAnswer(row, seen=False), most=5)
    assert len(set(rows)) == 5
    assert rows[0] == int(np.argmax(plain.counts_I))


def test_that_an_answer_about_a_title_outside_the_onboarding_is_passed_over(planted):
    assert Onboarding(planted).next([OnboardingAnswer(10_000, seen=True, rating=5.0)]) == Onboarding(planted).next([])
