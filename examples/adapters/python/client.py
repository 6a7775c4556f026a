"""A client of the channels arena and chat on the package `websockets`: asyncio, one task a client."""

import asyncio
import json
import random
import time
import uuid
from datetime import datetime, timezone
from urllib.parse import urlencode

import websockets

STOP = {1000, 1002, 1003, 1007, 1008, 1009, 1010, 4002, 4003, 4004}
SLOW = {1012, 1013, 4029}
REFRESH = {4001}

CHANNELS = {
    "arena": dict(multiplier=2.0, max=30.0, pong="PONG", ping="PING", timeout=10.0, ping_on_open=False,
                  ready="STATE_SNAPSHOT", queue=False, never_queued={"JOIN_ROOM", "RESYNC", "PING"}),
    "chat": dict(multiplier=1.5, max=None, pong="pong", ping="ping", timeout=5.0, ping_on_open=True,
                 ready="pong", queue=True, never_queued={"typing_indicator", "ping"}),
}


class SendError(Exception):
    """A message was not sent, or not answered."""


class Client:
    """`on_event(name, **values)` hears everything; `get_token()` is awaited at every attempt."""

    def __init__(self, channel, address, parameters, token_name, get_token, on_event, time_scale=1.0):
        self.rules, self.channel, self.address = CHANNELS[channel], channel, address
        self.parameters, self.token_name, self.get_token = parameters, token_name, get_token
        self.on_event, self.scale = on_event, time_scale
        self.state, self.ready, self.reason, self.code = "idle", False, None, None
        self.socket, self.task, self.wake = None, None, asyncio.Event()
        self.queue, self.unconfirmed, self.requests, self.rooms = [], {}, {}, {}
        self.position, self.held, self.joined = None, {}, False
        self.last_heard = 0.0

    # What an application calls.

    def connect(self):
        if self.task is None or self.task.done():
            self.set_state("connecting", reason=None)
            self.task = asyncio.ensure_future(self.run())
        self.wake.set()

    async def close(self):
        if self.task is not None:
            self.task.cancel()
        if self.socket is not None:
            self.set_state("closing")
            await self.socket.close(1000)
        self.finish("requested")

    async def send(self, type_, fields):
        message = self.compose(type_, fields)
        settled = asyncio.get_running_loop().create_future()
        if self.ready:
            await self.write(message, settled)
        elif not self.rules["queue"] or type_ in self.rules["never_queued"]:
            raise SendError("not-ready")
        else:
            self.queue.append((time.monotonic(), message, settled))
            if len(self.queue) > 100:
                self.drop(self.queue.pop(0), "overflow")
        return await settled

    async def request(self, type_, fields):
        if not self.ready:
            raise SendError("not-ready")
        message = self.compose(type_, fields)
        future = self.requests[message["id"]] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(message))
        try:
            reply = await asyncio.wait_for(future, 5 * self.scale)
        except asyncio.TimeoutError as error:
            raise SendError("timeout") from error
        finally:
            self.requests.pop(message["id"], None)
        if type_ == "join_room":
            self.rooms[message["data"]["room_id"]] = fields
        if type_ == "leave_room":
            self.rooms.pop(message["data"]["room_id"], None)
        return reply

    # The life of a connection.

    async def run(self):
        attempt, refused = 0, None
        while True:
            began, code = time.monotonic(), None
            try:
                code = await self.one_connection()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - any failure is a failed attempt
                self.on_event("error", kind="other", message=type(error).__name__)
            was_ready, self.ready, self.socket, self.code = self.ready, False, None, code
            self.fail_requests("disconnected")
            if was_ready:
                refused = None
                if time.monotonic() - began > 10 * self.scale:
                    attempt = 0
            if code in STOP or (code in REFRESH and refused == code):
                return self.finish("stop-code")
            attempt += 1
            if attempt > 10:
                return self.finish("attempts")
            self.set_state("reconnecting")
            delay = min(self.rules["max"] or 1e9, self.rules["multiplier"] ** (attempt - 1))
            delay *= random.uniform(0.5, 1)
            if code in SLOW and attempt == 1:
                delay = random.uniform(0, 5)
            if code in REFRESH:
                refused, delay = code, 0
            self.wake.clear()
            try:
                await asyncio.wait_for(self.wake.wait(), delay * self.scale)
            except asyncio.TimeoutError:
                pass
            self.expire()

    async def one_connection(self):
        token = await asyncio.wait_for(self.get_token(), 10 * self.scale)
        url = f"{self.address}{'&' if '?' in self.address else '?'}{urlencode({self.token_name: token})}"
        self.socket = await websockets.connect(url, ping_interval=None, open_timeout=10 * self.scale)
        self.set_state("connected")
        beat = asyncio.ensure_future(self.heartbeat())
        self.joined = False
        try:
            if self.channel == "arena":
                await self.socket.send(json.dumps({"type": "JOIN_ROOM", "roomId": self.parameters["roomId"]}))
            async for frame in self.socket:
                self.last_heard = time.monotonic()
                await self.receive(frame)
        except websockets.ConnectionClosed:
            pass
        finally:
            beat.cancel()
        return self.socket.close_code

    async def heartbeat(self):
        if not self.rules["ping_on_open"]:
            await asyncio.sleep(30 * self.scale)
        while True:
            sent = time.monotonic()
            await self.socket.send(json.dumps(self.compose(self.rules["ping"], {})))
            await asyncio.sleep(self.rules["timeout"] * self.scale)
            if self.last_heard < sent:
                return await self.socket.close(4008)
            await asyncio.sleep((30 - self.rules["timeout"]) * self.scale)

    # Messages.

    def compose(self, type_, fields):
        message = {"type": type_, **fields}
        if self.channel == "chat":
            message["id"] = uuid.uuid4().hex
            message["timestamp"] = datetime.now(timezone.utc).isoformat()
            if type_ == "ping":
                message["data"] = {"timestamp": time.time()}
        return message

    async def write(self, message, settled):
        if message["type"] == "chat_message":
            self.unconfirmed[message["id"]] = (time.monotonic(), message, settled)
        await self.socket.send(json.dumps(message))
        if message["type"] != "chat_message" and not settled.done():
            settled.set_result(None)

    async def receive(self, frame):
        try:
            message = json.loads(frame)
            type_ = message["type"]
        except (ValueError, TypeError, KeyError):
            return self.on_event("error", kind="binary" if isinstance(frame, bytes) else "malformed")
        if self.channel == "chat":
            self.confirm(type_, message)
        if self.channel == "arena" and "seq" in message:
            await self.receive_numbered(type_, message)
        else:
            self.on_event("message", message=message)
        if type_ == self.rules["ready"] and not self.ready:
            await self.become_ready()

    def confirm(self, type_, message):
        own = message.get("message", {}).get("client_id") if type_ == "chat_message" else message.get("id")
        known = self.unconfirmed.pop(own, None)
        future = known[2] if known else self.requests.get(own)
        if future is not None and not future.done():
            if type_ == "error":
                future.set_exception(SendError("rejected"))
            else:
                future.set_result(message)

    async def receive_numbered(self, type_, message):
        number = message["seq"]
        if type_ == "STATE_SNAPSHOT":
            joining, self.joined = not self.joined, True
            if joining and self.position is not None and number >= self.position:
                await self.socket.send(json.dumps({"type": "RESYNC", "lastSeq": self.position}))
                await self.socket.send(json.dumps({"type": "PING"}))
                return
            self.position = number
            self.on_event("message", message=message)
        else:
            self.held[number] = message
        while self.position is not None and self.held:
            first = min(self.held)
            if first > self.position + 1:
                break
            held = self.held.pop(first)
            if first == self.position + 1:
                self.position = first
                self.on_event("message", message=held)

    async def become_ready(self):
        self.ready = True
        self.set_state("connected")
        for fields in self.rooms.values():
            await self.socket.send(json.dumps(self.compose("join_room", fields)))
        self.expire()
        for _, message, _ in list(self.unconfirmed.values()):
            await self.socket.send(json.dumps(message))
        waiting, self.queue = self.queue, []
        for _, message, settled in waiting:
            await self.write(message, settled)

    # What ends.

    def expire(self):
        limit = time.monotonic() - 60 * self.scale
        for entry in [entry for entry in self.queue if entry[0] < limit]:
            self.queue.remove(entry)
            self.drop(entry, "expired")
        for key, entry in list(self.unconfirmed.items()):
            if entry[0] < limit:
                self.drop(self.unconfirmed.pop(key), "expired")

    def drop(self, entry, code):
        _, message, settled = entry
        self.on_event("drop", type=message["type"], code=code, message=message)
        if not settled.done():
            settled.set_exception(SendError(code))

    def fail_requests(self, code):
        for future in self.requests.values():
            if not future.done():
                future.set_exception(SendError(code))

    def finish(self, reason):
        self.ready, self.socket = False, None
        self.fail_requests("closed")
        for entry in self.queue + list(self.unconfirmed.values()):
            self.drop(entry, "closed")
        self.queue, self.unconfirmed = [], {}
        self.set_state("closed", reason=reason)

    def set_state(self, state, reason=None):
        self.state, self.reason = state, reason
        self.on_event("state", state=state, ready=self.ready, reason=reason, code=self.code)
