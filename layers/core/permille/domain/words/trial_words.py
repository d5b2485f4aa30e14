"""Words about a trial that mails about the review and the trial share."""

LIKELY_YOURS = (
    "your SMTP account will likely be yours again: enough e-mails have to be delivered, and support may look at it "
    "once more."
)


def what_ends_it(ratio_above: int) -> str:
    """`ratio_above`: with more delivered than this the rules decide; 0: one complaint always."""
    if ratio_above:
        return (
            f"If more than {ratio_above:,} e-mails are delivered, your usual limits decide; else one complaint about "
            "an e-mail that you send today ends it."
        )
    return "One complaint about an e-mail that you send today ends it."


def whom_to_write_to(ratio_above: int = 0) -> str:
    """As in what_ends_it; goes on after an s."""
    one = "" if ratio_above else ", and one complaint ends the trial"
    return (
        f"end to 500 or 1,000 people who asked for your e-mails and know you best. A smaller batch proves little{one}."
    )


def what_wins(ratio_above: int) -> str:
    """As in what_ends_it."""
    if ratio_above:
        return (
            f"If more than {ratio_above:,} e-mails were delivered and your usual limits are kept, or if nobody has "
            "complained by then, it is yours again."
        )
    return "If nobody has complained by then, it is yours again."


def how_many(least_delivered: int, most_sent: int) -> str:
    """How large the batch of a trial has to be, and may be; empty where both say nothing."""
    least = f" We need at least {least_delivered:,} delivered e-mails to decide." if least_delivered > 1 else ""
    most = f" If you send more than {most_sent:,}, the day ends early." if most_sent else ""
    return f"{least}{most}"
