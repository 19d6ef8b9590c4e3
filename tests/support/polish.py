"""A catalogue in another language, as a translator makes it: a .mo with a language's three forms of a plural."""

from __future__ import annotations

import gettext
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from engine import wording

_HEADER = (
    "Content-Type: text/plain; charset=UTF-8\n"
    "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
)
WORDS: Mapping[str | tuple[str, str], str | tuple[str, ...]] = {
    "Why this title": "Dlaczego ten tytuł",
    "Working out the reasons…": "Szukam powodów…",
    "predicted {rating}": "przewidywane {rating}",
    "In favour": "Za",
    "because you liked {titles}": "bo podobały ci się {titles}",
    "{words} and {last}": "{words} i {last}",
    ("{count} more of your ratings matters less here.", "{count} more of your ratings matter less here."): (
        "{count} ocena mniej ważna.",
        "{count} oceny mniej ważne.",
        "{count} ocen mniej ważnych.",
    ),
    ("{count} film", "{count} films"): ("{count} film", "{count} filmy", "{count} filmów"),
    "no films": "brak filmów",
    ("{count} book", "{count} books"): ("{count} książka", "{count} książki", "{count} książek"),
    "no books": "brak książek",
    "book": "książka",
    "books": "książki",
    "Which {words} do you know?": "Które {words} znasz?",
    "The loss left all bounds near step {step:,} at rate {rate}; the last good weights are kept.": (
        "Strata wybuchła w kroku {step:,} przy tempie {rate}."
    ),
    "Try a rate of {rate} or less.": "Spróbuj tempa {rate}.",
    "{dataset} has {titles}.": "{dataset}: {titles}.",
    "1 % most rated": "1 % najczęściej ocenianych",
    "less rated half": "rzadziej oceniana połowa",
    "the rest": "reszta",
    "{low} to {high}": "od {low} do {high}",
    "share of the entries": "część wpisów",
    "titles": "tytuły",
    "Dates such as {date} may begin with the day or the month; they are read as the day first.": (
        "Daty takie jak {date} czyta się od dnia."
    ),
    "{name} also holds {others}; of it {place} was read.": "{name}: wczytano {place}, nie {others}.",
    "A damaged {sentence}": "Zepsute {zdanie}",
}


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """Within it the program speaks Polish, as it does where the system does and the catalogue is in `folder`.

    Python alone is told so, by what its gettext takes for the environment: the C library would keep the language for
    the messages of the system.
    """
    system = SimpleNamespace(path=os.path, environ={"LANGUAGE": "pl_PL:de"})
    write_catalogue(folder)
    wording.catalogue.cache_clear()
    with patch.object(wording, "_FOLDER", folder), patch.object(gettext, "os", system):
        wording.catalogue()
    try:
        yield
    finally:
        wording.catalogue.cache_clear()


def write_catalogue(folder: Path, *, language: str = "pl") -> Path:
    """Write the catalogue where the program looks for it in `folder`, as msgfmt would; which file."""
    entries = {"": _HEADER} | {"\0".join(_texts(words)): "\0".join(_texts(form)) for words, form in WORDS.items()}
    encoded = sorted((key.encode(), value.encode()) for key, value in entries.items())
    start = 28 + 16 * len(encoded)
    tables: list[list[int]] = [[], []]
    texts = b""
    for column in (0, 1):
        for entry in encoded:
            tables[column] += [len(entry[column]), start + len(texts)]
            texts += entry[column] + b"\0"
    numbers = [0x950412DE, 0, len(encoded), 28, 28 + 8 * len(encoded), 0, 0, *tables[0], *tables[1]]
    path = folder / language / "LC_MESSAGES" / "desktop_rec.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(struct.pack(f"<{len(numbers)}I", *numbers) + texts)
    return path


def _texts(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
