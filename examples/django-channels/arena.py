"""`arena`: game rooms whose updates are numbered, so that a client that was away can ask for what it missed."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any

from channels.layers import get_channel_layer

from auth import Refusal
from consumer import ProtocolConsumer
from messages import Rejected, date_time, natural, now, parse_time, read_fields, string
from store import get_store

ROOM_ID = r"[A-Za-z0-9_.-]{1,64}"

# An update is numbered and sent in one go, so that a room's updates leave this process in the order of their numbers.
_sending: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


def group_of(room: str) -> str:
    """By the exact name: group names keep upper and lower case apart."""
    return f"arena.{room}"


async def publish(room: str, kind: str, fields: dict[str, Any]) -> None:
    """What the game calls for an update, and the only place where a number is drawn."""
    async with _sending[room]:
        update = await get_store().append_update(room, kind, {**fields, "timestamp": now()})
        await get_channel_layer().group_send(group_of(room), {"type": "relay", "text": update})


class ArenaConsumer(ProtocolConsumer):
    async def refuse_token(self, reason: Refusal) -> None:
        # HTTP 403, as this protocol has it.
        await self.close()

    async def handle(self, kind: str, message: dict[str, Any]) -> None:
        match kind:
            case "PING":
                # To this connection alone, so not through the group.
                await self.tell({"type": "PONG"})
            case "JOIN_ROOM":
                fields = read_fields(message, {"roomId": string(pattern=ROOM_ID)})
                if fields["roomId"] != self.room:
                    raise Rejected("room_mismatch", "This address belongs to another room.")
                # Joined before the state is read: what comes in between is sent live, and lost by nobody.
                await self.join(group_of(self.room))
                await self._send_snapshot()
            case "RESYNC":
                fields = read_fields(message, {}, {"lastSeq": natural, "lastTimestamp": date_time})
                if not fields:
                    raise Rejected("invalid", "One of lastSeq and lastTimestamp is needed.", "")
                await self.join(group_of(self.room))
                await self._replay(**fields)
            case "CHAT":
                fields = read_fields(message, {"text": string(1, 500)})
                if not self.joined_groups:
                    raise Rejected("not_joined", "Join the room before you chat.")
                await publish(self.room, "CHAT", {"senderId": self.user.id, "text": fields["text"]})
            case _:
                raise Rejected("unknown_type", "There is no message of this type.")

    @property
    def room(self) -> str:
        return self.scope["url_route"]["kwargs"]["room_id"]

    async def _send_snapshot(self) -> None:
        seq, state = await get_store().snapshot(self.room)
        await self.tell({"type": "STATE_SNAPSHOT", "seq": seq, "state": state})

    async def _replay(self, lastSeq: int | None = None, lastTimestamp: str | None = None) -> None:
        head, kept = await get_store().updates(self.room)
        updates = [(json.loads(text), text) for text in kept]
        oldest = updates[0][0] if updates else None
        if lastSeq is not None:
            complete = (oldest["seq"] if oldest else head + 1) - 1 <= lastSeq <= head
            missed = [text for update, text in updates if update["seq"] > lastSeq]
        else:
            since = parse_time(lastTimestamp)
            complete = oldest is None or parse_time(oldest["timestamp"]) <= since
            # Not `>`: two updates may share a millisecond.
            missed = [text for update, text in updates if parse_time(update["timestamp"]) >= since]
        if not complete:
            await self._send_snapshot()
            return
        for text in missed:
            await self.send(text_data=text)
