"""What each rule of a selection leaves, against a slow definition; what the import then keeps and says."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.importing import choosing, grouping
from engine.data.importing.choosing import remaining
from engine.data.importing.gathering import gather
from engine.data.importing.importer import ImportOptions, import_gathered
from engine.data.importing.options import Remaining, Selection
from engine.errors import DataError
from engine.events import StageStarted, Stop, drive

YEAR = 365.25 * 86_400
NOW = 1_400_000_000


def gathered_of(folder: Path, rows):
    """Rows of (user, item, rating, years ago)."""
    path = folder / "some.csv"
    lines = [f"u{user},i{item},{rating},{NOW - round(ago * YEAR)}" for user, item, rating, ago in rows]
    path.write_text("\n".join(["user,item,rating,timestamp", *lines]))
    return drive(gather([path], ImportOptions()))


def slowly(rows, selection):
    """The pairs that are left after each rule."""
    pairs = {(f"u{user}", f"i{item}") for user, item, _, _ in rows}
    if selection.last_years is not None:
        newest = min(ago for *_, ago in rows)
        active = {f"u{user}" for user, _, _, ago in rows if ago <= newest + selection.last_years}
        pairs = {pair for pair in pairs if pair[0] in active}
    steps = [pairs]
    if selection.most_titles is not None:
        counts = Counter(item for _, item in pairs)
        best = sorted(counts, key=lambda item: (-counts[item], item))[: selection.most_titles]
        pairs = {pair for pair in pairs if pair[1] in best}
    steps.append(pairs)
    counts = Counter(item for _, item in pairs)
    pairs = {pair for pair in pairs if counts[pair[1]] >= selection.least_per_title}
    steps.append(pairs)
    while True:
        people = Counter(user for user, _ in pairs)
        left = {pair for pair in pairs if people[pair[0]] >= selection.least_per_person}
        titles = Counter(item for _, item in left)
        left = {pair for pair in left if titles[pair[1]] >= selection.least_per_title}
        if left == pairs:
            return [*steps, pairs]
        pairs = left


def figures(pairs):
    return Remaining(len({user for user, _ in pairs}), len({item for _, item in pairs}), len(pairs))


rows = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=50
)
selections = st.builds(
    Selection,
    last_years=st.none() | st.sampled_from([0.5, 2.5, 5.5]),
    most_titles=st.none() | st.integers(1, 8),
    least_per_title=st.integers(1, 4),
    least_per_person=st.integers(1, 4),
)


@given(rows=rows, chosen=st.lists(selections, min_size=1, max_size=4))
@pytest.mark.parametrize("slice_of", [3, 1 << 20])
def test_that_every_rule_leaves_what_it_should_whatever_was_asked_before(tmp_path_factory, slice_of, rows, chosen):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "SLICE", slice_of)
        patch.setattr(choosing, "SLICE", slice_of)
        gathered = gathered_of(tmp_path_factory.mktemp("data"), rows)
        for selection in chosen:
            steps = slowly(rows, selection)
            assert drive(remaining(gathered, selection)) == tuple(figures(step) for step in steps)
            if not steps[-1]:
                with pytest.raises(DataError, match="Nothing is left"):
                    drive(imported(gathered, selection))
                continue
            dataset, report = drive(imported(gathered, selection))
            users, items = dataset.histories.user_rows_N, dataset.histories.item_rows_N
            pairs = {(dataset.users.id(u), dataset.items.id(i)) for u, i in zip(users, items, strict=True)}
            assert pairs == steps[-1]
            assert (dataset.people, dataset.titles) == (figures(pairs).people, figures(pairs).titles)
            assert report.left_out.get("entries", 0) == figures(slowly(rows, Selection())[0]).entries - len(pairs)


def imported(gathered, selection, **options):
    return import_gathered(gathered, options=ImportOptions(selection=selection, **options), dataset_id="d1")


MANY = [(user, item, 1 + (user * item) % 5, user % 4) for user in range(12) for item in range(user + 1)]


def test_that_a_choice_that_keeps_all_leaves_everything(tmp_path):
    gathered = gathered_of(tmp_path, [*MANY, (3, 1, 5, 0)])
    assert drive(remaining(gathered, Selection())) == (Remaining(12, 12, 78),) * 4
    assert gathered.entries == 79


def test_that_the_report_says_what_was_left_out_and_the_fingerprint_follows(tmp_path):
    gathered = gathered_of(tmp_path, MANY)
    whole, report = drive(imported(gathered, Selection()))
    assert report.left_out == {}
    part, report = drive(imported(gathered, Selection(most_titles=5, least_per_person=3)))
    assert report.left_out == {"people": 2, "titles": 7, "entries": whole.entries - part.entries}
    assert "Left out as you chose: 2 people, 7 titles and 31 entries." in report.notes
    assert part.fingerprint != whole.fingerprint
    again, _ = drive(imported(gathered, Selection()))
    assert again.fingerprint == whole.fingerprint


def test_that_a_choice_equals_the_import_of_a_file_of_just_what_it_leaves(tmp_path):
    left, _ = drive(imported(gathered_of(tmp_path, MANY), Selection(least_per_title=6, least_per_person=2)))
    rows = [row for row in MANY if row[1] <= 6 and row[0] >= 1]
    expected, _ = drive(imported(gathered_of(tmp_path, rows), Selection()))
    assert left.fingerprint == expected.fingerprint


def test_that_a_choice_that_leaves_nothing_is_refused_with_figures(tmp_path):
    gathered = gathered_of(tmp_path, MANY)
    sentence = "of 12 people and 5 titles none remain after keeping only people with at least 6 entries"
    with pytest.raises(DataError, match=sentence) as refused:
        drive(imported(gathered, Selection(most_titles=5, least_per_person=6)))
    assert refused.value.facts == {"entries": 78, "people": 12, "titles": 5}


def test_that_active_people_cannot_be_told_without_times(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("user,item,rating\n1,2,3\n2,2,4\n")
    gathered = drive(gather([path], ImportOptions()))
    assert not gathered.has_times
    with pytest.raises(DataError, match="does not say when anything was rated"):
        drive(remaining(gathered, Selection(last_years=3)))


@pytest.mark.parametrize("duplicates", ["last", "mean", "max"])
def test_that_how_repeats_are_settled_does_not_change_what_remains(tmp_path, duplicates):
    gathered = gathered_of(tmp_path, MANY + MANY[:30])
    steps = drive(remaining(gathered, Selection(least_per_title=4), duplicates=duplicates))
    assert steps[-1] == figures(slowly(MANY, Selection(least_per_title=4))[-1])


@pytest.mark.parametrize(("duplicates", "rating"), [("last", 2.0), ("mean", 3.0), ("max", 4.0)])
def test_that_the_policy_decides_what_a_repeated_rating_becomes(tmp_path, duplicates, rating):
    gathered = gathered_of(tmp_path, [(0, 0, 4, 1), (1, 0, 1, 1), (0, 0, 2, 0)])
    dataset, report = drive(imported(gathered, Selection(), duplicates=duplicates))
    assert dataset.histories.ratings_N.tolist() == [rating, 1.0]
    assert report.duplicates == 1


def test_that_counting_can_be_stopped_at_every_step_and_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr(grouping, "SLICE", 5)
    monkeypatch.setattr(choosing, "SLICE", 5)
    gathered, selection = gathered_of(tmp_path, MANY), Selection(most_titles=7, least_per_person=3, least_per_title=3)
    expected = tuple(figures(left) for left in slowly(MANY, selection))
    gathered.cache.clear()
    steps = sum(1 for _ in remaining(gathered, selection))
    assert steps > 20
    for step in range(1, steps + 1):
        gathered.cache.clear()
        job = remaining(gathered, selection)
        for _ in range(step):
            next(job)
        with pytest.raises(Stop):
            job.throw(Stop())
        assert drive(remaining(gathered, selection)) == expected


def test_that_a_choice_is_a_stage_of_its_own(tmp_path):
    events = imported(gathered_of(tmp_path, MANY), Selection(most_titles=3))
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert stages == ["choosing", "titles"]
