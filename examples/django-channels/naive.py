"""The same protocols as one writes them at first, for the suite to find fault with.

Each `Trap N` is one of the mistakes that the README lists; the rest is meant to be right enough to be reached. Besides the
traps it lacks what a first version lacks: schemas, size limits, error messages, the token's end while connected.
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from typing import Any

import jwt
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
http = get_asgi_application()

from django.conf import settings  # noqa: E402
from redis import asyncio as aioredis  # noqa: E402

from messages import now  # noqa: E402

redis = aioredis.Redis.from_url(settings.REDIS_URL or "redis://127.0.0.1", decode_responses=True)


class NaiveConsumer(AsyncJsonWebsocketConsumer):
    parameter = "token"
    room = ""

    def user_id_from_token(self) -> str | None:
        # Trap 2: crashes where there is no token, and takes `?xtoken=...` for one.
        token = self.scope["query_string"].decode().split(f"{self.parameter}=")[1]
        try:
            claims = jwt.decode(token, settings.JWT_SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        self.name = claims.get("name", claims["sub"])
        return claims["sub"]

    async def group(self, message: dict[str, Any]) -> None:
        await self.channel_layer.group_send(self.room, {"type": "broadcast", "message": message})

    async def broadcast(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])


class ArenaConsumer(NaiveConsumer):
    # Trap 6: counters of one process start again at 1 with it, and a second process has its own.
    counters: dict[str, int] = {}

    async def connect(self) -> None:
        self.user_id = self.user_id_from_token()
        if self.user_id is None:
            await self.close(code=4001)
            return
        # Trap 11: `Lobby` and `lobby` become one room.
        self.room = f"game_{self.scope['url_route']['kwargs']['room_id'].lower()}"
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.room:
            await self.channel_layer.group_discard(self.room, self.channel_name)

    def next_seq(self) -> int:
        self.counters[self.room] = self.counters.get(self.room, 0) + 1
        return self.counters[self.room]

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        kind = content["type"]
        if kind == "JOIN_ROOM":
            await self.channel_layer.group_add(self.room, self.channel_name)
            # Trap 3: the snapshot uses up a number, and everyone else sees a gap.
            await self.send_json({"type": "STATE_SNAPSHOT", "seq": self.next_seq(), "state": {}})
        elif kind == "RESYNC":
            since = content.get("lastSeq", 0)
            missed = await redis.zrangebyscore(f"naive:{self.room}", f"({since}", "+inf", withscores=True)
            for kept, seq in missed:
                # Trap 4: everyone in the room gets the replay of one.
                await self.group({**json.loads(kept), "seq": int(seq)})
        elif kind == "PING":
            # Trap 5: N connections, N pings, N times N pongs.
            await self.group({"type": "PONG"})
        elif kind == "CHAT":
            update = {"type": "CHAT", "senderId": self.user_id, "text": content["text"]}
            seq = self.next_seq()
            # Trap 6: a sorted set keyed by the JSON keeps one of two identical updates.
            await redis.zadd(f"naive:{self.room}", {json.dumps(update): seq})
            await self.group({**update, "seq": seq})


class BucketlistConsumer(NaiveConsumer):
    parameter = "accessToken"
    room = "everyone"

    async def connect(self) -> None:
        self.user_id = self.user_id_from_token()
        if self.user_id is None:
            await self.close(code=4001)  # Trap 1: before accepting, so the browser sees 1006.
            return
        await self.accept()
        # Trap 8: for each connection, so a second tab is announced like a newcomer.
        await self.tell_presence("CONNECTED")
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.channel_layer.group_add(f"user_{self.user_id}", self.channel_name)
        self.pings = asyncio.ensure_future(self.keep_alive())

    async def disconnect(self, code: int) -> None:
        if self.user_id is None:
            return
        self.pings.cancel()
        await self.channel_layer.group_discard(self.room, self.channel_name)
        await self.channel_layer.group_discard(f"user_{self.user_id}", self.channel_name)
        # Trap 8: also while another tab is open.
        await self.tell_presence("DISCONNECTED")

    async def tell_presence(self, kind: str) -> None:
        data = {"user_id": self.user_id, "at": now()}
        await self.group({"type": f"USER_PRESENCE_{kind}", "data": data})

    async def keep_alive(self) -> None:
        while True:
            await asyncio.sleep(30 * settings.TIME_SCALE)
            await self.send_json({"type": "PING"})

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if content["type"] == "MESSAGE_VIEWED":
            data = {"id": content["data"]["id"], "viewer_id": self.user_id, "viewed_at": now()}
            event = {"type": "broadcast", "message": {"type": "MESSAGE_VIEWED", "data": data}}
            await self.channel_layer.group_send(f"user_{content['data']['sender_id']}", event)


class ClimbingConsumer(NaiveConsumer):
    async def connect(self) -> None:
        self.user_id = self.user_id_from_token()
        session_id = self.scope["url_route"]["kwargs"]["session_id"]
        if self.user_id is None:
            await self.close(code=4003)  # Trap 1
            return
        if self.user_id not in settings.CLIMBING_SESSIONS.get(session_id, ()):
            await self.close(code=4004)  # Trap 1
            return
        self.room = f"session_{session_id}"
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.room:
            await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        sender = {"sender_id": self.user_id, "sender_name": self.name}
        if content["type"] == "message":
            message = {"message_id": str(uuid.uuid4()), "content": content["content"], **sender, "created_at": now()}
            await self.group({"type": "message", **message})
        elif content["type"] == "typing":
            # Trap 9: the sender sees itself typing.
            await self.group({"type": "typing", **sender, "is_typing": content["is_typing"]})


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                # Without a last route for everything else: an unknown path is an exception, and HTTP 500.
                re_path(r"^arena/ws/game/(?P<room_id>[^/]+)/$", ArenaConsumer.as_asgi()),
                re_path(r"^bucketlist/ws/$", BucketlistConsumer.as_asgi()),
                re_path(r"^climbing/ws/sessions/(?P<session_id>[0-9a-f-]+)/$", ClimbingConsumer.as_asgi()),
            ]
        ),
    }
)
