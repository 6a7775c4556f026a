"""`arena`: game rooms whose updates are numbered, so that a client that was away can ask for what it missed."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from fastapi import APIRouter, HTTPException, WebSocket
from pydantic import root_validator

from auth import TokenRefused, token_in, user_of
from connection import Connection, deliver, guarded, refuse_handshake
from messages import DateTime, Integer, Rejected, Shape, now, parse_time, read_json, read_message, text

router = APIRouter(prefix="/arena")

ROOM_ID = r"[A-Za-z0-9_.-]{1,64}"
TOKEN_EXPIRED = 4001
KEPT_UPDATES = 1000


class Join(Shape):
    roomId: text(1, 64, ROOM_ID + r"\Z")


class Sequence(Integer):
    @classmethod
    def check(cls, value: Any) -> int:
        number = super().check(value)
        if number < 0:
            raise ValueError
        return number


class Resync(Shape):
    lastSeq: Sequence = None
    lastTimestamp: DateTime = None

    @root_validator(skip_on_failure=True)
    def at_least_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("lastSeq") is None and values.get("lastTimestamp") is None:
            raise ValueError
        return values


class Ping(Shape):
    pass


class Chat(Shape):
    text: text(1, 500)


SHAPES: dict[str, type[Shape]] = {"JOIN_ROOM": Join, "RESYNC": Resync, "PING": Ping, "CHAT": Chat}


class Room:
    """Numbers, history and state of one room. In memory: a restart begins anew, a durable store would go on."""

    def __init__(self) -> None:
        self.seq = 0
        self.updates: deque[dict[str, Any]] = deque(maxlen=KEPT_UPDATES)
        self.state: dict[str, Any] = {"scores": {}, "changes": {}}
        self.members: list[Connection] = []

    def publish(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """The only place where a number is drawn: one for each update, none for snapshots and replays."""
        self.seq += 1
        update = {"type": kind, **fields, "seq": self.seq, "timestamp": now()}
        self.updates.append(update)
        if kind == "SCORE_UPDATE":
            self.state["scores"].update(fields.get("scores", {}))
        elif kind == "DELTA_UPDATE" and isinstance(fields.get("changes"), dict):
            self.state["changes"].update(fields["changes"])
        deliver(update, to=self.members)
        return update

    def snapshot(self) -> dict[str, Any]:
        return {"type": "STATE_SNAPSHOT", "seq": self.seq, "state": self.state}

    def missed(self, last_seq: int | None, last_timestamp: str | None) -> list[dict[str, Any]] | None:
        """What a client missed, ascending; None where it cannot be told from what is kept."""
        oldest = self.updates[0]["seq"] if self.updates else self.seq + 1
        if last_seq is not None:
            if not oldest - 1 <= last_seq <= self.seq:
                return None
            return [update for update in self.updates if update["seq"] > last_seq]
        since = parse_time(last_timestamp)
        if self.updates and since < parse_time(self.updates[0]["timestamp"]):
            return None
        # Not `>`: two updates may share a millisecond.
        return [update for update in self.updates if parse_time(update["timestamp"]) >= since]


ROOMS: dict[str, Room] = {}


def room_of(room_id: str) -> Room:
    """By the exact name: `Room` and `room` are two rooms."""
    return ROOMS.setdefault(room_id, Room())


class Seat:
    def __init__(self, room_id: str) -> None:
        self.room_id = room_id
        self.room = room_of(room_id)

    def handle(self, connection: Connection, raw: str) -> None:
        kind, body = read_message(read_json(raw), "type", SHAPES)
        if kind == "PING":
            connection.send({"type": "PONG"})
        elif kind == "JOIN_ROOM":
            if body.roomId != self.room_id:
                raise Rejected("room_mismatch", "This address belongs to another room.")
            self.join(connection)
            connection.send(self.room.snapshot())
        elif kind == "RESYNC":
            self.join(connection)
            missed = self.room.missed(body.lastSeq, body.lastTimestamp)
            for message in [self.room.snapshot()] if missed is None else missed:
                connection.send(message)
        else:
            if connection not in self.room.members:
                raise Rejected("not_joined", "Join the room before you chat.")
            self.room.publish("CHAT", {"senderId": connection.user.id, "text": body.text})

    def join(self, connection: Connection) -> None:
        if connection not in self.room.members:
            self.room.members.append(connection)

    def leave(self, connection: Connection) -> None:
        if connection in self.room.members:
            self.room.members.remove(connection)


def report(connection: Connection, rejected: Rejected) -> None:
    connection.send({"type": "ERROR", **rejected.as_data()})


@router.websocket("/ws/game/{room_id}/")
async def game(websocket: WebSocket, room_id: str) -> None:
    if not re.fullmatch(ROOM_ID, room_id):
        await refuse_handshake(websocket)
        return
    try:
        user = user_of(token_in(websocket.query_params))
    except TokenRefused:
        # HTTP 403, as this protocol has it.
        await refuse_handshake(websocket)
        return
    seat = Seat(room_id)
    await Connection(websocket, user, guarded(seat.handle, report), seat.leave, TOKEN_EXPIRED).run()


@router.get("/ws/game/{room_id}/")
async def game_over_http() -> None:
    raise HTTPException(426, "This is a WebSocket address.", headers={"Upgrade": "websocket"})
