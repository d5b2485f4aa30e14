"""The topic of messages to staff."""

import json
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call
from permille.ports.notifications import StaffMessage

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SnsStaffTopic:
    """Implements `StaffTopic`. Subscribers get plain text, except those by HTTPS: Amazon Q Developer in chat
    applications (AWS Chatbot) subscribes by HTTPS, and shows messages of its own schema alone."""

    def __init__(self, *, topic: str, sns: "SNSClient | None" = None) -> None:
        self._sns: SNSClient = sns or client("sns")
        self._topic = topic

    def publish(self, message: StaffMessage) -> None:
        texts = {"default": f"{message.text}\n\n{message.link}\n", "https": _for_chat(message)}
        with service_call("publishing a message to staff"):
            self._sns.publish(
                TopicArn=self._topic,
                Subject=message.subject,
                Message=json.dumps(texts),
                MessageStructure="json",
            )


def _for_chat(message: StaffMessage) -> str:
    """https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html"""
    content = {
        "textType": "client-markdown",
        "title": message.subject,
        "description": f"{message.text}\n{message.link}",
    }
    return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)
