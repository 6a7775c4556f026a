"""The Python client as an adapter: JSON Lines on standard input and output."""

import asyncio
import json
import sys

from client import CHANNELS, Client, SendError

clients = {}
pending = {}


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def create(command):
    name, count = command["client"], 0

    async def get_token():
        nonlocal count
        count += 1
        future = pending[name, count] = asyncio.get_running_loop().create_future()
        say(event="token-requested", client=name, request=count)
        return await future

    clients[name] = Client(
        command["channel"],
        command["address"],
        command["parameters"],
        command["token"],
        get_token,
        lambda event, **values: say(event=event, client=name, **values),
        command["options"]["timeScale"],
    )


async def settle(command, sending):
    told = {"event": "settled", "client": command["client"], "of": command["id"]}
    try:
        say(**told, ok=True, reply=await sending)
    except (SendError, OSError) as error:
        say(**told, ok=False, code=str(error))
    except Exception as error:  # noqa: BLE001 - what the client throws is the failure of the send
        say(**told, ok=False, code=type(error).__name__)


def carry_out(command):
    op, client = command["op"], clients.get(command.get("client"))
    if op == "hello":
        return {"implementation": {"name": "websockets client", "language": "Python"}, "channels": list(CHANNELS)}
    if op == "create":
        create(command)
    elif op == "connect":
        client.connect()
    elif op == "close":
        asyncio.ensure_future(client.close())
    elif op == "dispose":
        client.on_event = lambda *_, **__: None
        asyncio.ensure_future(client.close())
        del clients[command["client"]]
    elif op == "state":
        return {"state": client.state, "ready": client.ready}
    elif op == "send":
        asyncio.ensure_future(settle(command, client.send(command["type"], command["fields"])))
    elif op in ("request", "join", "leave"):
        asyncio.ensure_future(settle(command, client.request(command["type"], command["fields"])))
    elif op == "token":
        future = pending.pop((command["client"], command["request"]), None)
        if future is not None and not future.done():
            if "token" in command:
                future.set_result(command["token"])
            else:
                future.set_exception(RuntimeError(command["error"]))
    elif op != "bye":
        return None
    return {}


async def main():
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        try:
            answer = carry_out(command)
        except Exception as error:  # noqa: BLE001 - told to the suite
            say(id=command["id"], error={"code": "failed", "message": repr(error)})
            continue
        if answer is None:
            say(id=command["id"], error={"code": "unsupported", "message": command["op"]})
        else:
            say(id=command["id"], ok=True, **answer)
        if command["op"] == "bye":
            return


asyncio.run(main())
