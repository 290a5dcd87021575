"""`precedent alerts`: what is new for the searches that people saved. Everything heavy is imported where it is used."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import data_option, printable, settings_for

if TYPE_CHECKING:
    from service.cli.settings import Settings
    from service.contract.standing_shapes import AlertRecord, SavedAnswer
    from service.work.sending import Channels, Sent

_SHOWN = 10  # changes of one alert that are printed
_SENT = 1_000  # changes of one alert that are sent


@click.command()
@click.option("--send", is_flag=True, help="Send what is new to the webhook and by e-mail, as the settings say.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@data_option
def alerts(send: bool, as_json: bool, data: Path | None) -> None:
    """List what is new, changed or gone for each saved search since somebody last marked it as read."""
    settings = settings_for(data)
    from service.cli import common
    from service.contract.shapes import to_json
    from service.contract.signature import this_moment
    from service.work.sending import check
    from service.work.standing_answers import alerts as found_for
    from service.work.standing_answers import saved_answer
    from service.work.standing_searches import refresh

    channels = _channels(settings)
    if send:
        check(channels)
    engine = common.engine_for(settings)
    seen = engine.snapshot()
    refreshed = refresh(seen, engine.saved, this_moment())
    answer = saved_answer(seen, engine.saved, refreshed)
    unread = found_for(seen, engine.saved, refreshed, unread=True, base=settings.address)
    sent: list[Sent] = []
    if send:
        from service.work.sending import send as send_all

        every = found_for(seen, engine.saved, refreshed, most=_SENT, base=settings.address)
        sent = send_all(engine.saved, every, channels, this_moment())
    if as_json:
        told = [{"channel": one.channel, "sent": one.sent, "problem": one.problem} for one in sent]
        click.echo(to_json({**answer.model_dump(), "alerts": unread, "sent": told}))
    else:
        click.echo("\n".join(printable(_lines(answer, unread, sent))))
    for one in sent:
        if one.problem:
            click.echo(
                f"precedent: Not all was sent by {one.channel}: {one.problem}. Run it again to try again.", err=True
            )
    sys.exit(1 if any(one.problem for one in sent) else 0)


def _channels(settings: "Settings") -> "Channels":
    from service.work.sending import Channels

    return Channels(settings.webhook, settings.smtp, settings.mail_to, settings.mail_from)


def _lines(answer: "SavedAnswer", alerts: Sequence["AlertRecord"], sent: Sequence["Sent"]) -> Iterator[str]:
    from service.contract.labels import counted, date_words
    from service.work.feeds import alert_lines, alert_title

    if not answer.searches:
        yield "No search is saved: save one on the page of its results."
    elif not alerts:
        yield f"Nothing unread for {counted(len(answer.searches), 'saved search', 'saved searches')}."
    for one in alerts:
        yield f"{alert_title(one)} (index of {date_words(one.at[:10])})"
        yield from (f"  {line}" for line in alert_lines(one, _SHOWN))
    yield from (f"{one.title}: {one.problem}" for one in answer.searches if one.problem)
    for channel in sent:
        yield f"Sent by {channel.channel}: {channel.sent}."
