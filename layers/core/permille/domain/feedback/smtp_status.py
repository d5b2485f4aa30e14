"""Why a mail server refused a mail, in plain words: the enhanced status codes of RFC 3463."""

import re
from collections.abc import Mapping

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII)
NO_REASON = "the mail server refused it for good, and did not say why"

# By subject and detail. _SUBJECTS has the words for details that are not listed.
_DETAILS: Mapping[str, str] = {
    "1.1": "the address does not exist",
    "1.2": "the domain of the address does not exist",
    "1.3": "the address is not written as addresses are",
    "1.4": "the address belongs to several mailboxes",
    "1.6": "the mailbox has moved, and nobody said where to",
    "1.7": "the sender's address is not written as addresses are",
    "1.8": "the domain of the sender's address does not exist",
    "1.10": "the domain of the address accepts no mail",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too long for this mailbox",
    "2.4": "the mailing list behind the address could not pass it on",
    "3.1": "the mail server is full",
    "3.2": "the mail server accepts no mail now",
    "3.4": "the mail is too big for the mail server",
    "4.1": "the mail server of the domain did not answer",
    "4.3": "the name servers of the domain did not answer",
    "4.4": "the domain of the address has no mail server",
    "4.6": "the mail went round in circles",
    "4.7": "the mail could not be delivered in time",
    "5.3": "the mail has too many recipients",
    "6.1": "the mail server takes no such content",
    "7.1": "the mail server does not accept it from this sender",
    "7.2": "the mailing list behind the address does not accept it from this sender",
    "7.8": "the mail server wants a login",
    "7.20": "the mail has no valid DKIM signature",
    "7.21": "the mail has no DKIM signature that the mail server accepts",
    "7.22": "the DKIM signature is not of the domain in From",
    "7.23": "the sender's domain does not allow it to be sent from there (SPF)",
    "7.24": "the SPF record of the sender's domain could not be read",
    "7.25": "the sending server has no name",
    "7.26": "it was neither signed by DKIM nor allowed by SPF",
    "7.27": "the sender's domain accepts no mail",
}
_SUBJECTS: Mapping[str, str] = {
    "0": NO_REASON,
    "1": "something is wrong with the address",
    "2": "something is wrong with the mailbox",
    "3": "something is wrong with the recipient's mail server",
    "4": "something is wrong on the way to the recipient's mail server",
    "5": "the mail servers did not understand each other",
    "6": "the mail server could not handle the mail's content",
    "7": "the mail server refused it by its rules",
}


def code_of(status: str, diagnostic: str) -> str:
    """The enhanced status code: `status` if it is one, else the first in `diagnostic`; empty where there is none."""
    match = _CODE.fullmatch(status.strip()) or _CODE.search(diagnostic)
    return match[1] if match else ""


def in_words(code: str) -> str:
    """The meaning of an enhanced status code, as part of a sentence. `code` may be empty."""
    _, _, rest = code.partition(".")
    return _DETAILS.get(rest) or _SUBJECTS.get(rest.partition(".")[0], NO_REASON)
