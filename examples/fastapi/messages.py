"""How an inbound message is read: JSON, then its type, then its schema; the first check that fails is the error."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pydantic import BaseModel, ConstrainedStr, ValidationError, validator


class Rejected(Exception):
    """A message without effect. `text` is for people, and never the text of another exception."""

    def __init__(self, code: str, text: str, pointer: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.pointer = pointer

    def as_data(self) -> dict[str, str]:
        data = {"code": self.code, "message": self.text}
        return data if self.pointer is None else {**data, "pointer": self.pointer}


# pydantic converts "5" to 5 and [] to {} unless told otherwise; on the wire a wrong type is a wrong type.
class Integer(int):
    @classmethod
    def __get_validators__(cls):
        yield cls.check

    @classmethod
    def check(cls, value: Any) -> int:
        # JSON knows one number type: 5.0 is an integer. In Python True is an int, too.
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != math.floor(value):
            raise TypeError
        return int(value)


class Number(float):
    @classmethod
    def __get_validators__(cls):
        yield cls.check

    @classmethod
    def check(cls, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError
        return value


class Object(dict):
    @classmethod
    def __get_validators__(cls):
        yield cls.check

    @classmethod
    def check(cls, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise TypeError
        return value


class DateTime(str):
    PATTERN = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

    @classmethod
    def __get_validators__(cls):
        yield cls.check

    @classmethod
    def check(cls, value: Any) -> str:
        if not isinstance(value, str) or not cls.PATTERN.fullmatch(value):
            raise TypeError
        parse_time(value)
        return value


def text(minimum: int, maximum: int, pattern: str | None = None) -> type[str]:
    return type(
        "Text",
        (ConstrainedStr,),
        {"strict": True, "min_length": minimum, "max_length": maximum, "regex": pattern and re.compile(pattern)},
    )


class Shape(BaseModel):
    """Part of a message. Unknown properties are dropped; an optional one may be absent, but not null."""

    @classmethod
    def validate(cls, value: Any):
        if not isinstance(value, dict):
            raise TypeError
        return super().validate(value)

    @validator("*", pre=True)
    def not_null(cls, value: Any) -> Any:
        if value is None:
            raise TypeError
        return value


PROBLEMS = {"missing": "is missing", "min_length": "is too short", "max_length": "is too long"}


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


def read_message(message: dict[str, Any], discriminator: str, shapes: Mapping[str, type[Shape]]) -> tuple[str, Any]:
    """Type and checked content of a message, or Rejected."""
    kind = message.get(discriminator)
    if not isinstance(kind, str):
        raise Rejected("invalid", f"/{discriminator} must be a string.", f"/{discriminator}")
    if kind not in shapes:
        raise Rejected("unknown_type", "There is no message of this type.")
    try:
        return kind, shapes[kind].parse_obj(message)
    except ValidationError as error:
        first = error.errors()[0]
    pointer = pointer_to(first["loc"])
    problem = PROBLEMS.get(first["type"].rsplit(".", 1)[-1], "is not valid")
    raise Rejected("invalid", f"{pointer or 'The message'} {problem}.", pointer)


def pointer_to(location: tuple[str | int, ...]) -> str:
    """RFC 6901. A fault of the whole message has the empty pointer."""
    steps = [str(step) for step in location if step != "__root__"]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def now() -> str:
    """RFC 3339, UTC, with milliseconds and Z."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(value: str) -> datetime:
    """Of an RFC 3339 date-time; ValueError where the day or hour does not exist."""
    # fromisoformat of Python 3.11 takes at most six digits of a second.
    value = re.sub(r"(\.\d{6})\d+", r"\1", value.upper())
    return datetime.fromisoformat(value)
