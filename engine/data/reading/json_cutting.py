"""Text of JSON, block by block, cut into its entries: lines of them, or lists whose commas become line ends.

Shapes: B bytes of a block, S signs in it that part or enclose.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from engine.data.dataset import Int64
from engine.data.reading.json_document import entry_in
from engine.wording import plural, said

_LONG_ENTRY = 64 * 1024
"""In bytes: what is longer and no object is taken for several of which one is damaged."""
_LONG = 1024
_BETWEEN_LISTS = re.compile(rb"[\s,\]]*")
_BETWEEN_OBJECTS = re.compile(rb"(?<=\})\s*(?:,\s*)?(?=\{)")
_IS_SIGN = np.zeros(256, dtype=bool)
_DEPTH = np.zeros(256, dtype=np.int32)
for _sign, _change in ((b"{", 1), (b"[", 1), (b"}", -1), (b"]", -1), (b",", 0)):
    _IS_SIGN[_sign[0]], _DEPTH[_sign[0]] = True, _change


class LineCutter:
    """Text block by block -> whole lines."""

    is_over = False

    def __init__(self) -> None:
        self.rest = b""

    def note(self, name: str) -> str:
        """What a person should know of the text after the last line: nothing."""
        return ""

    def cut(self, fresh: bytes, *, at_end: bool) -> bytes:
        text = self.rest + fresh
        cut = len(text) if at_end else text.rfind(b"\n") + 1
        self.rest = text[cut:]
        return text[:cut]


class ListCutter:
    """The text of a list block by block -> its entries as lines. Lists that follow one another are read as one."""

    def __init__(self) -> None:
        self.rest = b""
        self.is_over = False
        self._lists = 1
        self._is_between = False

    def note(self, name: str) -> str:
        """What a person should know of the text after the list in the file of this name."""
        if self.is_over:
            return said(
                "{name} goes on after the end of its list with something that is no object; that was not read.",
                name=name,
            )
        if self._lists == 1:
            return ""
        lists = plural(self._lists, "list")
        return said("{name} holds {lists}, one after another; all were read.", name=name, lists=lists)

    def cut(self, fresh: bytes, *, at_end: bool) -> bytes:
        text, found = self.rest + fresh, []
        while text and not self.is_over:
            if self._is_between:
                text = self._next_list(text)
                continue
            lines, cut, has_ended = _cut_list(text, at_end=at_end)
            if not has_ended and not at_end and len(text) - cut > _LONG_ENTRY:
                more, beyond = _cut_anew(text[cut:])
                lines, cut = lines + more, cut + beyond
            found.append(_repaired(lines))
            text, self._is_between = text[cut:], has_ended
            if not has_ended:
                break
        self.rest = text if not at_end else b""
        return b"\n".join(lines.removesuffix(b"\n") for lines in found if lines.strip()) + b"\n" if any(found) else b""

    def _next_list(self, text: bytes) -> bytes:
        """The text from the next entry on, empty where it is still to come."""
        between = _BETWEEN_LISTS.match(text)
        text = text[between.end() :] if between else text
        if text:
            self.is_over = text[:1] not in (b"[", b"{")
            self._lists += text[:1] == b"["
            self._is_between = False
        return text[1:] if text[:1] == b"[" else text


def _cut_list(text: bytes, *, at_end: bool) -> tuple[bytes, int, bool]:
    """Whole entries as lines, where the next begins, and whether the list has ended."""
    bytes_B, signs_S = _signs_in(text)
    depth_S = np.cumsum(_DEPTH[bytes_B[signs_S]], dtype=np.int64)
    closed = np.flatnonzero(depth_S < 0)
    end = int(signs_S[closed[0]]) if len(closed) else len(text)
    commas = signs_S[(depth_S == 0) & (bytes_B[signs_S] == ord(",")) & (signs_S < end)]
    starts = _starts_without_comma(bytes_B, signs_S, depth_S)
    borders = np.union1d(commas, starts[starts < end] - 1)
    has_ended = bool(len(closed))
    cut = end if has_ended or at_end else (int(borders[-1]) + 1 if len(borders) else 0)
    lines = np.frombuffer(text[:cut].replace(b"\n", b" ").replace(b"\r", b" "), dtype=np.uint8).copy()
    lines[borders[borders < cut]] = ord("\n")
    return lines.tobytes(), cut + has_ended, has_ended


def _signs_in(text: bytes) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], Int64]:
    """The bytes, and where signs stand outside of texts."""
    plain = re.sub(rb"\\.", b"__", text, flags=re.DOTALL) if b"\\" in text else text
    bytes_B = np.frombuffer(plain, dtype=np.uint8)
    signs_S = np.flatnonzero(_IS_SIGN[bytes_B])
    quotes = np.flatnonzero(bytes_B == ord('"'))
    return bytes_B, signs_S[np.searchsorted(quotes, signs_S) % 2 == 0]


def _starts_without_comma(bytes_B: np.ndarray[Any, np.dtype[np.uint8]], signs_S: Int64, depth_S: Int64) -> Int64:
    """Where an object begins right after another, with some space between them."""
    signs = bytes_B[signs_S]
    follows = (signs[1:] == ord("{")) & (signs[:-1] == ord("}")) & (depth_S[:-1] == 0)
    starts: Int64 = signs_S[1:][follows & (np.diff(signs_S) > 1)]
    return starts


def _cut_anew(text: bytes) -> tuple[bytes, int]:
    """Of a text in which no entry ends as it should: what looks like objects but for the last, and how long it is."""
    borders = [between.end() for between in _BETWEEN_OBJECTS.finditer(text)]
    if not borders:
        return b"", 0
    return _split_anew(text[: borders[-1]]) + b"\n", borders[-1]


def _split_anew(text: bytes) -> bytes:
    return _BETWEEN_OBJECTS.sub(b"\n", text.replace(b"\n", b" ").replace(b"\r", b" ")).rstrip(b" ,")


def _repaired(lines: bytes) -> bytes:
    """The lines; one that is far longer than the others and no object is taken for several of which one is damaged."""
    parts = lines.split(b"\n")
    long = _LONG + 8 * len(lines) // len(parts) if len(parts) > 2 else _LONG
    if max(map(len, parts)) <= long:
        return lines
    return b"\n".join(
        _split_anew(part) if len(part) > long and entry_in(part.decode("utf-8", "replace")) is None else part
        for part in parts
    )
