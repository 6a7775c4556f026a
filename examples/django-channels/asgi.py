"""Which path is which consumer, as `daphne asgi:application` finds it."""

from __future__ import annotations

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
http = get_asgi_application()

# Consumers read the settings, so they are imported when those are there.
from arena import ROOM_ID, ArenaConsumer  # noqa: E402
from bucketlist import BucketlistConsumer  # noqa: E402
from climbing import ClimbingConsumer  # noqa: E402
from consumer import UnknownPath  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                re_path(rf"^arena/ws/game/(?P<room_id>{ROOM_ID})/\Z", ArenaConsumer.as_asgi()),
                re_path(r"^bucketlist/ws/\Z", BucketlistConsumer.as_asgi()),
                re_path(r"^climbing/ws/sessions/(?P<session_id>[0-9a-f-]+)/\Z", ClimbingConsumer.as_asgi()),
                re_path(r"", UnknownPath.as_asgi()),
            ]
        ),
    }
)
