"""Builds and deploys the template to AWS with SAM CLI, by the values of samconfig.toml."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from permille.aws.change_sets import pending_change_sets
from permille.domain.values.errors import Failed
from permille_cli.sam.sam_cli import run_sam
from permille_cli.sam.sources import laid_out
from permille_cli.sam.tools import tool, tool_environment, tools
from permille_cli.terminal.output import err

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder for one deployment."""

    path: Path
    logs: Path
    tmp: Path


def deploy_with_sam(config: Path, stack: str, region: str, *, confirm: bool) -> None:
    """Shows the change set on stderr, and executes it; if `confirm`, SAM CLI asks before. Raises Failed, also where the
    answer is no."""
    tools()
    with tempfile.TemporaryDirectory(prefix="permille-deploy-") as folder:
        scratch = Scratch(Path(folder), Path(folder), Path(folder))
        built = scratch.path / "build"
        with err.status("Building functions and layer ..."):
            sources = laid_out(scratch.path / "sources")
            run_sam(
                scratch, {}, "build", "--template", str(sources / "infra" / "template.yaml"), "--build-dir", str(built)
            )
        before = pending_change_sets(stack) if confirm else set()
        _deploy(scratch, built / "template.yaml", config, stack, region, confirm=confirm)
        if confirm and pending_change_sets(stack) - before:
            raise Failed(f"nothing was deployed, as you declined the change set; {config} has your answers")


def _deploy(scratch: Scratch, template: Path, config: Path, stack: str, region: str, *, confirm: bool) -> None:
    command = [
        tool("sam"), "deploy", "--template-file", str(template), "--config-file", str(config.resolve()),
        "--stack-name", stack, "--region", region, "--resolve-s3", "--no-fail-on-empty-changeset", "--no-progressbar",
        "--confirm-changeset" if confirm else "--no-confirm-changeset", "--capabilities", *CAPABILITIES,
    ]  # fmt: skip
    own = {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(scratch.path / "sam")}
    environment = tool_environment(scratch.tmp, aws=True) | own
    status = subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode  # noqa: S603 - our tool
    if status:
        raise Failed(f"sam deploy failed with status {status}, as it says above; {config} has the values")
