"""`chat` and `notifications`: rooms with request and response; a message sent twice is one message."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Union

from fastapi import APIRouter, HTTPException, WebSocket
from pydantic import StrictBool, StrictStr

import config
from auth import Refusal, TokenRefused, User, token_in, user_of
from connection import Connection, RateLimit, Shutdown, deliver, guarded, refuse, refuse_handshake
from messages import DateTime, Integer, Number, Rejected, Shape, now, read_json, read_message, text

router = APIRouter(prefix="/chat")

ROOM_ID = r"[A-Za-z0-9_.-]{1,64}"
TOKEN_CODES: dict[Refusal, int] = {"missing": 4001, "invalid": 4004, "expired": 4001, "unknown-user": 4004}
TOKEN_EXPIRED = 4001
NO_PERMISSION = 4003
RATE_EXCEEDED = 4029
REMEMBERED_S = 600 * config.TIME_SCALE
KEPT_MESSAGES = 1000

# A dollar sign would let a final newline pass.
RoomId = text(1, 64, ROOM_ID + r"\Z")


class Envelope(Shape):
    id: text(1, 64) = None
    timestamp: DateTime = None


class NoData(Shape):
    pass


class Plain(Envelope):
    data: NoData = NoData()


class InRoom(Shape):
    room_id: RoomId = None


class ChatData(InRoom):
    message: text(1, 2000)


class Chat(Envelope):
    data: ChatData


class TypingData(InRoom):
    is_typing: StrictBool


class Typing(Envelope):
    data: TypingData


# Ours are strings; those of a back end with integer keys would not be.
Identifier = Union[StrictStr, Integer]


class ReceiptData(InRoom):
    message_id: Identifier


class Receipt(Envelope):
    data: ReceiptData


class Limit(Integer):
    @classmethod
    def check(cls, value: Any) -> int:
        number = super().check(value)
        if not 1 <= number <= 100:
            raise ValueError
        return number


class HistoryData(InRoom):
    before: Identifier = None
    limit: Limit = 50


class History(Envelope):
    data: HistoryData = HistoryData()


class RoomData(Shape):
    room_id: RoomId


class OfRoom(Envelope):
    data: RoomData


class PingData(Shape):
    timestamp: Union[Number, StrictStr]


class Ping(Envelope):
    data: PingData


SHAPES: dict[str, type[Shape]] = {
    "chat_message": Chat,
    "typing_indicator": Typing,
    "read_receipt": Receipt,
    "load_history": History,
    "load_rooms": Plain,
    "join_room": OfRoom,
    "leave_room": OfRoom,
    "mark_room_read": OfRoom,
    "ping": Ping,
}
NOTIFICATION_SHAPES: dict[str, type[Shape]] = {"ping": Ping}


@dataclass
class Room:
    id: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    members: list[Connection] = field(default_factory=list)
    # How many messages there had been when the user last read the room (or first came).
    read_up_to: dict[str, int] = field(default_factory=dict)
    # (user id, id of the request) -> (content, id of the message it made, when)
    sent: dict[tuple[str, str], tuple[str, str, float]] = field(default_factory=dict)
    dropped: int = 0

    @property
    def count(self) -> int:
        return self.dropped + len(self.messages)

    def users(self) -> set[str]:
        return {connection.user.id for connection in self.members}

    def all_but(self, user_id: str) -> list[Connection]:
        return [connection for connection in self.members if connection.user.id != user_id]

    def add(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if len(self.messages) > KEPT_MESSAGES:
            del self.messages[0]
            self.dropped += 1

    def remembered(self, user_id: str, request_id: str) -> tuple[str, str, float] | None:
        oldest = time.monotonic() - REMEMBERED_S
        # Insertion order is order of time: what is too old stands in front.
        while self.sent and next(iter(self.sent.values()))[2] < oldest:
            del self.sent[next(iter(self.sent))]
        return self.sent.get((user_id, request_id))

    def page(self, before: str | int | None, limit: int) -> tuple[list[dict[str, Any]], bool]:
        end = len(self.messages)
        if before is not None:
            positions = [at for at, message in enumerate(self.messages) if message["id"] == before]
            if not positions:
                raise Rejected("not_found", "There is no such message in this room.")
            end = positions[0]
        start = max(0, end - limit)
        return self.messages[start:end], start > 0

    def summary(self, user_id: str) -> dict[str, Any]:
        unread = self.messages[max(0, self.read_up_to[user_id] - self.dropped) :]
        return {
            "id": self.id,
            "name": self.id,
            "unread_count": sum(1 for message in unread if message["sender"]["id"] != user_id),
            "last_message": self.messages[-1] if self.messages else None,
        }


ROOMS: dict[str, Room] = {}


def room_of(room_id: str) -> Room:
    """By the exact name: neither case nor a common beginning makes two rooms one."""
    return ROOMS.setdefault(room_id, Room(room_id))


def public(user: User) -> dict[str, str]:
    return {"id": user.id, "username": user.name}


def respond(connection: Connection, kind: str, data: dict[str, Any], request_id: str | None) -> None:
    message: dict[str, Any] = {"type": kind, "data": data}
    if request_id is not None:
        message["id"] = request_id
    connection.send(message)


def admitted(connection: Connection, limit: RateLimit, raw: str) -> bool:
    if limit.admits():
        return True
    try:
        request_id = readable_id(read_json(raw))
    except Rejected:
        request_id = None
    rejected = Rejected("rate_limited", "Too many messages; this one was dropped.")
    respond(connection, "error", rejected.as_data(), request_id)
    if limit.exhausted:
        connection.close(RATE_EXCEEDED)
    return False


def readable_id(message: dict[str, Any]) -> str | None:
    request_id = message.get("id")
    return request_id if isinstance(request_id, str) and 1 <= len(request_id) <= 64 else None


class Guest:
    """What one connection does in its rooms: the address's, and those that it joins besides."""

    def __init__(self, room_id: str) -> None:
        self.address_room = room_id
        self.joined: list[str] = []
        self.limit = RateLimit(per_second=20, burst=40, strikes=10)

    def open(self, connection: Connection) -> None:
        self.join(connection, self.address_room)

    def end(self, connection: Connection) -> None:
        for room_id in list(self.joined):
            self.leave(connection, room_id)

    def join(self, connection: Connection, room_id: str) -> None:
        if room_id in self.joined:
            return
        room, user = room_of(room_id), connection.user
        is_first = user.id not in room.users()
        self.joined.append(room_id)
        room.members.append(connection)
        room.read_up_to.setdefault(user.id, room.count)
        if is_first:
            self._tell_status(room, user, "online")

    def leave(self, connection: Connection, room_id: str) -> None:
        room, user = room_of(room_id), connection.user
        self.joined.remove(room_id)
        room.members.remove(connection)
        if user.id not in room.users() and not Shutdown.begun:
            self._tell_status(room, user, "offline")

    def handle(self, connection: Connection, raw: str) -> None:
        if not admitted(connection, self.limit, raw):
            return
        message = read_json(raw)
        request_id = readable_id(message)
        try:
            kind, body = read_message(message, "type", SHAPES)
            getattr(self, f"_{kind}")(connection, body.data, request_id)
        except Rejected as rejected:
            respond(connection, "error", rejected.as_data(), request_id)

    def _room(self, room_id: str | None) -> Room:
        room_id = room_id or self.address_room
        if room_id not in self.joined:
            raise Rejected("not_joined", "You have not joined this room.")
        return room_of(room_id)

    def _tell_status(self, room: Room, user: User, status: str) -> None:
        data = {"user": public(user), "status": status, "room_id": room.id}
        deliver({"type": "user_status", "data": data}, to=room.all_but(user.id))

    def _chat_message(self, connection: Connection, data: ChatData, request_id: str | None) -> None:
        room, user = self._room(data.room_id), connection.user
        if request_id is not None and (first := room.remembered(user.id, request_id)):
            content, message_id, _ = first
            if content != data.message:
                raise Rejected("id_reused", "This id was used for another message.")
            respond(connection, "ack", {"room_id": room.id, "message_id": message_id}, request_id)
            return
        message: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "content": data.message,
            "sender": public(user),
            "timestamp": now(),
            "room_id": room.id,
        }
        if request_id is not None:
            room.sent[user.id, request_id] = (data.message, message["id"], time.monotonic())
            message["client_id"] = request_id
        room.add(message)
        deliver({"type": "chat_message", "message": message}, to=room.members)

    def _typing_indicator(self, connection: Connection, data: TypingData, request_id: str | None) -> None:
        room, user = self._room(data.room_id), connection.user
        content = {"user": public(user), "is_typing": data.is_typing, "room_id": room.id}
        deliver({"type": "typing_indicator", "data": content}, to=room.all_but(user.id))

    def _read_receipt(self, connection: Connection, data: ReceiptData, request_id: str | None) -> None:
        room = self._room(data.room_id)
        content = {"user": public(connection.user), "message_id": data.message_id, "room_id": room.id, "read_at": now()}
        # Others, the reader's own other tabs among them.
        others = [member for member in room.members if member is not connection]
        deliver({"type": "read_receipt", "data": content}, to=others)

    def _load_history(self, connection: Connection, data: HistoryData, request_id: str | None) -> None:
        messages, has_more = self._room(data.room_id).page(data.before, data.limit)
        respond(connection, "history", {"messages": messages, "has_more": has_more}, request_id)

    def _load_rooms(self, connection: Connection, data: NoData, request_id: str | None) -> None:
        user_id = connection.user.id
        rooms = [room.summary(user_id) for room in ROOMS.values() if user_id in room.read_up_to]
        respond(connection, "rooms", {"rooms": rooms}, request_id)

    def _join_room(self, connection: Connection, data: RoomData, request_id: str | None) -> None:
        if not config.may_enter_chat_room(connection.user.id, data.room_id):
            raise Rejected("forbidden", "You may not enter this room.")
        self.join(connection, data.room_id)
        respond(connection, "ack", {"room_id": data.room_id}, request_id)

    def _leave_room(self, connection: Connection, data: RoomData, request_id: str | None) -> None:
        room = self._room(data.room_id)
        self.leave(connection, room.id)
        respond(connection, "ack", {"room_id": room.id}, request_id)

    def _mark_room_read(self, connection: Connection, data: RoomData, request_id: str | None) -> None:
        room = self._room(data.room_id)
        room.read_up_to[connection.user.id] = room.count
        respond(connection, "ack", {"room_id": room.id}, request_id)

    def _ping(self, connection: Connection, data: PingData, request_id: str | None) -> None:
        respond(connection, "pong", {"timestamp": data.timestamp}, request_id)


# Connections of `notifications`, in the order in which they came.
LISTENERS: list[Connection] = []


def notify(user_ids: list[str], notification: dict[str, Any]) -> None:
    """What the back end calls to tell users something: every connection of theirs gets it."""
    message = {"type": "notification", "data": notification}
    deliver(message, to=[listener for listener in LISTENERS if listener.user.id in user_ids])


class Listener:
    def __init__(self) -> None:
        self.limit = RateLimit(per_second=20, burst=40, strikes=10)

    def handle(self, connection: Connection, raw: str) -> None:
        if not admitted(connection, self.limit, raw):
            return
        message = read_json(raw)
        request_id = readable_id(message)
        try:
            _, body = read_message(message, "type", NOTIFICATION_SHAPES)
            respond(connection, "pong", {"timestamp": body.data.timestamp}, request_id)
        except Rejected as rejected:
            respond(connection, "error", rejected.as_data(), request_id)


def report(connection: Connection, rejected: Rejected) -> None:
    respond(connection, "error", rejected.as_data(), None)


@router.websocket("/ws/chat/{room_id}/")
async def chat(websocket: WebSocket, room_id: str) -> None:
    if not re.fullmatch(ROOM_ID, room_id):
        await refuse_handshake(websocket)
        return
    try:
        user = user_of(token_in(websocket.query_params))
    except TokenRefused as refused:
        await refuse(websocket, TOKEN_CODES[refused.reason])
        return
    if not config.may_enter_chat_room(user.id, room_id):
        await refuse(websocket, NO_PERMISSION)
        return
    guest = Guest(room_id)
    await Connection(websocket, user, guarded(guest.handle, report), guest.end, TOKEN_EXPIRED).run(guest.open)


@router.websocket("/ws/notifications/")
async def notifications(websocket: WebSocket) -> None:
    try:
        user = user_of(token_in(websocket.query_params))
    except TokenRefused as refused:
        await refuse(websocket, TOKEN_CODES[refused.reason])
        return
    handle = guarded(Listener().handle, report)
    await Connection(websocket, user, handle, LISTENERS.remove, TOKEN_EXPIRED).run(LISTENERS.append)


@router.get("/ws/chat/{room_id}/")
@router.get("/ws/notifications/")
async def over_http() -> None:
    raise HTTPException(426, "This is a WebSocket address.", headers={"Upgrade": "websocket"})
