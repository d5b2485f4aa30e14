"""The CRM's pages and forms. It has no login: put yours in front, and let users see their own business alone."""

import logging
import os
import re
import time
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hmac import compare_digest
from pathlib import Path
from secrets import token_hex
from sqlite3 import Row
from threading import Lock, Thread
from typing import Any, cast

import boto3
from flask import Blueprint, Flask, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from . import review, timeline
from .api import AccountApi, Refused
from .reputation import NoLink, OwnerLinks
from .sending import send
from .store import CAMPAIGNS, Store
from .suppression import normalized, suppressed

pages = Blueprint("crm", __name__)
NO_REPORT = "Your report cannot be shown. Load this page again in a minute; if it stays so, please tell our support.\n"
one_at_a_time = Lock()  # sends a campaign; with several processes, let a queue of jobs do it


def create_app() -> Flask:
    """The application, configured by the variables CRM_* and PERMILLE_* that README.md lists."""
    app = Flask(__name__)
    names = "PERMILLE_API", "PERMILLE_TOKEN", "PERMILLE_PAGES", "PERMILLE_WEBHOOK_SECRET", "PERMILLE_QUEUE"
    app.config |= {name: os.environ.get(name, "") for name in names}
    app.config |= {"SECRET_KEY": os.environ.get("CRM_SECRET") or token_hex(), "SESSION_COOKIE_SAMESITE": "Lax"}
    app.extensions |= {"store": Store(Path(os.environ["CRM_DATABASE"])), "links": OwnerLinks()}
    app.register_blueprint(pages)
    app.add_template_filter(lambda at: f"{datetime.fromisoformat(at):%d %b %Y, %H:%M}", "instant")
    if queue := app.config["PERMILLE_QUEUE"]:
        Thread(target=_poll, args=(queue, app.extensions["store"]), daemon=True).start()
    return app


def _poll(queue: str, store: Store) -> None:
    while True:
        try:
            timeline.poll(boto3.client("sqs"), queue, store.add_entry)
        except Exception:  # logged, and tried again: the queue keeps what was not taken
            logging.exception("The queue cannot be read")
            time.sleep(5)


def store() -> Store:
    return cast("Store", current_app.extensions["store"])


@pages.before_request
def admit() -> None:
    """Refuses forms of other sites, and finds the business that the address names."""
    session.setdefault("csrf", token_hex())
    given = request.form.get("csrf", "")
    if request.method == "POST" and request.endpoint != "crm.hook":
        compare_digest(session["csrf"].encode(), given.encode()) or abort(403)
    if business_id := (request.view_args or {}).pop("business", None):
        g.business = store().business(business_id) or abort(404)
        g.api = AccountApi(current_app.config["PERMILLE_API"], current_app.config["PERMILLE_TOKEN"], business_id)


@pages.after_request
def protect(response: Response) -> Response:
    """No scripts, no frame but the owner's report, and nothing kept on disk."""
    policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    policy += f"; frame-src 'self' {current_app.config['PERMILLE_PAGES']}"
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    response.headers.update({"Cache-Control": "no-store", **headers})
    return response


def page(name: str, **values: Any) -> str:
    """A page, with the route on top of it: how the account stands, and the way back, is on every page."""
    standing: dict[str, Any] = {}
    try:
        route = g.api.get("/route")
        if route["status"] in review.OFF:
            standing = g.api.get("/review")
    except Refused as error:
        route = {"may_send": False, "via": None, "status": "unknown", "why": str(error)}
    businesses = store().rows("SELECT id, name FROM businesses ORDER BY rowid")
    return render_template(f"{name}.html", here=name, route=route, back=standing, businesses=businesses, **values)


@pages.get("/")
def start() -> ResponseReturnValue:
    return redirect(
        url_for("crm.campaigns", business=store().rows("SELECT id FROM businesses ORDER BY rowid")[0]["id"])
    )


@pages.get("/<business>/campaigns")
def campaigns() -> str:
    lists = store().rows("SELECT list, count(*) size FROM contacts WHERE business = ? GROUP BY list", g.business["id"])
    return page("campaigns", campaigns=store().rows(CAMPAIGNS, g.business["id"]), lists=lists)


@pages.post("/<business>/campaigns")
def add_campaign() -> ResponseReturnValue:
    subject, text = " ".join(request.form["subject"].split()), request.form["text"]
    store().add_campaign(g.business["id"], request.form["list"], subject, text)
    return to("campaigns")


@pages.post("/<business>/campaigns/<int:number>/send")
def send_campaign(number: int) -> ResponseReturnValue:
    """Leaves out who is suppressed, and sends to the others until all have it or the account may not send any more."""
    mine = store().rows("SELECT * FROM campaigns WHERE id = ? AND business = ?", number, g.business["id"]) or abort(404)
    with one_at_a_time:
        left_out = suppressed(g.api)
        rows = store().rows("SELECT rowid, * FROM mails WHERE campaign = ? AND state = 'waiting'", number)
        gone = [row for row in rows if normalized(row["email"]) in left_out]
        mark("left out", *gone)
        mails = {_mail(mine[0], row): row for row in rows if row not in gone}
        account = g.business["smtp_user"], g.business["smtp_password"]
        stopped = send(g.api, account, mails, lambda mail, via: mark(via or "refused", mails[mail]))
        store().write("UPDATE campaigns SET stopped = ? WHERE id = ?", (stopped, number))
    return to("campaigns")


def mark(state: str, *mails: Row) -> None:
    store().write("UPDATE mails SET state = ? WHERE rowid = ?", *((state, mail["rowid"]) for mail in mails))


def _mail(campaign: Row, to_whom: Row) -> EmailMessage:
    mail, sender = EmailMessage(), g.business["sender"]
    mail["From"] = Address(g.business["name"], addr_spec=sender)
    mail["To"] = Address(to_whom["name"], addr_spec=normalized(to_whom["email"]))
    mail["Subject"] = campaign["subject"]
    mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    slug = re.sub("[^a-z0-9]+", "-", f"{campaign['id']} {campaign['subject']}".lower()).strip("-")
    mail["X-SES-MESSAGE-TAGS"] = f"campaign={slug}"  # the report counts complaints by it
    for name, value in current_app.config.get("MAIL_HEADERS", {}).items():  # of the embedded stack: who complains
        mail[name] = value
    mail.set_content(campaign["text"])
    return mail


@pages.get("/<business>/contacts")
def contacts() -> str:
    rows = store().rows("SELECT * FROM contacts WHERE business = ? ORDER BY list, name", g.business["id"])
    left_out = suppressed(g.api)
    return page("contacts", contacts=[(row, left_out.get(normalized(row["email"]))) for row in rows])


@pages.get("/<business>/timeline")
def workflow() -> str:
    rows = store().rows("SELECT * FROM entries WHERE business = ? ORDER BY at DESC, id DESC", g.business["id"])
    return page("timeline", entries=rows)


@pages.post("/hooks/permille")
def hook() -> ResponseReturnValue:
    headers = {name.lower(): value for name, value in request.headers.items()}
    secret = current_app.config["PERMILLE_WEBHOOK_SECRET"]
    return "", timeline.receive(secret, headers, request.get_data(), store().add_entry)


@pages.get("/<business>/reputation")
def reputation() -> str:
    return page("reputation")


@pages.get("/<business>/reputation/frame")
def frame() -> ResponseReturnValue:
    try:
        return redirect(current_app.extensions["links"].of(g.business["id"]))
    except NoLink as error:
        logging.error("No link to the report of %s: %s", g.business["id"], error)
        return Response(NO_REPORT, 503, mimetype="text/plain")


@pages.get("/<business>/review")
def review_form(problem: Refused | None = None) -> str:
    values = {**review.standing(g.api), "may_ask": review.MAY_ASK, "may_withdraw": review.MAY_WITHDRAW}
    return page("review", problem=problem, **values)


@pages.post("/<business>/review")
def request_review() -> ResponseReturnValue:
    try:
        review.withdraw(g.api) if "withdraw" in request.form else review.request(g.api, request.form)
    except Refused as error:
        return review_form(error), 422
    return to("review_form")


def to(view: str) -> ResponseReturnValue:
    return redirect(url_for(f"crm.{view}", business=g.business["id"]), 303)


@pages.app_errorhandler(Refused)
def refused(error: Refused) -> tuple[str, int]:
    return page("refused", error=error), 503
