"""A process killed at any moment loses nothing that it acknowledged, and leaves nothing that is not put right.

`killed_process` does the killing, `after_kill` says what must be true afterwards: among it that a training that is gone
on with equals the uninterrupted one to the bit. A few kills of each kind by default, 300 with `-m exhaustive`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library

SUPPORT = Path(__file__).parents[2] / "support"
SEED = 11
FEW = {"profile": 2, "import": 2, "prepare": 2, "rearrange": 2, "results": 1, "train mult_dae": 1}
MANY = {
    "prepare": 18,
    **dict.fromkeys(("profile", "sample", "import", "rearrange", "results", "judge", "search", "window"), 24),
    **{f"train {name}": 18 for name in ("two_head", "mult_vae", "mult_dae", "mf", "lstm", "embedding_mlp")},
}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed")


def killed(python: str, folder: Path, kills: dict[str, int]):
    asked = ",".join(f"{activity}={count}" for activity, count in kills.items())
    command = [python, str(SUPPORT / "killed_process.py"), str(folder), asked, str(SEED)]
    path = os.pathsep.join((str(SUPPORT), str(SUPPORT.parents[1])))
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(python: str, folder: Path, kills: dict[str, int]) -> None:
    found = killed(python, folder, kills)
    assert {activity: of["failures"] for activity, of in found.items()} == {activity: [] for activity in kills}
    died = {activity: of["killed"] for activity, of in found.items()}
    print("killed", died)
    assert died == kills, "too few were killed in time"


@pytest.mark.thorough
def test_that_a_killed_process_loses_nothing_and_leaves_nothing(warm_python, tmp_path):
    check(warm_python, tmp_path, FEW)


def test_that_mending_damaged_records_may_be_killed_at_any_moment(warm_python, tmp_path):
    """At each file operation of the opening that sets the damaged file aside."""
    code = """if True:
        import os, sys
        from pathlib import Path
        from engine.library.store import Library
        home, at, count = Path(sys.argv[1]), int(sys.argv[2]), 0

        def audit(event, arguments):
            global count
            if event in ("open", "os.rename", "os.link", "os.remove", "sqlite3.connect"):
                count += str(home) in str(arguments[0])
                if count == at:
                    os.kill(os.getpid(), 9)

        sys.addaudithook(audit)
        Library.open(home, who="the killed one").close()
    """
    me = Profile("me", "Me", (ProfileEntry("6", "Heat", 1995, 4.0),))
    with Library.open(tmp_path / "whole", who="a test") as library:
        library.profiles.save(me)
    for at in range(8, 60, 7):
        home = Path(shutil.copytree(tmp_path / "whole", tmp_path / str(at)))
        (home / "library.sqlite").write_bytes(b"nonsense" * 1000)
        subprocess.run([warm_python, "-c", code, str(home), str(at)], capture_output=True)
        with Library.open(home, who="the next one") as library:
            assert library.profiles.load("me") == me, at
        assert b"nonsense" * 1000 in [path.read_bytes() for path in home.glob("library.sqlite.damaged-*")], at
        assert not list(home.rglob(".new-*")), at


@pytest.mark.exhaustive
@pytest.mark.parametrize("activity", MANY)
def test_that_many_killed_processes_lose_nothing_and_leave_nothing(warm_python, tmp_path, activity):
    check(warm_python, tmp_path, {activity: MANY[activity]})
