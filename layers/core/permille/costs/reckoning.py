"""Computes the bill of a month from counted units and prices.

What is not counted is assumed here, and docs/cost.md lists it.
"""

from collections.abc import Sequence

from permille.costs.bill import Bill, BillPart, Line
from permille.costs.counted import PerDelivery, Schedule, Units
from permille.costs.month import Month
from permille.costs.price_list import PriceList

HOURS = 730  # of a month, as AWS counts it
MINUTES = HOURS * 60
MILLION = 1_000_000
GB = 1e9
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_GB, VCPU = 0.5, 512 / 1769  # of a function
CALL_SECONDS = 0.01  # that a function waits for a call
RUN_SECONDS = 0.1  # of a run, beside its calls
SWEEP_SECONDS = 0.005  # to check an account in the hourly sweep
RUN_LOG = 2_000  # bytes of a run's log, Lambda's own lines included
MARKER_MONTHS = 3  # that a row of SeenTable is kept
KEPT_MONTHS = 12  # whose counts and complaints are stored: those of the first year, at its end
POLLERS, POLLS = 5, 3  # of Lambda for each queue; of each a minute, where the queue is empty
DAYS, SHARDS = 30, 8  # of a month; rows of an account and day in TalliesTable, at most


def bill_of(month: Month, units: Units, at: PriceList) -> Bill:
    """The bill of a month whose mail comes in small batches, which cost the most."""
    lines = [
        *of_stack(units, at),
        *of_emails(month.emails, units.small, units, at),
        *of_accounts(month, units, at),
        *of_complaints(month, units, at),
    ]
    ses = Line(BillPart.EMAILS, "SES: the e-mails themselves", month.emails, at["ses_email"])
    return Bill(lines, ses, month.emails)


def of_stack(units: Units, at: PriceList) -> list[Line]:
    """The lines of a month without mail and accounts."""
    part, stack = BillPart.STACK, units.stack
    runs = sum(schedule.runs for schedule in stack.schedules)
    gb_seconds = sum(schedule.runs * schedule.memory_gb * RUN_SECONDS for schedule in stack.schedules)
    return [
        Line(part, "KMS: keys that sign links", stack.keys, at["kms_key"]),
        Line(part, "CloudWatch: metrics of alarms", stack.alarm_metrics, at["alarm_metric"]),
        Line(part, "CloudWatch: metrics that are always sent", stack.always_metrics, at["custom_metric"]),
        Line(part, "SQS: receives of empty queues", stack.queues * POLLERS * POLLS * MINUTES, at["sqs_request"]),
        Line(part, "Lambda: runs by the clock", runs, at["lambda_request"]),
        Line(part, "Lambda: their time", gb_seconds, at["lambda_gb_second"]),
        Line(part, "DynamoDB: reads of a run each minute", MINUTES * stack.tick_read_units, at["dynamodb_read"]),
        Line(part, "CloudWatch: their logs", runs * RUN_LOG / GB, at["logs"]),
    ]


def of_emails(emails: int, each: PerDelivery, units: Units, at: PriceList) -> list[Line]:
    """The lines of counting deliveries. `each`: what one takes, by the size of batches."""
    part, runs = BillPart.EMAILS, emails / each.batch
    seconds = emails * (each.cpu_microseconds / MILLION / VCPU + each.calls * CALL_SECONDS)
    marker_gb = emails * units.stack.marker_bytes / GB * MARKER_MONTHS
    return [
        Line(part, "SNS: an event each", emails, at["sns_publish"]),
        Line(part, "SQS: an event each, put there by SNS", emails, at["sqs_request"]),
        Line(part, "SQS: receiving and deleting", 2 * emails / each.per_request, at["sqs_request"]),
        Line(part, "DynamoDB: writes", emails * each.write_units, at["dynamodb_write"]),
        Line(part, "DynamoDB: reads", emails * each.read_units, at["dynamodb_read"]),
        Line(part, "DynamoDB: markers, kept for 90 days", marker_gb, at["dynamodb_storage"]),
        Line(part, "Lambda: runs", runs, at["lambda_request"]),
        Line(part, "Lambda: their time", seconds * MEMORY_GB, at["lambda_gb_second"]),
        Line(part, "CloudWatch: their logs", runs * RUN_LOG / GB, at["logs"]),
        Line(part, "CloudWatch: metrics", units.stack.mail_metrics * _share_of_hours(emails), at["custom_metric"]),
    ]


def of_accounts(month: Month, units: Units, at: PriceList) -> list[Line]:
    """The lines of the hourly sweep over all accounts, and of their counts. IAM users and calls cost nothing."""
    part, checks = BillPart.ACCOUNTS, month.accounts * HOURS
    rows = min(month.emails, month.accounts * DAYS * SHARDS) * KEPT_MONTHS
    kept_gb = rows * units.stack.tally_bytes / GB
    gb_seconds = checks * SWEEP_SECONDS * MEMORY_GB
    asking = sum(_gb_seconds_of_asking(schedule, month.accounts) for schedule in units.stack.schedules)
    return [
        Line(part, "DynamoDB: reads of the hourly sweep", checks * units.stack.swept_read_units, at["dynamodb_read"]),
        Line(part, "Lambda: time of the hourly sweep", gb_seconds, at["lambda_gb_second"]),
        Line(part, "Lambda: time to ask SES about each account", asking, at["lambda_gb_second"]),
        *_storage(part, "counts of a year", kept_gb, at),
    ]


def of_complaints(month: Month, units: Units, at: PriceList) -> list[Line]:
    """The lines of complaints, each of which comes alone."""
    part, each, complaints = BillPart.COMPLAINTS, units.complaint, month.complaints
    mails = complaints * each.mails + month.monthly_mails
    runs = complaints * each.runs
    seconds = runs * RUN_SECONDS + complaints * each.calls * CALL_SECONDS
    kept_gb = complaints * each.stored_bytes * KEPT_MONTHS / GB
    return [
        Line(part, "SNS: an event each", complaints, at["sns_publish"]),
        Line(part, "SQS: putting, receiving and deleting", 3 * complaints, at["sqs_request"]),
        Line(part, "DynamoDB: writes", complaints * each.write_units, at["dynamodb_write"]),
        Line(part, "DynamoDB: reads", complaints * each.read_units, at["dynamodb_read"]),
        *_storage(part, "complaints and timelines of a year", kept_gb, at),
        Line(part, "Lambda: runs", runs, at["lambda_request"]),
        Line(part, "Lambda: their time", seconds * MEMORY_GB, at["lambda_gb_second"]),
        Line(part, "CloudWatch: their logs", runs * RUN_LOG / GB, at["logs"]),
        Line(part, "CloudWatch: metrics", each.metrics * _share_of_hours(complaints), at["custom_metric"]),
        Line(part, "EventBridge: events", complaints * each.events, at["eventbridge_event"]),
        Line(part, "KMS: signatures of links", complaints * each.key_requests, at["kms_request"]),
        Line(part, "SES: mails to owners", mails, at["ses_email"]),
    ]


def _gb_seconds_of_asking(schedule: Schedule, accounts: int) -> float:
    return schedule.runs * schedule.memory_gb * min(schedule.timeout, accounts * schedule.seconds_per_account)


def _storage(part: BillPart, what: str, gigabytes: float, at: PriceList) -> Sequence[Line]:
    return (
        Line(part, f"DynamoDB: {what}", gigabytes, at["dynamodb_storage"]),
        Line(part, "DynamoDB: their point-in-time recovery", gigabytes, at["dynamodb_recovery"]),
    )


def _share_of_hours(times: int) -> float:
    """In how much of the month something is seen that happens so many times, each in an hour of its own if it can.

    A metric is paid for by the hour in which it is sent: https://aws.amazon.com/cloudwatch/pricing/
    """
    return min(times, HOURS) / HOURS
