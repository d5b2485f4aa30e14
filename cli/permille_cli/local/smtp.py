"""The SMTP endpoint, which behaves like Amazon SES's.

https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html lists what SES answers.
"""

import asyncio
import hmac
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from permille.usecases.senders.smtp_password import smtp_password
from permille_cli.local.authority import Authority, Identity, SmtpCredential, UnknownKeyError
from permille_cli.local.events import Accepted, new_id
from permille_cli.local.outbox import Destination, Outbox
from permille_cli.local.short_cache import ShortCache
from permille_cli.local.submission import Submission, read

MESSAGE_BYTES = 40 * 1024 * 1024
RECIPIENTS = 50
INVALID = "535 Authentication Credentials Invalid"
REQUIRED = "530 Authentication required"


class MessageRefused(Exception):
    """The message is refused; the text is the SMTP reply."""


@dataclass(frozen=True, slots=True)
class Login:
    """The credential of a session."""

    access_key_id: str
    credential: SmtpCredential


class Endpoint:
    """Accepts messages: the handler of every session."""

    def __init__(
        self,
        authority: Authority,
        destinations: Callable[[str], tuple[Destination, ...] | None],
        outbox: Outbox,
        now: Callable[[], datetime],
        region: str,
    ) -> None:
        self._authority = authority
        self._destinations = ShortCache(destinations)
        self._identities = ShortCache(authority.identity)
        self._outbox = outbox
        self._now = now
        self._region = region

    async def credential(self, claim: LoginPassword) -> SmtpCredential | None:
        """The credential of a login; None if the password is wrong."""
        name = claim.login.decode("utf-8", "replace")
        credential = await asyncio.to_thread(self._authority.credential, name)
        if credential is None:
            return None
        password = smtp_password(credential.secret_access_key, self._region).encode()
        return credential if hmac.compare_digest(password, claim.password) else None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            return f"250 Ok {await self._take(session, envelope)}"
        except MessageRefused as refusal:
            return str(refusal)
        except UnknownKeyError:  # deactivated since this session logged in
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
            return INVALID

    async def _take(self, session: Session, envelope: Envelope) -> str:
        if len(envelope.rcpt_tos) > RECIPIENTS:
            raise MessageRefused(f"554 Transaction failed: Recipient count exceeds {RECIPIENTS}")
        assert isinstance(envelope.content, bytes)
        submission = read(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        identity = await self._verified(submission)
        configuration_set = submission.configuration_set or identity.configuration_set
        wanted_by = await self._events_of(configuration_set)
        login = session.auth_data
        assert isinstance(login, Login)
        await self._authorize(login.access_key_id, submission, identity, configuration_set)
        at = self._now()
        accepted = Accepted(
            submission=submission,
            message_id=new_id(at),
            at=at,
            identity_arn=identity.arn,
            caller_identity=login.credential.caller_identity,
            configuration_set=configuration_set or "",
            source_ip=_address(session.peer),
        )
        await self._outbox.put(accepted.fate(), wanted_by)
        await self._outbox.put(accepted.complaints(), wanted_by, after=submission.script.seconds_to_complain)
        return accepted.message_id

    async def _verified(self, submission: Submission) -> Identity:
        """The identity of the first sender. Raises MessageRefused unless every sender has one."""
        if not submission.all("From"):
            raise MessageRefused("554 Transaction failed: Missing required header 'From'.")
        identities = {sender: await self._identities.get(sender) for sender in submission.senders}
        failed = [sender for sender, identity in identities.items() if identity is None]
        if failed:
            raise MessageRefused(
                "554 Message rejected: Email address is not verified. The following identities failed the check "
                f"in region {self._region.upper()}: {', '.join(failed)}"
            )
        identity = identities[submission.senders[0]]
        assert identity is not None
        return identity

    async def _events_of(self, configuration_set: str | None) -> tuple[Destination, ...]:
        """The destinations of the events; none without a configuration set."""
        if configuration_set is None:
            return ()
        destinations = await self._destinations.get(configuration_set)
        if destinations is None:
            raise MessageRefused(f"554 Transaction failed: Configuration set <{configuration_set}> does not exist.")
        return destinations

    async def _authorize(
        self, key: str, submission: Submission, identity: Identity, configuration_set: str | None
    ) -> None:
        """Checks every message, so that a Deny also stops an open session."""
        resources = [identity.arn]
        if configuration_set:
            resources.append(re.sub(r"identity/.*", f"configuration-set/{configuration_set}", identity.arn))
        context = {
            "ses:FromAddress": submission.senders[0],
            "ses:FeedbackAddress": submission.envelope_from,
            "ses:Recipients": list(submission.recipients),
        }
        denied = await asyncio.to_thread(self._authority.denial, key, "ses:SendRawEmail", resources, context)
        if denied:
            raise MessageRefused(
                f"554 Access denied: User `{denied.arn}' is not authorized to perform `ses:SendRawEmail' "
                f"on resource `{denied.resource}'"
            )


class SesSession(SMTP):
    """One session. Unlike SES it does not require STARTTLS: this is loopback."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext) -> None:
        self._endpoint = endpoint
        super().__init__(
            endpoint,
            hostname="email-smtp.local",
            ident="ESMTP SimpleEmailService",
            data_size_limit=MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            tls_context=tls,
            auth_require_tls=False,
            authenticator=_claimed,
            loop=asyncio.get_running_loop(),
        )

    async def check_auth_needed(self, caller_method: str) -> bool:  # noqa: ARG002
        assert self.session is not None
        if not self.session.authenticated:
            await self.push(REQUIRED)
        return not self.session.authenticated

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802
        return await self._checked(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802
        return await self._checked(await super().auth_LOGIN(_, args))

    async def _checked(self, result: AuthResult) -> AuthResult:
        if not result.success:
            return result
        claim = result.auth_data
        assert isinstance(claim, LoginPassword)
        credential = await self._endpoint.credential(claim)
        if credential is None:
            return AuthResult(success=False, handled=False, message=INVALID)
        return AuthResult(success=True, auth_data=Login(claim.login.decode(), credential))


def _claimed(server: Any, session: Any, envelope: Any, mechanism: Any, claim: Any) -> AuthResult:  # noqa: ARG001
    """Returns the claim unchecked: aiosmtpd calls this where nothing can be awaited."""
    return AuthResult(success=True, auth_data=claim)


def _address(peer: Any) -> str:
    return str(peer[0])
