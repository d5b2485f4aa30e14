"""`make example`: the CRM on the embedded stack, with accounts and seeded data. Ctrl-C ends and removes everything."""

import argparse
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from examples.crm.app import create_app
from examples.crm.store import Store

BAKERY, PROVIDER = "good-bakery", "other-provider"
BUSINESSES = {BAKERY: "Good Bakery", "flower-shop": "Flower Shop"}
LISTS = {
    "Customers": "Ann Cem Dora Emil Finn Greta Hugo Ines Jana Karl Lena Max Nora Otto Paula Rosa Sven Tara Uwe Vera "
    "Willi Xenia Yann Zoe",
    "Fair 2019": "Bob Alma Ben Clara Dario Edda Fabian Gina Hanna Ivo Julia Kai Lou Mira Nils Oda",
}
COMPLAINERS = "ann@inbox.example, bob@inbox.example"  # press "Report spam"
TRY = """
The CRM is at {origin} for {hours:g} hours; Ctrl-C ends and removes everything.
examples/crm/README.md tells what to try.
In another terminal you are the platform's operator and support:

  eval "$(permille local status --dir {directory} --export)"
  SSL_CERT_FILE={certificate} \\
    permille provider connect {bakery} --host localhost --port {port} --username {username} \\
    --password-stdin < {password_file}
  permille review approve {bakery} --day DAY         # after the bakery has asked in the CRM
  permille local tick --dir {directory} --at DAY   # it is that day
"""


def main() -> None:
    """Runs until it is interrupted, and for `--hours` at most."""
    parser = argparse.ArgumentParser(prog="make example", description=__doc__)
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--hours", type=float, default=2)
    options = parser.parse_args()
    try:
        socket.create_server(("127.0.0.1", options.port)).close()
    except (OSError, OverflowError) as error:
        parser.error(f"port {options.port}: {error}")
    for end in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    signal.alarm(int(options.hours * 3600))
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    origin = f"http://127.0.0.1:{options.port}"
    temporary = tempfile.TemporaryDirectory(prefix="permille-crm-")
    with suppress(KeyboardInterrupt), temporary as name, stack(Path(name), origin, options.hours) as up:
        folder = Path(name)
        provider = seed(folder, origin, up)
        password = folder / "provider-password"
        password.write_text(provider["password"], encoding="utf-8")
        app = create_app()
        app.config["MAIL_HEADERS"] = {"X-Local-Complaint": COMPLAINERS, "X-Local-Complaint-After": "1"}
        values = {**up["smtp"], "directory": folder / "stack", "hours": options.hours, "origin": origin}
        print(TRY.format(bakery=BAKERY, username=provider["username"], password_file=password, **values), flush=True)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        app.run(port=options.port, threaded=True)


@contextmanager
def stack(folder: Path, origin: str, hours: float) -> Iterator[dict[str, Any]]:
    """The embedded stack, whose AWS this process uses; Python does not resolve names under .localhost by itself."""
    place = ("--dir", str(folder / "stack"))
    print("Starting the embedded stack, with two businesses and their contacts ...", file=sys.stderr, flush=True)
    try:
        up = permille("local", "up", *place, "--hours", str(hours), "--frame-origin", origin, "--json")
        os.environ |= permille("local", "status", *place, "--export", "--json")
        os.environ["SSL_CERT_FILE"] = up["smtp"]["certificate"]
        resolve = socket.getaddrinfo
        socket.getaddrinfo = lambda host, *more, **named: resolve(
            "127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named
        )
        yield up
    finally:
        permille("local", "down", *place, "--json")


def seed(folder: Path, origin: str, up: dict[str, Any]) -> dict[str, Any]:
    """Adds the accounts, and what the CRM has of them. Returns the SMTP credential of the provider: another account."""
    os.environ["PERMILLE_WEBHOOK_SECRET"] = permille("webhook", "set", f"{origin}/hooks/permille", "--json")["secret"]
    access = permille("link", "platform", "--name", "crm", "--scope", "read", "--scope", "write", "--json")
    os.environ |= {"PERMILLE_API": access["api"], "PERMILLE_TOKEN": access["token"]}
    os.environ |= {"PERMILLE_PAGES": up["outputs"]["ConsoleUrl"].rstrip("/"), "CRM_DATABASE": str(folder / "crm.db")}
    store = Store(folder / "crm.db")
    for business, name in BUSINESSES.items():
        own = added(business, "--owner-name", name)["smtp"]
        row = business, name, f"news@{business}.example", own["username"], own["password"]
        store.write("INSERT INTO businesses VALUES (?, ?, ?, ?, ?)", row)
        for contacts, names in LISTS.items():
            who = names.split() if business == BAKERY else names.split()[1:]  # nobody complains about the others
            store.add_contacts(business, contacts, [(one, f"{one.lower()}@inbox.example") for one in who])
        store.add_campaign(business, "Customers", "Fresh on Friday", "Come and see what is new.\n")
        store.add_campaign(business, "Fair 2019", "Do you remember us?", "We met at the fair.\n")
        store.add_campaign(business, "Customers", "Open on Sunday", "From 8 to 12.\n")
    smtp: dict[str, Any] = added(PROVIDER, "--identity", f"{BAKERY}.example")["smtp"]
    return smtp


def added(account: str, *options: str) -> dict[str, Any]:
    address = ("--owner-email", f"owner@{account}.example", "--identity", f"{account}.example")
    return permille("account", "add", account, *address, *options, "--yes", "--json")


def permille(*arguments: str) -> dict[str, Any]:
    """What the operator's command answers. Where it fails it has said why, and this ends, too."""
    with subprocess.Popen(["permille", *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            printed, _ = process.communicate()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)  # it removes what it has begun
            process.wait()
            raise
    if process.returncode:
        raise SystemExit(process.returncode)
    found: dict[str, Any] = json.loads(printed)
    return found


if __name__ == "__main__":
    main()
