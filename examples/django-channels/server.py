"""Runs daphne as its command does, with what this project needs: `python3 server.py --port 8000 [--start-redis] [--naive]`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def start_redis() -> str:
    """A Redis of its own on a Unix socket, without a file, that ends with this process. For tests."""
    socket = Path(tempfile.mkdtemp(prefix="channels-redis-")) / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
    deadline = time.monotonic() + 10
    while not socket.exists():
        if time.monotonic() > deadline:
            sys.exit("redis-server did not start within 10 s; is it installed?")
        time.sleep(0.02)
    return f"unix://{socket}"


def die_with_parent() -> None:
    import ctypes
    import signal

    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--start-redis", action="store_true", help="use a Redis of this process's own")
    parser.add_argument("--naive", action="store_true", help="fall into the traps")
    arguments = parser.parse_args()
    if arguments.start_redis and not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = start_redis()

    from daphne.cli import CommandLineInterface

    # daphne counts in whole seconds and looks every two.
    scale = float(os.environ.get("WIREPACT_TIME_SCALE", "1"))
    options = ["--ping-interval", str(max(1, round(30 * scale))), "--ping-timeout", str(max(1, round(10 * scale)))]
    # The access log prints the query string, and with it the token.
    options += ["--access-log", os.devnull]
    if arguments.naive:
        options = []
    application = "naive:application" if arguments.naive else "asgi:application"
    CommandLineInterface().run(["-b", "127.0.0.1", "-p", str(arguments.port), *options, application])

    from django.conf import settings

    if getattr(settings, "RESTART", False):
        os.execv(sys.executable, [sys.executable, *sys.argv])


if __name__ == "__main__":
    main()
