"""`make demo` tells the story that it promises."""

import json
from pathlib import Path

from tests.stack.conftest import Stack, permille


def test_the_demo_tells_the_story_to_its_end(tmp_path: Path) -> None:
    told = permille("local", "demo", "--json", env={"TMPDIR": str(tmp_path)})

    assert told.returncode == 0, told.stderr[-3000:]
    answers = json.loads(told.stdout)
    assert answers["answers"]["good-bakery"] == {"smtp": "accepted", "api": "accepted"}
    assert answers["answers"]["pushy-deals"]["smtp"].startswith("535")
    assert answers["second_chance"]["two_days_later"] == "accepted"
    assert list(tmp_path.iterdir()) == []


def test_the_demo_leaves_a_running_stack_alone(stack: Stack) -> None:
    refused = stack.run("local", "demo", "--keep")

    assert refused.returncode == 2
    assert "`permille local down`" in refused.stderr
    assert stack.run("local", "status").returncode == 0


def test_a_kept_demo_runs_on_with_links_to_its_pages(tmp_path: Path) -> None:
    env = {"PERMILLE_LOCAL_DIR": str(tmp_path / "kept")}
    try:
        told = permille("local", "demo", "--keep", "--json", env=env)
        assert told.returncode == 0, told.stderr[-3000:]
        exported = json.loads(permille("local", "status", "--export", "--json", env=env).stdout)
        accounts = json.loads(permille("account", "list", "--json", env=env | exported).stdout)["accounts"]
    finally:
        permille("local", "down", env=env)

    assert {one["account_id"] for one in accounts} == {"good-bakery", "pushy-deals"}
    assert set(json.loads(told.stdout)["links"]) == {"desk", "good-bakery", "pushy-deals"}
