"""The HTTP side: the sockets' addresses without an upgrade, a session's messages, and the hooks of tests."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from auth import TokenRefused, token_in, user_of
from store import get_store


def upgrade_required(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponse("This is a WebSocket address.\n", status=426, headers={"Upgrade": "websocket"})


async def session_messages(request: HttpRequest, session_id: str) -> HttpResponse:
    """What the socket does not give: the messages of before."""
    try:
        user = user_of(token_in(request.META["QUERY_STRING"].encode(), "token"))
    except TokenRefused:
        return HttpResponse("A valid token is needed.\n", status=401)
    if user.id not in settings.CLIMBING_SESSIONS.get(session_id, ()):
        return HttpResponse("There is no such session.\n", status=404)
    messages, last_message_at = await get_store().messages(session_id)
    return JsonResponse({"messages": messages, "last_message_at": last_message_at})


urlpatterns = [
    path("climbing/sessions/<session_id>/messages", session_messages),
    re_path(r"^(arena/ws/game/[^/]+/|bucketlist/ws/|climbing/ws/sessions/[^/]+/)\Z", upgrade_required),
]

if settings.CONTROL:
    from control import control

    urlpatterns.append(path("control", control))
