"""Webhooks are lost, Wix comes and goes: what the daemon asks Wix for is on paper all the same."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any, Final

import requests

from tests.chaos import crash
from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.site import (
    ALL_LOST,
    AWAY,
    AWAY_S,
    CAUGHT_UP_S,
    NOTHING_COMES_S,
    Site,
    catch_up,
    close_books,
    demand_no_ticket,
    house_at_wix,
    start_and_look,
    wait_until_even,
)
from tests.chaos.wix import CLOCK, INSTRUCTIONS
from wix_printer_service.fault_points import VARIABLE
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in import Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

HALF_LOST: Final = Faults(
    lose_webhooks_share=0.5,
    double_webhooks_share=0.3,
    late_webhooks_share=0.3,
    late_webhooks_s=2.0,
)
HERE_S: Final = (0.3, 1.2)
POINTS: Final = tuple(point for point in crash.POINTS if point != "order_answered")
"""Nobody is answered here."""
ORDERS_A_ROUND: Final = 100
PLACED_AT_ONCE: Final = 60
"""The others come one by one, while Wix comes and goes."""
GUESTS_PAUSE_S: Final = 0.1
SHARE_CANCELLED: Final = 0.08
SHARE_EDITED: Final = 0.08
A_FEW: Final = 8
MANY: Final = 32
HTTP_S: Final = 10.0
UNFINISHED: Final = "Hier fehlt noch etwas."


# --- Wix in trouble -------------------------------------------------------------------------------


def _storm(
    webhooks: Faults, end: signal.Signals = signal.SIGTERM, *, may_repeat: bool = False
) -> Callable[[Run], None]:
    """Play rounds of many orders while Wix and the internet come and go; the daemon restarts."""

    def play(run: Run) -> None:
        with house_at_wix(run, webhooks) as (house, site):
            start_and_look(house)
            for _ in run.each_round():
                _away_while_many_order(run, site)
                with _guests(run, site) as ordering:
                    _trouble(run, site)
                    house.end(end)
                    house.start()
                    _trouble(run, site)
                    while not ordering.done():
                        _trouble(run, site)
                wait_until_even(run, house, site)
            close_books(run, house, site, may_repeat=may_repeat)

    return play


def _killed_at_every_point(run: Run) -> None:
    """Each round many orders wait at Wix, and the daemon that fetches them dies at a named step."""
    with house_at_wix(run, ALL_LOST) as (house, site):
        start_and_look(house)
        for number in run.each_round():
            house.end()
            _order_much(site, MANY)
            point = f"{POINTS[number % len(POINTS)]}:{run.random.randint(*crash.PASSES)}"
            house.spawn(**{VARIABLE: point}).process.wait(crash.POINT_S)
            status = house.end(signal.SIGKILL)
            demand(status == -signal.SIGKILL, f"it ended with status {status} before {point}")
            house.start()
            wait_until_even(run, house, site)
        close_books(run, house, site, may_repeat=True)


def _away_while_many_order(run: Run, site: Site) -> None:
    """Have most of a round's orders placed while nobody reaches Wix: they fill many pages."""
    site.stand_in.down(run.random.choice(AWAY))
    _order_much(site, PLACED_AT_ONCE)


def _order_much(site: Site, orders: int) -> list[str]:
    return [site.place() for _ in range(orders)]


@contextmanager
def _guests(run: Run, site: Site) -> Iterator[Future[None]]:
    """Have the others ordered one by one; some are edited or cancelled a little later."""
    chance = Random(run.random.random())

    def order() -> None:
        for _ in range(ORDERS_A_ROUND - PLACED_AT_ONCE):
            site.place()
            _change_of_mind(chance, site)
            pause(GUESTS_PAUSE_S)

    with ThreadPoolExecutor(1) as pool:
        ordering = pool.submit(order)
        yield ordering
        ordering.result()


def _change_of_mind(chance: Random, site: Site) -> None:
    number = chance.choice(sorted(set(site.placed()) - site.ledger.called_off()))
    dice = chance.random()
    if dice < SHARE_CANCELLED:
        site.cancel(number)
    elif dice < SHARE_CANCELLED + SHARE_EDITED:
        site.edit(number, buyerNote="Ohne Zwiebeln, bitte.")


def _trouble(run: Run, site: Site) -> None:
    """Have Wix be there in a bad state for a while, then away."""
    site.stand_in.up()
    site.spoil(run.random)
    pause(run.random.uniform(*HERE_S))
    site.stand_in.down(run.random.choice(AWAY))
    pause(run.random.uniform(*AWAY_S))
    site.stand_in.up()


# --- edits and cancellations ----------------------------------------------------------------------


def _changes_without_webhooks(run: Run) -> None:
    """Orders are cancelled and edited, printed and waiting ones; no webhook tells of it."""
    with house_at_wix(run, ALL_LOST) as (house, site):
        start_and_look(house)
        kitchen = house.printers["kitchen"]
        for _ in run.each_round():
            printed = _order_much(site, A_FEW)
            wait_until_even(run, house, site)
            kitchen.device.set_faults(refuse=True)
            waiting = _order_much(site, A_FEW)
            unfinished = [_place_unfinished(site) for _ in range(A_FEW)]
            catch_up(run, house, site)
            for number in (*printed[::2], *waiting[::2]):
                site.cancel(number)
            for number in unfinished:
                site.edit(number, **_shipping(f"Ende von {number}"))
            _wait_until_known(house, {*printed[::2], *waiting[::2]}, "CANCELED")
            _wait_for_revisions(house, unfinished)
            kitchen.mend()
            run.settle(house)
            demand_no_ticket(house, "kitchen", waiting[::2])
        close_books(run, house, site)


def _place_unfinished(site: Site) -> str:
    """Have an order placed that only an edit makes whole: the kitchen's ticket lacks its end."""
    return site.place(**_shipping(UNFINISHED))


def _shipping(instructions: str) -> dict[str, Any]:
    shipping = samples.order_of(samples.load("pickup"))["shippingInfo"]
    changed: dict[str, Any] = json.loads(json.dumps(shipping).replace(INSTRUCTIONS, instructions))
    return {"shippingInfo": changed}


def _wait_until_known(house: House, numbers: set[str], status: str) -> None:
    def known() -> set[str]:
        return {row[0] for row in house.read("SELECT number FROM orders WHERE status = ?", status)}

    house.wait(lambda: numbers <= known(), f"all are known to be {status}", CAUGHT_UP_S)


def _wait_for_revisions(house: House, numbers: list[str]) -> None:
    def edited() -> set[str]:
        return {row[0] for row in house.read("SELECT number FROM orders WHERE revision > 1")}

    house.wait(lambda: set(numbers) <= edited(), "all edits are known", CAUGHT_UP_S)


# --- negative controls ----------------------------------------------------------------------------


def _everything_is_lost_without_asking(run: Run) -> None:
    """The negative control: with a key that Wix refuses every order is lost, and health says so."""
    for _ in run.each_round():
        with house_at_wix(run, ALL_LOST, key="a-wrong-key") as (house, site):
            house.start()
            _order_much(site, A_FEW)
            house.wait(lambda: _outcome(house) == "key_refused", "health tells of the key")
            pause(NOTHING_COMES_S)
            drawn = house.balance()
            demand(len(drawn.lost) == 2 * A_FEW, f"only these are lost: {drawn.lost}")
    run.figures.append("every order was lost, as it must")


def _outcome(house: House) -> str:
    address = house.running.addresses()["status-listener"]
    answer = requests.get(f"http://{address}/health", timeout=HTTP_S).json()
    return str(answer["backfill"]["outcome"])


def _a_forgetful_daemon_is_caught(run: Run) -> None:
    """The negative control: a daemon that forgot what it printed prints it again, unmarked."""
    for _ in run.each_round():
        since = {"print_since": CLOCK.now().isoformat()}
        with house_at_wix(run, ALL_LOST, backfill=since) as (house, site):
            start_and_look(house)
            _order_much(site, A_FEW)
            wait_until_even(run, house, site)
            house.end()
            for file in house.database_folder.iterdir():
                file.unlink()
            start_and_look(house)
            catch_up(run, house, site)
            drawn = house.settle()
            demand(
                len(drawn.unmarked) == 2 * A_FEW,
                f"only these were seen to come twice: {drawn.unmarked}",
            )
    run.figures.append("every order was seen to come twice, as it must")


SCENARIOS: Final = (
    Scenario(
        "backfill",
        "every_order_prints_once_though_all_webhooks_are_lost",
        _storm(ALL_LOST),
        rounds=10,
        quick_rounds=1,
    ),
    Scenario(
        "backfill",
        "every_order_prints_once_though_half_of_the_webhooks_are_lost_others_doubled_and_late",
        _storm(HALF_LOST),
        rounds=10,
    ),
    Scenario(
        "backfill",
        "nothing_is_lost_by_kills_while_wix_comes_and_goes",
        _storm(ALL_LOST, signal.SIGKILL, may_repeat=True),
        rounds=2,
    ),
    Scenario(
        "backfill",
        "nothing_is_lost_by_a_kill_at_any_named_step_of_fetching_and_printing",
        _killed_at_every_point,
        rounds=len(POINTS),
    ),
    Scenario(
        "backfill",
        "edits_and_cancellations_count_though_no_webhook_tells_of_them",
        _changes_without_webhooks,
        rounds=3,
    ),
    Scenario("backfill", "a_daemon_that_cannot_ask_is_caught", _everything_is_lost_without_asking),
    Scenario("backfill", "a_daemon_that_prints_twice_is_caught", _a_forgetful_daemon_is_caught),
)
