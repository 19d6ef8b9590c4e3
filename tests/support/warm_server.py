"""A process that has imported torch and the engine, and forks one that goes on from there for each program asked for.

`warm_server.py SOCKET` listens there until its input ends. `warm_program.py` asks: it sends words as of a command line,
surroundings and a folder, with its own input and outputs, and is answered with how the program ended.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import damaged_process  # noqa: F401  (with it comes nearly everything that programs of the tests import)
import killed_process  # noqa: F401
import resuming_process  # noqa: F401
import sharing_process  # noqa: F401
import torch.distributed.run  # noqa: F401

import engine.cli.command_line  # noqa: F401

LOOK_S = 0.01


def serve(place: str) -> dict[str, Any] | None:
    """Fork for each that asks; returns in such a process what it is asked, and in the first one None in the end."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(64)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return None
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    return begun(asking)
            forget_ended()


def forget_ended() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def begun(asking: socket.socket) -> dict[str, Any]:
    """Fork once more: the program begins in the new process; this one stays until it ended, and says how."""
    asked, ends = received(asking)
    pid = os.fork()
    if pid == 0:
        asking.close()
        for number, end in enumerate(ends):
            os.dup2(end, number)
            os.close(end)
        return asked
    for end in (*ends, 0, 1, 2):
        os.close(end)
    asking.sendall(f"{pid}\n".encode())
    status: int | None = None
    while status is None:
        gone = bool(select.select([asking], [], [], LOOK_S)[0])
        if gone:  # nobody waits any more: whoever asked was killed
            os.kill(pid, signal.SIGKILL)
        found, of = os.waitpid(pid, 0 if gone else os.WNOHANG)
        status = of if found else None
    asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def received(asking: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is asked, a line of JSON, and the three ends of pipes that come with it."""
    ends = array.array("i")
    said, others, *_ = asking.recvmsg(1 << 16, socket.CMSG_SPACE(3 * ends.itemsize))
    for _level, _kind, content in others:
        ends.frombytes(content)
    while not said.endswith(b"\n"):
        said += asking.recv(1 << 16)
    return json.loads(said), list(ends)


def become(asked: dict[str, Any]) -> NoReturn:
    """Run the program that is asked for in this process, as `python` would; it leaves without tidying up memory."""
    status: Any = 1
    try:
        run(asked)
        status = 0
    except SystemExit as ended:
        status = 0 if ended.code is None else ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


def run(asked: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in sys.path]
    encoding = os.environ.get("PYTHONIOENCODING")
    sys.stdin, sys.stdout = os.fdopen(0, encoding=encoding), os.fdopen(1, "w", encoding=encoding)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding=encoding, errors="backslashreplace")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()
    first, *sys.argv = (word for word in asked["words"] if word != "-u")
    if first == "-m":
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        exec(sys.argv[0], {"__name__": "__main__"})
    else:
        sys.argv.insert(0, first)
        sys.path.insert(0, str(Path(first).parent))
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    asked_of_it = serve(sys.argv[1])
    if asked_of_it is None:
        forget_ended()
        os._exit(0)
    become(asked_of_it)
