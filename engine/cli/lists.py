"""Which of a person's lists `recommend` makes, among which titles, and in which form it leaves the terminal."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine import operations
from engine.cli.output import WrongUse
from engine.cli.program import as_command
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.profiles import Profile, listed_rows
from engine.errors import ProfileError
from engine.library.store import Library
from engine.operations.recommending import Recommended
from engine.recommending.filter_words import describe_filters
from engine.recommending.list_writing import ListDocument, ListFormat, list_text, write_list
from engine.recommending.profile_lists import LIST_NAMES, ListKind
from engine.recommending.ranking import Filters
from engine.text import format_date, plural, plural_of

_FORMAT_OF: dict[str, ListFormat] = {".csv": "csv", ".json": "json", ".html": "html", ".htm": "html"}
_SAVED = "saved"
_FOR_ONE = (
    *("saved", "not_for_me", "only", "format", "like", "companion", "fair"),
    *("genre", "all_genres", "no_genre", "years", "min_ratings", "again", "one_per_series", "hidden_gems", "diversity"),
)
"""What --profiles has none of: many lists are made without filters."""


def kind_of_list(arguments: argparse.Namespace) -> ListKind:
    """The list that is asked for."""
    return "saved" if arguments.saved else "not_for_me" if arguments.not_for_me else "for_you"


def form_of_list(arguments: argparse.Namespace) -> ListFormat | None:
    """The form that is said, or that of the file's ending; None for what the terminal shows by itself."""
    if arguments.format is not None:
        form: ListFormat = arguments.format
        return form
    return None if arguments.out is None else _FORMAT_OF.get(arguments.out.suffix.lower(), "text")


def stored_profile(library: Library, name: str) -> Profile:
    """Somebody whose ratings are stored, by id or name. Raises ProfileError where nobody or several are called so."""
    people = library.profiles.records()
    found = [person for person in people if person.profile_id == name]
    found = found or [person for person in people if person.name.casefold() == name.casefold()]
    if len(found) == 1:
        return library.profiles.load(found[0].profile_id)
    what = f"{len(found)} people are called {name!r} here." if found else f"Nobody here is called {name!r}."
    raise ProfileError(what, remedy=f"See: {as_command('profiles')}; the id will do, too.", name=name)


def only_these(
    filters: Filters, only: str | None, profile: Profile, dataset: Dataset, driver: Driver
) -> tuple[Filters, str]:
    """The filters with the titles of --only, and what was found of them, in a sentence. Raises ProfileError."""
    if only is None:
        return filters, ""
    if only.casefold() == _SAVED and not Path(only).exists():
        saved = frozenset(listed_rows(profile.saved, dataset))
        if not saved:
            raise ProfileError(f"{dataset.name} has no saved title of {profile.name}.", remedy="Leave --only out.")
        return replace(filters, only_rows=saved, only_name="saved titles"), ""
    found = driver.run(operations.match_titles(dataset, Path(only)))
    if not found.rows:
        what = f"{dataset.name} has none of the {plural(found.titles, 'title')} of {found.name}."
        raise ProfileError(what, remedy="Choose another list.", path=only)
    missing = found.describe_missing()
    words = f"{found.describe()}\nNot found:\n{missing}" if missing else found.describe()
    return replace(filters, only_rows=found.rows, only_name=found.name), words


def document_of_list(
    recommended: Recommended, profile: Profile, dataset: Dataset, *, kind: ListKind, run_name: str, filters: Filters
) -> ListDocument:
    """The list with what it is of."""
    insights = recommended.insights
    reasons = {item.item_row: item.reason or item.detail for item in recommended.listed.items}
    reasons |= {title.item_row: title.line for title in insights.titles if title.line} if insights is not None else {}
    titles = f"{plural_of(dataset.catalogue.word).capitalize()} for {profile.name}"
    facts = {
        "For": profile.name,
        "Data": dataset.name,
        "Model": run_name,
        "Filters": describe_filters(filters, dataset.catalogue.word),
        "Date": format_date(datetime.now()),
    }
    heading = titles if kind == "for_you" else LIST_NAMES[kind]
    return ListDocument(heading, recommended.listed.items, facts, reasons, dataset)


def put_out(document: ListDocument, form: ListFormat, out: Path | None) -> str:
    """Write the list, or give it as text; what to print."""
    if out is None:
        return list_text(document, form).rstrip("\n")
    return f"Wrote {plural(write_list(document, out, form), 'title')} to {out}."


def refuse_for_many(arguments: argparse.Namespace) -> None:
    """Raises WrongUse for what is said of one list only."""
    for name in _FOR_ONE:
        if getattr(arguments, name):
            option = "with" if name == "companion" else name.replace("_", "-")
            raise WrongUse(f"--{option} belongs to one person: --profile, --as or --user.")
