"""A kept run judged again on what was held out from it, and kept with all that was found.

Wires a kept model to its own split; any other protocol would test it on what it has learned.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from engine.data.split import SplitConfig, make_split
from engine.device import training_threads
from engine.errors import DataError, SettingError
from engine.evaluation.protocol import USUAL_CUTS, Judgement, judge
from engine.events import Job, StageStarted
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.verbs.answering import model_of

COLD_START_PEOPLE = 200
"""How many of the test people are judged again and again with less of their profiles; their interval is narrow enough,
and models that take long to rank stay bearable."""


def evaluate(
    library: Library,
    run_id: str,
    *,
    protocol: str | None = None,
    ks: Sequence[int] = USUAL_CUTS,
    weight: float | None = None,
) -> Job[Judgement]:
    """Judge a run on its test people, with the cold-start curve. Stop gives what the people so far gave, so marked.

    `protocol` is that of the run (None), or SettingError says why it is refused. The usual lengths of lists are judged
    beside those asked for, and the judgement is kept with the run, where none was stopped. `weight` is the presence
    weight of models that mix (None: by presence alone); with another weight nothing is kept. Raises LibraryError where
    the run or its data set cannot be used, or the disk is full.
    """
    record = library.runs.find(run_id)
    _refuse_other_protocol(record, protocol)
    torch.set_num_threads(training_threads())
    dataset = library.dataset_of(record)
    model = model_of(library.runs.load(record.run_id), dataset)
    yield StageStarted("splitting", "Setting the same people aside again")
    split = make_split(dataset, SplitConfig.from_dict(record.split_config))
    if split.test is None:
        raise DataError(f"The split of the run {record.name} holds nobody out to judge on.")
    judgement = yield from judge(
        model,
        split.test,
        candidates_I=split.candidates_I,
        ks=(*ks, *USUAL_CUTS),
        weight=weight,
        counts_I=np.bincount(split.train.item_rows_N, minlength=split.titles),
        cold_start_people=COLD_START_PEOPLE,
    )
    if weight is None and not judgement.stopped:
        library.runs.judged(record.run_id, judgement)
    return judgement


def _refuse_other_protocol(record: RunRecord, protocol: str | None) -> None:
    trained_for = str(record.split_config["kind"])
    if trained_for == "none":
        raise SettingError(
            f"The run {record.name} learned from everything (split none), so there is nobody left to judge it on.",
            remedy="Train with another split to judge the model.",
            run=record.run_id,
        )
    if protocol is not None and protocol != trained_for:
        raise SettingError(
            f"The run {record.name} was trained for the protocol {trained_for}; judging it by {protocol} would test it "
            "on ratings that it has learned from.",
            remedy=f"Judge it by {trained_for}, or train with --split {protocol}.",
            run=record.run_id,
        )
