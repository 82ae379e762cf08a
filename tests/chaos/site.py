"""A site at a stand-in for Wix, which the daemon may ask for orders, and a house of such a site."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.chaos.house import BrokenPromiseError, demand
from tests.chaos.wix import CLOCK, Wix
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in import Faults, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

KEY: Final = "the-right-key"
ASKING: Final[dict[str, Any]] = {
    "site_id": "a893f2e7-30eb-45d5-a0fb-0845e525651d",
    "connect_timeout_s": 1.0,
    "answer_timeout_s": 1.0,
    "max_attempts": 2,
    "retry_initial_s": 0.05,
    "retry_max_s": 0.5,
    "requests_per_minute": 60_000,
}
LAG_S: Final = 1.5
"""The longest lag of Wix's index here; shorter than the overlap of two looks."""
LOOKING: Final[dict[str, Any]] = {
    "quick_interval_s": 0.3,
    "slow_interval_s": 1.0,
    "silent_after_s": 2.0,
    "overlap_s": 2 * LAG_S,
    "wide_overlap_s": 4 * LAG_S,
    "wide_interval_s": 5.0,
    "page_size": 10,
}
"""The same looks with shorter pauses; pages so small that there are many."""
WATCHING: Final = {"check_interval_s": 0.5, "retry_max_s": 1.0}
RETRY_PAUSES_S: Final = (0.2, 0.5, 1.0)
FAULTS_OF_ANSWERS: Final = (
    "too_many_share",
    "retry_after",
    "error_share",
    "html_share",
    "slow_s",
    "disorder",
    "double_share",
)
FIRST_LOOK_S: Final = 20.0
CAUGHT_UP_S: Final = 60.0
ALL_LOST: Final = Faults(lose_webhooks_share=1.0)
AWAY: Final = ("refuse", "hang", "cut")
AWAY_S: Final = (0.2, 1.2)
NOTHING_COMES_S: Final = 2.0
"""Several looks long."""


class Site(Wix):
    """The guests of a site at a stand-in; what becomes of webhooks is the stand-in's affair.

    Args:
        random: Where the orders' ids come from.
        private_key: What deliveries are signed with.
        stand_in: Where the site is.
    """

    def __init__(self, random: Random, private_key: str, stand_in: StandIn) -> None:
        super().__init__(random, private_key, lambda: None)
        self.stand_in = stand_in
        self.lag_s = 0.0
        """How long Wix's index lags at the most; for each change it is another time."""
        self.is_owed = True
        """Whether what is placed and approved now must get onto paper."""
        self._envelopes: dict[str, dict[str, Any]] = {}

    def placed(self) -> list[str]:
        """Return the numbers of all orders."""
        return list(self._envelopes)

    def edit(self, number: str, **changes: object) -> None:
        """Have an order changed."""
        self._change(number, "updated", changes)

    def approve(self, number: str) -> None:
        """Have an order approved that was not at first."""
        self._change(number, "approved", {"status": "APPROVED"})
        self.ledger.acknowledge(number, CLOCK.now().timestamp())

    def cancel(self, number: str) -> None:
        """Have an order cancelled."""
        self.ledger.call_off(number)
        self._change(number, "canceled", {"status": "CANCELED"})

    def spoil(self, chance: Random) -> None:
        """Draw what is wrong with Wix's answers; webhooks stay as bad as they are."""
        soon = format_datetime(CLOCK.now() + timedelta(seconds=1), usegmt=True)
        self.lag_s = LAG_S
        self._set_faults(
            too_many_share=chance.choice((0.0, 0.0, 0.1, 0.5)),
            retry_after=chance.choice(("", "1", soon)),
            error_share=chance.choice((0.0, 0.0, 0.1, 0.5)),
            html_share=chance.choice((0.0, 0.1)),
            slow_s=chance.choice((0.0, 0.0, 0.1)),
            disorder=chance.choice((False, True)),
            double_share=chance.choice((0.0, 0.2)),
        )

    def calm(self) -> None:
        """Let Wix answer well again; webhooks stay as bad as they are."""
        self.stand_in.up()
        self.lag_s = 0.0
        self._set_faults(**{name: getattr(Faults(), name) for name in FAULTS_OF_ANSWERS})

    def _set_faults(self, **changes: Any) -> None:
        with self._lock:
            self.stand_in.faults = replace(self.stand_in.faults, **changes)

    def _hand_over(self, number: str, envelope: dict[str, Any]) -> None:
        self._put(envelope)
        self._envelopes[number] = envelope
        if self.is_owed and samples.order_of(envelope)["status"] == "APPROVED":
            self.ledger.acknowledge(number, CLOCK.now().timestamp())

    def _change(self, number: str, slug: str, changes: dict[str, object]) -> None:
        samples.order_of(self._envelopes[number]).update(changes)
        self._envelopes[number] = samples.as_event(self._envelopes[number], slug)
        self._put(self._envelopes[number])

    def _put(self, envelope: dict[str, Any]) -> None:
        self._set_faults(index_lag_s=self._random.uniform(0.0, self.lag_s))
        self.stand_in.site.put(copy.deepcopy(envelope))


@contextmanager
def house_at_wix(
    run: Run, webhooks: Faults, key: str = KEY, **settings: dict[str, Any]
) -> Iterator[tuple[House, Site]]:
    """Open a house that may ask Wix; its daemon does not run yet.

    Args:
        webhooks: What becomes of webhooks.
        key: The key that the daemon has; ``KEY`` is the one that Wix takes.
    """
    key_file = run.new_folder() / "key"
    key_file.write_text(key, "ascii")
    houses: list[House] = []

    def webhook_url() -> str | None:
        address = houses[0].address if houses else None
        return None if address is None else f"http://{address}/webhooks/wix"

    with StandIn(
        run.private_key,
        random=Random(run.random.random()),
        webhook_url=webhook_url,
        api_keys=[KEY],
        retry_pauses_s=RETRY_PAUSES_S,
    ) as stand_in:
        stand_in.faults = webhooks
        site = Site(run.random, run.private_key, stand_in)
        wix = {**ASKING, "api_base": stand_in.url, "api_key_file": str(key_file)}
        settings["backfill"] = {**LOOKING, **settings.get("backfill", {})}
        with run.house(site=site, wix=wix, connectivity=WATCHING, **settings) as house:
            houses.append(house)
            yield house, site


def wait_for_first_look(house: House) -> None:
    """Return when the daemon has looked at Wix for the first time: from then on orders are owed."""
    query = "SELECT 1 FROM backfill WHERE position IS NOT NULL"
    house.wait(lambda: house.read(query), "the first look at Wix", FIRST_LOOK_S)


def catch_up(run: Run, house: House, site: Site) -> None:
    """Calm Wix; return when the daemon knows every order and cancellation."""
    site.calm()
    query = "SELECT count(*), count(*) FILTER (WHERE status = 'CANCELED') FROM orders"
    wanted = (len(site.placed()), len(site.ledger.called_off()))

    def is_known() -> bool:
        return house.read(query) == [wanted] and not site.stand_in.webhooks.waiting

    try:
        waited_s = house.wait(
            is_known, f"orders and cancellations are known: {wanted}", CAUGHT_UP_S
        )
    except BrokenPromiseError:
        run.count(house, house.balance())  # names what is lost
        raise
    run.measure("catching up with Wix", waited_s, CAUGHT_UP_S)


def start_and_look(house: House, **environment: str) -> None:
    """Start the daemon; return when it has looked at Wix for the first time."""
    house.start(**environment)
    wait_for_first_look(house)


def wait_until_even(run: Run, house: House, site: Site) -> None:
    """Calm Wix; return when all that it has is on paper, or raise BrokenPromiseError."""
    catch_up(run, house, site)
    run.settle(house)


def close_books(run: Run, house: House, site: Site, *, may_repeat: bool = False) -> None:
    """Calm Wix, then count; ``may_repeat`` allows marked duplicates."""
    catch_up(run, house, site)
    run.close_books(house)
    demand(may_repeat or not run.duplicated, "a ticket came twice")
    ((fetched,),) = house.read("SELECT count(*) FROM orders WHERE road = 'backfill'")
    asked = site.stand_in.requests
    further = sum(b'"cursor"' in request.body for request in asked)
    run.figures.append(
        f"{fetched} orders came because Wix was asked, which failed {_failures(house)} times;"
        f" of the last {len(asked)} requests {further} were for a further page"
    )


def _failures(house: House) -> int:
    return sum(file.read_text("utf-8").count('"wix_not_asked"') for file in house.logs())


def demand_no_ticket(house: House, printer: str, numbers: list[str]) -> None:
    """Raise BrokenPromiseError if anything about these orders lies at a printer."""
    found = {ticket.number for ticket in house.printers[printer].tickets()} & set(numbers)
    demand(not found, f"these should not be on paper at the {printer}: {sorted(found)[:5]}")
