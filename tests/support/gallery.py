"""Renders every mail and every line of the timeline.

python -m tests.support.gallery FOLDER      writes .eml, .txt and .html, and .png if Chromium is installed
python -m tests.support.gallery --golden    writes the texts that tests/usecases/test_golden.py compares with
"""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from tests.support.builders import (
    NOW,
    PLATFORM,
    STAFF,
    TODAY,
    a_provider,
    a_record,
    a_verdict,
    an_account,
    an_alert,
    an_entry,
    complaint_entries,
)
from tests.support.pictures import take, write

from permille.aws.ses_mailer import SesMailer
from permille.console.site.pages import Pages
from permille.domain.policy.policy import ALLPROWEBTOOLS, DEFAULT, RecentRatio
from permille.domain.policy.verdict import judge
from permille.domain.timeline.kinds.alert import Alert
from permille.domain.timeline.kinds.credential import CredentialRenewed
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.review import ReviewApproved
from permille.domain.timeline.kinds.staff import DenyLifted, StaffEnabled
from permille.domain.timeline.kinds.trial import TrialBegan, TrialEnded
from permille.domain.timeline.kinds.trial_outcome import Reinstated, TrialUnused
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.tally import Tally
from permille.ports.notifications import Mail
from permille.rendering.templates import Brand
from permille.usecases.notifications.mails import Addresses, compose

if TYPE_CHECKING:
    from permille.domain.timeline.facts import Facts

GOLDEN = Path(__file__).parents[1] / "golden"
BRAND = Brand(PLATFORM, "support@apwt.example")
ADDRESSES = Addresses("https://apwt.example/reputation/enter?token=abc", "https://apwt.example/reputation/guide")
STOPPABLE = replace(ADDRESSES, stop="https://apwt.example/reputation/monthly-mail?token=abc")
PAGES = Pages(BRAND)
OWNER = an_account(timezone="Europe/Vienna", owner_name="Bea", owner_email="bea@bakery.example")
CONNECTED = replace(OWNER, provider=a_provider())
MEANWHILE = ("disabled", "staff_disabled", "trial_cancelled", "trial_ended", "stays_suspended")
MAILER = SesMailer(
    mail_from="reputation@apwt.example",
    from_name=PLATFORM,
    reply_to="support@apwt.example",
    configuration_set="permille",
    ses=object(),  # type: ignore[arg-type]
)
WIDTHS = (360, 800)
HEIGHT = 1500


def entries() -> Iterator[tuple[str, Entry]]:
    """Of every kind one, and of those that have several faces each."""
    for kind in KINDS:
        yield str(kind), an_entry(kind)
    few, many = complaint_entries(1), complaint_entries(25)
    yield "alert-notice", an_alert(OWNER.id, NOW, a_verdict(50_000, 1), few)
    yield "alert-many", an_alert(OWNER.id, NOW, a_verdict(50_000, 25), many)
    yield "alert-few", an_alert(OWNER.id, NOW, a_verdict(700, 1), few)
    above = Alert.of_verdict(a_verdict(1000, 2), few, None, still_on=True)
    yield "alert-still-on", entry(OWNER.id, NOW, above)
    yield "alert-exempt", an_alert(OWNER.id, NOW, a_verdict(1000, 5), few, NOW)
    recent = {TODAY - timedelta(days=20): Tally(1_000_000), TODAY: Tally(2000, 60)}
    policy = replace(DEFAULT, recent_ratio=RecentRatio())
    yield "disabled-recent", a_record(OWNER.id, NOW, judge(policy, recent, TODAY), recent, [])
    for name, tally in {"bounces": Tally(4000, 0, 300), "complaints": Tally(1_000_000, 4)}.items():
        verdict = judge(ALLPROWEBTOOLS, {TODAY: tally}, TODAY)
        yield f"disabled-{name}", a_record(OWNER.id, NOW, verdict, {TODAY: tally}, [])
    yield "review_approved-plain", entry(OWNER.id, NOW, ReviewApproved(begins_at=NOW, ends_at=NOW, note="", by=STAFF))
    moved = entry(
        OWNER.id,
        NOW,
        ReviewApproved(begins_at=NOW, ends_at=NOW, note="", by=STAFF, instead_of=TODAY + timedelta(days=1)),
    )
    yield "review_approved-moved", moved
    yield from numbers_of_trials()
    yield from renewals()


def numbers_of_trials() -> Iterator[tuple[str, Entry]]:
    """Trials whose numbers have something to say."""
    size: dict[str, Any] = {"least_delivered": 80, "most_sent": 2400}
    large: dict[str, Any] = {"least_delivered": 800, "most_sent": 24_000, "ratio_above": 5000}
    day: dict[str, Any] = {"begins_at": NOW, "ends_at": NOW + timedelta(days=1), "note": "", "by": STAFF}
    faces: dict[str, Facts] = {
        "review_approved-sized": ReviewApproved(**day, **size),
        "review_approved-by-ratio": ReviewApproved(**day, **large),
        "trial_began-sized": TrialBegan(ends_at=NOW, **size),
        "trial_began-by-ratio": TrialBegan(ends_at=NOW, **large),
        "trial_ended-early": TrialEnded(verdict_at=NOW, delivered=2500, most_sent=2400),
        "trial_ended-by-ratio": TrialEnded(verdict_at=NOW, delivered=9000, complaints=2),
        "trial_unused-few": TrialUnused(delivered=12, least_delivered=80),
        "reinstated-by-ratio": Reinstated(delivered=9000, complaints=2),
    }
    for name, facts in faces.items():
        yield name, entry(OWNER.id, NOW, facts)


def renewals() -> Iterator[tuple[str, Entry]]:
    """Of a credential: the old one ends at once, the account is off, it is enabled with the new one."""
    renewed: dict[str, Any] = {
        "sender": "permille-bakery",
        "access_key_id": "AKIAIOSFODNN7EXAMPL2",
        "old_credential_works_until": NOW,
        "by": STAFF,
    }
    why: dict[str, Any] = {"reason": "Your password was stolen", "by": STAFF, "new_credential": True}
    faces: dict[str, Facts] = {
        "credential_renewed-at-once": CredentialRenewed(**renewed, ended=True, off=False),
        "credential_renewed-off": CredentialRenewed(**renewed, ended=True, off=True),
        "staff_enabled-renewed": StaffEnabled(**why),
        "deny_lifted-renewed": DenyLifted(**why, senders=("permille-bakery",)),
    }
    for name, facts in faces.items():
        yield name, entry(OWNER.id, NOW, facts)


def mails() -> Iterator[tuple[str, Mail]]:
    for name, one in entries():
        if one.is_mailed:
            yield name, compose(one, OWNER, BRAND, STOPPABLE if one.facts.can_be_stopped else ADDRESSES)
    for kind in MEANWHILE:
        yield f"{kind}-connected", compose(an_entry(kind), CONNECTED, BRAND, ADDRESSES)


def golden() -> dict[str, str]:
    """What is compared: by file name."""
    texts = {f"{name}.txt": f"Subject: {mail.subject}\n\n{mail.text}" for name, mail in mails()}
    return texts | {"guide.txt": str(PAGES.guide_text().body)}


def timeline() -> str:
    """Every line of the timeline, to be read."""
    return "\n".join(
        f"{name} ({one.audience})\n  {one.headline(PLATFORM)}\n  {one.sentence()}\n" for name, one in entries()
    )


def standing_alone(page: Response[str]) -> str:
    """A page of the console as a file: with the stylesheet in it."""
    style = f"<style>{PAGES.stylesheet('style').body}</style>"
    return re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: style, str(page.body))


def _show(folder: Path) -> None:
    write(folder, golden() | {"timeline.txt": timeline()})
    pages = {name: mail.html for name, mail in mails()} | {"guide": standing_alone(PAGES.page("guide"))}
    write(folder, {f"{name}.html": html for name, html in pages.items()})
    for name, mail in mails():
        (folder / f"{name}.eml").write_bytes(MAILER.message(mail).as_bytes())
    take(folder, pages, widths=WIDTHS, height=HEIGHT, dark=(False, True))


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        shutil.rmtree(GOLDEN, ignore_errors=True)
        write(GOLDEN, golden())
    else:
        _show(Path(sys.argv[1]))
