"""``simulate wix``: be Wix, with its orders, its interface, its webhooks, and its troubles."""

from __future__ import annotations

import itertools
import shlex
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Annotated, Any

import requests
import typer

from wix_printer_service.cli.common import ConfigFile, settings_from
from wix_printer_service.clock import SystemClock
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import MalformedError, PersonNeededError
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.load import SAMPLES
from wix_printer_service.stop_signals import StopSignals

if TYPE_CHECKING:
    from wix_printer_service.simulation.stand_in import StandIn

MINUTE_S = 60.0
FIRST_NUMBER = 20_001
IDLE_S = 3600.0
ANSWER_TIMEOUT_S = 10.0


EPILOG = (
    "While it runs, /_stand-in at its address shows its orders, changes what goes wrong and makes"
    " it go away: docs/trying-wix.md."
)

Address = Annotated[str, typer.Option(help="HOST:PORT to be Wix at.")]
OrdersAMinute = Annotated[
    float, typer.Option(min=0, max=600, help="How many orders guests place by themselves.")
]
Key = Annotated[str | None, typer.Option(help="The only key that is taken; any if unset.")]
Lose = Annotated[float, typer.Option(min=0, max=1, help="Share of webhooks lost.")]
Double = Annotated[
    float, typer.Option(min=0, max=1, help="Share of webhooks, and of orders found, twice.")
]
Late = Annotated[
    float, typer.Option(min=0, max=1, help="Share of webhooks late, by up to a minute.")
]
IndexLag = Annotated[float, typer.Option(min=0, help="Seconds until a search finds a change.")]
Errors = Annotated[float, typer.Option(min=0, max=1, help="Share of answers 5xx.")]
TooMany = Annotated[float, typer.Option(min=0, max=1, help="Share of answers 429.")]
Html = Annotated[float, typer.Option(min=0, max=1, help="Share of answers in HTML.")]
Slow = Annotated[float, typer.Option(min=0, help="Seconds that every answer takes.")]
NoWebhooks = Annotated[bool, typer.Option("--no-webhooks", help="Send none.")]
Seed = Annotated[int | None, typer.Option(help="The same luck as in another run.")]


def wix(
    address: Address = "127.0.0.1:8090",
    orders_a_minute: OrdersAMinute = 0.0,
    key: Key = None,
    lose: Lose = 0.0,
    double: Double = 0.0,
    late: Late = 0.0,
    index_lag: IndexLag = 0.0,
    errors: Errors = 0.0,
    too_many: TooMany = 0.0,
    html: Html = 0.0,
    slow: Slow = 0.0,
    no_webhooks: NoWebhooks = False,
    seed: Seed = None,
    config_file: ConfigFile = None,
) -> None:
    """Be Wix until Ctrl-C, for a daemon on this computer."""
    # heavy, and no other command needs it
    from wix_printer_service.simulation.stand_in import Faults, StandIn  # noqa: PLC0415

    settings = settings_from(config_file)
    webhook = None if no_webhooks else f"http://{settings.listen.webhook}/webhooks/wix"
    luck = SystemRandom() if seed is None else Random(seed)  # noqa: S311
    stand_in = StandIn(
        _private_key(settings.storage.path),
        random=luck,
        address=_checked(address),
        webhook_url=None if webhook is None else lambda: webhook,
        api_keys=None if key is None else {key},
        say=_say,
    )
    stand_in.faults = Faults(
        lose_webhooks_share=lose,
        double_webhooks_share=double,
        double_share=double,
        late_webhooks_share=late,
        late_webhooks_s=MINUTE_S,
        index_lag_s=index_lag,
        error_share=errors,
        too_many_share=too_many,
        html_share=html,
        slow_s=slow,
    )
    key_file = settings.storage.path.with_name("any-key")
    _play(
        stand_in, lambda: _introduction(stand_in.url, key, key_file, webhook), orders_a_minute, luck
    )


def require_address(wix: str) -> None:
    """Refuse what cannot be where a stand-in is.

    Raises:
        typer.BadParameter: With a sentence that says what is expected.
    """
    scheme, _, address = wix.rpartition("://")
    try:
        split_host_port(address.rstrip("/"), lowest_port=1)
    except ValueError:
        scheme = ""
    if scheme != "http":
        raise typer.BadParameter(
            "expected http://HOST:PORT, such as http://127.0.0.1:8090", param_hint="--wix"
        )


def known_order(wix: str, order_id: str) -> dict[str, Any] | None:
    """Return an event that shows an order as the stand-in has it, None if it has none such.

    Raises:
        PersonNeededError: Nobody answers there.
        MalformedError: What answers is no stand-in.
    """
    for order in _ask("GET", wix, "orders").get("orders", []):
        if order.get("id") == order_id:
            event = {"entityId": order_id, "updatedEvent": {"currentEntity": order}}
            return samples.as_event({"data": event}, "updated")
    return None


def put(wix: str, envelope: dict[str, Any]) -> str:
    """Let an event happen at the stand-in, and say that it did.

    Raises:
        PersonNeededError: Nobody answers there.
        MalformedError: What answers is no stand-in.
    """
    _ask("POST", wix, "events", envelope)
    return f"at {wix}"


def _ask(method: str, wix: str, path: str, content: Any = None) -> dict[str, Any]:
    url = f"{wix.rstrip('/')}/_stand-in/{path}"
    try:
        answer = requests.request(method, url, json=content, timeout=ANSWER_TIMEOUT_S)
        found = answer.json()
    except requests.RequestException as error:
        raise PersonNeededError(
            f"nobody plays Wix at {wix}: start `wix-printer simulate wix`"
        ) from error
    if not answer.ok or not isinstance(found, dict):
        raise MalformedError(f"refused with {answer.status_code}: {answer.text}")
    return found


def _orders(luck: Random) -> Iterator[dict[str, Any]]:
    """Yield what guests order, in turn, each order placed when it is asked for."""
    clock = SystemClock()
    for number, name in zip(itertools.count(FIRST_NUMBER), itertools.cycle(SAMPLES)):
        order_id = str(uuid.UUID(int=luck.getrandbits(128), version=4))
        yield samples.rename(samples.shift(samples.load(name), clock.now()), order_id, str(number))


def _play(
    stand_in: StandIn,
    introduction: Callable[[], Iterator[str]],
    orders_a_minute: float,
    luck: Random,
) -> None:
    """Be there until a signal comes, while guests order."""
    stop = StopSignals()
    stop.hold_back()
    with stand_in:
        stop.let_through()
        for line in introduction():
            _say(line)
        pause_s = MINUTE_S / orders_a_minute if orders_a_minute else IDLE_S
        guests = _orders(luck)
        while not stop.wait(pause_s):
            if orders_a_minute:
                stand_in.site.put(next(guests))
    stop.close()


def _introduction(url: str, key: str | None, key_file: Path, webhook: str | None) -> Iterator[str]:
    # heavy, and no other command needs it
    from wix_printer_service.simulation.stand_in.events import SITE_ID  # noqa: PLC0415

    which = "any text as the key" if key is None else "this key"
    written = shlex.join(("echo", key or "any"))
    yield f"This is a Wix to try things out with. Let the service ask it, with {which}"
    yield f"({written} > {key_file}), by these lines in its configuration, and start it anew:"
    yield "wix:"
    yield f"  api_base: {url}"
    yield f"  site_id: {SITE_ID}"
    yield f"  api_key_file: {key_file}"
    yield "No webhooks are sent." if webhook is None else f"Webhooks go to {webhook}."
    yield f"Place an order: wix-printer simulate order --wix {url}"
    yield f"Change what goes wrong: {url}/_stand-in/faults (GET, PUT). Ctrl-C ends it."


def _private_key(database: Path) -> str:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        return development_key(database)
    except OSError as error:
        raise typer.BadParameter(f"cannot read the key: {error}") from error


def _checked(address: str) -> str:
    try:
        split_host_port(address)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--address") from error
    return address


def _say(line: str) -> None:
    print(line, flush=True)
