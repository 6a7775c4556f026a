"""Hooks for a test: what the server's own code would do, caused over HTTP. There only where WIREPACT_CONTROL is set."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse

import arena
import auth
import bucketlist
from consumer import LIVE

PATHS = {"arena": "/arena/", "bucketlist": "/bucketlist/", "climbing": "/climbing/"}


async def control(request: HttpRequest) -> HttpResponse:
    match body := json.loads(request.body):
        case {"hook": "publish", "channel": "arena", "room": room, "message": dict(message)}:
            # The number and the time are the server's own.
            fields = {name: value for name, value in message.items() if name not in ("type", "seq", "timestamp")}
            await arena.publish(room, message["type"], fields)
        case {"hook": "publish", "channel": "bucketlist", "users": list(users), "message": dict(message)}:
            await bucketlist.publish(users, message)
        case {"hook": "publish", "channel": "bucketlist", "message": dict(message)}:
            await bucketlist.publish_to_everyone(message)
        case {"hook": "expire-token", "channel": channel, "user": user}:
            if token := body.get("token"):
                auth.REVOKED.add(token)
            for consumer in list(LIVE):
                if consumer.scope["path"].startswith(PATHS[channel]) and consumer.user and consumer.user.id == user:
                    await consumer.end(consumer.expired_code)
        case _:
            # Among others `drop`: a consumer cannot reach daphne's TCP connection.
            return HttpResponse("This server has no such hook for that channel.\n", status=501)
    return JsonResponse({"done": True})
