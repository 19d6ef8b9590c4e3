"""Where a title is to be found on the web: its page where the data know it, else a search. Nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from engine.data.dataset import Dataset
from engine.data.reading.values import normalised_id
from engine.wording import said

_FILM_WORDS = ("film", "movie")
_MOST_SHOWN, _MOST_ASKED = 48, 120


@dataclass(frozen=True)
class Site:
    """A page of a title: the name of the site, and the address that a click opens in the browser."""

    name: str
    address: str

    @property
    def shown_address(self) -> str:
        """The address as menus show it, short enough to be read."""
        plain = self.address.removeprefix("https://").removeprefix("www.")
        return plain if len(plain) <= _MOST_SHOWN else f"{plain[:_MOST_SHOWN]}…"


def sites_of(dataset: Dataset, item_row: int) -> tuple[Site, ...]:
    """The sites for a title, by the ids that the data have of it; of what is no film only a search of the web."""
    catalogue = dataset.catalogue
    title = dataset.title_of(item_row)[:_MOST_ASKED]
    year = catalogue.years[item_row]
    asked = quote_plus(f"{title} {year}" if year else title)
    web = Site(said("Search the web"), f"https://duckduckgo.com/?q={asked}+{quote_plus(catalogue.word)}")
    if catalogue.word not in _FILM_WORDS:
        return (web,)
    imdb, tmdb = linked_id(dataset, item_row, "imdb"), linked_id(dataset, item_row, "tmdb")
    if imdb or tmdb:
        letterboxd = f"https://letterboxd.com/{f'imdb/{imdb}' if imdb else f'tmdb/{tmdb}'}/"
    else:
        letterboxd = f"https://letterboxd.com/search/films/{quote(title, safe='')}/"
    at_imdb = f"title/{imdb}/" if imdb else said("find/?q={asked}", asked=asked)
    at_tmdb = f"movie/{tmdb}" if tmdb else said("search?query={quote_plus}", quote_plus=quote_plus(title))
    return (
        Site("Letterboxd", letterboxd),
        Site("IMDb", f"https://www.imdb.com/{at_imdb}"),
        Site("TMDB", f"https://www.themoviedb.org/{at_tmdb}"),
        web,
    )


def linked_id(dataset: Dataset, item_row: int, kind: str) -> str:
    """What a service ("imdb", "tmdb") calls a title, "" where the data do not say."""
    catalogue = dataset.catalogue
    own = dataset.items.id(item_row) if catalogue.id_kind == kind else ""
    linked = catalogue.links[kind][item_row] if kind in catalogue.links else ""
    return normalised_id(kind, own or linked)
