"""`permille backtest`: what policies would have decided on archived feedback."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.account.second_chance import FURTHEST_DAY
from permille.domain.policy.policy import PRESETS
from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, bytes_progress, emit_json, progress
from permille_cli.terminal.whole_file import write_whole

if TYPE_CHECKING:
    from permille.domain.policy.policy import Policy
    from permille.ports.feedback import Sender
    from permille_cli.backtest.collection import ArchiveLine, Collection
    from permille_cli.backtest.results import Results
    from permille_cli.backtest.sources import Source

app = Commands()


@app.command(name="backtest")
def run(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Files of feedback, or s3://BUCKET/PREFIX for all objects below a prefix."),
    ],
    presets: Annotated[
        list[str] | None,
        typer.Option("--preset", metavar="NAME", help=f"A preset: {', '.join(PRESETS)}. Can be repeated."),
    ] = None,
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="FILE", help="File with a policy as JSON. Can be repeated."),
    ] = None,
    senders: Annotated[
        str,
        typer.Option(
            metavar="CSV",
            help="Table with the columns caller_identity and account_id, which says which IAM user sends for which "
            "account. Without it each IAM user is an account.",
        ),
    ] = "",
    trials: Annotated[
        int,
        typer.Option(
            min=0,
            max=FURTHEST_DAY.days,
            metavar="DAYS",
            help="So many days after a disabling, support approves one day of sending; 0: accounts stay off.",
        ),
    ] = 0,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page with plots, which needs no other file.")
    ] = None,
    *,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep",
            help="Also vary the limit, the least number of complaints and the window of the first policy.",
        ),
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show what policies would have decided on archived feedback.

    Reads the events of SES that were archived, as JSON lines, plain or compressed by gzip, in an SNS envelope or not;
    counts them and judges each account as Permille would have done when they arrived; and compares the policies: which
    accounts each would have disabled, when and at which counts, how many of them are bad senders, and how much was let
    out before. Mail after a disabling counts as not sent. Without --preset and --policy the presets default and
    conservative are compared. Nothing is changed; AWS is called for s3:// alone.

    Exits with 1 if there was no feedback that could be counted.

    Use it before `permille policy set`, and to see in advance what Permille would do on your platform.

    Examples:
        permille backtest feedback.jsonl.gz
        permille backtest feedback.jsonl.gz --sweep --html backtest.html
        permille backtest s3://ses-archive/2026/ --senders senders.csv --preset default --policy strict.json

    JSON fields: archive (files, events, counted, ignored, uncounted, first_uncounted, begins_at, ends_at, accounts,
    delivered, complaints, bounces), truth (limit_per_1000, mail_sent_until, good, bad, undetermined), policies (policy,
    rules, summary, disabled), flips (from, to, kept, disabled), [sweep (policy, limit_per_1000,
    complaints_at_least, window_days, disabled, caught_bad, missed_bad, blocked_good, undetermined, precision,
    complaints_let_out, complaints_avoided)]
    """
    from permille_cli.answers.backtest_data import as_data
    from permille_cli.answers.backtest_text import print_results
    from permille_cli.backtest.collection import Collection
    from permille_cli.backtest.sources import sources_of
    from permille_cli.backtest.sweep import sweep_policies

    chosen = _policies(presets or [], policies or [])
    known = _senders(senders)
    inputs.output_file(html, "html", others=[*files, *(policies or []), senders])
    sources = sources_of(files, lambda: stack.objects)
    with closing(Collection(known)) as collection:
        for line in _lines(sources):
            collection.add(line)
        results = _replayed(collection, chosen, sweep_policies(chosen[0]) if sweep else [], trials)
    if html:
        _write_page(html, collection, results)
    if as_json:
        emit_json(as_data(collection, [source.name for source in sources], results))
        raise typer.Exit(0 if collection.counts.counted else 1)
    print_results(collection, results)
    if not collection.counts.counted:
        raise Failed("no feedback was counted, so there was nothing to replay")


def _policies(presets: Sequence[str], files: Sequence[str]) -> "list[Policy]":
    """The policies to compare, each once. Raises InvalidInput."""
    from permille.domain.policy.policy import CONSERVATIVE, DEFAULT

    for name in presets:
        if name not in PRESETS:
            raise InvalidInput(f"is {name!r}; it can be {', '.join(PRESETS)}", "preset")
    chosen = [PRESETS[name] for name in presets] + [inputs.policy(file) for file in files]
    return list({policy.id: policy for policy in chosen or (DEFAULT, CONSERVATIVE)}.values())


def _senders(file: str) -> "Mapping[str, Sender]":
    from permille_cli.backtest.collection import EachCallerIsAnAccount
    from permille_cli.backtest.senders import senders_in

    return senders_in(file, inputs.text_of(file)) if file else EachCallerIsAnAccount()


def _write_page(file: Path, collection: "Collection", results: "Results") -> None:
    from permille_cli.answers.backtest_page import page_of  # Jinja takes its time to import

    write_whole(file, page_of(collection, results))


def _lines(sources: "Sequence[Source]") -> "Iterator[ArchiveLine]":
    from permille_cli.backtest.sources import lines_of

    with bytes_progress("Reading feedback", sum(source.size for source in sources)) as advance:
        for source in sources:
            yield from lines_of(source, advance)


def _replayed(
    collection: "Collection", policies: "Sequence[Policy]", sweep: "Sequence[Policy]", trials: int
) -> "Results":
    from permille_cli.backtest.results import backtest
    from permille_cli.backtest.way_back import WayBack

    histories = progress(collection.histories(), "Replaying accounts", collection.number_of_accounts)
    return backtest(histories, policies, collection.ends_at, sweep, WayBack(trials) if trials else None)
