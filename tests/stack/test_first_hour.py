"""docs/first-hour.md goes as it is told: its blocks are run in their order, on a stack of its own."""

import json
import os
import re
import smtplib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stack.conftest import Stack, eventually, running
from tests.stack.web import Web

PAGE = (Path(__file__).parents[2] / "docs" / "first-hour.md").read_text(encoding="utf-8")
COMMANDS = [
    [line.partition("  #")[0].strip() for line in block.splitlines()]
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.S | re.M)
    if not language
]
[PROGRAM] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.S | re.M)
TO_FILL_IN = re.compile(r"^PORT, USERNAME, PASSWORD = .*$", re.M)
COMPLAINT = r"X-Local-Complaint: all\r\n"


@dataclass(slots=True)
class Reader:
    """Somebody who types what the page says."""

    stack: Stack
    credential: dict[str, Any] = field(default_factory=dict)

    def types(self, command: str) -> str:
        """What the command prints. It has to succeed."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = inherited | self.stack.env | {"PATH": path}
        found = subprocess.run(  # noqa: S603
            ["/bin/bash", "-c", command], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert found.returncode == 0, f"{command}: {found.stderr[-2000:]}"
        return found.stdout

    def sends(self, *, complaint: bool = True) -> None:
        """Runs the page's program, with what `account add` printed."""
        program = PROGRAM if complaint else PROGRAM.replace(COMPLAINT, "")
        exec(TO_FILL_IN.sub("", program), dict(self.credential))  # noqa: S102 - the page's own program

    def is_refused(self) -> bool:
        try:
            self.stack.session(self.credential["USERNAME"], self.credential["PASSWORD"]).close()
        except smtplib.SMTPAuthenticationError:
            return True
        return False


def test_the_first_hour_goes_as_it_is_told(tmp_path: Path) -> None:
    [up, export, add], look, [owner, staff], [platform, curl], review, [over, later, *rest] = COMMANDS
    assert [up, export] == ["permille local up", 'eval "$(permille local status --export)"']  # done by running()

    with running(tmp_path / "local") as stack:
        reader = Reader(stack)
        added = json.loads(reader.types(f"{add} --show-secret --json"))
        smtp = added["smtp"]
        reader.credential = {"PORT": smtp["port"], "USERNAME": smtp["username"], "PASSWORD": smtp["password"]}

        assert COMPLAINT in PROGRAM
        assert TO_FILL_IN.search(PROGRAM)
        reader.sends()
        reader.sends()
        eventually(reader.is_refused)
        told = [reader.types(command) for command in look]
        assert [text for text in told if "disabled" not in text] == []

        pages = [Web(stack).follows(json.loads(reader.types(f"{link} --json"))["link"]) for link in (owner, staff)]
        assert "has been disabled" in pages[0].body
        assert "Anna" in pages[1].body
        token = json.loads(reader.types(f"{platform} --json"))
        [path] = re.findall(r"ADDRESS(\S+)", curl)
        route = Web(stack, token=token["token"]).get("/api/v1" + path)
        assert (route.status, json.loads(route.body)["may_send"]) == (200, False)

        for command in review:
            reader.types(command)
        eventually(lambda: not reader.is_refused())
        reader.sends(complaint=False)
        reader.types(over)
        assert reader.is_refused()
        reader.types(later)
        eventually(lambda: not reader.is_refused())
        for command in rest:
            reader.types(command)
    assert rest[-1] == "permille local down"
