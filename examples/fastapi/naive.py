"""The same protocols as one writes them at first, for the suite to find fault with.

Each `Trap N` is one of the mistakes that the README lists; the rest is meant to be right enough to be reached. Besides the
traps it lacks what a first version lacks: schemas, size and rate limits, error codes, the token's end while connected.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import jwt
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

import config
from messages import now

app = FastAPI()


def user_from(websocket: WebSocket) -> dict[str, Any] | None:
    # Trap 2: crashes where there is no token, and takes `?xtoken=...` for one.
    token = websocket.scope["query_string"].decode().split("token=")[1]
    try:
        claims = jwt.decode(token, config.JWT_SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None
    return {"id": claims["sub"], "username": claims.get("name", claims["sub"])}


class Manager:
    """The connection manager of many a tutorial: a list of sockets for each room."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[WebSocket]] = {}

    def join(self, room: str, websocket: WebSocket) -> None:
        self.rooms.setdefault(room, []).append(websocket)

    def leave(self, room: str, websocket: WebSocket) -> None:
        if websocket in self.rooms.get(room, []):
            self.rooms[room].remove(websocket)

    async def broadcast(self, room: str, message: dict[str, Any]) -> None:
        for name, sockets in self.rooms.items():
            # Trap 11: written for rooms with sub-rooms; `party-1` now hears what is said in `party`, too.
            if name.startswith(room):
                for websocket in list(sockets):
                    try:
                        await websocket.send_json(message)
                    except RuntimeError:
                        pass


manager = Manager()


async def keep_alive(websocket: WebSocket) -> None:
    while True:
        await asyncio.sleep(30 * config.TIME_SCALE)
        # Trap 7: an empty text message, no ping frame; clients try to parse it.
        await websocket.send_text("")


async def serve(websocket: WebSocket, room: str, on_message: Any) -> None:
    """Reads until the end. Whatever is wrong with a message ends the connection with an exception."""
    pings = asyncio.create_task(keep_alive(websocket))
    try:
        while True:
            await on_message(await websocket.receive_json())
    except WebSocketDisconnect:
        pass
    finally:
        pings.cancel()
        manager.leave(room, websocket)


# tabletop

players: dict[int, dict[str, dict[str, Any]]] = {}


@app.websocket("/tabletop/ws/game/{session_id}")
async def tabletop(websocket: WebSocket, session_id: int) -> None:
    user = user_from(websocket)
    session = config.find_game_session(session_id)
    if user is None:
        await websocket.close(code=4001)  # Trap 1: before accepting, so the browser sees 1006.
        return
    if session is None:
        await websocket.close(code=4004)  # Trap 1
        return
    await websocket.accept()
    room = f"tabletop-{session_id}"
    at_table = players.setdefault(session_id, {})

    async def join() -> None:
        player = {
            "user_id": int(user["id"]),
            "username": user["username"],
            "is_dm": user["id"] == session.dm_user_id,
            "connected_at": now(),
        }
        at_table[user["id"]] = player
        everyone = list(at_table.values())
        joined = {
            "session_id": session_id,
            "campaign_id": session.campaign_id,
            "player": player,
            "players": everyone,
        }
        await websocket.send_json({"event": "room_joined", "data": joined})
        await websocket.send_json({"event": "player_list", "data": {"players": everyone}})
        # Trap 8: for each connection, so a second tab is announced like a newcomer.
        await manager.broadcast(room, {"event": "player_joined", "data": {"player": player}})
        manager.join(room, websocket)

    async def leave() -> None:
        manager.leave(room, websocket)
        # Trap 8: also while another tab is open.
        if player := at_table.pop(user["id"], None):
            await manager.broadcast(room, {"event": "player_left", "data": {"player": player}})

    async def on_message(message: dict[str, Any]) -> None:
        event, data = message["event"], message.get("data", {})
        if event == "ping":
            # Trap 5: to all who are in the room.
            await manager.broadcast(room, {"event": "pong", "data": {"timestamp": data["timestamp"]}})
        elif event == "join_room":
            await join()
        elif event == "leave_room":
            await leave()
            await websocket.send_json({"event": "room_left", "data": {"session_id": session_id}})
        elif event in ("dm_narration", "turn_change", "combat_update"):
            # Trap 10: whoever says to be the DM is the DM.
            if not (data.get("is_dm") or user["id"] == session.dm_user_id):
                await websocket.send_json({"event": "error", "data": {"message": "Only the DM can do that"}})
                return
            await manager.broadcast(room, {"event": event, "data": {**data, "timestamp": now()}})
        elif event == "dice_roll":
            content = {"player": at_table.get(user["id"]), "roll": data, "timestamp": now()}
            await manager.broadcast(room, {"event": event, "data": content})
        elif event in ("chat_message", "player_action"):
            content = {"player": at_table.get(user["id"]), "timestamp": now(), **data}
            await manager.broadcast(room, {"event": event, "data": content})
        else:
            await websocket.send_json({"event": "error", "data": {"message": f"Unknown event {event}"}})

    await join()
    try:
        await serve(websocket, room, on_message)
    finally:
        await leave()


# arena

# Trap 6: counters in the memory of one process start again at 1 with it, and a second process has its own.
counters: dict[str, int] = {}
updates: dict[str, dict[str, int]] = {}


def next_seq(room: str) -> int:
    counters[room] = counters.get(room, 0) + 1
    return counters[room]


async def publish(room: str, update: dict[str, Any]) -> None:
    # Trap 6: kept by their JSON without the number; of two identical updates the first is lost.
    kept = json.dumps(update)
    updates.setdefault(room, {})[kept] = seq = next_seq(room)
    await manager.broadcast(room, {**update, "seq": seq})


@app.websocket("/arena/ws/game/{room_id}/")
async def arena(websocket: WebSocket, room_id: str) -> None:
    user = user_from(websocket)
    if user is None:
        await websocket.close(code=4001)
        return
    await websocket.accept()
    room = f"arena-{room_id.lower()}"  # Trap 11: `Lobby` and `lobby` become one room.

    async def on_message(message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "JOIN_ROOM":
            manager.join(room, websocket)
            # Trap 3: the snapshot uses up a number, and everyone else sees a gap.
            await websocket.send_json({"type": "STATE_SNAPSHOT", "seq": next_seq(room), "state": {}})
        elif kind == "RESYNC":
            for kept, seq in updates.get(room, {}).items():
                if seq > message.get("lastSeq", 0):
                    # Trap 4: everyone in the room gets the replay of one.
                    await manager.broadcast(room, {**json.loads(kept), "seq": seq})
        elif kind == "PING":
            await manager.broadcast(room, {"type": "PONG"})  # Trap 5
        elif kind == "CHAT":
            await publish(room, {"type": "CHAT", "senderId": user["id"], "text": message["text"]})

    await serve(websocket, room, on_message)


# chat and notifications


@app.websocket("/chat/ws/chat/{room_id}/")
async def chat(websocket: WebSocket, room_id: str) -> None:
    user = user_from(websocket)
    if user is None:
        await websocket.close(code=4004)  # Trap 1
        return
    if not config.may_enter_chat_room(user["id"], room_id):
        await websocket.close(code=4003)  # Trap 1
        return
    await websocket.accept()
    room = f"chat-{room_id.lower()}"  # Trap 11

    async def tell_status(status: str) -> None:
        # Trap 8: for each connection.
        data = {"user": user, "status": status, "room_id": room_id}
        await manager.broadcast(room, {"type": "user_status", "data": data})

    async def on_message(message: dict[str, Any]) -> None:
        kind, data = message["type"], message.get("data", {})
        if kind == "chat_message":
            content = {
                "id": str(uuid.uuid4()),
                "content": data["message"],
                "sender": user,
                "timestamp": now(),
                "room_id": room_id,
                "client_id": message.get("id"),
            }
            await manager.broadcast(room, {"type": "chat_message", "message": content})
        elif kind == "typing_indicator":
            # Trap 9: the sender sees itself typing.
            content = {"user": user, "is_typing": data["is_typing"], "room_id": room_id}
            await manager.broadcast(room, {"type": kind, "data": content})
        elif kind == "read_receipt":
            content = {"user": user, "message_id": data["message_id"], "room_id": room_id, "read_at": now()}
            await manager.broadcast(room, {"type": kind, "data": content})
        elif kind == "ping":
            # Trap 5
            await manager.broadcast(room, {"type": "pong", "data": data, "id": message.get("id")})
        else:
            await websocket.send_json({"type": "error", "data": {"message": f"Unknown type {kind}"}})

    await tell_status("online")
    manager.join(room, websocket)
    try:
        await serve(websocket, room, on_message)
    finally:
        await tell_status("offline")


@app.websocket("/chat/ws/notifications/")
async def notifications(websocket: WebSocket) -> None:
    user = user_from(websocket)
    if user is None:
        await websocket.close(code=4004)  # Trap 1
        return
    await websocket.accept()

    async def on_message(message: dict[str, Any]) -> None:
        pong = {"type": "pong", "data": message["data"]}
        await websocket.send_json(pong)

    room = f"user-{user['id']}"
    manager.join(room, websocket)
    await serve(websocket, room, on_message)
