"""profiles, export-ratings: whose ratings are kept, and how they leave. Works without torch."""

from __future__ import annotations

import argparse

from engine.commands.answer import Answer
from engine.commands.data_commands import dataset_of
from engine.commands.driving import Driver
from engine.commands.wording import table
from engine.data.dataset import Dataset, Scale
from engine.data.personal.scales import guessed_scale
from engine.data.personal.writing import write_letterboxd, write_ratings
from engine.data.profile_entries import Profile
from engine.errors import ProfileError
from engine.library.store import Library


def list_profiles(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Everybody whose ratings are kept, in the order they came."""
    records = library.profiles.records()
    rows = [[one.profile_id, one.name, f"{one.entries:,}", f"{one.changed.astimezone():%d %b %Y}"] for one in records]
    text = table(("id", "name", "titles", "changed"), rows, right=(2,))
    documents = [
        {"profile": one.profile_id, "name": one.name, "entries": one.entries, "created": one.created.isoformat(),
         "changed": one.changed.isoformat()}
        for one in records
    ]  # fmt: skip
    return Answer({"profiles": documents}, text if rows else "Nobody has rated anything yet.")


def export_ratings(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write somebody's ratings as our CSV or as Letterboxd imports them."""
    profile = _profile_called(arguments.profile, library)
    dataset = dataset_of(arguments.dataset, library, driver) if arguments.dataset is not None else None
    scale = _scale_of(profile, dataset)
    if arguments.format == "letterboxd":
        count = write_letterboxd(profile, arguments.out, scale=scale, dataset=dataset)
    else:
        count = write_ratings(profile, arguments.out, scale=scale)
    ends = {"low": scale.low, "high": scale.high, "step": scale.step}
    document = {"profile": profile.profile_id, "file": str(arguments.out), "entries": count, "scale": ends}
    words = f"Saved {count:,} titles of {profile.name} as {arguments.out}, rated {scale.low:g} to {scale.high:g}."
    return Answer(document, words)


def _scale_of(profile: Profile, dataset: Dataset | None) -> Scale:
    """The data set's, where one is named; else the smallest usual one that holds all ratings."""
    if dataset is not None:
        return dataset.scale
    return guessed_scale([one.rating for one in profile.entries if one.rating is not None])


def _profile_called(which: str, library: Library) -> Profile:
    records = library.profiles.records()
    found = next((one for one in records if one.profile_id == which), None)
    found = found or next((one for one in records if one.name.casefold() == which.casefold()), None)
    if found is None:
        names = ", ".join(one.name for one in records) or "nobody"
        raise ProfileError(f"There is nobody called {which!r}.", remedy=f"Known are: {names}.", profile=which)
    return library.profiles.load(found.profile_id)
