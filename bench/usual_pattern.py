"""The usual way to count events once, as documented by Powertools: its batch integration of idempotency,
keyed by the id of the SQS record, around one PynamoDB update per event.

https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#batch-integration

It has the advantage that it looks up no account (the sender is its key), validates nothing, and logs nothing.
"""

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

processor = BatchProcessor(event_type=EventType.SQS)
persistence = DynamoDBPersistenceLayer(table_name=os.environ["USUAL_IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(event_key_jmespath="messageId")


class Tally(Model):
    class Meta:
        table_name = os.environ["USUAL_TALLIES_TABLE"]

    caller = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    delivered = NumberAttribute()


@idempotent_function(data_keyword_argument="record", config=config, persistence_store=persistence)  # type: ignore[untyped-decorator]
def count(record: SQSRecord) -> None:
    event = record.json_body
    mail = event["mail"]
    tally = Tally(mail["tags"]["ses:caller-identity"][0], mail["timestamp"][:10])
    tally.update(actions=[Tally.delivered.add(len(event["delivery"]["recipients"]))])


def handler(event: dict[str, Any], context: Any) -> Any:
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=count, processor=processor, context=context)
