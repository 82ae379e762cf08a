"""``simulate order``: send a delivery signed exactly as Wix signs it; ``outage``, and ``wix``."""

from __future__ import annotations

import json
import secrets
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import requests
import typer

from wix_printer_service.cli import outage, simulate_wix
from wix_printer_service.cli.common import ConfigFile, settings_from
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import DaemonUnreachableError, MalformedError, NotFoundError
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.signing import Style, sign
from wix_printer_service.wix.webhook import EventKind

if TYPE_CHECKING:
    from wix_printer_service.settings import Settings

app = typer.Typer(no_args_is_help=True)
app.command()(outage.outage)
app.command(epilog=simulate_wix.EPILOG)(simulate_wix.wix)

ANSWER_TIMEOUT_S = 10.0
EVENTS = tuple(kind for kind in EventKind if kind is not EventKind.OTHER)


@app.callback()
def simulate() -> None:
    """Play Wix, or trouble."""


@app.command()
def order(
    sample: Annotated[str, typer.Option(help=f"One of {', '.join(samples.names())}.")] = "pickup",
    file: Annotated[
        Path | None, typer.Option(help="Envelope or bare order, JSON, decoded; its ids are kept.")
    ] = None,
    event: Annotated[
        str | None, typer.Option(help=f"Send it as another event: {', '.join(EVENTS)}.")
    ] = None,
    order_id: Annotated[
        str | None, typer.Option("--id", help="The order's id; a sample gets a new one if unset.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where to; the configured listener if unset.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Private key, PEM; the development key if unset.")
    ] = None,
    style: Annotated[Style, typer.Option(help="Form of the envelope.")] = Style.STRINGS,
    wix: Annotated[
        str | None,
        typer.Option(help="Let it happen at the Wix of `simulate wix`, at this http://HOST:PORT."),
    ] = None,
    config_file: ConfigFile = None,
) -> None:
    """Send one delivery, its times moved so that the order was placed just now."""
    settings = settings_from(config_file)
    if event is not None and event not in EVENTS:
        raise typer.BadParameter(f"no event {event!r}; there are: {', '.join(EVENTS)}")
    now = SystemClock().now()
    known = None if wix is None else _known_there(wix, order_id)
    if known is None and None not in {wix, order_id, event} and file is None:
        raise NotFoundError(f"the Wix at {wix} knows no order {order_id}")
    envelope = known or samples.shift(_envelope(sample, file, order_id), now)
    if event is not None:
        envelope = samples.as_event(envelope, event)
    if wix is not None:
        answer = simulate_wix.put(wix, envelope)
    else:
        body = sign(envelope, _private_key(settings, key), now.timestamp(), style)
        answer = _post(url or f"http://{settings.listen.webhook}/webhooks/wix", body)
    shown = samples.order_of(envelope)
    print(f"order {shown.get('number', '?')}, id {shown.get('id', '?')}: {answer}")


def _known_there(wix: str, order_id: str | None) -> dict[str, Any] | None:
    simulate_wix.require_address(wix)
    return None if order_id is None else simulate_wix.known_order(wix, order_id)


def _envelope(sample: str, file: Path | None, order_id: str | None) -> dict[str, Any]:
    if file is None:
        if sample not in samples.names():
            known = ", ".join(samples.names())
            raise typer.BadParameter(f"no sample {sample!r}; there are: {known}")
        number = str(10_000 + secrets.randbelow(90_000))
        return samples.rename(samples.load(sample), order_id or str(uuid.uuid4()), number)
    envelope = _read(file)
    number = str(samples.order_of(envelope).get("number", ""))
    return envelope if order_id is None else samples.rename(envelope, order_id, number)


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    if not isinstance(content, dict):
        raise typer.BadParameter(f"{file}: expected a JSON object")
    if "data" in content:
        return content
    return samples.as_event({"data": {"updatedEvent": {"currentEntity": content}}}, "approved")


def _private_key(settings: Settings, key: Path | None) -> str:
    try:
        return development_key(settings.storage.path) if key is None else key.read_text("ascii")
    except OSError as error:
        raise typer.BadParameter(f"cannot read the key: {error}") from error


def _post(url: str, body: bytes) -> str:
    try:
        answer = requests.post(
            url, data=body, headers={"Content-Type": "text/plain"}, timeout=ANSWER_TIMEOUT_S
        )
    except requests.RequestException as error:
        raise DaemonUnreachableError(
            f"no daemon answers at {url}: start `wix-printer run`"
        ) from error
    if not answer.ok:
        raise MalformedError(f"refused with {answer.status_code}: {answer.text}")
    return f"{answer.status_code} {answer.text}"
