"""A match that the person says is wrong: open again, among what else may be meant."""

from engine.data.dataset import Scale
from engine.data.matching.candidates import Candidate, Match
from engine.data.matching.review import accepted, open_titles, refuse, review_of, standing_of
from engine.data.personal.export import Export, ExportedTitle

TITLE = ExportedTitle("Hamlet", 1990, rating=4.0)


def review(*candidates):
    match = Match("sure", 3, tuple(Candidate(row, 90.0, "same title") for row in candidates), "same title and year")
    return review_of(Export("me.csv", "Letterboxd", Scale(0.5, 5, 0.5), (TITLE,)), (TITLE,), (match,))


def test_that_a_refused_match_is_unsure_among_its_other_candidates():
    refused = refuse(review(3, 8), 0)
    assert standing_of(refused, 0) == "unsure"
    assert [candidate.item_row for candidate in refused.matches[0].candidates] == [8]
    assert accepted(refused) == ()


def test_that_a_refused_match_without_others_is_unmatched_and_goes_into_the_file_of_those():
    refused = refuse(review(3), 0)
    assert standing_of(refused, 0) == "unmatched"
    assert open_titles(refused) == ((TITLE, "you said it is another one"),)
