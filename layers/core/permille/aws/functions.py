"""The functions of the stack, which the command can stop."""

from typing import TYPE_CHECKING

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaFunctions:
    """Implements `Functions`."""

    def __init__(self, *, functions: "LambdaClient | None" = None) -> None:
        self._functions: LambdaClient = functions or client("lambda")

    def stop(self, name: str) -> None:
        with service_call(f"stopping the function {name}"):
            self._functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
