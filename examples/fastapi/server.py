"""Runs the protocols on one port: `python3 server.py --port 8000`. `--naive` runs the version that falls into the traps."""

from __future__ import annotations

import argparse
import asyncio
import os

import uvicorn
from fastapi import FastAPI

import config


class Server(uvicorn.Server):
    """uvicorn cuts WebSockets off at a shutdown (clients see 1006); this one first closes them with 1012."""

    async def shutdown(self, sockets: list | None = None) -> None:
        from connection import LIVE, Shutdown

        Shutdown.begun = True
        for server in self.servers:
            server.close()
        for connection in list(LIVE):
            connection.close(1012)
        deadline = asyncio.get_running_loop().time() + 8
        while self.server_state.connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)


def build_app() -> FastAPI:
    import arena
    import chat
    import tabletop

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in (arena.router, chat.router, tabletop.router):
        app.include_router(router)
    if os.environ.get("WIREPACT_CONTROL"):
        import control

        app.include_router(control.router)
    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--naive", action="store_true", help="fall into the traps")
    arguments = parser.parse_args()
    if arguments.naive:
        import naive

        # As most write it: every default of uvicorn.
        uvicorn.run(naive.app, host="127.0.0.1", port=arguments.port)
        return
    server = Server(
        uvicorn.Config(
            build_app(),
            host="127.0.0.1",
            port=arguments.port,
            # The access log prints the query string, and with it the token.
            access_log=False,
            ws_max_size=65536,
            ws_ping_interval=30 * config.TIME_SCALE,
            ws_ping_timeout=10 * config.TIME_SCALE,
            ws_per_message_deflate=False,
        )
    )
    server.run()


if __name__ == "__main__":
    main()
