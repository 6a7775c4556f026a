"""The HTTP side: the sockets' addresses without an upgrade, and the hooks that a test drives the server by."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import re_path


def upgrade_required(request: HttpRequest, path: str) -> HttpResponse:
    return HttpResponse("This is a WebSocket address.\n", status=426, headers={"Upgrade": "websocket"})


urlpatterns = [
    re_path(r"^(arena/ws/game/[^/]+/|bucketlist/ws/|climbing/ws/sessions/[^/]+/)\Z", upgrade_required),
]
