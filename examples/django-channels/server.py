"""Runs daphne as its command does, with what this project needs: `python3 server.py --port 8000`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """A Redis of this process's own, on a Unix socket, that writes its data to the folder: what it keeps, a restart finds."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--appendonly", "yes"]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not socket.exists():
            if redis.poll() is not None or time.monotonic() > deadline:
                sys.exit("redis-server did not start within 10 s; is it installed?")
            time.sleep(0.02)
        yield f"unix://{socket}"
    finally:
        redis.terminate()
        redis.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--start-redis", action="store_true", help="start a Redis that ends with this process")
    parser.add_argument("--naive", action="store_true", help="fall into the traps")
    arguments = parser.parse_args()
    if not arguments.start_redis:
        run(arguments.port, arguments.naive)
        return
    # Named by the port, so that a restart finds the data.
    with private_redis(Path(tempfile.gettempdir()) / f"channels-redis-{arguments.port}") as url:
        os.environ["REDIS_URL"] = url
        run(arguments.port, arguments.naive)


def run(port: int, naive: bool) -> None:
    # Not above: it imports the settings, and they read the environment.
    from daphne.cli import CommandLineInterface

    # daphne counts in whole seconds, looks every two whether a ping is due, and ends up to a second before the timeout.
    scale = float(os.environ.get("WIREPACT_TIME_SCALE", "1"))
    options = ["--ping-interval", str(max(1, round(30 * scale))), "--ping-timeout", str(max(2, round(10 * scale)))]
    if not naive:
        # The access log prints the query string, and with it the token (trap 17).
        options += ["--access-log", os.devnull]
    application = "naive:application" if naive else "asgi:application"
    CommandLineInterface().run(["-b", "127.0.0.1", "-p", str(port), *options, application])


if __name__ == "__main__":
    main()
