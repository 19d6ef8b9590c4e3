"""The kept curves of a run, read: training against validation in a sentence.

Wires the library to engine.training.curve_words.
"""

from __future__ import annotations

from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.training.curve_words import hides_while_training, read_curves


def curve_words_of(library: Library, record: RunRecord) -> str:
    """What the curves of a run say; "" for a model that was computed at once."""
    if record.training_config is None:
        return ""
    curve = library.runs.curves(record.run_id)
    by_time = record.split_config.get("kind") == "time"
    return read_curves(curve, hides=hides_while_training(record.model_config), by_time=by_time).words
