"""A Python program as a process of its own that need not import torch first: `python -S warm_program.py SOCKET WORDS`.

For those who start it, it is `python WORDS`: input, outputs, signals and the exit status are the program's. The program
itself runs in a process forked by `warm_server.py`, and ends when this one does.
"""

import json
import os
import signal
import socket
import sys


def main(place: str, words: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        asked = {"words": words, "environment": dict(os.environ), "folder": os.getcwd()}
        socket.send_fds(server, [json.dumps(asked).encode() + b"\n"], [0, 1, 2])
        with server.makefile("r") as answers:
            program = int(answers.readline())
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda number, _frame: os.kill(program, number))
            status = int(answers.readline() or 1)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL) if -status != signal.SIGKILL else None
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
