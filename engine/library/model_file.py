"""A model as one file, to be opened on another machine over the same data: settings, weights, figures and curves.

A zip of three members: `model.json`, `weights.safetensors` and `titles`, with a byte for each title that says whether
training saw it. They are stored as they are, so a small file cannot unpack into a large one, and are read by name,
never written under names that the file gives. There is no pickle in it, and there are no ratings, of anybody.

Shapes: I titles.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

import engine
from engine.data.dataset import Bools, Dataset
from engine.documents import document_of, fits, parsed_json
from engine.errors import DataError
from engine.library.run_record import RunRecord
from engine.wording import coded

if TYPE_CHECKING:
    from torch import Tensor

    from engine.events import EpochEnded

SUFFIX = ".desktoprec-model"
FORMAT = 1
INSIDE = ("settings", "weights", "figures", "curves", "tags and notes")
"""What a model file holds, as people read it."""
_KIND = "model of Desktop Rec"
_WORDS, _WEIGHTS, _TITLES = "model.json", "weights.safetensors", "titles"
_MEMBERS = {_WORDS, _WEIGHTS, _TITLES}
_MOST_WORDS_BYTES = 64 << 20
_HASHED = 16


@dataclass(frozen=True)
class DataIdentity:
    """Which data set a model learned from. `item_ids` is a hash over the ids of its titles, in their order."""

    name: str
    fingerprint: str
    people: int
    titles: int
    entries: int
    item_ids: str

    @staticmethod
    def of(dataset: Dataset) -> DataIdentity:
        digest = hashlib.blake2b("\n".join(dataset.items.ids).encode("utf-8", "surrogatepass"), digest_size=_HASHED)
        sizes = (len(dataset.histories), dataset.titles, dataset.entries)
        return DataIdentity(dataset.name, dataset.fingerprint, *sizes, digest.hexdigest())


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds; `record` and `curves` are documents that the library has yet to look at."""

    path: Path
    data: DataIdentity
    record: Mapping[str, Any]
    curves: tuple[Mapping[str, Any], ...]
    progress: Mapping[str, Any]
    weights: dict[str, Tensor]
    candidates_I: Bools

    @property
    def run_id(self) -> str:
        return str(self.record["run_id"])

    @property
    def name(self) -> str:
        return str(self.record["name"])


def write_model_file(
    file: BinaryIO,
    record: RunRecord,
    *,
    dataset: Dataset,
    weights: Mapping[str, Tensor],
    candidates_I: Bools,
    curves: Sequence[EpochEnded],
    progress: Mapping[str, Any],
) -> None:
    """Write a run's model into an open file. OSError passes through."""
    from safetensors.torch import save

    words = {
        "kind": _KIND,
        "format": FORMAT,
        "written_by": engine.__version__,
        "data": DataIdentity.of(dataset),
        "record": record,
        "curves": list(curves),
        "progress": progress,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_WORDS, _json(words))
        archive.writestr(_WEIGHTS, save({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}))
        archive.writestr(_TITLES, np.asarray(candidates_I, dtype=np.uint8).tobytes())


def read_model_file(path: Path) -> ModelFile:
    """What a model file holds. Raises DataError where it is none, is cut short, damaged, or of a newer version."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            words = _words(archive.read(_WORDS), path)
            weights, titles = _weights(archive.read(members[_WEIGHTS]), path), archive.read(members[_TITLES])
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}.", remedy="Choose another file.", path=str(path)) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, "it is cut short, or is none") from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}).", remedy="Choose another file.", path=str(path)
        ) from error
    data = _identity(words.get("data"), path)
    flags_I = np.frombuffer(titles, dtype=np.uint8)
    if len(flags_I) != data.titles or flags_I.max(initial=0) > 1:
        raise _damaged(path, "its list of titles is none")
    record, curves, progress = words.get("record", {}), words.get("curves", []), words.get("progress", {})
    if not fits([record, progress], list[dict[str, Any]]) or not fits(curves, list[dict[str, Any]]):
        raise _damaged(path, "its record is none")
    named = {name: record.get(name) for name in ("run_id", "name", "model")}
    if not fits(named, dict[str, str]):
        raise _damaged(path, "its record names no model")
    return ModelFile(path, data, record, tuple(curves), progress, weights, flags_I.astype(np.bool_))


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The members, where they are just those of a model, each once and stored as it is."""
    infos = archive.infolist()
    found = {info.filename: info for info in infos}
    if len(infos) != len(_MEMBERS) or set(found) != _MEMBERS:
        raise _damaged(path, "it holds other things than a model")
    room = path.stat().st_size
    for info in infos:
        is_plain = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if not is_plain or info.file_size > room or info.flag_bits & 1:
            raise _damaged(path, f"its part {info.filename} is not stored as it is")
    if found[_WORDS].file_size > _MOST_WORDS_BYTES:
        raise _damaged(path, "its record is too long")
    return found


def _words(content: bytes, path: Path) -> dict[str, Any]:
    try:
        words = parsed_json(content)
        is_model, version = words["kind"] == _KIND, int(words["format"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise _damaged(path, "its record cannot be read") from error
    if not is_model:
        raise _damaged(path, "it says that it is something else")
    if version > FORMAT:
        raise DataError(
            f"{path.name} was written by a newer version of Desktop Rec (format {version}; this one knows {FORMAT}).",
            remedy="Update Desktop Rec to open it.",
            path=str(path),
            format=version,
        )
    return dict(words)


def _weights(content: bytes, path: Path) -> dict[str, Tensor]:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        weights: dict[str, Tensor] = load(content)
    except (SafetensorError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise _damaged(path, "its weights cannot be read") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values() if tensor.is_floating_point()):
        raise _damaged(path, "its weights are not all numbers")
    return weights


def _identity(document: Any, path: Path) -> DataIdentity:
    hints = {"name": str, "fingerprint": str, "people": int, "titles": int, "entries": int, "item_ids": str}
    if not isinstance(document, dict) or not all(fits(document.get(name), kind) for name, kind in hints.items()):
        raise _damaged(path, "it does not say which data it learned from")
    return DataIdentity(**{name: document[name] for name in hints})


def _json(words: Mapping[str, Any]) -> bytes:
    return json.dumps(coded(document_of(words)), separators=(",", ":")).encode("utf-8", "replace")


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        f"{path.name} cannot be used as a model file: {why}.",
        remedy="Export the model again where it was trained, and copy the whole file.",
        path=str(path),
    )
