"""One WebSocket connection: an outbox that never makes others wait, the limits, the token's end, the close."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

import config
from auth import User
from messages import Rejected

logger = logging.getLogger(__name__)

MAX_UNSENT_BYTES = 1024 * 1024

# Every live connection, so that a shutdown can close them all.
LIVE: set[Connection] = set()


class Shutdown:
    """Set once, before the connections are closed: then nobody is told that anybody left."""

    begun = False


class RateLimit:
    """A bucket of `burst` messages that refills at `per_second`; `strikes` refusals in a row are too many."""

    def __init__(self, per_second: float, burst: int, strikes: int) -> None:
        self.per_second = per_second / config.TIME_SCALE
        self.burst = burst
        self.strikes = strikes
        self.tokens = float(burst)
        self.refused = 0
        self.updated = time.monotonic()

    def admits(self) -> bool:
        moment = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (moment - self.updated) * self.per_second)
        self.updated = moment
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.refused = 0
        return True

    @property
    def exhausted(self) -> bool:
        return self.refused >= self.strikes


class Connection:
    def __init__(
        self,
        websocket: WebSocket,
        user: User,
        on_message: Callable[[Connection, str], None],
        on_end: Callable[[Connection], None] = lambda connection: None,
        expired_code: int = 4001,
    ) -> None:
        self.websocket = websocket
        self.user = user
        self.on_message = on_message
        self.on_end = on_end
        self.expired_code = expired_code
        self.ended = False
        self.path: str = websocket.url.path
        self._task: asyncio.Task[None] | None = None
        self._outbox: asyncio.Queue[str | int] = asyncio.Queue()
        self._unsent_bytes = 0
        self._sender: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None

    async def run(self, on_open: Callable[[Connection], None] = lambda connection: None) -> None:
        await self.websocket.accept()
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(max(0.0, self.user.expires_at - time.time()), self.close, self.expired_code)
        self._sender = asyncio.create_task(self._send_all())
        LIVE.add(self)
        try:
            on_open(self)
            await self._receive_all()
        finally:
            expiry.cancel()
            self._end()
            if self._closer is None:
                self._sender.cancel()
            await asyncio.gather(self._closer or self._sender, return_exceptions=True)

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message. A client that does not read is cut off before its backlog eats the memory."""
        self.send_text(json.dumps(message))

    def send_text(self, encoded: str) -> None:
        if self.ended:
            return
        self._unsent_bytes += len(encoded)
        self._outbox.put_nowait(encoded)
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self.close(1013, flush=False)

    def close(self, code: int, flush: bool = True) -> None:
        """Closes after what is queued was sent, or without it. From now on nothing is received."""
        if self.ended:
            return
        self._end()
        if flush and self._sender:
            self._outbox.put_nowait(code)
            self._closer = self._sender
        else:
            if self._sender:
                self._sender.cancel()
            self._closer = asyncio.create_task(self._close_now(code))

    def drop(self) -> None:
        """Cuts the connection without a close frame, as a broken network does. For tests."""
        if self._task:
            self._task.cancel()

    def _end(self) -> None:
        if not self.ended:
            self.ended = True
            LIVE.discard(self)
            self.on_end(self)

    async def _close_now(self, code: int) -> None:
        try:
            await self.websocket.close(code)
        except RuntimeError:
            pass  # the client was faster

    async def _send_all(self) -> None:
        while True:
            item = await self._outbox.get()
            if isinstance(item, int):
                await self._close_now(item)
                return
            try:
                await self.websocket.send_text(item)
            except Exception:
                return  # the connection is gone; the receiving side sees it and cleans up
            self._unsent_bytes -= len(item)

    async def _receive_all(self) -> None:
        while True:
            try:
                message = await self.websocket.receive()
            except (RuntimeError, WebSocketDisconnect):
                return
            if message["type"] == "websocket.disconnect":
                return
            if self.ended:
                continue
            # uvicorn itself ends what is over ws_max_size (1009) and what is not UTF-8 (1007).
            if message.get("text") is None:
                self.close(1003)
                continue
            self.on_message(self, message["text"])


async def refuse(websocket: WebSocket, code: int) -> None:
    """Accepts before it closes: a close before accepting is HTTP 403, and a browser would see 1006, not the code."""
    await websocket.accept()
    await websocket.close(code)


async def refuse_handshake(websocket: WebSocket) -> None:
    """Closes before accepting. uvicorn makes HTTP 403 of it, whatever the reason."""
    await websocket.close()


def deliver(message: dict[str, Any], to: Iterable[Connection]) -> None:
    """The same message to many connections, encoded once. Without an await, so all see all in one order."""
    encoded = json.dumps(message)
    for connection in list(to):
        connection.send_text(encoded)


def guarded(handle: Callable[[Connection, str], None], report: Callable[[Connection, Rejected], None]):
    """A handler whose rejections and accidents become error messages; the connection stays open."""

    def on_message(connection: Connection, raw: str) -> None:
        try:
            handle(connection, raw)
        except Rejected as rejected:
            report(connection, rejected)
        except Exception:
            logger.exception("A message handler failed.")
            report(connection, Rejected("internal", "The server could not handle the message."))

    return on_message
