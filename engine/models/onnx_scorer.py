"""A model's scores as an ONNX graph, for programs that have no Python: two matrices of profiles in, one of scores out.

The package onnx and its exporter are no part of the program; nothing here imports them unless a graph is written. The
graph's inputs are `seen`, `rated` and `ratings`, its output is `scores`, all [people, titles] in float32, with any
number of people; see `Model.dense_scores`. Its metadata name the model and the titles' ids, one a line, in their order.

Shapes: U people, I titles.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import BinaryIO

import torch
from torch import Tensor, nn

from engine.errors import SettingError
from engine.models.base import Model
from engine.models.declaration import GRAPH_PACKAGES, can_write_graphs
from engine.text import format_size
from engine.wording import said

INPUTS = ("seen", "rated", "ratings")
_MOST_BYTES = 2_000_000_000
"""A graph with its weights is one message of protobuf, which ends at 2 GiB."""


def refuse_unwritable(model: Model, title: str) -> None:
    """Raises SettingError where the packages are missing, or the model's scores are no such graph."""
    if not can_write_graphs():
        raise SettingError(
            said("An ONNX file is written by packages that are not installed here."),
            remedy=said(
                'Install them: "{executable}" -m pip install {names}',
                executable=sys.executable,
                names=" ".join(GRAPH_PACKAGES),
            ),
        )
    if not model.can.scores_as_graph:
        raise SettingError(
            said(
                "The scores of {title} are worked out for each person anew, which an ONNX file cannot hold.",
                title=title,
            ),
            remedy=said("Export a network or Liked together, or export the model for another Desktop Rec."),
        )
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values())
    if size > _MOST_BYTES:
        raise SettingError(
            said(
                "{title} has {size} of weights; an ONNX file holds {most}.",
                title=title,
                size=format_size(size),
                most=format_size(_MOST_BYTES),
            ),
            remedy=said("Train it with narrower layers, or on fewer titles."),
        )


def write_scorer(file: BinaryIO, model: Model, *, title: str, item_ids: Sequence[str]) -> None:
    """Write the graph of a model's scores into an open file. OSError passes through."""
    given = tuple(torch.zeros(2, model.items) for _ in INPUTS)  # of one tensor the exporter would make one input
    people = torch.export.Dim("people")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(None), torch.inference_mode(False), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Scorer(model.cpu().eval()),
            given,
            input_names=list(INPUTS),
            output_names=["scores"],
            dynamic_shapes=({0: people}, {0: people}, {0: people}),
            dynamo=True,
            verbose=False,
        )
    assert program is not None, "the exporter gives a program"
    program.model.metadata_props.update(
        {"model": model.name, "title": title, "titles": "\n".join(item_ids), "written_by": "Desktop Rec"}
    )
    file.write(program.model_proto.SerializeToString())


class _Scorer(nn.Module):
    """A model as the exporter wants it: a module that is called with tensors."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, seen_UI: Tensor, rated_UI: Tensor, ratings_UI: Tensor) -> Tensor:
        return self.model.dense_scores(seen_UI, rated_UI, ratings_UI)
