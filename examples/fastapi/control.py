"""Hooks for a test: what the server's own code would do, caused over HTTP. Mounted only where WIREPACT_CONTROL is set."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Body, HTTPException

import arena
import auth
import chat
from connection import LIVE, Connection

router = APIRouter()

PATHS = {
    "arena": "/arena/ws/game/",
    "tabletop": "/tabletop/ws/game/",
    "chat": "/chat/ws/chat/",
    "notifications": "/chat/ws/notifications/",
}


@router.post("/control")
async def control(body: dict[str, Any] = Body()) -> dict[str, Any]:
    match body:
        case {"hook": "publish", "channel": "arena", "room": room, "message": dict(message)}:
            # The number and the time are the server's own.
            fields = {name: value for name, value in message.items() if name not in ("type", "seq", "timestamp")}
            arena.room_of(room).publish(message["type"], fields)
        case {"hook": "publish", "channel": "notifications", "users": users, "message": dict(message)}:
            chat.notify(users, message["data"])
        case {"hook": "drop", "channel": channel}:
            for connection in connections_of(channel, body.get("user"), body.get("room")):
                connection.drop()
        case {"hook": "expire-token", "channel": channel, "user": user}:
            if token := body.get("token"):
                auth.REVOKED.add(token)
            for connection in connections_of(channel, user):
                connection.close(connection.expired_code)
        case _:
            raise HTTPException(501, "This server has no such hook for that channel.")
    return {"done": True}


def connections_of(channel: str, user: str | None = None, room: str | None = None) -> list[Connection]:
    path = PATHS[channel] + (room or "")
    return [
        connection
        for connection in LIVE
        if user in (None, connection.user.id)
        and (connection.path.rstrip("/") == path if room else connection.path.startswith(path))
    ]
