"""Makes an export as Letterboxd would write it, out of titles of ml-1m. Used by matching.py; nothing of it is kept.

Letterboxd takes its titles from TMDB: the English name, article in front, accents as they should be, the year of the
first showing. MovieLens has "Matrix, The", drops most accents, and adds other names in parentheses. So each title that
is drawn is written anew, by rules that know nothing of the matcher (not a line of it is used here):

- a title in AS_TMDB_CALLS_IT, if it is drawn, is written just so, with that year;
- else its article goes in front; of a title with other names in parentheses one in three goes by one of those;
- accents are restored where ACCENTED knows the word (half the time), or all dropped (a quarter of the time);
- "and" becomes "&" and back, "II" becomes "2" or "Part II" and back, a colon a dash or nothing, "1/2" becomes "½",
  quotes are curled, dots are joined, "Dr." is spelt out, small words change their case: each in part of the titles;
- one subtitle in fifty is left out;
- for a tenth of them the year is off by one.

The absent ones, 50: 17 known later films, 17 sequels, remakes and namesakes that are in no list of ml-1m (their years
are two or more away, or their names differ), and 16 titles that are taken out of the catalogue before matching, half
of them because another title there begins with the same words.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

PRESENT, LATER, NEAR_MISSES, TAKEN_OUT = 1000, 17, 17, 16

AS_TMDB_CALLS_IT = {
    "Star Wars: Episode IV - A New Hope (1977)": ("Star Wars", 1977),
    "Star Wars: Episode V - The Empire Strikes Back (1980)": ("The Empire Strikes Back", 1980),
    "Star Wars: Episode VI - Return of the Jedi (1983)": ("Return of the Jedi", 1983),
    "Star Wars: Episode I - The Phantom Menace (1999)": ("Star Wars: Episode I – The Phantom Menace", 1999),
    "Twelve Monkeys (1995)": ("12 Monkeys", 1995),
    "Seven (Se7en) (1995)": ("Se7en", 1995),
    "Professional, The (a.k.a. Leon: The Professional) (1994)": ("Léon: The Professional", 1994),
    "Nikita (La Femme Nikita) (1990)": ("La Femme Nikita", 1990),
    "Boat, The (Das Boot) (1981)": ("Das Boot", 1981),
    "Bicycle Thief, The (Ladri di biciclette) (1948)": ("Bicycle Thieves", 1948),
    "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1963)": (
        "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",
        1964,
    ),
    "X-Files: Fight the Future, The (1998)": ("The X-Files", 1998),
    "Loaded Weapon 1 (1993)": ("National Lampoon's Loaded Weapon 1", 1993),
    "Animal House (1978)": ("National Lampoon's Animal House", 1978),
    "William Shakespeare's Romeo and Juliet (1996)": ("Romeo + Juliet", 1996),
    "Alien: Resurrection (1997)": ("Alien Resurrection", 1997),
    "Sunset Blvd. (a.k.a. Sunset Boulevard) (1950)": ("Sunset Boulevard", 1950),
    "Mission: Impossible 2 (2000)": ("Mission: Impossible II", 2000),
    "Evil Dead II (Dead By Dawn) (1987)": ("Evil Dead II", 1987),
    "Naked Gun 2 1/2: The Smell of Fear, The (1991)": ("The Naked Gun 2½: The Smell of Fear", 1991),
    "Naked Gun 33 1/3: The Final Insult (1994)": ("Naked Gun 33⅓: The Final Insult", 1994),
    "8 1/2 (1963)": ("8½", 1963),
    "101 Dalmatians (1961)": ("One Hundred and One Dalmatians", 1961),
    "Jules and Jim (Jules et Jim) (1961)": ("Jules and Jim", 1962),
    "Halloween: H20 (1998)": ("Halloween H20: 20 Years Later", 1998),
    "Hard-Boiled (Lashou shentan) (1992)": ("Hard Boiled", 1992),
    "Princess Mononoke, The (Mononoke Hime) (1997)": ("Princess Mononoke", 1997),
    "Children of Heaven, The (Bacheha-Ye Aseman) (1997)": ("Children of Heaven", 1997),
    "Fantastic Planet, The (La Planète sauvage) (1973)": ("Fantastic Planet", 1973),
    "Willy Wonka and the Chocolate Factory (1971)": ("Willy Wonka & the Chocolate Factory", 1971),
    "Lock, Stock & Two Smoking Barrels (1998)": ("Lock, Stock and Two Smoking Barrels", 1998),
    "South Park: Bigger, Longer and Uncut (1999)": ("South Park: Bigger, Longer & Uncut", 1999),
    "Adventures of Buckaroo Bonzai Across the 8th Dimension, The (1984)": (
        "The Adventures of Buckaroo Banzai Across the 8th Dimension",
        1984,
    ),
    "Friday the 13th Part 3: 3D (1982)": ("Friday the 13th Part III", 1982),
    "Friday the 13th Part V: A New Beginning (1985)": ("Friday the 13th: A New Beginning", 1985),
    "Godfather: Part II, The (1974)": ("The Godfather Part II", 1974),
    "Karate Kid, Part II, The (1986)": ("The Karate Kid Part II", 1986),
    "Pokémon: The First Movie (1998)": ("Pokémon: The First Movie – Mewtwo Strikes Back", 1998),
    "Texas Chainsaw Massacre, The (1974)": ("The Texas Chain Saw Massacre", 1974),
    "Who Framed Roger Rabbit? (1988)": ("Who Framed Roger Rabbit", 1988),
    "Hate (Haine, La) (1995)": ("La Haine", 1995),
    "Butterfly (La Lengua de las Mariposas) (2000)": ("Butterfly", 1999),
    "Postino, Il (The Postman) (1994)": ("The Postman", 1994),
}

LATER_FILMS = (
    *(("The Dark Knight", 2008), ("Inception", 2010), ("Parasite", 2019), ("Amélie", 2001), ("Spirited Away", 2001)),
    *(("City of God", 2002), ("Oldboy", 2003), ("Eternal Sunshine of the Spotless Mind", 2004), ("Zodiac", 2007)),
    *(("Pan's Labyrinth", 2006), ("There Will Be Blood", 2007), ("WALL·E", 2008), ("Up", 2009), ("Drive", 2011)),
    *(("Her", 2013), ("Whiplash", 2014), ("La La Land", 2016), ("Get Out", 2017), ("Roma", 2018), ("1917", 2019)),
    *(("Portrait of a Lady on Fire", 2019), ("Everything Everywhere All at Once", 2022), ("Oppenheimer", 2023)),
    *(("Children of Men", 2006), ("No Country for Old Men", 2007), ("Nope", 2022), ("TÁR", 2022), ("Moon", 2009)),
    *(
        ("Lost in Translation", 2003),
        ("300", 2006),
        ("9", 2009),
        ("Birdman or (The Unexpected Virtue of Ignorance)", 2014),
    ),
    *(("Brick", 2005), ("Memento", 2000), ("Traffic", 2000), ("Cast Away", 2000), ("Snatch", 2000), ("Chocolat", 2000)),
)

SEQUELS_REMAKES_AND_NAMESAKES = (
    *(("Toy Story 3", 2010), ("Scream 4", 2011), ("Mission: Impossible III", 2006), ("X2", 2003), ("Rambo", 2008)),
    *(("Alien: Covenant", 2017), ("Rocky Balboa", 2006), ("Terminator 3: Rise of the Machines", 2003)),
    *(("Home Alone 4", 2002), ("Star Trek", 2009), ("Star Wars: Episode II – Attack of the Clones", 2002)),
    *(("Star Wars: Episode III – Revenge of the Sith", 2005), ("Mad Max: Fury Road", 2015), ("King Kong", 2005)),
    *(("Godzilla", 2014), ("The Mummy", 2017), ("Hamlet", 2009), ("Halloween", 2018), ("Halloween II", 2009)),
    *(("Friday the 13th", 2009), ("A Nightmare on Elm Street", 2010), ("RoboCop", 2014), ("Total Recall", 2012)),
    *(("Poltergeist", 2015), ("The Thing", 2011), ("Les Misérables", 2012), ("The Jungle Book", 2016)),
    *(("Beauty and the Beast", 2017), ("Dune", 2021), ("West Side Story", 2021), ("Robin Hood", 1991)),
    *(("Robin Hood", 2010), ("American Pie 2", 2001), ("Scary Movie 2", 2001), ("Dracula II: Ascension", 2003)),
    *(("Pocahontas II: Journey to a New World", 1998), ("The Little Mermaid II: Return to the Sea", 2000)),
    *(("Bambi II", 2006), ("Beethoven's 3rd", 2000), ("The Parent Trap II", 1986), ("Shrek", 2001)),
    *(("Children of the Corn V: Fields of Terror", 1998), ("Hellraiser: Inferno", 2000), ("Gone in 60 Seconds", 1974)),
    *(("The Texas Chainsaw Massacre", 2003), ("Halloween: Resurrection", 2002), ("Species III", 2004)),
    *(("Amityville: It's About Time", 2002), ("Curse of the Puppet Master", 1998), ("Carrie", 2013), ("It", 2017)),
)

ACCENTED = {
    "Boheme": "Bohème",
    "Cafe": "Café",
    "Dali": "Dalí",
    "Francois": "François",
    "Garcu": "Garçu",
    "Jose": "José",
    "Kokaku": "Kôkaku",
    "L'Associe": "L'Associé",
    "Leon": "Léon",
    "Metisse": "Métisse",
    "Noel": "Noël",
    "Perez": "Pérez",
    "Pret-A-Porter": "Prêt-à-Porter",
    "Rene": "René",
    "Sanjuro": "Sanjûrô",
    "Senor": "Señor",
    "Veronique": "Véronique",
    "Yojimbo": "Yôjimbô",
    "kidotai": "kidôtai",
}

_ARTICLES = (
    *("The", "A", "An", "Le", "La", "Les", "L'", "Il", "El", "Der", "Die", "Das", "Los", "Las", "Un", "Une", "Det"),
    *("O", "I", "Lo", "Den", "Ein", "Eine", "De"),
)
_RAW = re.compile(r"^(.*?)\s*\((\d{4})\)\s*$")
_NAMES = re.compile(r"^(.*?)((?:\s*\([^()]*\))*)$")
_ROMANS = {"II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8"}


class Title(NamedTuple):
    """A line of movies.dat: its id, and the title as it stands there."""

    item_id: str
    raw: str


class Written(NamedTuple):
    """A title as an export has it, and the id of the film that is meant (None: it is not there)."""

    name: str
    year: int
    item_id: str | None


class TrialSet(NamedTuple):
    """The catalogue to match against, and the export."""

    catalogue: tuple[Title, ...]
    export: tuple[Written, ...]


def trial_set(titles: Sequence[Title], *, seed: int) -> TrialSet:
    """1,000 titles that are there and 50 that are not, in any order."""
    dice = random.Random(seed)
    missing = AS_TMDB_CALLS_IT.keys() - {title.raw for title in titles}
    if missing:
        raise SystemExit(f"These titles are not in the file: {sorted(missing)}")
    out = _taken_out(titles, dice)
    catalogue = tuple(title for title in titles if title not in out)
    export = [as_letterboxd_writes(title, dice) for title in dice.sample(catalogue, PRESENT)]
    export += [as_letterboxd_writes(title, dice)._replace(item_id=None) for title in sorted(out)]
    there = {title.raw.casefold() for title in titles}
    for films, number in ((LATER_FILMS, LATER), (SEQUELS_REMAKES_AND_NAMESAKES, NEAR_MISSES)):
        absent = [(name, year) for name, year in films if not _listed(name, year, there)]
        export += [Written(name, year, None) for name, year in dice.sample(absent, number)]
    dice.shuffle(export)
    return TrialSet(catalogue, tuple(export))


def as_letterboxd_writes(title: Title, dice: random.Random) -> Written:
    """One title written anew, by the rules above."""
    name, year = AS_TMDB_CALLS_IT.get(title.raw) or _by_rules(title.raw, dice)
    if dice.random() < 0.1:
        year += dice.choice((-1, 1))
    return Written(name, year, title.item_id)


def _by_rules(raw: str, dice: random.Random) -> tuple[str, int]:
    text, year = _RAW.match(raw).groups()
    main, others = _NAMES.match(text).groups()
    names = [name.strip() for name in re.findall(r"\(([^()]*)\)", others)]
    names = [piece.strip() for name in names for piece in re.split(r",?\s*a\.k\.a\.\s*|/", name) if piece.strip()]
    name = dice.choice(names) if names and dice.random() < 1 / 3 else main
    for change, share in _CHANGES:
        if dice.random() < share:
            name = change(_turned(name), dice)
    return _turned(name), int(year)


def _turned(name: str) -> str:
    for article in _ARTICLES:
        if name.endswith(f", {article}"):
            rest = name.removesuffix(f", {article}")
            return article + rest if article.endswith("'") else f"{article} {rest}"
    return name


def _accents_restored(name: str, dice: random.Random) -> str:
    return " ".join(ACCENTED.get(word, word) for word in name.split(" "))


def _accents_dropped(name: str, dice: random.Random) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))


def _and_turned(name: str, dice: random.Random) -> str:
    return name.replace(" and ", " & ") if " and " in name else name.replace(" & ", " and ")


def _number_turned(name: str, dice: random.Random) -> str:
    """ "Part II" -> "II", "II" -> "2" or "Part II", "2" -> "II"; only of sequels."""
    found = re.search(r"(?P<part>,? Part)? (?P<number>II|III|IV|V|VI|VII|VIII|[2-8])(?=$|:)", name)
    if not found or "Henry" in name or "Richard" in name:
        return name
    number = found["number"]
    digits = {digit: roman for roman, digit in _ROMANS.items()}
    other = _ROMANS.get(number) or digits[number]
    forms = [f" {number}", f" {other}", f" Part {number}", f" Part {other}"]
    return name[: found.start()] + dice.choice(forms) + name[found.end() :]


def _colon_turned(name: str, dice: random.Random) -> str:
    return name.replace(": ", dice.choice((" – ", " - ", " ")), 1)


def _signs_curled(name: str, dice: random.Random) -> str:
    return name.replace("'", "’").replace("...", "…").replace(" 1/2", "½").replace(" - ", " – ")


def _titles_spelt_out(name: str, dice: random.Random) -> str:
    return name.replace("Dr. ", "Doctor ").replace("Mr. ", "Mr ").replace("Mrs. ", "Mrs ").replace("St. ", "Saint ")


def _small_words_changed(name: str, dice: random.Random) -> str:
    return re.sub(r"(?<= )(From|The|Of|In|At|On|To|By|For|With)(?= )", lambda found: found[0].lower(), name)


def _subtitle_left_out(name: str, dice: random.Random) -> str:
    return name.split(": ")[0]


_CHANGES = (
    (_subtitle_left_out, 0.02),
    (_number_turned, 0.3),
    (_colon_turned, 0.2),
    (_and_turned, 0.3),
    (_titles_spelt_out, 0.3),
    (_accents_restored, 0.5),
    (_accents_dropped, 0.25),
    (_signs_curled, 0.3),
    (_small_words_changed, 0.3),
)


def _taken_out(titles: Sequence[Title], dice: random.Random) -> set[Title]:
    """Some titles at random, and as many of which another one begins with the same two words."""
    starts = Counter(_first_words(title.raw) for title in titles)
    related = [title for title in titles if starts[_first_words(title.raw)] > 1]
    plain = dice.sample(titles, TAKEN_OUT // 2)
    return {*plain, *dice.sample([title for title in related if title not in plain], TAKEN_OUT - len(plain))}


def _first_words(raw: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", raw.casefold())[:2])


def _listed(name: str, year: int, there: set[str]) -> bool:
    """Whether ml-1m has a film of this name in this year or the ones beside it, after all."""
    plain = [
        name,
        *(
            f"{name.removeprefix(f'{article} ')}, {article}"
            for article in ("The", "A")
            if name.startswith(f"{article} ")
        ),
    ]
    return any(f"{name} ({year + off})".casefold() in there for name in plain for off in (-1, 0, 1))
