"""Whatever stored file is damaged in whatever way: a sentence or the right answer, soon, and the rest is as it was.

`damaged_process` damages and asks. A few damages by default, 2,000 with `-m exhaustive`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[2] / "support"
FEW, MANY, PARTS = 10, 250, 8


def check(python: str, folder: Path, *, count: int, seed: int) -> None:
    command = [python, str(SUPPORT / "damaged_process.py"), str(folder), str(count), str(seed)]
    path = os.pathsep.join((str(SUPPORT), str(SUPPORT.parents[1])))
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, f"it crashed: {done.stderr}"
    found = json.loads(done.stdout)
    print("damaged", found["tried"], found["stored"], "slowest", found["slowest_s"])
    assert found["failures"] == []
    assert sum(found["tried"].values()) == count


@pytest.mark.thorough
def test_that_a_damaged_file_is_a_sentence_and_the_rest_of_the_library_works(warm_python, tmp_path):
    check(warm_python, tmp_path, count=FEW, seed=0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(1, PARTS + 1))
def test_that_many_damaged_files_are_sentences(warm_python, tmp_path, seed):
    check(warm_python, tmp_path, count=MANY, seed=seed)
