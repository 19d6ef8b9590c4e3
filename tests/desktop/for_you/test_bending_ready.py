"""What the first variety and the first list of one per series wait for is worked out once the reasons are shown."""

from list_place import open_place

from engine.recommending import getting_ready
from engine.recommending.ranking import TitleFacts


def test_that_a_list_can_be_bent_at_once_after_its_reasons_were_shown(qtbot, session, monkeypatch):
    got_ready, vectors, facts = [], [], TitleFacts.get_ready
    monkeypatch.setattr(TitleFacts, "get_ready", lambda given: got_ready.append(given) or facts(given))
    monkeypatch.setattr(getting_ready, "item_vectors", vectors.append)
    shown = []
    session.recommendations.insights_ready.connect(lambda _insights: shown.append(len(got_ready)))

    open_place(qtbot, session, monkeypatch)

    qtbot.waitUntil(lambda: len(vectors) == 1 and session.queries.is_idle, timeout=5000)
    assert shown[0] == 0, "the reasons came first"
    assert got_ready == [session.model.recommender.facts]
    assert vectors == [session.model.recommender]
    session.recommendations.ask_insights()
    qtbot.waitUntil(lambda: len(shown) > 1 and session.queries.is_idle, timeout=5000)
    assert len(vectors) == 1, "a model that is ready is left alone"
