"""The window talks to nobody: in the first steps of the tour no socket is opened, by Python or below it.

But for the name of the user, which torch asks for its folder of temporary files: the C library looks that up in a local
service, where there is one.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_MOST_S = 900
_TOUR = """
import sys
from pathlib import Path

sockets = []
sys.addaudithook(lambda event, _: sockets.append(event) if event in {events} else None)

from desktop_rec.tour import hand, run_tour, steps

hand.Hand.wait.__kwdefaults__["seconds"] = 300.0
steps.STEPS = steps.STEPS[:5]
status = run_tour(Path(sys.argv[1]))
print("sockets:", *sockets)
sys.exit(status)
""".replace(
    "{events}", repr({"socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"})
)


def tracer(trace: Path) -> list[str]:
    """The command that writes down every socket of what follows, those of Qt and torch too; none where it cannot."""
    strace = shutil.which("strace")
    command = [strace, "-f", "--seccomp-bpf", "-qq", "-e", "trace=socket,connect,bind", "-o", str(trace)]
    works = strace is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return command if works else []


@pytest.mark.thorough
def test_that_the_first_steps_of_the_tour_open_no_socket(tmp_path):
    trace = tmp_path / "trace"
    command = [*tracer(trace), sys.executable, "-c", _TOUR, str(tmp_path / "pictures")]
    screen = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
    surroundings = {name: value for name, value in os.environ.items() if name not in hidden} | screen
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=_MOST_S)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("sockets:"), done.stdout
    assert (tmp_path / "pictures" / "01_first_page.png").exists()
    if trace.exists():
        calls = re.findall(r"(?:socket|connect|bind)\(.*", trace.read_text())
        looked_up = [call for call in calls if "/nscd/socket" in call]
        local = [call for call in calls if call.startswith("socket(AF_UNIX")]
        assert len(local) <= len(looked_up)
        assert set(calls) == {*looked_up, *local}
