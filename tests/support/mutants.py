"""Mutation tests: each mutant is one small change of a function, and a test has to fail by it.

python -m tests.support.mutants             lets mutmut try what it has not tried yet, and writes docs/mutants.md. It
                                            may be stopped at any time, and goes on from there.
python -m tests.support.mutants sweep ...   of the modules with these names alone

mutmut runs the tests in its own process, of each mutant those alone that reach its function, the fast ones first. It
takes packages from a folder `src` alone, so that `.mutants/` is laid with links. What survived is tried again when a
test has changed, and what is in a function that has changed; `rm -r .mutants` begins anew.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".mutants"
RESULTS = FOLDER / "mutants"
TESTS_STAMP = FOLDER / "tests.sha256"
DOCUMENT = PROJECT / "docs" / "mutants.md"
TEXT = Path(__file__).with_suffix(".md")
REASONS = Path(__file__).with_suffix(".toml")
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
SOURCES = PROJECT / "layers" / "core"

KILLED, SURVIVED, NO_TESTS, TIMEOUT, UNTRIED = "killed", "survived", "no tests", "timeout", "not tried"
OUTCOMES_SHOWN = (KILLED, SURVIVED, NO_TESTS, TIMEOUT, UNTRIED)
# By what pytest exits with, or the signal that ended it; everything else is a test, or all of them, that failed.
OUTCOMES = {0: SURVIVED, 5: NO_TESTS, 33: NO_TESTS, -9: TIMEOUT, -24: TIMEOUT}


@dataclass(frozen=True)
class Module:
    """One that is mutated, by its path within the package, and what became of its mutants."""

    path: Path

    @property
    def name(self) -> str:
        return ".".join(self.path.with_suffix("").parts)

    @property
    def exit_codes(self) -> dict[str, int | None]:
        """By mutant; None where it was not tried."""
        found = RESULTS / "src" / f"{self.path}.meta"
        return json.loads(found.read_text(encoding="utf-8"))["exit_code_by_key"] if found.exists() else {}

    @property
    def untried(self) -> list[str]:
        return (
            [name for name, code in self.exit_codes.items() if code is None] if self.exit_codes else [f"{self.name}.*"]
        )

    @property
    def outcomes(self) -> dict[str, str]:
        return {name: UNTRIED if code is None else _outcome(code) for name, code in self.exit_codes.items()}


def _outcome(code: int) -> str:
    return OUTCOMES.get(code, KILLED)


def modules(names: Sequence[str] = ()) -> list[Module]:
    found = [Module(path.relative_to(SOURCES)) for path in sorted(SOURCES.rglob("*.py"))]
    mutated = [one for one in found if any(fnmatch(f"src/{one.path}", each) for each in SETTINGS["only_mutate"])]
    return [one for one in mutated if not names or one.path.stem in names]


def lay() -> None:
    """The folder that mutmut runs in: links to what it copies."""
    FOLDER.mkdir(exist_ok=True)
    for name in ("pyproject.toml", "tests", *SETTINGS["also_copy"]):
        _link(FOLDER / name, PROJECT / name)
    _link(FOLDER / "src", SOURCES)
    shutil.rmtree(RESULTS / "tests", ignore_errors=True)  # mutmut keeps copies of what is deleted
    for module in modules():
        if not module.exit_codes:  # mutmut takes a copy that was made before the module was listed for a mutated one
            (RESULTS / "src" / module.path).unlink(missing_ok=True)
    if _tests_have_changed():
        (RESULTS / "mutmut-stats.json").unlink(missing_ok=True)
        _forget_all_but_the_killed()


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target, target_is_directory=target.is_dir())


def _tests_have_changed() -> bool:
    digest = hashlib.sha256(repr(SETTINGS).encode())
    for path in sorted((PROJECT / "tests").rglob("*.py")):
        digest.update(path.read_bytes())
    now, before = digest.hexdigest(), TESTS_STAMP.read_text(encoding="utf-8") if TESTS_STAMP.exists() else ""
    TESTS_STAMP.write_text(now, encoding="utf-8")
    return now != before


def _forget_all_but_the_killed() -> None:
    for meta in RESULTS.glob("src/**/*.meta"):
        results = json.loads(meta.read_text(encoding="utf-8"))
        codes: dict[str, int | None] = results["exit_code_by_key"]
        results["exit_code_by_key"] = {
            name: code if code is not None and _outcome(code) == KILLED else None for name, code in codes.items()
        }
        meta.write_text(json.dumps(results, indent=4), encoding="utf-8")


def run(chosen: Sequence[Module]) -> None:
    """mutmut is named each mutant, as it then checks first that all of their tests are found and pass; it begins with
    those whose tests take the least time."""
    untried = [name for module in chosen for name in module.untried]
    if untried:
        mutmut = Path(sys.executable).with_name("mutmut")
        subprocess.run([mutmut, "run", *untried], cwd=FOLDER, check=True)  # noqa: S603 - its own


# ---------------------------------------------------------------- what is written down


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test fails by.

    module: the file's name
    line: what was changed
    mutated: what it was changed to; empty where it was removed
    """

    module: str
    line: str
    mutated: str

    @property
    def why(self) -> str:
        return next((one["why"] for one in reasons() if self.is_meant_by(one)), "*not looked at yet*")

    def is_meant_by(self, reason: dict[str, str]) -> bool:
        return reason["line"] == self.line and reason.get("mutated", "") in self.mutated


@cache
def reasons() -> list[dict[str, str]]:
    """Why survivors are let live: `line` is the line, `mutated` a part of what it was changed to."""
    found: list[dict[str, str]] = tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"]
    return found


def survivors(module: Module) -> Iterator[Survivor]:
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # reads its settings where it is imported

    for name, outcome in module.outcomes.items():
        if outcome not in (KILLED, UNTRIED):
            changed = get_diff_for_mutant(name, path=Path("src") / module.path).splitlines()[2:]
            line, mutated = (next((one[1:].strip() for one in changed if one[0] == sign), "") for sign in "-+")
            yield Survivor(module.path.stem, line, mutated)


def document_text(tried: Sequence[Module], survived: Sequence[Survivor]) -> str:
    return TEXT.read_text(encoding="utf-8").format(table=table(tried), survivors=_listed(survived))


def table(tried: Sequence[Module]) -> str:
    counted = [(one.path.stem, Counter(one.outcomes.values())) for one in tried if one.outcomes]
    whole = sum((each for _, each in counted), Counter[str]())
    rows = [_row(name, each) for name, each in [*counted, ("**all**", whole)]]
    head = ["module", "mutants", *OUTCOMES_SHOWN, "per cent of the tried"]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


def _row(name: str, counts: Counter[str]) -> str:
    number = counts.total()
    share = f"{100 * counts[KILLED] / max(number - counts[UNTRIED], 1):.1f}"
    return f"| {' | '.join([name, *map(str, [number, *(counts[each] for each in OUTCOMES_SHOWN)]), share])} |"


def _listed(survived: Sequence[Survivor]) -> str:
    found = Counter((one.module, one.line.replace("|", "\\|"), one.why) for one in survived)
    rows = [f"| {module} | `{line}` | {number} | {why} |" for (module, line, why), number in found.items()]
    return "\n".join(["| module | line | mutants | why |", "|---|---|---|---|", *rows])


def main(names: Sequence[str]) -> None:
    lay()
    run(modules(names))
    with chdir(FOLDER):
        survived = [one for module in modules() for one in survivors(module)]
    DOCUMENT.write_text(document_text(modules(), survived), encoding="utf-8")
    over = [one["line"] for one in reasons() if not any(each.is_meant_by(one) for each in survived)]
    sys.stdout.write("\n".join([table(modules()), *(f"A reason for no survivor: {line}" for line in over), ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
