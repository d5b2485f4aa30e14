"""`make demo` tells the story that it promises."""

import json
from pathlib import Path

from tests.stack.conftest import permille


def test_the_demo_tells_the_story_to_its_end(tmp_path: Path) -> None:
    told = permille("local", "demo", "--json", env={"TMPDIR": str(tmp_path)})

    assert told.returncode == 0, told.stderr[-3000:]
    answers = json.loads(told.stdout)
    assert answers["answers"]["good-bakery"] == {"smtp": "accepted", "api": "accepted"}
    assert answers["answers"]["pushy-deals"]["smtp"].startswith("535")
    assert answers["second_chance"]["two_days_later"] == "accepted"
    assert list(tmp_path.iterdir()) == []
