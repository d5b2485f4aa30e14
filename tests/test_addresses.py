"""Every spelling of a mailbox is one, and no two mailboxes are."""

import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.examples import is_thorough

from permille.addresses.mailbox import canonical_address
from permille.addresses.parts import LONGEST_ADDRESS

A_WHOLE_NAME = "=?UTF-8?B?" + "w4RhYWFh" * 600 + "?="


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.com",
        "Ann@EXAMPLE.com",
        "<ann@example.com>",
        "Ann Example <ann@example.com>",
        "Ann<ann@example.com>",
        '"Ann Example" <ann@example.com>',
        '"Example, Ann" <ann@example.com>',
        "Example, Ann <ann@example.com>",
        "Ann Q. Example <ann@example.com>",
        "Ann [the baker] <ann@example.com>",
        "Änn Exämple <ann@example.com>",
        '"Ann \\"the baker\\" Example" <ann@example.com>',
        # an address in a name is none
        '"Bob <bob@example.org>" <ann@example.com>',
        '"bob@example.org" <ann@example.com>',
        "bob@example.org <ann@example.com>",
        "ann@example.com <ann@example.com>",
        "=?UTF-8?Q?Bob_<bob@example.org>?= <ann@example.com>",
        "=?UTF-8?Q?Bob <bob@example.org>, Eve?= <ann@example.com>",
        "=?UTF-8?Q?Bob_=3Cbob=40example=2Eorg=3E?= <ann@example.com>",
        "(Bob <bob@example.org>) ann@example.com",
        # comments
        "ann@example.com (Ann Example)",
        "(a) ann (b) @ (c) example (d) . (e) com (f)",
        "(a (nested (b))) <(c)ann@example.com(d)>",
        "(a \\) b) ann@example.com",
        "Ann (a) <ann@example.com> (b)",
        # blanks and folded lines
        " ann@example.com\t",
        "\u00a0ann@example.com\u3000",
        "ann @ example . com",
        "Ann\r\n Example\r\n <ann@example.com>\r\n",
        "ann@\r\n example.com",
        # encoded words
        "=?utf-8?q?=C3=84nn?= <ann@example.com>",
        f"{A_WHOLE_NAME} <ann@example.com>",
        f"{A_WHOLE_NAME}\r\n {A_WHOLE_NAME} <ann@example.com>",
        "=?utf-8?q?ann=40example=2Ecom?=",
        "=?utf-8*en?q?ann=40example=2Ecom?=",
        "=?ISO-8859-1?B?QW5uIDxhbm5AZXhhbXBsZS5jb20+?=",
        "=?utf-8?q?Ann_=3Cann=40exam?=\r\n =?utf-8?q?ple=2Ecom=3E?=",
        "=?utf-8?q?Ann?= <=?utf-8?q?ann=40example=2Ecom?=>",
        # quoted local parts, routes, the domain's last dot
        '"ann"@example.com',
        '"Ann"@example.com',
        '"a\\nn"@example.com',
        "<@one.example,@two.example:ann@example.com>",
        "ann@example.com.",
        "Ann <ann@example.com.>",
        # the same domain
        "ann@ｅｘａｍｐｌｅ．ｃｏｍ",
        "ann@example。com",
        "ann@ex\u00adample.com",
    ],
)
def test_every_spelling_of_a_mailbox_is_that_mailbox(text: str) -> None:
    assert canonical_address(text) == "ann@example.com"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ann+Tag@example.com", "ann+tag@example.com"),
        (".ann..b.@docomo.ne.jp", ".ann..b.@docomo.ne.jp"),
        ('".ann..b."@docomo.ne.jp', ".ann..b.@docomo.ne.jp"),
        ('"ann"."b"@x', "ann.b@x"),
        ("ann%x!y@z", "ann%x!y@z"),
        ("=?utf-8?q?ann?=@example.com", "=?utf-8?q?ann?=@example.com"),
        ('"a b"@x', '"a b"@x'),
        ('"a\\ b"@x', '"a b"@x'),
        ('"a\r\n b"@x', '"a b"@x'),
        ('"a@b"@x', '"a@b"@x'),
        ('"A\\"\\\\"@x', '"a\\"\\\\"@x'),
        ('""@x', '""@x'),
        ("Ann <Üser@x>", "üser@x"),
        ("u\u0308ser@x", "üser@x"),
        ("ann@MÜNCHEN.de", "ann@xn--mnchen-3ya.de"),
        ("ann@mu\u0308nchen.de", "ann@xn--mnchen-3ya.de"),
        ("ann@XN--MNCHEN-3YA.de", "ann@xn--mnchen-3ya.de"),
        ("ann@faß.de", "ann@xn--fa-hia.de"),  # not fass.de, which somebody else can have
        ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
        ("ann@💩.la", "ann@xn--ls8h.la"),  # refused by IDNA 2008, and in use
        ("ann@xn--ls8h.la", "ann@xn--ls8h.la"),
        ("ann@I❤.ws", "ann@xn--i-7iq.ws"),
        ("ann@a_b.example", "ann@a_b.example"),
        ("ann@localhost", "ann@localhost"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("ann@[ 192.000.002.001 ]", "ann@[192.0.2.1]"),
        ("ann@[IPv6:2001:DB8::1]", "ann@[ipv6:2001:db8:0:0:0:0:0:1]"),
        ("ann@[IPv6:2001:db8:0:0:0:0:0:1]", "ann@[ipv6:2001:db8:0:0:0:0:0:1]"),
        ("ann@[IPv6:::ffff:192.0.2.1]", "ann@[ipv6:0:0:0:0:0:ffff:c000:201]"),
        ("ann@[x400:Some-Thing]", "ann@[x400:some-thing]"),
    ],
)
def test_a_mailbox_has_one_form(text: str, form: str) -> None:
    assert canonical_address(text) == form
    assert canonical_address(form) == form


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "postmaster",
        "<postmaster>",
        "Ann <>",
        "@example.com",
        "ann@",
        "undisclosed-recipients:;",
        "Friends: ann@example.com;",
        "Friends: Ann <ann@example.com>, bob@example.com;",
        "ann@example.com, bob@example.com",
        "<ann@example.com>, <bob@example.com>",
        "ann@example.com, Bob <bob@example.com>",
        "ann@example.com; bob@example.com",
        "ann@example.com bob@example.com",
        "<ann@example.com> <bob@example.com>",
        "Ann ann@example.com",
        "<ann@example.com> Ann",
        "ann lee@example.com",
        '"a"b@example.com',
        "ann@exam ple.com",
        "ann@exam(c)ple.com",
        "ann@example..com",
        "ann@example.com..",
        "ann@.example.com",
        "ann@exam'ple.com",
        "ann@exam!ple.com",
        "ann@@example.com",
        "ann@b@example.com",
        "Ann <ann@example.com",
        "ann@example.com>",
        '"Ann <ann@example.com>',
        '"ann@example.com"',
        "(ann@example.com",
        "ann@example.com (Ann",
        "ann@[192.0.2.1",
        "ann@[IPv6:zzz]",
        "ann@[]",
        "ann@[ü]",
        "ann\x00@example.com",
        '"a\nb"@example.com',
        "ann@example\x07.com",
        "\ud800@example.com",
        "ann@\udfff.com",
        "ann@ü!.com",
        "ann@\u037e.com",  # in NFC it is a semicolon
        "=?utf-8?q?evil=40example=2Ecom?= <postmaster>",
        "Ann =?utf-8?q?=3Cann=40example=2Ecom=3E?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3Fann=3D40x=3F=3D?=",  # decoded once
        "=?no-charset?q?ann=40example=2Ecom?=",
        "=?punycode?q?ann=40example=2Ecom?=",
        "=?utf-8?b?=?=",
        "=?utf-8?b?A?=",
        "=?utf-8?q?=FF=40example=2Ecom?=",
    ],
)
def test_what_is_no_mailbox_or_not_one_is_none(text: str) -> None:
    assert canonical_address(text) is None


def test_its_length_is_that_of_the_canonical_form() -> None:
    longest = "a" * (LONGEST_ADDRESS - len("@example.com")) + "@example.com"

    assert canonical_address(longest) == canonical_address(f"{'Ann ' * 1000} <{longest}>") == longest
    assert canonical_address("a" + longest) is None
    assert canonical_address(f"Ann <a{longest}>") is None
    assert canonical_address(f"ann@{'ü.' * 100}de") is None  # longer in A-labels


# ---------------------------------------------------------------- whatever the text

texts = st.text() | st.text(st.sampled_from('ann@x.org"\\(<>),;:[] \t\r\n=?qQbBüßΣσςİ.'), max_size=30)
locals_ = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20)
labels = st.from_regex(r"[a-z0-9_]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(lambda text: "--" not in text)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
foreign_labels = st.text(st.sampled_from("münchenßéñ例え大阪кириллицаαβγς💩❤"), min_size=1, max_size=8)
blanks = st.sampled_from(["", " ", "\t", "\r\n ", "\u00a0"])
comments = st.text(st.sampled_from("ab <x@y>\"'=?,;:ü"), max_size=8).map(lambda text: f"({text})")
between = st.lists(blanks | comments, max_size=3).map("".join)
names = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=20)


def quoted(local: str) -> str:
    escaped = local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(texts)
@example("<" * 100)
@example("=?utf-8?q??=")
def test_no_text_raises_and_every_form_is_its_own(text: str) -> None:
    form = canonical_address(text)

    assert form is None or canonical_address(form) == form


@given(locals_, domains, names, between, between, between, between)
def test_spellings_of_one_mailbox_are_one(
    local: str, domain: str, name: str, before: str, at: str, at_last: str, after: str
) -> None:
    form = canonical_address(f"{quoted(local)}@{domain}")

    assert form is not None
    assert canonical_address(f"{before}{quoted(local)}{at}@{at_last}{domain.upper()}.{after}") == form
    assert canonical_address(f'"{name}"{before}<{at}{quoted(local.lower())}@{domain}{at_last}>{after}') == form
    assert canonical_address(f"{name and A_WHOLE_NAME} <{form}>") == form


@given(st.text(st.sampled_from("abcXYZ.+-_!#=?{"), min_size=1), domains)
def test_quotes_that_nothing_needs_change_nothing(local: str, domain: str) -> None:
    assert (
        canonical_address(f"{local}@{domain}")
        == canonical_address(f"{quoted(local)}@{domain}")
        == f"{local.lower()}@{domain}"
    )


@given(locals_, locals_, domains, domains)
@example("fass", "faß", "x", "x")
@example("ﬁ", "fi", "x", "x")  # NFKC would make them one
@example("a.b", "a b", "x", "x")
@example("a@x", "a", "x", "x")
@example('"a"', "a", "x", "x")
def test_different_mailboxes_stay_different(local: str, other: str, domain: str, elsewhere: str) -> None:
    same = (folded(local), domain) == (folded(other), elsewhere)

    assert (canonical_address(f"{quoted(local)}@{domain}") == canonical_address(f"{quoted(other)}@{elsewhere}")) is same


def folded(local: str) -> str:
    form = canonical_address(f"{quoted(local)}@x")
    assert form is not None
    plain = form.removesuffix("@x")
    return plain[1:-1].replace('\\"', '"').replace("\\\\", "\\") if plain.startswith('"') else plain


@given(foreign_labels)
def test_a_label_is_one_in_either_spelling(label: str) -> None:
    """As registries and mail programs encode it: an A-label is never anything but itself."""
    form = canonical_address(f"ann@{label}.example")

    assert form is not None
    assert form.isascii()
    a_label = form.removeprefix("ann@").removesuffix(".example")
    assert canonical_address(f"ann@{a_label.upper()}.example") == form
    spelled = a_label.removeprefix("xn--").encode().decode("punycode") if a_label.startswith("xn--") else a_label
    assert spelled == label


# ---------------------------------------------------------------- what it costs

LONG, SECONDS = (256 * 1024, 5.0) if is_thorough() else (32 * 1024, 0.5)
HOSTILE = [
    "(",
    ")",
    '"',
    '"\\',
    "<",
    ">",
    "[",
    "[a",
    "@",
    "a.",
    "=?",
    "=?u?q? ",
    "=?u?q?a?= ",
    "ü.",
    "\u0327\u0301",
    "\r\n ",
]


@pytest.mark.parametrize("part", HOSTILE)
@pytest.mark.parametrize(
    "around",
    ["{}", "{}@example.com", "ann@{}", "Ann <{}", "{} <ann@example.com>", '"{}"@x', "({}) ann@x", "=?punycode?q?{}?="],
)
def test_no_text_takes_long(part: str, around: str) -> None:
    text = around.format(part * (LONG // len(part)))

    started = time.process_time()
    canonical_address(text)

    assert time.process_time() - started < SECONDS  # quadratic, it would be ten times that, of the longer texts minutes


def test_what_is_seldom_needed_is_not_imported() -> None:
    script = (
        "import sys; from permille.addresses.mailbox import canonical_address; canonical_address('Ann@Example.com');"
        "sys.exit(bool({'idna', 'email.header', 'ipaddress'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603
