"""The JSON shape of a case in support's review queue."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from permille.domain.timeline.timeline import Entry
from permille.schema.doc import Doc
from permille.schema.entry_schema import facts_json
from permille.schema.review_schema import StandingJson, standing_json
from permille.usecases.views.review_queue import ReviewCase


class CampaignComplaintsJson(TypedDict):
    """How many complaints were counted for the mail of one campaign."""

    campaign: Annotated[str, Doc("Name of the campaign, or the subject where it has none.")]
    complaints: int


class CaseJson(StandingJson):
    """A review request in support's queue, with its evidence."""

    strikes: int
    waits_seconds: int
    disabled: Annotated[dict[str, Any] | None, Doc("Kind, instant and facts of the entry that disabled the account.")]
    campaigns: list[CampaignComplaintsJson]
    kept_now: Annotated[
        bool | None,
        Doc(
            "True where a complaint was voided since, and the rule that disabled the account is kept now; null "
            "where that is not known."
        ),
    ]
    trials: Annotated[list[dict[str, Any]], Doc("Results of earlier trials with their facts, oldest first.")]
    older_left_out: Annotated[bool, Doc("True where there are more complaints or earlier trials than were read.")]


def case_json(case: ReviewCase) -> CaseJson:
    """A case of the review queue."""
    return {
        **standing_json(case.account),
        "strikes": case.account.strikes,
        "waits_seconds": int(case.waits.total_seconds()),
        "disabled": decision_json(case.disabled),
        "campaigns": [{"campaign": name, "complaints": count} for name, count in case.campaigns],
        "kept_now": kept_now_json(case.kept_now),
        "trials": [{"at": entry.at.isoformat(), "how": entry.kind, **facts_json(entry)} for entry in case.trials],
        "older_left_out": case.is_truncated,
    }


def decision_json(decided: Entry | None) -> dict[str, Any] | None:
    """Kind and instant of an entry beside its facts; None where there is none."""
    return {"kind": decided.kind, "at": decided.at.isoformat(), **facts_json(decided)} if decided else None


def kept_now_json(line: str | None) -> bool | None:
    """Whether there is a line that says that the rules are kept now; None where that is not known."""
    return None if line is None else bool(line)
