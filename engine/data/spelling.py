"""Titles found although their name is misspelt: letters differ, a space or a small word is missing.

Shapes: I titles, W different words, N words of all titles, one title's after the other's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Costs = npt.NDArray[np.float32]

_SLIPS = ((7, 2), (4, 1))
"""From so many letters on, so many may differ."""
_LEAST_LETTERS = 4
_SMALL_WORDS = frozenset({"the", "a", "an", "of", "and", "le", "la", "der", "die", "das"})
_MISSING, _SMALL_MISSING, _WITHIN, _RUN_TOGETHER = 2.5, 0.5, 0.25, 0.5
_FURTHER, _FURTHEST = 1.5, 3.6
"""Titles that are so much further from what was typed than the nearest one, or so far at all, are not meant."""
_MOST_KNOWN = 24
"""So many looked up words are remembered: while somebody types on, the words before stay the same."""


class Spellings:
    """The words of all titles, looked up as they may have been meant. `keys_I` are titles as search compares them.

    >>> spellings = Spellings(("the princess bride", "princess mononoke", "alien", "star wars"))
    >>> spellings.near("princes mononoki"), spellings.near("starwars"), spellings.near("zzzz")
    ([1], [3], [])
    """

    def __init__(self, keys_I: Sequence[str]) -> None:
        self._run_together_I = [key.replace(" ", "") for key in keys_I]
        self._known: dict[tuple[str, bool], Costs] = {}
        self._place_of = place_of = dict[str, int]()
        words_N: list[int] = []
        rows, starts = [], []
        for row, key in enumerate(keys_I):
            words = key.split()
            if words:
                rows.append(row)
                starts.append(len(words_N))
                words_N += [place_of.setdefault(word, len(place_of)) for word in words]
        self._words_W = list(place_of)
        self._words_N = np.array(words_N, dtype=np.int64)
        self._rows, self._starts = np.array(rows, dtype=np.int64), np.array(starts, dtype=np.int64)

    def near(self, text: str, *, most: int = 20, popularity: npt.NDArray[np.int64] | None = None) -> list[int]:
        """Rows of titles whose name may be meant, the nearest first, equally near ones by `popularity`.

        `text` is folded, as the keys are. None for a few letters, of which anything may be a misspelling.
        """
        words = text.split()
        if not len(self._rows) or max(map(len, words), default=0) < _LEAST_LETTERS:
            return []
        costs_I = np.full(len(self._run_together_I), np.inf, dtype=np.float32)
        costs_I[self._rows] = sum(self._costs(word, words) for word in words)
        costs_I[self._run_together(words)] = _RUN_TOGETHER
        found = np.flatnonzero(costs_I <= min(float(costs_I.min()) + _FURTHER, _FURTHEST))
        counts = np.zeros(len(costs_I), np.int64) if popularity is None else popularity
        order = np.lexsort((found, -counts[found], costs_I[found]))[:most]
        return [int(row) for row in found[order]]

    def _costs(self, word: str, words: Sequence[str]) -> Costs:
        """How far each title with words is from holding a word: 0 where it does, infinite where it cannot be meant."""
        key = (word, word is words[-1])
        least = self._known.get(key)
        if least is None:
            costs_W = self._word_costs(word, is_last=key[1])
            least = np.minimum.reduceat(costs_W[self._words_N], self._starts)
            if len(self._known) >= _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = least
        missing = _SMALL_MISSING if word in _SMALL_WORDS else _MISSING if len(words) > 2 else np.inf
        return np.minimum(least, np.float32(missing))

    def _word_costs(self, word: str, *, is_last: bool) -> Costs:
        """How far each word is from the one that was typed, [W]; the last may be the beginning of a longer one."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        costs_W = np.full(len(self._words_W), np.inf, dtype=np.float32)
        slips = next((slips for least, slips in _SLIPS if len(word) >= least), 0)
        slips = min(slips, 1) if word in self._place_of else slips
        texts = [self._words_W]
        if is_last and slips:
            texts.append([known[: len(word)] for known in self._words_W])
        for known_W in texts if slips else ():
            apart_W = process.cdist([word], known_W, scorer=OSA.distance, score_cutoff=slips, dtype=np.uint8)[0]
            is_near_W = apart_W <= slips
            further = 0.0 if known_W is self._words_W else _WITHIN
            costs_W[is_near_W] = np.minimum(costs_W[is_near_W], apart_W[is_near_W] + further)
        for place, known in enumerate(self._words_W):
            if word in known:
                costs_W[place] = min(costs_W[place], 0.0 if known == word else _WITHIN)
        return costs_W

    def _run_together(self, words: Sequence[str]) -> list[int]:
        """Titles that hold the text when no spaces count."""
        text = "".join(words)
        return [row for row, key in enumerate(self._run_together_I) if text in key]
