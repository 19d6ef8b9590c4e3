"""Asks for the map of the model in use, for a better one, and how its titles stand with the person.

Maps stay in memory for as long as the window is open, by data set and model, and finished ones are stored, so that none
is laid out twice.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.log import LOG
from desktop_rec.common.notices import Failure
from desktop_rec.for_you.left_as import LeftAs
from desktop_rec.for_you.taste_map.camera import Part, part_in
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import QueryWorker
from engine.errors import NotStoredError
from engine.events import Event, Job, Progressed
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile
    from engine.library.profiles import ProfileStore
    from engine.library.taste_maps import TasteMapStore
    from engine.recommending.recommender import Recommender
    from engine.recommending.standing import Standing
    from engine.recommending.taste_map import TasteMap

QUICK, FULL, STANDING = said("quick map"), "map", "standing"
_MOST_KEPT = 8
_MapKey = tuple[str, str, str]


class TasteMapController(QObject):
    """map_ready(TasteMap), twice where it is laid out; progressed(share 0 to 1, or None at the end).

    standing_ready(Standing) answers ask_standing(). failed(Failure): there is no map.
    """

    map_ready = Signal(object)
    progressed = Signal(object)
    standing_ready = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        model: ModelInUse,
        profile: CurrentProfile,
        scoring: QueryWorker,
        mapping: QueryWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.model, self.profile = dataset, model, profile
        self.view = LeftAs("map", self._people, self)
        self._library, self._scoring, self._mapping = library, scoring, mapping
        self._maps: dict[_MapKey, TasteMap] = {}
        self._asked: _MapKey | None = None
        scoring.answered.connect(self._on_scored)
        mapping.answered.connect(self._on_mapped)
        mapping.failed.connect(self._on_failed)
        mapping.event_arrived.connect(self._on_event)

    @property
    def is_known(self) -> bool:
        """Whether the map of the model in use has been laid out before."""
        return self._key in self._maps

    def ask_map(self) -> None:
        """Ask for the map of the model in use: from memory or the disk, else the quick one and later the better one."""
        recommender, key = self.model.recommender, self._key
        if recommender is None or self._asked == key:
            return
        self._mapping.abandon()
        self.progressed.emit(None)
        if key in self._maps:
            self.map_ready.emit(self._maps[key])
            return
        self._asked = key
        self._mapping.request(QUICK, partial(_map_at_once, recommender, self._stored))

    def stop(self) -> None:
        """Leave the map as far as it has come."""
        self._mapping.stop(FULL)

    def ask_standing(self, weight: float | None) -> None:
        """Ask how all titles stand with the person."""
        recommender, profile = self.model.recommender, self.profile.current
        if recommender is not None and profile is not None:
            self._scoring.request(STANDING, partial(_standing, recommender, profile, weight))

    def part_left(self, shown: TasteMap) -> Part | None:
        """Which part of this map was in sight when the person left it."""
        dataset, person = self.dataset.current, self.profile.current
        left = None if dataset is None or person is None else self.view.found(person.profile_id, dataset)
        return part_in(left.get("part")) if isinstance(left, dict) and left.get("map") == shown.key else None

    def leave_at(self, shown: TasteMap, part: Part | None) -> None:
        """The person looks at a part of this map; None: at all of it."""
        dataset, person = self.dataset.current, self.profile.current
        if dataset is not None and person is not None and not self.profile.is_borrowed:
            left = None if part is None else {"map": shown.key, "part": list(part)}
            self.view.keep(person.profile_id, dataset, left)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """A map that is being laid out is of other titles."""
        self._mapping.abandon()
        self._asked = None
        self.progressed.emit(None)

    @property
    def _key(self) -> _MapKey:
        label = self.model.label
        run_id, trained = ("", "") if label is None else (label.run_id or label.name, str(label.trained or ""))
        return self.dataset.fingerprint, run_id, trained

    def _on_mapped(self, kind: str, found: TasteMap | None) -> None:
        if found is None or self._asked is None:
            return
        if kind == QUICK and not found.is_finished:
            self._ask_better_map()
        else:
            self._maps[self._asked] = found
            while len(self._maps) > _MOST_KEPT:
                self._maps.pop(next(iter(self._maps)))
            self._asked = None
            self.progressed.emit(None)
        self.map_ready.emit(found)

    def _ask_better_map(self) -> None:
        recommender = self.model.recommender
        if recommender is not None and self._key == self._asked:
            self._mapping.request(FULL, partial(_full_map, recommender, self._stored))
            self.progressed.emit(0.0)

    @property
    def _stored(self) -> TasteMapStore | None:
        return None if self._library.files is None else self._library.files.taste_maps

    def _people(self) -> ProfileStore | None:
        return None if self._library.files is None else self._library.files.profiles

    def _on_scored(self, kind: str, answer: Any) -> None:
        if kind == STANDING:
            self.standing_ready.emit(answer)

    def _on_failed(self, kind: str, failure: Failure) -> None:
        self._mapping.abandon()
        self._asked = None
        self.progressed.emit(None)
        self.failed.emit(failure)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Progressed) and event.total and self._asked is not None:
            self.progressed.emit(event.done / event.total)


def _map_at_once(recommender: Recommender, stored: TasteMapStore | None) -> Job[TasteMap]:
    """The map that was laid out and stored before, else the quick one."""
    from engine.recommending.taste_map import quick_map
    from engine.recommending.vectors import item_vectors, vectors_key

    yield None
    dataset, key = recommender.dataset, vectors_key(recommender)
    found = None if stored is None else stored.find(dataset.fingerprint, key, titles=dataset.titles)
    return found or quick_map(item_vectors(recommender))


def _full_map(recommender: Recommender, stored: TasteMapStore | None) -> Job[TasteMap]:
    from engine.recommending.taste_map import lay_out
    from engine.recommending.vectors import item_vectors, vectors_key

    yield None
    laid_out = yield from lay_out(item_vectors(recommender))
    found = replace(laid_out, key=vectors_key(recommender))
    if stored is not None and found.is_finished:
        try:
            stored.save(recommender.dataset.fingerprint, found)
        except NotStoredError as error:
            LOG.warning("The taste map is laid out anew next time: %s", error)
    return found


def _standing(recommender: Recommender, profile: Profile, weight: float | None) -> Job[Standing]:
    from engine.recommending.standing import standing_of

    yield None
    return standing_of(recommender, profile, weight=weight)
