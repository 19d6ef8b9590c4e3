"""The application's icon as files: a PNG of each size, and the containers that Windows and macOS want.

The picture itself is drawn by `desktop_rec.theme.icons`; nothing here knows what it looks like.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
_COLOUR = "#5146d0"
_OF_MAC = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}
_IN_ICO = (16, 24, 32, 48, 64, 128, 256)


def write_icons(folder: Path) -> list[Path]:
    """desktop-rec-16.png to desktop-rec-512.png, desktop-rec.ico and desktop-rec.icns; needs a QGuiApplication."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: png_of(size) for size in SIZES}
    written = []
    for size, png in pictures.items():
        written.append(folder / f"desktop-rec-{size}.png")
        written[-1].write_bytes(png)
    for name, content in (("ico", _ico({size: pictures[size] for size in _IN_ICO})), ("icns", _icns(pictures))):
        written.append(folder / f"desktop-rec.{name}")
        written[-1].write_bytes(content)
    return written


def png_of(size: int) -> bytes:
    """The icon as a PNG of so many pixels."""
    from desktop_rec.theme.icons import pixmap

    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap("app", _COLOUR, size=size).save(buffer, "PNG")
    return bytes(content.data())


def _ico(pictures: dict[int, bytes]) -> bytes:
    """Windows' container, with PNGs inside."""
    start = 6 + 16 * len(pictures)
    entries, body = b"", b""
    for size, png in pictures.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), start + len(body))
        body += png
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + body


def _icns(pictures: dict[int, bytes]) -> bytes:
    """macOS' container, with PNGs inside."""
    parts = [(kind, pictures[size]) for kind, size in _OF_MAC.items()]
    body = b"".join(kind + struct.pack(">I", len(png) + 8) + png for kind, png in parts)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


if __name__ == "__main__":
    import sys

    application = QGuiApplication([])
    for path in write_icons(Path(sys.argv[1])):
        print(path)
