"""What the deployment decides: the token secret, the time scale, and the users and game sessions there are."""

from __future__ import annotations

import os
from dataclasses import dataclass

JWT_SECRET = os.environ.get("JWT_SECRET", "dev-secret-change-me-in-production")
JWT_ALGORITHM = "HS256"

# Multiplies every duration of the protocols, so that a test of a 30 s heartbeat need not last 30 s.
TIME_SCALE = float(os.environ.get("WIREPACT_TIME_SCALE", "1"))

# In production this is the users table. Ids are what a token's `sub` says.
USERS: frozenset[str] = frozenset(str(number) for number in range(1, 61))


@dataclass(frozen=True)
class GameSession:
    session_id: int
    campaign_id: int
    dm_user_id: str


def find_game_session(session_id: int) -> GameSession | None:
    """Sessions 1 to 9999 exist; user 1 owns every campaign and so is its dungeon master."""
    if session_id > 9999:
        return None
    return GameSession(session_id, campaign_id=1000 + session_id, dm_user_id="1")


def may_enter_chat_room(user_id: str, room_id: str) -> bool:
    """Rooms named `private-...` are for user 60 alone; all others are open to everyone."""
    return not room_id.startswith("private-") or user_id == "60"
