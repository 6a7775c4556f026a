"""How an inbound message is read: JSON, then its type, then its fields; the first check that fails is the error."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

# Raises ValueError where the value is not what it should be.
Check = Callable[[Any], None]


class Rejected(Exception):
    """A message without effect. `text` is for people, and never the text of another exception."""

    def __init__(self, code: str, text: str, pointer: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.pointer = pointer

    def as_fields(self) -> dict[str, str]:
        fields = {"code": self.code, "message": self.text}
        return fields if self.pointer is None else {**fields, "pointer": self.pointer}


def require(holds: bool) -> None:
    if not holds:
        raise ValueError


def string(minimum: int = 0, maximum: int | None = None, pattern: str = "") -> Check:
    def check(value: Any) -> None:
        require(isinstance(value, str) and len(value) >= minimum)
        require(maximum is None or len(value) <= maximum)
        require(not pattern or re.fullmatch(pattern, value) is not None)

    return check


def boolean(value: Any) -> None:
    require(isinstance(value, bool))


def natural(value: Any) -> None:
    # JSON knows one number type: 5.0 is an integer. In Python True is an int, too.
    require(isinstance(value, (int, float)) and not isinstance(value, bool) and value == math.floor(value) >= 0)


def identifier(value: Any) -> None:
    require(isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)))


DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def date_time(value: Any) -> None:
    require(isinstance(value, str) and DATE_TIME.fullmatch(value) is not None)
    parse_time(value)


def read_json(raw: str) -> dict[str, Any]:
    def refuse(constant: str) -> float:
        raise ValueError(constant)

    def finite(digits: str) -> float:
        number = float(digits)
        return number if math.isfinite(number) else refuse(digits)

    try:
        # Python reads NaN and Infinity, which are not JSON and would be sent on as such.
        message = json.loads(raw, parse_constant=refuse, parse_float=finite)
    except (ValueError, RecursionError):
        raise Rejected("malformed", "The message is not JSON.") from None
    if not isinstance(message, dict):
        raise Rejected("malformed", "The message is not a JSON object.")
    return message


def read_fields(
    source: Mapping[str, Any], required: Mapping[str, Check], optional: Mapping[str, Check] = {}, under: str = ""
) -> dict[str, Any]:
    """Only what is named comes out, so an unknown property cannot be relayed by mistake."""
    fields: dict[str, Any] = {}
    for name, check in {**required, **optional}.items():
        if name not in source:
            if name in required:
                raise Rejected("invalid", f"{under}/{name} is missing.", f"{under}/{name}")
            continue
        try:
            check(source[name])
        except ValueError:
            raise Rejected("invalid", f"{under}/{name} is not valid.", f"{under}/{name}") from None
        fields[name] = source[name]
    return fields


def now() -> str:
    """RFC 3339, UTC, with milliseconds and Z."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(value: str) -> datetime:
    """Of an RFC 3339 date-time; ValueError where the day or hour does not exist."""
    # fromisoformat of Python 3.11 takes at most six digits of a second.
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
