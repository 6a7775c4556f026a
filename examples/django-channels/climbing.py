"""`climbing`: two people planning a session. What they write is stored, and then sent."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings

from auth import Refusal, User
from consumer import ProtocolConsumer
from messages import Rejected, boolean, now, read_fields, require, string
from store import get_store

TOKEN_CODES: dict[Refusal, int] = {"missing": 4001, "invalid": 4003, "expired": 4003, "unknown-user": 4002}
NO_PARTICIPANT = 4004

# What Unicode's White_Space, JavaScript's trim and Python's strip agree on. Python's strip alone takes U+001C, too.
WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

_has_length = string(1, 2000)


def content(value: Any) -> None:
    _has_length(value)
    require(value.strip(WHITE_SPACE) != "")


class ClimbingConsumer(ProtocolConsumer):
    expired_code = TOKEN_CODES["expired"]

    async def refuse_token(self, reason: Refusal) -> None:
        await self.refuse(TOKEN_CODES[reason])

    async def open(self, user: User) -> None:
        # One code for both: an outsider does not learn which sessions there are.
        if user.id not in settings.CLIMBING_SESSIONS.get(self.session, ()):
            await self.refuse(NO_PARTICIPANT)
            return
        await self.join(self.group)
        await self.admit(user)

    async def handle(self, kind: str, message: dict[str, Any]) -> None:
        match kind:
            case "message":
                fields = read_fields(message, {"content": content})
                await self._write(fields["content"])
            case "typing":
                fields = read_fields(message, {"is_typing": boolean})
                typing = {**self._sender(), "is_typing": fields["is_typing"]}
                await self._send("typing", typing, but_user=self.user.id)
            case _:
                raise Rejected("unknown_type", "There is no message of this type.")

    async def report(self, rejected: Rejected) -> None:
        await self.tell({"type": "error", **rejected.as_fields()})

    @property
    def session(self) -> str:
        return self.scope["url_route"]["kwargs"]["session_id"]

    @property
    def group(self) -> str:
        return f"climbing.{self.session}"

    async def _write(self, text: str) -> None:
        message = {"message_id": str(uuid.uuid4()), "content": text, **self._sender(), "created_at": now()}
        # Stored before it is sent: where this fails, nobody has seen a message that is lost.
        await get_store().add_message(self.session, message)
        await self._send("message", message)

    def _sender(self) -> dict[str, str]:
        return {"sender_id": self.user.id, "sender_name": self.user.name}

    async def _send(self, kind: str, fields: dict[str, Any], but_user: str | None = None) -> None:
        text = json.dumps({"type": kind, **fields})
        await self.channel_layer.group_send(self.group, {"type": "relay", "text": text, "but_user": but_user})
