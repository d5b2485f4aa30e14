"""The adapters that only the doctor reads by."""

from permille.aws.all_senders import DynamoSenders
from permille.aws.deployed_functions import LambdaDeployment
from permille.aws.safeguards import AwsSafeguards
from permille.aws.ses_setup import SesSendStatistics, SesSetupReader
from permille.aws.topics import SnsTopics, SqsQueueAttributes
from permille.bootstrap.adapters import Adapters
from permille.usecases.doctor.services import Probes


def probes(adapters: Adapters) -> Probes:
    """The doctor's adapters, besides those that it has in common with others."""
    return Probes(
        ses=SesSetupReader(),
        ses_counts=SesSendStatistics(),
        topics=SnsTopics(),
        queues=adapters.queues,
        queue_attributes=SqsQueueAttributes(),
        quarantine=adapters.quarantine,
        functions=LambdaDeployment(),
        safeguards=AwsSafeguards(),
        senders=DynamoSenders(table=adapters.names["senders_table"]),
        checkups=adapters.checkups,
    )
