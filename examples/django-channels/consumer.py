"""What the three consumers share: refusals a browser can see, the limits, errors as messages, the token's end."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from typing import Any

import redis
from channels.generic.websocket import AsyncWebsocketConsumer

from auth import Refusal, TokenRefused, User, token_in, user_of
from messages import Rejected, read_json

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 65536

# The connections of this process.
LIVE: set[ProtocolConsumer] = set()


class ProtocolConsumer(AsyncWebsocketConsumer):
    """Subclasses say `refuse_token`, `open`, `handle` and `gone`, and how they report an error."""

    token_parameter = "token"
    expired_code = 4001

    user: User | None = None
    ended = False

    async def connect(self) -> None:
        self.joined_groups: set[str] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        try:
            user = user_of(token_in(self.scope["query_string"], self.token_parameter))
        except TokenRefused as refused:
            await self.refuse_token(refused.reason)
            return
        await self.open(user)

    async def disconnect(self, code: int) -> None:
        await self._forget()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        # Whoever was refused was accepted first, so its messages do come in. So do those on their way during a close.
        if self.user is None or self.ended:
            return
        if text_data is None:
            await self.end(1003)
        elif len(text_data.encode()) > MAX_MESSAGE_BYTES:
            await self.end(1009)
        else:
            await self._answer(text_data)

    async def refuse_token(self, reason: Refusal) -> None:
        raise NotImplementedError

    async def open(self, user: User) -> None:
        """Checks the resource and the permission, then `refuse`s or `admit`s."""
        await self.admit(user)

    async def handle(self, kind: str, message: dict[str, Any]) -> None:
        raise NotImplementedError

    async def gone(self, user: User) -> None:
        """The connection ended, whoever ended it."""

    async def report(self, rejected: Rejected) -> None:
        await self.tell({"type": "ERROR", **rejected.as_fields()})

    async def admit(self, user: User) -> None:
        self.user = user
        LIVE.add(self)
        await self.accept()
        self.start(self._end_at(user.expires_at))

    async def refuse(self, code: int) -> None:
        """Accepts before it closes: a close before accepting is HTTP 403, and a browser would see 1006, not the code."""
        self.ended = True
        await self.accept()
        await self.close(code)

    async def end(self, code: int) -> None:
        if self.ended:
            return
        self.ended = True
        # First, since daphne cannot send 1003 or 1009: then `close` raises, daphne ends the connection with 1011
        # within a second, and `disconnect` is never called.
        try:
            await self._forget()
        finally:
            await self.close(code)

    async def tell(self, message: dict[str, Any]) -> None:
        if not self.ended:
            await self.send(text_data=json.dumps(message))

    async def join(self, group: str) -> None:
        await self.channel_layer.group_add(group, self.channel_name)
        self.joined_groups.add(group)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.ensure_future(work))

    async def relay(self, event: dict[str, Any]) -> None:
        """A message of the channel layer. `but_user` and `but_channel` name who does not get it."""
        if self.ended or self.user is None:
            return
        if event.get("but_user") != self.user.id and event.get("but_channel") != self.channel_name:
            await self.send(text_data=event["text"])

    async def _answer(self, raw: str) -> None:
        try:
            message = read_json(raw)
            kind = message.get("type")
            if not isinstance(kind, str):
                raise Rejected("invalid", "/type must be a string.", "/type")
            await self.handle(kind, message)
        except Rejected as rejected:
            await self.report(rejected)
        except (redis.RedisError, OSError):
            logger.error("Redis cannot be reached.")
            await self.report(Rejected("unavailable", "The message could not be stored or sent; try again."))
        except Exception:
            logger.exception("A message handler failed.")
            await self.report(Rejected("internal", "The server could not handle the message."))

    async def _end_at(self, moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - time.time()))
        await self.end(self.expired_code)

    async def _forget(self) -> None:
        LIVE.discard(self)
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()
        self.tasks = set()
        groups, self.joined_groups = self.joined_groups, set()
        for group in groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        if self.user is not None:
            user, self.user = self.user, None
            await self.gone(user)


class UnknownPath(AsyncWebsocketConsumer):
    """Without it, Channels raises for an unknown path and daphne answers 500 a second later. 404 it cannot say."""

    async def connect(self) -> None:
        await self.close()
