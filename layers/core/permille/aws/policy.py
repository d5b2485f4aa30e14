"""The policy in force: a parameter of SSM, which functions read and operators write."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.values.errors import InvalidPolicy, PolicyNotValid

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CACHED_FOR = 60.0  # seconds


class SsmPolicies:
    """Implements `PolicyDocument`. The age of the cache is measured by the wall clock: a monotonic clock stands still
    while Lambda freezes the environment between two runs."""

    def __init__(
        self, *, parameter: str, ssm: "SSMClient | None" = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._ssm: SSMClient = ssm or client("ssm")
        self._clock = clock
        self._read_at = 0.0
        self._policy: Policy | None = None
        self.parameter = parameter

    def current(self) -> Policy:
        asked_at = self._clock()
        if self._policy is None or not 0 <= asked_at - self._read_at < CACHED_FOR:  # below 0: the clock was set back
            self._policy = None  # where the next line fails, the old policy is not used either
            self._policy, self._read_at = self._read(), asked_at
        return self._policy

    def _read(self) -> Policy:
        text = self.text()
        try:
            return DEFAULT if text is None else parse_policy(text)
        except InvalidPolicy as error:
            raise PolicyNotValid(f"the policy in {self.parameter} is wrong: {error}") from error

    def text(self) -> str | None:
        with service_call(f"reading {self.parameter}"):
            try:
                return self._ssm.get_parameter(Name=self.parameter)["Parameter"]["Value"]
            except ClientError as refused:
                if code_of(refused) == "ParameterNotFound":
                    return None
                raise

    def set(self, text: str) -> None:
        with service_call(f"writing {self.parameter}"):
            self._ssm.put_parameter(Name=self.parameter, Value=text, Type="String", Overwrite=True)
