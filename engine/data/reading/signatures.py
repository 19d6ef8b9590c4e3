"""What a file that is no text looks like, from its first bytes: so that a refusal can say "a PNG picture".

Stands beside formats.py, before anything is read.
"""

from __future__ import annotations

_FEW = 3
"""So many NUL bytes a text may hold by mistake; the lines that hold them are reported."""
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"ARROW1", "an Arrow or Feather table"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90", "a Windows program"),
    (4, b"ftyp", "a video"),
    (0, b"RIFF", "a sound or video file"),
    (0, b"\x80\x04\x95", "a Python pickle"),
    (0, b"\x80\x02", "a Python pickle"),
)

_PARTS_OF_ZIPS = (
    ("xl/", "an Excel workbook"),
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/", "a Java archive"),
)


def looks_like(head: bytes) -> str | None:
    """What the first bytes of a file say that it is, or None where it may be text. UTF-16 text is not binary."""
    for place, signature, words in _SIGNATURES:
        if head[place : place + len(signature)] == signature:
            return words
    start = head[:256].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    if start.startswith((b"{", b"[{", b"[[")):
        return "a JSON file"
    return "a binary file" if _is_binary(head) else None


def zip_looks_like(members: list[str]) -> str | None:
    """What a zip with these names really is, or None where it is just a zip."""
    for start, words in _PARTS_OF_ZIPS:
        if any(one.startswith(start) for one in members):
            return words
    return None


def utf16_order(head: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" where a mark or the pattern of NUL bytes says so, else None."""
    if head[:2] == b"\xff\xfe":
        return "utf-16-le"
    if head[:2] == b"\xfe\xff":
        return "utf-16-be"
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) >= 4 and odd.count(0) > 0.8 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if len(odd) >= 4 and even.count(0) > 0.8 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    if utf16_order(head):
        return False
    controls = sum(head.count(bytes([one])) for one in (*range(1, 9), *range(14, 27)))
    return head.count(b"\0") > max(_FEW, len(head) // 1000) or controls > 0.02 * len(head)
