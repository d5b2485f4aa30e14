"""The limits of mail companies, each with its source. Mails, pages, guide and README state them."""

from dataclasses import dataclass
from datetime import date

from permille.domain.policy import ses_review


@dataclass(frozen=True, slots=True)
class Demand:
    """What a company demands of senders, in complaints for every 1,000 e-mails.

    company: its name
    asks: the rest of a sentence that begins with the name
    briefly: the same for a table
    source: the page that says so
    """

    company: str
    asks: str
    briefly: str
    source: str

    @property
    def sentence(self) -> str:
        """The demand as a sentence."""
        return f"{self.company} {self.asks}."

    @property
    def site(self) -> str:
        """The host name of the source."""
        return self.source.split("/")[2]


LOOKED_UP = date(2026, 11, 26)
_SES = ses_review.COMPLAINTS
GOOGLE = Demand(
    "Google",
    "asks senders to stay below 1 complaint in 1,000 e-mails, and never to reach 3",
    "below 1, and never 3",
    "https://support.google.com/a/answer/81126",
)
YAHOO = Demand(
    "Yahoo",
    "asks them to stay below 3",
    "below 3",
    "https://senders.yahooinc.com/best-practices/",
)
AMAZON_SES = Demand(
    "Amazon SES",
    f"reviews senders at {_SES.review}, and may stop them at {_SES.pause}",
    f"a review at {_SES.review}, perhaps stopped at {_SES.pause}",
    "https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html",
)
CONSTANT_CONTACT = Demand(
    "Constant Contact",
    "takes 1 for acceptable",
    "1",
    "https://community.constantcontact.com/t5/Community-Blog/"
    "Spam-Complaints-What-They-Are-And-How-They-Affect-You/ba-p/315862",
)
DEMANDS = (GOOGLE, YAHOO, AMAZON_SES, CONSTANT_CONTACT)
ONE_CLICK = "Google and Yahoo ask it of everybody who sends a lot."  # the same two pages
DEMANDS_IN_WORDS = " ".join(demand.sentence for demand in DEMANDS)
