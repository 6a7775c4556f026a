"""Who is behind a token: reads it from the query, checks it, and says which way it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

import jwt
from django.conf import settings

Refusal = Literal["missing", "invalid", "expired", "unknown-user"]


@dataclass(frozen=True)
class User:
    id: str
    name: str
    # When the token expires, in seconds since 1970.
    expires_at: float


# Tokens that were withdrawn before their time. In production a table, or a short life of tokens in its stead.
REVOKED: set[str] = set()


class TokenRefused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def token_in(query_string: bytes, parameter: str) -> str:
    """Parsed, never split by hand: `?xtoken=...` is not our token. One that is there twice is no token."""
    query = parse_qs(query_string.decode("latin-1"), keep_blank_values=True)
    tokens = query.get(parameter, [])
    if len(tokens) > 1:
        raise TokenRefused("invalid")
    if not tokens or not tokens[0]:
        raise TokenRefused("missing")
    return tokens[0]


def user_of(token: str) -> User:
    try:
        claims = jwt.decode(
            token,
            settings.JWT_SECRET,
            # The list, not the token's own header, decides: `alg: none` stays outside.
            algorithms=[settings.JWT_ALGORITHM],
            options={"require": ["sub", "exp"], "verify_iat": False},
        )
    except jwt.ExpiredSignatureError:
        raise TokenRefused("expired") from None
    except jwt.InvalidTokenError:
        raise TokenRefused("invalid") from None
    if token in REVOKED:
        raise TokenRefused("expired")
    user_id = claims["sub"]
    if not isinstance(user_id, str):
        raise TokenRefused("invalid")
    if user_id not in settings.USERS:
        raise TokenRefused("unknown-user")
    name = claims.get("name")
    return User(user_id, name if isinstance(name, str) and name else user_id, float(claims["exp"]))
