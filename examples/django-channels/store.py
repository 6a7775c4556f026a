"""What must outlive a connection: a room's numbers and updates, who is online, messages. In Redis, or in memory."""

from __future__ import annotations

import json
import time
from collections import deque
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from redis import asyncio as aioredis

KEPT_UPDATES = 1000
# Presence of a process that was killed ends by itself: who was not refreshed for so long is not there.
STALE_S = max(10.0, 45 * settings.TIME_SCALE)

State = dict[str, dict[str, Any]]


class Store(Protocol):
    async def append_update(self, room: str, kind: str, fields: dict[str, Any]) -> str:
        """Gives the update its number and keeps it; the update as it is to be sent."""

    async def snapshot(self, room: str) -> tuple[int, State]:
        """The state, and the number of the last update that is in it. Uses no number."""

    async def updates(self, room: str) -> tuple[int, list[str]]:
        """The last number, and the updates that are kept, ascending."""

    async def enter(self, user: str, connection: str) -> bool:
        """Whether it is the user's first connection."""

    async def leave(self, user: str, connection: str) -> bool:
        """Whether it was the user's last connection."""

    async def refresh(self, user: str, connection: str) -> None: ...

    async def expire(self) -> list[str]:
        """Users whose connections were all lost without a word; each is told to one caller only."""

    async def add_message(self, session: str, message: dict[str, Any]) -> None: ...

    async def messages(self, session: str) -> tuple[list[dict[str, Any]], str | None]:
        """What is stored, and the session's last_message_at."""


def state_changes(kind: str, fields: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """What an update changes: part of the state, name in it, value."""
    part = {"SCORE_UPDATE": "scores", "DELTA_UPDATE": "changes"}.get(kind, "")
    values = fields.get(part)
    return [(part, name, value) for name, value in values.items()] if isinstance(values, dict) else []


class MemoryStore:
    """For one process, and until it ends."""

    def __init__(self) -> None:
        self._seq: dict[str, int] = {}
        self._updates: dict[str, deque[str]] = {}
        self._state: dict[str, State] = {}
        self._online: dict[str, set[str]] = {}
        self._messages: dict[str, list[dict[str, Any]]] = {}

    async def append_update(self, room: str, kind: str, fields: dict[str, Any]) -> str:
        seq = self._seq[room] = self._seq.get(room, 0) + 1
        update = json.dumps({"seq": seq, "type": kind, **fields})
        self._updates.setdefault(room, deque(maxlen=KEPT_UPDATES)).append(update)
        for part, name, value in state_changes(kind, fields):
            self._state.setdefault(room, {}).setdefault(part, {})[name] = value
        return update

    async def snapshot(self, room: str) -> tuple[int, State]:
        return self._seq.get(room, 0), self._state.get(room, {})

    async def updates(self, room: str) -> tuple[int, list[str]]:
        return self._seq.get(room, 0), list(self._updates.get(room, ()))

    async def enter(self, user: str, connection: str) -> bool:
        connections = self._online.setdefault(user, set())
        connections.add(connection)
        return len(connections) == 1

    async def leave(self, user: str, connection: str) -> bool:
        connections = self._online.get(user, set())
        connections.discard(connection)
        return not connections and self._online.pop(user, None) is not None

    async def refresh(self, user: str, connection: str) -> None:
        pass

    async def expire(self) -> list[str]:
        return []

    async def add_message(self, session: str, message: dict[str, Any]) -> None:
        self._messages.setdefault(session, []).append(message)

    async def messages(self, session: str) -> tuple[list[dict[str, Any]], str | None]:
        stored = self._messages.get(session, [])
        return stored, stored[-1]["created_at"] if stored else None


class RedisStore:
    """For any number of processes. What must happen at once is one script."""

    # The update's text gets its number here, so identical updates differ, and the set keeps them both.
    APPEND = """
        local seq = redis.call('INCR', KEYS[1])
        local update = '{"seq": ' .. seq .. ', ' .. ARGV[1]
        redis.call('ZADD', KEYS[2], seq, update)
        redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
        for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
        return update
    """
    ENTER = """
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
        redis.call('ZADD', KEYS[2], ARGV[2], ARGV[4])
        redis.call('SADD', KEYS[1], ARGV[1])
        return redis.call('ZCARD', KEYS[2])
    """
    LEAVE = """
        if redis.call('ZREM', KEYS[2], ARGV[2]) == 0 or redis.call('ZCARD', KEYS[2]) > 0 then return 0 end
        return redis.call('SREM', KEYS[1], ARGV[1])
    """
    EXPIRE = """
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
        if redis.call('ZCARD', KEYS[2]) > 0 then return 0 end
        return redis.call('SREM', KEYS[1], ARGV[1])
    """
    ONLINE = "bucketlist:online"

    def __init__(self, url: str) -> None:
        self._redis = aioredis.Redis.from_url(url, decode_responses=True)

    async def append_update(self, room: str, kind: str, fields: dict[str, Any]) -> str:
        changes: list[str] = []
        for part, name, value in state_changes(kind, fields):
            changes += [f"{part}/{name}", json.dumps(value)]
        rest = json.dumps({"type": kind, **fields})[1:]
        return await self._redis.eval(self.APPEND, 3, *self._arena_keys(room), rest, KEPT_UPDATES, *changes)

    async def snapshot(self, room: str) -> tuple[int, State]:
        seq_key, _, state_key = self._arena_keys(room)
        # In one transaction: the state must be that of the number.
        seq, fields = await self._redis.pipeline(transaction=True).get(seq_key).hgetall(state_key).execute()
        state: State = {}
        for field, value in fields.items():
            part, _, name = field.partition("/")
            state.setdefault(part, {})[name] = json.loads(value)
        return int(seq or 0), state

    async def updates(self, room: str) -> tuple[int, list[str]]:
        seq_key, updates_key, _ = self._arena_keys(room)
        seq, kept = await self._redis.pipeline(transaction=True).get(seq_key).zrange(updates_key, 0, -1).execute()
        return int(seq or 0), kept

    async def enter(self, user: str, connection: str) -> bool:
        moment = time.time()
        keys = self.ONLINE, f"{self.ONLINE}:{user}"
        return await self._redis.eval(self.ENTER, 2, *keys, user, moment, moment - STALE_S, connection) == 1

    async def leave(self, user: str, connection: str) -> bool:
        return await self._redis.eval(self.LEAVE, 2, self.ONLINE, f"{self.ONLINE}:{user}", user, connection) == 1

    async def refresh(self, user: str, connection: str) -> None:
        await self._redis.zadd(f"{self.ONLINE}:{user}", {connection: time.time()}, xx=True)

    async def expire(self) -> list[str]:
        oldest = time.time() - STALE_S
        users = await self._redis.smembers(self.ONLINE)
        return [
            user
            for user in users
            if await self._redis.eval(self.EXPIRE, 2, self.ONLINE, f"{self.ONLINE}:{user}", user, oldest) == 1
        ]

    async def add_message(self, session: str, message: dict[str, Any]) -> None:
        both = self._redis.pipeline(transaction=True)
        both.rpush(f"climbing:{session}:messages", json.dumps(message))
        both.hset(f"climbing:{session}", "last_message_at", message["created_at"])
        await both.execute()

    async def messages(self, session: str) -> tuple[list[dict[str, Any]], str | None]:
        stored = await self._redis.lrange(f"climbing:{session}:messages", 0, -1)
        last_message_at = await self._redis.hget(f"climbing:{session}", "last_message_at")
        return [json.loads(message) for message in stored], last_message_at

    @staticmethod
    def _arena_keys(room: str) -> tuple[str, str, str]:
        return f"arena:{room}:seq", f"arena:{room}:updates", f"arena:{room}:state"


@lru_cache(maxsize=None)
def get_store() -> Store:
    return RedisStore(settings.REDIS_URL) if settings.REDIS_URL else MemoryStore()
