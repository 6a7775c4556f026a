"""`bucketlist`: a user's event feed with presence, over as many connections as the user has tabs."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from hashlib import sha256
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings

from auth import Refusal, User
from consumer import ProtocolConsumer
from messages import Rejected, identifier, now, read_fields
from store import STALE_S, get_store

logger = logging.getLogger(__name__)

INTERVAL_S = 30 * settings.TIME_SCALE
TIMEOUT_S = 10 * settings.TIME_SCALE
HEARTBEAT_TIMEOUT = 4008
TOKEN_REFUSED = 4001
CONNECTION_ERROR = 4000

EVERYONE = "bucketlist.everyone"

# A user's first and last connection must be told in the order in which they happened.
_presence: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
_sweeper: asyncio.Task[None] | None = None


def group_of(user_id: str) -> str:
    # A user id may hold what a group's name may not.
    return f"bucketlist.user.{sha256(user_id.encode()).hexdigest()}"


async def publish(user_ids: list[str], message: dict[str, Any]) -> None:
    """What the back end calls to tell users something."""
    for user_id in user_ids:
        await _send(group_of(user_id), message)


async def publish_to_everyone(message: dict[str, Any]) -> None:
    await _send(EVERYONE, message)


async def _send(group: str, message: dict[str, Any], but_user: str | None = None) -> None:
    event = {"type": "relay", "text": json.dumps(message), "but_user": but_user}
    await get_channel_layer().group_send(group, event)


async def _tell_presence(kind: str, user_id: str) -> None:
    data = {"user_id": user_id, "at": now()}
    await _send(EVERYONE, {"type": f"USER_PRESENCE_{kind}", "data": data}, but_user=user_id)


async def _sweep() -> None:
    while True:
        await asyncio.sleep(STALE_S / 3)
        try:
            for user_id in await get_store().expire():
                await _tell_presence("DISCONNECTED", user_id)
        except Exception:
            logger.exception("Presence could not be swept.")


class BucketlistConsumer(ProtocolConsumer):
    token_parameter = "accessToken"
    expired_code = TOKEN_REFUSED

    async def refuse_token(self, reason: Refusal) -> None:
        await self.refuse(TOKEN_REFUSED)

    async def open(self, user: User) -> None:
        global _sweeper
        _sweeper = _sweeper or asyncio.ensure_future(_sweep())
        self.ponged = asyncio.Event()
        try:
            await self.join(group_of(user.id))
            await self.join(EVERYONE)
            await self.admit(user)
            async with _presence[user.id]:
                if await get_store().enter(user.id, self.channel_name):
                    await _tell_presence("CONNECTED", user.id)
        except (redis.RedisError, OSError):
            await (self.end if self.user else self.refuse)(CONNECTION_ERROR)
            return
        self.start(self._heartbeat())
        self.start(self._refresh(user))

    async def gone(self, user: User) -> None:
        async with _presence[user.id]:
            if await get_store().leave(user.id, self.channel_name):
                await _tell_presence("DISCONNECTED", user.id)

    async def handle(self, kind: str, message: dict[str, Any]) -> None:
        match kind:
            case "PONG":
                self.ponged.set()
            case "MESSAGE_VIEWED":
                data = self._data(message)
                fields = read_fields(data, {"id": identifier, "sender_id": identifier}, under="/data")
                viewed = {"id": fields["id"], "viewer_id": self.user.id, "viewed_at": now()}
                await publish([str(fields["sender_id"])], {"type": "MESSAGE_VIEWED", "data": viewed})
            case _:
                raise Rejected("unknown_type", "There is no message of this type.")

    async def report(self, rejected: Rejected) -> None:
        await self.tell({"type": "ERROR", "data": rejected.as_fields()})

    @staticmethod
    def _data(message: dict[str, Any]) -> dict[str, Any]:
        data = message.get("data")
        if not isinstance(data, dict):
            raise Rejected("invalid", "/data must be an object.", "/data")
        return data

    async def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + INTERVAL_S
        while True:
            await asyncio.sleep(due - loop.time())
            due += INTERVAL_S
            # A PONG that came unasked does not count for this PING.
            self.ponged.clear()
            await self.tell({"type": "PING"})
            try:
                await asyncio.wait_for(self.ponged.wait(), TIMEOUT_S)
            except asyncio.TimeoutError:
                await self.end(HEARTBEAT_TIMEOUT)
                return

    async def _refresh(self, user: User) -> None:
        while True:
            await asyncio.sleep(STALE_S / 3)
            await get_store().refresh(user.id, self.channel_name)
