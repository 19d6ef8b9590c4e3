"""The taste map: how long its layout takes, how many neighbours it keeps, and how long a frame takes to draw.

    [xvfb-run -a -s "-screen 0 1920x1080x24"] python tests/bench/taste_map.py [--titles 27000] [--scale 2]

First MovieLens-1M (under DESKTOP_REC_DATA, left out where that is not set), by the strongest directions of who liked
what; then made-up titles: bundles of directions in 64 dimensions, so many of them as are asked for. *kept* is the share
of each title's 15 nearest neighbours that are among its 15 nearest on the map, by the two widest directions (PCA) and
by the layout. A frame is one step of a drag or of the wheel, drawn at once (`repaint`), with 300 marks and the names
over it; also in time of the thread that draws, which neighbours on the machine do not lengthen.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, Float32
from engine.data.importing.importer import import_files
from engine.data.importing.options import ImportOptions
from engine.events import drive
from engine.recommending.taste_map import TasteMap, lay_out, neighbours_kept, quick_map
from engine.recommending.vectors import entry_vectors

FRAMES, BUNDLES, WIDTH = 240, 120, 64


def made_up(titles: int) -> Float32:
    """Titles around directions drawn at random, some bundles much larger than others."""
    rng = np.random.default_rng(0)
    sizes = rng.dirichlet(np.full(BUNDLES, 0.6))
    bundle = rng.choice(BUNDLES, size=titles, p=sizes)
    around = rng.normal(size=(BUNDLES, WIDTH))[bundle] + rng.normal(0, 0.6, (titles, WIDTH))
    vectors: Float32 = (around / np.linalg.norm(around, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def movielens(folder: Path) -> Dataset:
    dataset, _ = drive(import_files([folder], options=ImportOptions(), dataset_id="ml-1m"))
    return dataset


def layout(name: str, vectors_ID: Float32) -> TasteMap:
    """Lay out titles, and say what that took and kept."""
    began = time.perf_counter()
    quick = quick_map(vectors_ID)
    quick_s = time.perf_counter() - began
    began, used = time.perf_counter(), time.process_time()
    found = drive(lay_out(vectors_ID))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - used
    placed_I = found.placed_I
    kept = [drive(neighbours_kept(vectors_ID[placed_I], one.points_I2[placed_I])) for one in (quick, found)]
    print(
        f"{name:<14}{found.titles:>7,} titles  PCA {quick_s:.2f} s  layout {wall_s:.1f} s ({cpu_s:.1f} s of processor)"
        f"  kept {kept[0]:.3f} by PCA, {kept[1]:.3f} laid out",
        flush=True,
    )
    return found


def frames(found: TasteMap, *, scale: float) -> None:
    """Drag and zoom, and say how long frames took."""
    os.environ["QT_SCALE_FACTOR"] = str(scale)
    from PySide6 import __version__
    from PySide6.QtWidgets import QApplication

    from desktop_rec.for_you.taste_map.colouring import Colouring, Ink, LegendEntry
    from desktop_rec.for_you.taste_map.marks import Mark
    from desktop_rec.for_you.taste_map.plot import MapPlot
    from desktop_rec.theme.theme import apply_theme

    app = QApplication(sys.argv[:1])
    apply_theme(app, "light")
    rng, titles = np.random.default_rng(0), len(found.points_I2)
    plot = MapPlot()
    plot.resize(620, 500)
    plot.show_map(found, name_of=lambda row: f"Title number {row} (2000)", counts_I=rng.integers(1, 999, titles))
    legend = tuple(LegendEntry(str(n), Ink(series=n)) for n in range(8))
    plot.show_colours(Colouring(legend, rng.integers(0, 8, titles).astype(np.int8)))
    plot.show_marks({mark: rng.choice(titles, 100, replace=False).tolist() for mark in Mark})
    plot.show()
    for _ in range(30):
        app.processEvents()
        time.sleep(0.01)
    print(f"frames: PySide6 {__version__}, {app.platformName()}, {plot.width()} x {plot.height()} at {scale:g}")
    for words in ("drag", "wheel"):
        plot.show_all()
        took, worked = [], []
        for step in range(FRAMES):
            began, used = time.perf_counter(), time.thread_time()
            if words == "drag":
                plot.drag_by(3 if step % 80 < 40 else -3, 1)
            else:
                plot.zoom_by(1.02 if step % 160 < 80 else 1 / 1.02)
            plot.repaint()
            took.append(1e3 * (time.perf_counter() - began))
            worked.append(1e3 * (time.thread_time() - used))
        for kind, spent in (("waited", took), ("worked", worked)):
            middle, late = np.median(spent), np.quantile(spent, 0.95)
            print(f"{words:<6} {kind} {middle:6.1f} ms median {late:6.1f} ms p95 {max(spent):6.1f} ms worst")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=27_000)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--frames-only", action="store_true", help="draw points strewn at random, lay out nothing")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}")
    print(f"numpy {np.__version__}")
    if asked.frames_only:
        strewn = np.random.default_rng(0).normal(0, 0.45, (asked.titles, 2)).astype(np.float32)
        frames(TasteMap(strewn, True), scale=asked.scale)
        return
    folder = Path(os.environ.get("DESKTOP_REC_DATA", "")) / "ml-1m"
    if (folder / "ratings.dat").is_file():
        layout("MovieLens-1M", entry_vectors(movielens(folder)))
    frames(layout("made up", made_up(asked.titles)), scale=asked.scale)


if __name__ == "__main__":
    main()
