"""Each file of events/ is a real event: the deployed function takes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.stack.conftest import Stack

FILES = sorted((Path(__file__).parents[2] / "events").glob("*.json"))
FUNCTIONS = {
    "ingest": "IngestFunctionName",
    "doctor": "DoctorFunctionName",
    "enforce": "EnforceFunctionName",
    "providers": "ProvidersFunctionName",
    "notify": "NotifyFunctionName",
    "webhook": "WebhookFunctionName",
    "console": "ConsoleFunctionName",
    "api": "ApiFunctionName",
    "access": "AccessFunctionName",
    "provisioning": "ProvisioningFunctionName",
}
REFUSED = {
    "api-account": 401,
    "access-staff-link": 403,
    "provisioning-account": 403,
}  # without a token, and past the URL that says who asks


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_deployed_function_takes_the_sample_event(stack: Stack, file: Path) -> None:
    function = stack.outputs[FUNCTIONS[file.stem.partition("-")[0]]]

    answer = stack.client("lambda").invoke(FunctionName=function, Payload=file.read_bytes())

    result: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, result
    assert result.get("batchItemFailures", []) == []
    assert result.get("failed", 0) == 0
    assert result.get("statusCode", 200) == REFUSED.get(file.stem, 200)


def test_what_cannot_be_read_rests_in_quarantine(stack: Stack) -> None:
    dynamodb, table = stack.client("dynamodb"), stack.outputs["QuarantineTable"]
    event = next(file for file in FILES if file.stem == "ingest-unreadable")

    for _ in range(2):
        stack.client("lambda").invoke(FunctionName=stack.outputs["IngestFunctionName"], Payload=event.read_bytes())

    rows = dynamodb.scan(TableName=table)["Items"]
    reasons = [row["reason"]["S"] for row in rows]
    assert reasons.count("the event has nothing as mail, not an object") == 1
