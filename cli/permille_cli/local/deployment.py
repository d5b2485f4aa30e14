"""Builds and deploys infra/template.yaml to the embedded stack with SAM CLI, as an operator does to AWS."""

import json
import platform
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from permille.domain.values.errors import Failed, InvalidInput
from permille.domain.words.wording import hides_nothing, plain
from permille_cli.local.running import Running
from permille_cli.local.state import StateDirectory
from permille_cli.sam.sam_cli import run_sam
from permille_cli.sam.sources import laid_out
from permille_cli.stack import template
from permille_cli.stack.stack import EMBEDDED

FRAME_ORIGIN = "FrameOrigin"  # an output that no deployed stack has, like EMBEDDED
MAIL_FROM = "no-reply@apwt.example"
MAIL_FROM_IDENTITY = "apwt.example"
STACK_NAME = re.compile(r"(?!(?i:aws|ssm))[A-Za-z][A-Za-z0-9-]{0,39}")  # of functions, and of parameters in SSM
PLATFORM_NAME_LENGTH = 60  # the template's MaxLength
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")  # http, too, other than on AWS: it is of this computer
# uv's names for whose wheels the layer carries: here the functions run on this very host.
PLATFORMS = {
    ("Linux", "x86_64"): "x86_64-manylinux2014",
    ("Linux", "aarch64"): "aarch64-manylinux2014",
    ("Darwin", "x86_64"): "x86_64-apple-darwin",
    ("Darwin", "arm64"): "aarch64-apple-darwin",
}
CONCURRENCY = 2  # AWS's least
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The options of `up`.

    stack: the name of the CloudFormation stack.
    mode: the EnforcementMode.
    platform_name: the PlatformName.
    for_containers: whether containers can use its AWS.
    frame_origin: the FrameOrigins; empty for none.
    """

    stack: str
    mode: str
    platform_name: str
    for_containers: bool = False
    frame_origin: str = ""

    def __post_init__(self) -> None:
        if not STACK_NAME.fullmatch(self.stack):
            raise InvalidInput(
                f"takes a letter and up to 39 letters, digits and hyphens more, and begins with neither aws nor ssm, "
                f"not {self.stack!r}",
                "stack",
            )
        name = self.platform_name
        if not (plain(name) and hides_nothing(name) and len(name) <= PLATFORM_NAME_LENGTH):
            raise InvalidInput(f"takes 1 to {PLATFORM_NAME_LENGTH} printable characters, not {name!r}", "platform_name")
        if self.frame_origin and not ORIGIN.fullmatch(self.frame_origin):
            raise InvalidInput(
                f"takes an origin, as http://127.0.0.1:8010 without a path, not {self.frame_origin!r}", "frame_origin"
            )

    def __str__(self) -> str:
        options = f"--stack {self.stack} --mode {self.mode} --platform-name {shlex.quote(self.platform_name)}"
        options += f" --frame-origin {self.frame_origin}" if self.frame_origin else ""
        return f"{options} --for-containers" if self.for_containers else options

    @property
    def parameters(self) -> dict[str, str]:
        return {
            "EnforcementMode": self.mode,
            "PlatformName": self.platform_name,
            "MailFrom": MAIL_FROM,
            "SupportContact": "support@apwt.example",
            "SupportHours": "Monday to Friday, 9:00 to 17:00",
            "LinkKeyAdministrators": "arn:aws:iam::*:role/administrator",  # and root
            "ReplayClock": "on",
            "LocalWebhook": "on",
            "FrameOrigins": self.frame_origin,
            "AlarmTopicArn": "none",
            "ConsoleConcurrency": "10",
            "ApiConcurrency": "10",
            "OtherMail": "yes",  # without the alarm Uncounted: ministack's CloudFormation knows no metric expressions
        }


def deploy(deployment: Deployment, running: Running, state: StateDirectory) -> dict[str, str]:
    """Deploys, and returns the stack's outputs. Raises Failed with the end of SAM CLI's log."""
    sources = laid_out(state.path / "sources")
    running.client("sesv2").create_email_identity(EmailIdentity=MAIL_FROM_IDENTITY)
    copy = state.path / "template.json"
    copy.write_text(json.dumps(_for_this_host(sources, deployment, running), indent=2), encoding="utf-8")
    _build(copy, state)
    _deploy(deployment, running, state)
    return outputs(running, deployment.stack)


def outputs(running: Running, stack: str) -> dict[str, str]:
    """The outputs of the CloudFormation stack."""
    (description,) = running.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}


def logical_functions(running: Running, stack: str) -> dict[str, str]:
    """The names of the stack's functions, by their logical ids."""
    answer = running.client("cloudformation").describe_stack_resources(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in answer["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def deployed_environment(running: Running, function: str) -> dict[str, str]:
    """The variables that a function was deployed with."""
    configuration = running.client("lambda").get_function_configuration(FunctionName=function)
    deployed: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return deployed


def _for_this_host(sources: Path, deployment: Deployment, running: Running) -> dict[str, Any]:
    """The template, adapted to this host and to the emulator."""
    folder = sources / "infra"
    document = template.load(folder / "template.yaml")
    for name, value in deployment.parameters.items():
        # Not with --parameter-overrides: SAM CLI's quoting cannot express every value.
        document["Parameters"][name]["Default"] = value
    del document["Parameters"]["FrameOrigins"]["AllowedPattern"]  # which takes https:// alone
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    functions = document["Globals"]["Function"]
    functions |= {"Runtime": f"python{PYTHON}", "Architectures": [machine]}
    functions["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = running.endpoint
    for resource in document["Resources"].values():
        _adapt(resource.get("Properties", {}), folder)
    document["Resources"]["Providers"]["Properties"]["Environment"]["Variables"]["LOCAL_PROVIDERS"] = "on"
    document["Outputs"][EMBEDDED] = {"Value": "yes"}
    if deployment.frame_origin:
        document["Outputs"][FRAME_ORIGIN] = {"Value": deployment.frame_origin}
    smtp = f"{running.smtp_host}:{running.smtp_port}"
    document["Outputs"]["SmtpEndpoint"] = {"Value": smtp}
    for function in ("Api", "Provisioning"):
        document["Resources"][function]["Properties"]["Environment"]["Variables"]["SMTP_ENDPOINT"] = smtp
    return document


def _adapt(properties: dict[str, Any], folder: Path) -> None:
    for uri in {"CodeUri", "ContentUri"} & properties.keys():
        properties[uri] = str((folder / properties[uri]).resolve())
    if "CompatibleRuntimes" in properties:
        properties["CompatibleRuntimes"] = [f"python{PYTHON}"]
    for event in properties.get("Events", {}).values():
        if "ScalingConfig" in event["Properties"]:  # every instance is a process of this host, with its cold start
            event["Properties"]["ScalingConfig"]["MaximumConcurrency"] = CONCURRENCY


def _build(copy: Path, state: StateDirectory) -> None:
    host = (platform.system(), platform.machine())
    if host not in PLATFORMS:
        raise Failed(f"no wheels are known for {' '.join(host)}; the embedded stack runs on Linux and macOS")
    environment = {"PERMILLE_PYTHON": PYTHON, "PERMILLE_PLATFORMS": PLATFORMS[host]}
    run_sam(state, environment, "build", "--template", str(copy), "--build-dir", str(_built(state)))


def _deploy(deployment: Deployment, running: Running, state: StateDirectory) -> None:
    run_sam(
        state, running.environment, "deploy", "--template", str(_built(state) / "template.yaml"),
        "--stack-name", deployment.stack, "--resolve-s3", "--no-confirm-changeset", "--no-progressbar",
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM",
    )  # fmt: skip


def _built(state: StateDirectory) -> Path:
    return state.path / "sam" / "build"
