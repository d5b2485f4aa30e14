"""The API's operations about the review request."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from permille.console.api.context import context
from permille.console.api.openapi import WRITING, operation
from permille.console.api.parameters import AccountId, IdempotencyKey, ReviewBody
from permille.console.api.repeated import answer_once
from permille.console.routing import new_router
from permille.domain.people.owner_commands import DeleteReview, PutReview
from permille.schema.review_schema import StandingJson, standing_json
from permille.usecases.decisions import decisions
from permille.usecases.decisions.find_account import find_account

router = new_router()


@router.get(
    "/accounts/<account_id>/review",
    **operation(
        "getReview",
        "Get the review request",
        "The owner's last request to get the SMTP account back, how it was decided, and the trial that was agreed on.",
        "The review and the trial; null where there is none.",
    ),
)
def get_review(account_id: AccountId) -> StandingJson:
    """The review request and the trial."""
    return standing_json(find_account(context(router).services.accounts, account_id))


@router.put(
    "/accounts/<account_id>/review",
    **operation(
        "putReview",
        "Request a review, or change the open request",
        "On behalf of the owner, for a disabled account. Idempotent: the same request again changes nothing. A changed "
        "request keeps its place in the queue. The owner gets a receipt by mail of a new request, at most one a day. A "
        "day of the account has at most five changes; a further one is refused with 409.",
        "The review as it is now.",
        WRITING,
    ),
)
def put_review(
    account_id: AccountId, request: Annotated[ReviewBody, Body()], idempotency_key: IdempotencyKey = None
) -> StandingJson:
    """Makes or changes the request."""
    return _apply(account_id, request.command(context(router).session.name), idempotency_key)


@router.delete(
    "/accounts/<account_id>/review",
    **operation(
        "withdrawReview",
        "Withdraw the review request",
        "On behalf of the owner: an open request, or a trial that has not begun. Idempotent: withdrawing again changes "
        "nothing.",
        "The review as it is now: withdrawn.",
        (HTTPStatus.CONFLICT,),
    ),
)
def withdraw_review(account_id: AccountId, idempotency_key: IdempotencyKey = None) -> StandingJson:
    """Withdraws the request."""
    return _apply(account_id, DeleteReview(by=context(router).session.name), idempotency_key)


def _apply(account_id: str, command: PutReview | DeleteReview, key: str | None) -> StandingJson:
    ctx = context(router)
    apply = partial(decisions.apply, ctx.services, account_id, command, ctx.now)
    return answer_once(ctx, ctx.services.answers, key, lambda: standing_json(apply()))
