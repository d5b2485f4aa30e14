"""The emulator's process.

- It listens on a free port of loopback, and where PERMILLE_CONTAINERS_HOST is an address on a free port of it too. The
  first line of its output says on which: one number, or both.
- It ends when its standard input ends, so it cannot outlive whoever started it, however that one died.
"""

import asyncio
import os
import socket
import sys
import threading
from ipaddress import ip_address

from permille_cli.local.emulator.access_filter import AccessFilter
from permille_cli.local.emulator.actions import authorize_as_aws
from permille_cli.local.emulator.boundaries import authorize_by_boundaries_and_tags
from permille_cli.local.emulator.callers import name_roles_as_principals, pass_identity_to_functions
from permille_cli.local.emulator.function_urls import serve_function_urls_on_this_host
from permille_cli.local.emulator.groups import make_groups_by_cloudformation
from permille_cli.local.emulator.identities import authorize_sending_on_the_identity, keep_default_configuration_sets
from permille_cli.local.emulator.private_paths import with_private_paths
from permille_cli.local.emulator.signatures import verify_root_signatures

STOPPING_SECONDS = 8


def main() -> None:
    """Serves until the end of its input."""
    os.environ.pop("PYTHONPATH")  # by which this file was found: the functions inherit what is left
    token, containers = os.environ.pop("PERMILLE_TOKEN"), os.environ.pop("PERMILLE_CONTAINERS_HOST")
    listeners = [socket.create_server(("127.0.0.1", 0))]
    if _is_address(containers):
        listeners.append(socket.create_server((containers, 0)))
    ports = [listener.getsockname()[1] for listener in listeners]
    os.environ["GATEWAY_PORT"] = str(ports[0])  # read when ministack is imported
    print(*ports, flush=True)  # noqa: T201 - to whoever started this
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(_serve(listeners, AccessFilter(ports[0], f"{containers}:{ports[-1]}" if containers else ""), token))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False  # a name, by which an engine of containers leads to loopback
    return True


async def _serve(listeners: list[socket.socket], access_filter: AccessFilter, token: str) -> None:
    from hypercorn.asyncio import serve  # type: ignore[import-not-found]
    from hypercorn.config import Config  # type: ignore[import-not-found]
    from ministack.app import app  # type: ignore[import-not-found]

    verify_root_signatures()
    authorize_as_aws()
    authorize_sending_on_the_identity()
    authorize_by_boundaries_and_tags()
    keep_default_configuration_sets()
    serve_function_urls_on_this_host(access_filter.port)
    pass_identity_to_functions()
    name_roles_as_principals()
    make_groups_by_cloudformation()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}" for listener in listeners]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    await serve(with_private_paths(access_filter.wrap(app), token), config, shutdown_trigger=_end_of_input)


async def _end_of_input() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def wait() -> None:
        while sys.stdin.buffer.read(1):
            pass
        threading.Timer(STOPPING_SECONDS, os._exit, [1]).start()  # where stopping gracefully hangs
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    main()
