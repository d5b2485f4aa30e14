"""One simulated tenant: draws its mail, and the feedback about it in order of arrival."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from permille_cli.simulation.arrival import in_order
from permille_cli.simulation.feedback import FeedbackKind, Report, Truth
from permille_cli.simulation.mailings import Mailing, chosen, complaint_delays, mailings, variation
from permille_cli.simulation.population import OF, BounceShares, Population, chance_of, tenant_from

MOST_BOUNCES = 0.5  # of a tenant's mail
_MILLISECOND = timedelta(milliseconds=1)


class TenantFeedback:
    """The feedback about one tenant of a population. The tenant of this number has the same on every platform of the
    same seed, and the deliveries and complaints that `make simulate` judges.

    truth: what was drawn; complete when all reports have been read
    """

    def __init__(self, seed: int, number: int, population: Population) -> None:
        self._drawing = chance_of(seed, number)
        self._chance = chance_of(seed, number, "feedback")
        self._number, self._population = number, population
        self._tenant = tenant_from(self._drawing, population)
        self._bounces = self._own(population.bounces)
        self.truth = Truth(self._tenant, self._tenant.rate / OF * population.bursts.mean)

    def reports(self, days: int, beginning: datetime) -> Iterator[Report]:
        """All feedback about the mail of so many days, in the order in which it happens."""
        drawn = mailings(self._tenant, self._drawing, days, self._population, beginning)
        mails = (mail for mailing in drawn for mail in self._mails(self._with_burst(mailing)))
        return in_order((reports[0].sent_at, reports) for reports in mails)

    def _own(self, bounces: BounceShares) -> BounceShares:
        """The tenant's own shares: some have worse lists."""
        factor = variation(bounces.spread, self._chance)
        if bounces.share:
            factor = min(factor, MOST_BOUNCES / bounces.share)
        return replace(bounces, permanent=bounces.permanent * factor, transient=bounces.transient * factor)

    def _with_burst(self, mailing: Mailing) -> Mailing:
        bursts, chance = self._population.bursts, self._chance
        if not bursts.share or chance.random() >= bursts.share:
            return mailing
        self.truth.bursts += 1
        rate = self._tenant.rate / OF * (bursts.factor - 1)
        more = complaint_delays(mailing.delivered, rate, self._population.complaint_delay, chance)
        complaints = [*mailing.complaints, *(mailing.sent_at + delay for delay in more)]
        return replace(mailing, complaints=tuple(complaints[: mailing.delivered]))

    def _mails(self, mailing: Mailing) -> Iterator[list[Report]]:
        """The feedback about each mail, in the order in which they are sent: one after the other, evenly."""
        bounces = self._drawn_bounces(mailing.delivered)
        mails, begins = mailing.delivered + len(bounces), round(mailing.sent_at.timestamp() * 1000)
        takes = self._population.sending // _MILLISECOND
        delays = [at - mailing.sent_at for at in mailing.complaints]
        which = self._chance.sample(range(mails), len(bounces) + len(delays))
        bounced = dict(zip(which, bounces, strict=False))
        complained = dict(zip(which[len(bounces) :], delays, strict=True))
        before = self.truth.mails
        self._count(mailing, bounces)
        for mail in range(mails):
            sent_at = begins + takes * mail // mails
            yield self._about(before + mail, sent_at, bounced.get(mail), complained.get(mail))

    def _drawn_bounces(self, delivered: int) -> list[FeedbackKind]:
        """One for each mail that bounces, of as many as it takes to deliver so many others."""
        shares, chance = self._bounces, self._chance
        number = sum(1 for _ in chosen(delivered, shares.share / (1 - shares.share), chance))
        weights = {FeedbackKind.PERMANENT_BOUNCE: shares.permanent, FeedbackKind.TRANSIENT_BOUNCE: shares.transient}
        return chance.choices(list(weights), list(weights.values()), k=number) if number else []

    def _count(self, mailing: Mailing, bounces: list[FeedbackKind]) -> None:
        self.truth.mailings += bool(mailing.delivered)
        self.truth.delivered += mailing.delivered
        self.truth.complaints += len(mailing.complaints)
        self.truth.permanent_bounces += bounces.count(FeedbackKind.PERMANENT_BOUNCE)
        self.truth.transient_bounces += bounces.count(FeedbackKind.TRANSIENT_BOUNCE)

    def _about(
        self, recipient: int, sent_at: int, bounce: FeedbackKind | None, complains_after: timedelta | None
    ) -> list[Report]:
        population, chance = self._population, self._chance
        unique = chance.getrandbits(128)
        at = sent_at + 1 + int(chance.expovariate(1) * (population.delivery / _MILLISECOND))
        if bounce:
            at += population.bounces.retried // _MILLISECOND if bounce is FeedbackKind.TRANSIENT_BOUNCE else 0
            return [Report(at, self._number, at, bounce, sent_at, unique, recipient)]
        delivery = Report(at, self._number, at, FeedbackKind.DELIVERY, sent_at, unique, recipient)
        if complains_after is None:
            return [delivery]
        at += complains_after // _MILLISECOND
        (kind,) = chance.choices(list(population.feedback_types), list(population.feedback_types.values()))
        return [delivery, Report(at, self._number, at, FeedbackKind.COMPLAINT, sent_at, unique, recipient, kind)]
