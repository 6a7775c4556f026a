"""`tabletop`: game sessions with a dungeon master. A room lives while a player is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Header, HTTPException, Request, WebSocket
from pydantic import StrictBool, StrictStr, conlist

import config
from auth import TokenRefused, token_in, user_of
from connection import Connection, Shutdown, deliver, guarded, refuse, refuse_handshake
from messages import Integer, Number, Object, Rejected, Shape, now, read_json, read_message, text

router = APIRouter(prefix="/tabletop")

# Every refusal of a token has the same code here, the token's end while connected included.
TOKEN_REFUSED = 4001
NO_SUCH_SESSION = 4004

SESSION_ID = re.compile(r"[1-9][0-9]{0,9}")
MAX_SESSION_ID = 2_147_483_647


class NoData(Shape):
    pass


class Plain(Shape):
    data: NoData = NoData()


class ChatData(Shape):
    message: text(1, 2000)


class Chat(Shape):
    data: ChatData


class RollData(Shape):
    formula: text(1, 100)
    result: Integer
    rolls: conlist(Integer, min_items=1, max_items=100)
    modifier: Integer = None


class Roll(Shape):
    data: RollData


class NarrationData(Shape):
    narration: text(1, 5000)


class Narration(Shape):
    data: NarrationData


class ActionData(Shape):
    action_type: text(1, 50)
    details: Object


class Action(Shape):
    data: ActionData


class Turn(Shape):
    current_character_name: StrictStr


class TurnData(Shape):
    turn: Turn


class TurnChange(Shape):
    data: TurnData


class Combat(Shape):
    active: StrictBool


class CombatData(Shape):
    combat: Combat


class CombatUpdate(Shape):
    data: CombatData


class PingData(Shape):
    timestamp: Number


class Ping(Shape):
    data: PingData


SHAPES: dict[str, type[Shape]] = {
    "join_room": Plain,
    "leave_room": Plain,
    "chat_message": Chat,
    "dice_roll": Roll,
    "dm_narration": Narration,
    "player_action": Action,
    "turn_change": TurnChange,
    "combat_update": CombatUpdate,
    "ping": Ping,
}
DM_ONLY = {"dm_narration", "turn_change", "combat_update"}


@dataclass
class Room:
    """One user is one player, however many connections are joined: `players` and `members` are by user id."""

    session: config.GameSession
    created_at: str = field(default_factory=now)
    players: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, list[Connection]] = field(default_factory=dict)

    def everyone(self) -> list[Connection]:
        return [connection for of_user in self.members.values() for connection in of_user]

    def all_but(self, user_id: str) -> list[Connection]:
        return [connection for connection in self.everyone() if connection.user.id != user_id]

    def info(self) -> dict[str, Any]:
        return {
            "session_id": self.session.session_id,
            "campaign_id": self.session.campaign_id,
            "players": list(self.players.values()),
            "player_count": len(self.players),
            "created_at": self.created_at,
        }


ROOMS: dict[int, Room] = {}


def event(name: str, **data: Any) -> dict[str, Any]:
    return {"event": name, "data": data}


class Table:
    """The seat of one connection at the table of its session."""

    def __init__(self, session: config.GameSession, character_id: int | None) -> None:
        self.session = session
        self.character_id = character_id
        self.joined = False

    def join(self, connection: Connection) -> None:
        session, user = self.session, connection.user
        room = ROOMS.setdefault(session.session_id, Room(session))
        is_new = user.id not in room.players
        if is_new:
            room.players[user.id] = self._player(connection)
        if not self.joined:
            room.members.setdefault(user.id, []).append(connection)
            self.joined = True
        player, players = room.players[user.id], list(room.players.values())
        connection.send(
            event(
                "room_joined",
                session_id=session.session_id,
                campaign_id=session.campaign_id,
                player=player,
                players=players,
            )
        )
        connection.send(event("player_list", players=players))
        if is_new:
            deliver(event("player_joined", player=player), to=room.all_but(user.id))

    def leave(self, connection: Connection) -> None:
        if not self.joined:
            return
        self.joined = False
        room, user_id = ROOMS[self.session.session_id], connection.user.id
        room.members[user_id].remove(connection)
        if room.members[user_id]:
            return  # another tab is still there
        del room.members[user_id]
        player = room.players.pop(user_id)
        if not room.players:
            del ROOMS[self.session.session_id]
        elif not Shutdown.begun:
            deliver(event("player_left", player=player), to=room.everyone())

    def handle(self, connection: Connection, raw: str) -> None:
        message = read_json(raw)
        kind, body = read_message(message, "event", SHAPES)
        if kind == "ping":
            connection.send(event("pong", timestamp=body.data.timestamp))
            return
        if kind == "join_room":
            self.join(connection)
            return
        if not self.joined:
            raise Rejected("not_joined", "You have not joined this room.")
        # The campaign's owner is the dungeon master; an `is_dm` in the data is nobody's business.
        if kind in DM_ONLY and connection.user.id != self.session.dm_user_id:
            raise Rejected("forbidden", "Only the dungeon master may do this.")
        if kind == "leave_room":
            self.leave(connection)
            connection.send(event("room_left", session_id=self.session.session_id))
            return
        room = ROOMS[self.session.session_id]
        content = self._content(kind, body, message["data"], room.players[connection.user.id])
        deliver(event(kind, **content, timestamp=now()), to=room.everyone())

    def _content(self, kind: str, body: Any, sent: dict[str, Any], player: dict[str, Any]) -> dict[str, Any]:
        """Only what the protocol names is relayed. `details`, `turn` and `combat` are open: those go as they came."""
        match kind:
            case "chat_message":
                return {"player": player, "message": body.data.message}
            case "dice_roll":
                return {"player": player, "roll": body.data.dict(exclude_unset=True)}
            case "dm_narration":
                return {"narration": body.data.narration}
            case "player_action":
                return {"player": player, "action_type": body.data.action_type, "details": body.data.details}
            case "turn_change":
                return {"turn": sent["turn"]}
            case _:
                return {"combat": sent["combat"]}

    def _player(self, connection: Connection) -> dict[str, Any]:
        user = connection.user
        player: dict[str, Any] = {
            "user_id": int(user.id),
            "username": user.name,
            "is_dm": user.id == self.session.dm_user_id,
            "connected_at": now(),
        }
        if self.character_id is not None:
            player["character_id"] = self.character_id
            player["character_name"] = f"Character {self.character_id}"
        return player


def report(connection: Connection, rejected: Rejected) -> None:
    connection.send({"event": "error", "data": rejected.as_data()})


def read_session_id(raw: str) -> int | None:
    """As a string: `int` would take `007` and `+7`."""
    return int(raw) if SESSION_ID.fullmatch(raw) and int(raw) <= MAX_SESSION_ID else None


@router.websocket("/ws/game/{session_id}")
async def game(websocket: WebSocket, session_id: str) -> None:
    number = read_session_id(session_id)
    character_id = websocket.query_params.get("character_id")
    if number is None or (character_id is not None and not re.fullmatch(r"[1-9][0-9]{0,15}", character_id)):
        await refuse_handshake(websocket)
        return
    try:
        user = user_of(token_in(websocket.query_params))
    except TokenRefused:
        await refuse(websocket, TOKEN_REFUSED)
        return
    session = config.find_game_session(number)
    if session is None:
        await refuse(websocket, NO_SUCH_SESSION)
        return
    table = Table(session, None if character_id is None else int(character_id))
    await Connection(websocket, user, guarded(table.handle, report), table.leave, TOKEN_REFUSED).run(table.join)


@router.get("/ws/game/{session_id}")
async def game_over_http() -> None:
    raise HTTPException(426, "This is a WebSocket address.", headers={"Upgrade": "websocket"})


@router.get("/ws/room/{session_id}/info")
async def room_info(session_id: str, request: Request, authorization: str = Header("")) -> dict[str, Any]:
    try:
        user_of(authorization.removeprefix("Bearer ") or token_in(request.query_params))
    except TokenRefused:
        raise HTTPException(401, "A valid token is needed.", headers={"WWW-Authenticate": "Bearer"}) from None
    room = ROOMS.get(read_session_id(session_id) or 0)
    if room is None:
        raise HTTPException(404, "There is no such room.")
    return room.info()
