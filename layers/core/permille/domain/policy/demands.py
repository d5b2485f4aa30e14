"""What mail companies ask of senders: each fact with where it stands, and the day on which all were looked up. Mails,
pages and guide are made of these, and README says the same."""

from dataclasses import dataclass
from datetime import date

from permille.domain.policy.ses_review import COMPLAINTS as SES


@dataclass(frozen=True, slots=True)
class Demand:
    """`asks` goes on after the company's name, `briefly` stands in a table: complaints for every 1,000 e-mails."""

    company: str
    asks: str
    briefly: str
    source: str

    @property
    def sentence(self) -> str:
        return f"{self.company} {self.asks}."

    @property
    def site(self) -> str:
        return self.source.split("/")[2]


LOOKED_UP = date(2026, 11, 26)
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
    f"reviews senders at {SES.review}, and may stop them at {SES.pause}",
    f"a review at {SES.review}, perhaps stopped at {SES.pause}",
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
IN_WORDS = " ".join(one.sentence for one in DEMANDS)
