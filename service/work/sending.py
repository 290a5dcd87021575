"""Alerts sent on: to a webhook as JSON, and by e-mail. Only where it is configured, and each of them once.

An alert is noted as sent as soon as it was taken; what failed is tried again with the next call, and holds up no other.
Of e-mail that a server takes for some readers and not for others it is noted who has it: the others get it with the
next call. A call that is killed between sending and noting sends it twice, under the same id.
"""

import http.client
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from corpus.text import control
from service.contract.service_errors import SettingsError
from service.contract.standing_shapes import AlertRecord
from service.state.saved_searches import Channel, SavedSearches
from service.work.feeds import alert_lines, alert_title

_SECONDS = 20.0  # that a server has to answer in
_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MAILED = 30  # changes of one alert that an e-mail lists
_AWAY = 2  # alerts in a row that a server does not take for reasons of its own end a call
_BUSY = (429, 503)  # what a webhook's server answers that takes none at all for a while


@dataclass(frozen=True, slots=True)
class Channels:
    """Where alerts go: a webhook's address, and a mail server with whom it sends to and from; empty for nowhere."""

    webhook: str = ""
    smtp: str = ""
    mail_to: str = ""
    mail_from: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending over one channel: how many were taken now, and why others were not."""

    channel: Channel
    sent: int
    problem: str | None


class _PartlyRefused(smtplib.SMTPException):
    """An e-mail was taken for some of its readers; says for how many it was not."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is meant for one address goes to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def check(channels: Channels) -> None:
    """Raises SettingsError where nothing is configured, or not so that it can be used."""
    if not channels.webhook and not channels.smtp:
        raise SettingsError(
            "Nothing is sent: set PRECEDENT_WEBHOOK to an address, or PRECEDENT_SMTP to a mail server with"
            " PRECEDENT_MAIL_TO and PRECEDENT_MAIL_FROM."
        )
    if channels.webhook and not _sound(channels.webhook, ("http", "https")):
        raise SettingsError("PRECEDENT_WEBHOOK is no address: set it to one that begins with https:// or http://.")
    if not channels.smtp:
        return
    server = _sound(channels.smtp, tuple(_PORTS))
    if server is None:
        raise SettingsError(
            "PRECEDENT_SMTP is no mail server: set it to smtp://, starttls:// or smtps:// and its name."
        )
    if server.scheme == "smtp" and server.password and server.hostname not in _LOOPBACK:
        raise SettingsError("PRECEDENT_SMTP would send its password unencrypted: set it to starttls:// or smtps://.")
    if not _addresses(channels.mail_to) or len(_addresses(channels.mail_from)) != 1:
        raise SettingsError("E-mail needs PRECEDENT_MAIL_TO, one address or several, and PRECEDENT_MAIL_FROM, one.")


def send(saved: SavedSearches, alerts: Sequence[AlertRecord], channels: Channels, at: str) -> list[Sent]:
    """Send over each channel what was not sent over it yet, the oldest first. Raises SettingsError as `check` does."""
    check(channels)
    found = []
    if channels.webhook:
        found.append(_each(saved, alerts, "webhook", at, lambda one: _post(channels.webhook, one)))
    if channels.smtp:
        found.append(_each(saved, alerts, "mail", at, lambda one: _mail_all(saved, channels, one, at)))
    return found


def payload(alert: AlertRecord) -> dict[str, Any]:
    """What a webhook is sent of an alert."""
    return {
        "id": alert.id,
        "title": alert_title(alert),
        "search": {"id": alert.search.id, "title": alert.search.title, "kind": alert.search.kind},
        "generation": alert.generation,
        "at": alert.at,
        "counts": alert.counts,
        "link": alert.link,
        "changes": [one.model_dump(exclude={"read_at", "read_by"}) for one in alert.changes],
    }


def _each(
    saved: SavedSearches, alerts: Iterable[AlertRecord], channel: Channel, at: str, post: Callable[[AlertRecord], None]
) -> Sent:
    """Send one after the other, and note each; what is refused is left, and where nobody answers the rest is too."""
    done, away, before = 0, 0, saved.sent(channel)
    problems: list[str] = []
    for one in sorted(alerts, key=lambda one: (one.generation, one.search.id)):
        if (one.search.id, one.generation) in before:
            continue
        try:
            post(one)
        except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as error:
            problems.append(_told(error))
            away = away + 1 if _is_away(error) else 0
            if away == _AWAY:
                break
            continue
        saved.mark_sent(channel, [(one.search.id, one.generation)], at)
        done, away = done + 1, 0
    return Sent(channel, done, "; ".join(dict.fromkeys(problems)) or None)


def _is_away(error: Exception) -> bool:
    """Whether a server may not be there at all, or takes nothing now: what it says of one alert is none of that."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in _BUSY
    refused = (_PartlyRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
    return not isinstance(error, (ValueError, *refused))


def _post(address: str, alert: AlertRecord) -> None:
    body = json.dumps(payload(alert), ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "precedent"}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 - its scheme was checked
    # Of the environment no proxy is taken, and no answer leads anywhere else.
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_SECONDS):
        return


def _mail_all(saved: SavedSearches, channels: Channels, alert: AlertRecord, at: str) -> None:
    """Send an alert to all who have not got it yet. Raises _PartlyRefused where it is taken for some of them only."""
    what = [(alert.search.id, alert.generation)]
    readers = _addresses(channels.mail_to)
    left = [one for one in readers if what[0] not in saved.sent(f"mail {one}")]
    refused = _mail(channels, alert, left) if left else []
    if refused:
        for one in left:
            if one not in refused:
                saved.mark_sent(f"mail {one}", what, at)
        raise _PartlyRefused(f"the server does not take mail for {len(refused)} of {len(readers)} addresses")


def _mail(channels: Channels, alert: AlertRecord, readers: Sequence[str]) -> list[str]:
    """Send one alert; the addresses that the server refused. Raises SMTPRecipientsRefused where it refused all."""
    server = urlsplit(channels.smtp)
    message = EmailMessage()
    message["Subject"] = _line(f"Precedent: {alert_title(alert)}")
    message["From"], message["To"] = channels.mail_from.strip(), ", ".join(_addresses(channels.mail_to))
    message["X-Precedent-Alert"] = _line(alert.id)
    link = [f"See them all: {alert.link}"] if alert.link else []
    lines = [alert_title(alert), "", *alert_lines(alert, _MAILED), "", *link]
    message.set_content("\n".join("".join(c for c in line if not control(c)) for line in lines))
    with _server(server) as session:
        if server.username:
            session.login(unquote(server.username), unquote(server.password or ""))
        return list(session.send_message(message, to_addrs=list(readers)))


def _server(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=ssl.create_default_context())
    session = smtplib.SMTP(host, port, timeout=_SECONDS)
    if server.scheme == "starttls":
        session.starttls(context=ssl.create_default_context())
    return session


def _sound(address: str, schemes: Sequence[str]) -> SplitResult | None:
    """An address in its parts; None for one that is none."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if known else None


def _addresses(listed: str) -> list[str]:
    found = [one.strip() for one in listed.split(",") if one.strip()]
    return found if all("@" in one and not any(map(control, one)) for one in found) else []


def _told(error: Exception) -> str:
    """Why something was not taken, without the address, which may hold a key."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered {error.smtp_code}"
    if isinstance(error, _PartlyRefused):
        return str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"the server does not take mail for any of {len(error.recipients)} addresses"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
    return f"{reason}"


def _line(text: str) -> str:
    return " ".join("".join(" " if control(c) else c for c in text).split())[:500]
