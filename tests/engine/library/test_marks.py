"""What a person notes on a run: a star, tags, notes; and what the run itself notes: which settings were asked for."""

from __future__ import annotations

import pytest
from planted import planted_dataset
from stored_runs import finished_run

from engine.errors import LibraryError
from engine.library.run_record import describe_run
from engine.library.store import Library


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "home", who="a test") as opened:
        yield opened


def test_that_star_tags_and_notes_are_kept_in_the_record_and_in_its_folder(library, tmp_path):
    run_id = finished_run(library, planted_dataset())
    library.runs.mark(run_id, star=True, tags=[" study ", "", "study", "best of May"], notes=" Learns slowly. ")
    library.runs.mark(run_id, notes=None)
    library.close()
    (tmp_path / "home" / "library.sqlite").unlink()
    for copy in (tmp_path / "home" / "copies").iterdir():
        copy.unlink()
    with Library.open(tmp_path / "home", who="a test") as opened:
        run = opened.runs.find(run_id)
    assert (run.star, run.tags, run.notes) == (True, ("study", "best of May"), "Learns slowly.")


def test_that_a_run_that_is_not_there_cannot_be_starred(library):
    with pytest.raises(LibraryError, match="no run called 'r1'"):
        library.runs.mark("r1", star=True)


def test_that_changes_of_the_rate_are_kept_in_their_order(library):
    run_id = finished_run(library, planted_dataset())
    library.runs.save_rate_changes(run_id, [(10, 3e-3), (25, 1e-4)])
    assert library.runs.find(run_id).rate_changes == ((10, 3e-3), (25, 1e-4))


def test_that_a_run_is_described_by_what_was_asked_for_other_than_the_default(library):
    run_id = finished_run(library, planted_dataset())
    run = library.runs.rename(run_id, "Sunday")
    assert run.title == "Sunday"
    assert describe_run(run) == "Watch and love, 5 epochs"
