"""Django settings, and the fixtures: users and climbing sessions. Redis is used where REDIS_URL names one."""

from __future__ import annotations

import os

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "dev-key-of-an-example")
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
ASGI_APPLICATION = "asgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
# The query string holds the token: nothing that logs requests may print it (see README).
LOGGING_CONFIG = None

JWT_SECRET = os.environ.get("JWT_SECRET", "dev-secret-change-me-in-production")
JWT_ALGORITHM = "HS256"

# Multiplies every duration of the protocols. daphne's ping frames cannot follow: they have whole seconds.
TIME_SCALE = float(os.environ.get("WIREPACT_TIME_SCALE", "1"))

REDIS_URL = os.environ.get("REDIS_URL", "")

# Not RedisChannelLayer: in it a message is lost when the consumer that was fetching for its process ends (see README).
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    }
else:
    # A layer with queues drops what is over a channel's capacity without a word; the default of 100 is one busy room.
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 100_000}}
    }

# In production these two are tables. Ids are what a token's `sub` says.
USERS = frozenset(str(number) for number in range(1, 61))

# Session id to its two participants, the inviter and the invitee: users 1 and 2 have sessions 110 to 119, 3 and 4 have
# 120 to 129, and so on; 51 and 52 have 190, for others to be refused.
CLIMBING_SESSIONS = {
    f"00000000-0000-4000-8000-{110 + 10 * pair + number:012d}": (str(2 * pair + 1), str(2 * pair + 2))
    for pair in range(5)
    for number in range(10)
} | {"00000000-0000-4000-8000-000000000190": ("51", "52")}

# Hooks for tests, over HTTP.
CONTROL = bool(os.environ.get("WIREPACT_CONTROL"))
