"""A stack is deleted, as `sam delete` does it."""

from tests.stack.conftest import Stack, eventually


def deleted(stack: Stack) -> str:
    """What became of it."""
    cloudformation = stack.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=stack.name)

    def status() -> str:
        return str(cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])

    eventually(lambda: not status().endswith("IN_PROGRESS"))
    return status()
