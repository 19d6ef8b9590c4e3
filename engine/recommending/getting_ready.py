"""What the first bent list would wait for, worked out while nobody waits: series, and numbers that say which titles are
alike.
"""

from __future__ import annotations

from engine.events import Job
from engine.recommending.recommender import Recommender
from engine.recommending.vectors import item_vectors


def get_ready_to_bend(recommender: Recommender) -> Job[None]:
    """Work out what variety and one title per series go by, where that is not there yet; safe beside its other work."""
    yield None
    recommender.facts.get_ready()
    yield None
    item_vectors(recommender)
