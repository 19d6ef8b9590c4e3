"""What must be true of a library after a process that worked in it was killed: nothing lost, nothing left behind.

`problems_of` gives a sentence for all that is not, for the activities of `killed_process`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planted import fingerprint_of

from engine import operations
from engine.data.profiles import Profile, ProfileEntry
from engine.data.split import SplitConfig
from engine.events import drive
from engine.library.run_record import RunRecord
from engine.library.store import Library

HOME = frozenset(
    {"baselines", "copies", "datasets", "format.json", "library.lock", "library.lock.json", "library.sqlite", "logs",
     "library.sqlite-shm", "library.sqlite-wal", "maps", "quick", "room", "runs", "trash", "unfinished", "window.ini"}
)  # fmt: skip
"""What a library in use holds, and nothing else."""


@dataclass(frozen=True)
class Round:
    """One killed process: the folder it worked in, what it acknowledged, and whether it came to its end."""

    folder: Path
    said: tuple[str, ...]
    was_killed: bool

    @property
    def home(self) -> Path:
        return self.folder / "home"


def profile(count: int) -> Profile:
    """Somebody after so many ratings."""
    entries = (ProfileEntry(str(n % 7), f"Film {n % 7}", 2000, float(n % 5 + 1)) for n in range(count))
    me = Profile("me", "Me")
    for entry in entries:
        me = me.rated(entry)
    for n in range(count):
        entry = ProfileEntry(f"listed {n % 5}", f"Other film {n % 5}", 2001, None)
        me = me.saving(entry) if n % 2 else me.refusing(entry)
    return me


def digest_of(library: Library, run_id: str) -> str:
    """A digest of all that a run would go on from; how long it took is none of it."""
    state = library.runs.state(run_id)
    digest = hashlib.sha256(json.dumps({**state.progress, "seconds": 0}, sort_keys=True).encode())
    for tensors in (state.weights, state.best_weights or {}, state.optimizer):
        for name in sorted(tensors):
            digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()


def problems_of(round_: Round, activity: str, whole: dict[str, str]) -> Iterator[str]:
    """What is wrong after the next opening; `whole` has the digests of uninterrupted trainings."""
    if "failed" in round_.said:
        yield f"it failed after {round_.said[-2:]}"
    with Library.open(round_.home, who="the next one") as library:
        yield from _lost_or_left(round_, library, activity)
        if activity.startswith("train"):
            yield from _not_resumed(round_, library, activity, whole)
    with Library.open(round_.home, who="the one after") as library:
        if library.notices:
            yield f"a second opening still finds {library.notices}"


def _lost_or_left(round_: Round, library: Library, activity: str) -> Iterator[str]:
    home, said = round_.home, round_.said
    left = list(round_.folder.rglob(".new-*"))
    strange = {path.name for path in home.iterdir()} - HOME
    if left or strange:
        yield f"left behind: {[str(path.relative_to(round_.folder)) for path in left]} {sorted(strange)}"
    if library.damaged():
        yield f"damaged: {library.damaged()}"
    for store, folder in ((library.datasets, "datasets"), (library.runs, "runs")):
        ids = {getattr(record, store._key) for record in store.records()}
        there = {path.name for path in (home / folder).iterdir()} if (home / folder).exists() else set()
        if ids != there:
            yield f"{folder}: records {sorted(ids)}, folders {sorted(there)}"
        if list((home / "trash" / folder).glob("*")):
            yield f"the trash of {folder} is not empty"
    for record in library.datasets.records():
        dataset = library.datasets.open(record.dataset_id)
        if fingerprint_of(dataset.histories, dataset.users, dataset.items) != record.fingerprint:
            yield f"the data set {record.dataset_id} is another"
    for run in library.runs.records():
        if run.status == "running":
            yield f"{run.name} is said to be running"
        if run.has_model and not library.runs.load(run.run_id).weights:
            yield f"{run.name} has no weights"
        if len(list((home / "runs" / run.run_id / "checkpoints").iterdir())) != int(run.has_model):
            yield f"{run.name} has checkpoints left over"
    yield from _lost(said, library, round_.folder, activity)


def _lost(said: tuple[str, ...], library: Library, folder: Path, activity: str) -> Iterator[str]:
    """What was acknowledged and is not there."""
    datasets = {record.dataset_id for record in library.datasets.records()}
    runs = {run.run_id for run in library.runs.records()}
    states = {line.split()[1]: line.split()[0] for line in said if line.startswith(("deleting", "back"))}
    expected = {"planted", *(record_id for record_id in states if record_id != "planted")}
    gone = {record_id for record_id in expected - datasets - runs if states.get(record_id) != "deleting"}
    if gone:
        yield f"gone, and were never deleted or brought back: {sorted(gone)}"
    rated = max((int(line.split()[-1]) for line in said if "rated" in line), default=0)
    if activity == "profile" and library.profiles.load("me") not in (profile(rated), profile(rated + 1)):
        yield f"ratings are not those after {rated} or {rated + 1}"
    if activity == "window":
        shown = {str(n % 20): float(n % 5 + 1) for n in range(1, rated + 1)}
        found = {entry.item_id: entry.rating for entry in library.profiles.load("me").entries}
        following = {**shown, str((rated + 1) % 20): float((rated + 1) % 5 + 1)}
        if found not in (shown, following):
            yield f"ratings in the window are not those after {rated} or {rated + 1}"
    imported = [line.split()[1] for line in said if line.startswith("imported")]
    missing = set(imported) - datasets
    if missing and not ("settled" in said or (len(imported) == 2 and missing == {imported[-1]})):
        yield f"imported and gone: {missing}"
    if activity == "sample" and drive(operations.open_sample(library)).dataset.people != 671:
        yield "the sample cannot be used"
    if "judged" in said and library.runs.evaluation("latest") is None:
        yield "the evaluation is gone"
    if activity == "prepare":
        fingerprint = library.datasets.find("planted").fingerprint
        for purpose in ("list", "stars"):
            is_whole = library.quick_models.find(fingerprint, purpose) is not None
            if is_whole != library.quick_models.has(fingerprint, purpose) or (
                f"{purpose} stored" in said and not is_whole
            ):
                yield f"the first model's {purpose} cannot be read"
        is_whole = library.taste_maps.find(fingerprint, "map", titles=30) is not None
        if "map stored" in said and not is_whole:
            yield "the taste map cannot be read"
    if "baselines" in said:
        found_baselines = library.baselines.find(library.datasets.find("planted").fingerprint, SplitConfig())
        if found_baselines is None:
            yield "the baselines are gone"
    names = [line.removeprefix("named ") for line in said if line.startswith("named")]
    known = library.datasets.find("planted").name if "planted" in datasets else ""
    if names and known and known not in (names[-1], f"Name {int(names[-1][-1]) + 1}"):
        yield f"the name {names[-1]} is lost"
    if "second deleted" in said and "second" in datasets:
        yield "what was deleted is there again"
    yield from _lost_results(said, folder)
    if activity == "search":
        ended = [row.run_id for row in library.searches.rows("latest") if row.status == "finished"] if said else []
        if set(filter(None, ended)) - {run.run_id for run in library.runs.records()}:
            yield "a run of the search is gone"


def _lost_results(said: tuple[str, ...], folder: Path) -> Iterator[str]:
    """What was written into the person's own folder, said to be whole, and is not."""
    for line in said:
        if line.startswith("exported"):
            _, number, size = line.split()
            written = sum(path.stat().st_size for path in (folder / "results" / f"export {number}").iterdir())
            if written != int(size):
                yield f"export {number} is not whole"
        if line.startswith("lists"):
            _, number, lines = line.split()
            text = (folder / "results" / f"lists {number}.csv").read_text()
            if text.count("\n") != int(lines) + 1:
                yield f"lists {number} are not whole"


def _saved(library: Library, record: RunRecord) -> tuple[int, int]:
    """The epochs and steps of a run's checkpoint."""
    progress = library.runs.state(record.run_id).progress if record.has_model else {"epoch": 0, "step": 0}
    return progress["epoch"], progress["step"]


def _not_resumed(round_: Round, library: Library, activity: str, whole: dict[str, str]) -> Iterator[str]:
    """Whether a killed training can be gone on with and then equals the uninterrupted one to the bit."""
    run_ids = [line.split()[1] for line in round_.said if line.startswith("run ")]
    steps = [int(line.split()[1]) for line in round_.said if line.startswith("step ")]
    epochs = [int(line.split()[1]) for line in round_.said if line.startswith("epoch ")]
    if not run_ids:
        return
    record = library.runs.find(run_ids[-1])
    curves = library.runs.curves(record.run_id)
    if len(curves) < max(epochs, default=0):
        yield "an epoch that was recorded is gone"
    if record.status != "finished" and (record.epochs, record.steps) != _saved(library, record):
        yield f"the record speaks of {record.epochs} epochs and {record.steps} steps, which no checkpoint holds"
    if record.status != "finished" and len(curves) != record.epochs:
        yield f"there are {len(curves)} epochs in the curves and {record.epochs} in the record"
    if not record.has_model and steps:
        yield "a checkpoint that was saved is gone"
    if record.has_model and library.runs.state(record.run_id).progress["step"] < max(steps, default=0):
        yield f"the checkpoint after {max(steps)} steps is gone"
    if record.status != "finished":
        drive(operations.resume(library, record.run_id, device="cpu", advise=False))
    if digest_of(library, record.run_id) != whole[activity]:
        yield "the resumed run is not equal to the bit"
