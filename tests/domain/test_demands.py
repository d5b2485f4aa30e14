"""What mail companies ask of senders is told alike everywhere, and is what their own pages say."""

from urllib.parse import urlsplit

import pytest
from tests.support.gallery import GOLDEN, PAGES
from tests.support.report_gallery import report
from tests.support.reports import STATES

from permille.domain.policy.demands import DEMANDS, DEMANDS_IN_WORDS, GOOGLE, YAHOO, Demand
from permille_cli.project import PROJECT


def test_google_asks_for_less_than_1_and_never_3_and_yahoo_for_less_than_3() -> None:
    assert GOOGLE.sentence == "Google asks senders to stay below 1 complaint in 1,000 e-mails, and never to reach 3."
    assert YAHOO.sentence == "Yahoo asks them to stay below 3."


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.company)
def test_each_fact_stands_on_its_companys_own_page(demand: Demand) -> None:
    own = {
        "Google": "google.com",
        "Yahoo": "yahooinc.com",
        "Amazon SES": "aws.amazon.com",
        "Constant Contact": "constantcontact.com",
    }

    assert urlsplit(demand.source).scheme == "https"
    assert str(urlsplit(demand.source).hostname).endswith(own[demand.company])


@pytest.mark.parametrize(
    "text",
    [
        (GOLDEN / "disabled.txt").read_text("utf-8"),
        str(PAGES.page("guide").body),
        str(PAGES.guide_text().body),
        report(STATES["good"]()),
        (PROJECT / "README.md").read_text("utf-8"),
    ],
    ids=["mail", "guide", "guide as text", "report", "README"],
)
def test_they_are_told_in_the_same_words_everywhere(text: str) -> None:
    assert DEMANDS_IN_WORDS in " ".join(text.split())


def test_the_report_names_each_source_and_leads_to_none() -> None:
    """Its address holds the owner's link."""
    page = report(STATES["good"]())

    assert [demand.company for demand in DEMANDS if demand.site not in page] == []
    assert "As told on 26 November 2026 by" in page
    assert 'href="http' not in page
