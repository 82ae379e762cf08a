"""Guests change orders while everything breaks: what lies there adds up to what Wix has."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Final

from tests.chaos import crash
from tests.chaos.house import TRAY_S, BrokenPromiseError, demand, pause
from tests.chaos.menu import STATIONS, Guests
from tests.chaos.papers import uneven
from tests.chaos.scenario import Scenario
from tests.chaos.site import (
    ALL_LOST,
    AWAY,
    AWAY_S,
    CAUGHT_UP_S,
    Site,
    house_at_wix,
    start_and_look,
)
from tests.chaos.tray import Printers
from tests.chaos.wix import CLOCK
from wix_printer_service.fault_points import VARIABLE
from wix_printer_service.models import JobState
from wix_printer_service.simulation.stand_in import Faults
from wix_printer_service.virtual_printer import PaperState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

PRINTERS: Final = ("kitchen", "bar", "counter", "car")
MANY_LOST: Final = Faults(
    lose_webhooks_share=0.4,
    double_webhooks_share=0.4,
    late_webhooks_share=0.5,
    late_webhooks_s=2.0,
)
MOODS_S: Final = (0.02, 0.2)
"""Between two things that guests do."""
LIFE_S: Final = (0.1, 0.8)
MOST_TRIES: Final = 2
"""So often may a change lie there, each time another one, before it is taken back."""
SHARE_KILLED_PRINTING: Final = 0.7
SHARE_AWAY: Final = 0.7
TROUBLES: Final = 3
TROUBLE_S: Final = (0.3, 1.2)
SLOW_BYTES_PER_SECOND: Final = 3000.0
"""A ticket takes so long that something can happen in the middle."""
LARGEST_TICKET_BYTES: Final = 1500
WRONG_ENDS: Final = (JobState.HELD, JobState.DEAD, JobState.EXPIRED)


def _while_there_is(
    trouble: Callable[[Run, House, Site], None], webhooks: Faults
) -> Callable[[Run], None]:
    """Play rounds in each of which guests change orders during a trouble; then all is calm."""

    def play(run: Run) -> None:
        printers = Printers(run.new_folder(), PRINTERS)
        with house_at_wix(run, webhooks, printers=printers, stations=STATIONS) as (house, site):
            start_and_look(house)
            guests = Guests(site, Random(run.random.random()))
            guests.order_some()
            _close_round(run, house, site, guests)
            for _ in run.each_round():
                with _acting(guests):
                    trouble(run, house, site)
                _close_round(run, house, site, guests)
            run.acknowledged += len(guests.wanted)
            run.figures.append(_summary(house, guests))

    return play


def _taken_back(run: Run) -> None:
    """Each round changes may lie there, for the daemon dies; then the guest takes them back."""
    printers = Printers(run.new_folder(), PRINTERS)
    with house_at_wix(run, Faults(), printers=printers, stations=STATIONS) as (house, site):
        start_and_look(house)
        guests = Guests(site, Random(run.random.random()))
        for _ in run.each_round():
            number = guests.order()
            _close_round(run, house, site, guests)
            wanted = guests.wanted[number]
            _keep_away(printers)
            for _try in range(1 + run.rounds % MOST_TRIES):
                guests.edit(number)
                _wait_until_known(house, site)
                _die_at(house, "job_sent:1")
                _keep_away(printers)
                house.start()
            guests.edit_to(number, wanted)
            _wait_until_known(house, site)
            _close_round(run, house, site, guests)
        run.acknowledged += len(guests.wanted)
        run.figures.append(_summary(house, guests))


def _keep_away(printers: Printers) -> None:
    for printer in printers.values():
        printer.device.set_faults(refuse=True)


@contextmanager
def _acting(guests: Guests) -> Iterator[None]:
    over = threading.Event()

    def act() -> None:
        while not over.is_set():
            guests.act()
            pause(guests.random.uniform(*MOODS_S))

    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act)
        try:
            yield
        finally:
            over.set()
        acting.result()


def _close_round(run: Run, house: House, site: Site, guests: Guests) -> None:
    """Calm everything; compare every order with its papers."""
    for printer in house.printers.values():
        printer.mend()
    site.calm()
    run.measure("catching up with Wix", _wait_until_known(house, site), CAUGHT_UP_S)
    house.settle()
    end_s = CLOCK.monotonic() + TRAY_S
    while (wrong := uneven(guests.wanted, house.printers.tickets())) and CLOCK.monotonic() < end_s:
        pause(0.1)
    if wrong:
        run.lost += len(wrong)
        number = min(wrong)
        raise BrokenPromiseError(f"{len(wrong)} uneven; #{number}: {_told(house, number, wrong)}")
    odd = house.jobs(*WRONG_ENDS)
    demand(not odd, f"these came to a wrong end: {sorted(odd)[:5]}")


def _wait_until_known(house: House, site: Site) -> float:
    return house.wait(lambda: _all_is_known(house, site), "every change is known", CAUGHT_UP_S)


def _all_is_known(house: House, site: Site) -> bool:
    known = {
        number: datetime.fromisoformat(moment)
        for number, moment in house.read("SELECT number, updated_at FROM orders")
    }
    there = {
        order["number"]: datetime.fromisoformat(order["updatedDate"])
        for order in site.stand_in.site.orders()
    }
    return known == there and not site.stand_in.webhooks.waiting


def _told(house: House, number: str, wrong: dict[str, list[str]]) -> str:
    """Return all that is known of an order whose papers are wrong."""
    jobs = house.read(
        "SELECT j.id, j.receipt, j.printer, j.station, h.at, h.to_state, h.why FROM job_history h"
        " JOIN print_jobs j ON j.id = h.job_id JOIN orders o ON o.id = j.order_id"
        " WHERE o.number = ? ORDER BY h.id",
        number,
    )
    papers = [ticket for ticket in house.printers.tickets() if ticket.number == number]
    texts = [f"{ticket}\n{ticket.text}" for ticket in papers]
    return "\n".join([*wrong[number], *texts, *map(str, jobs), house.running.last_words()])


def _summary(house: House, guests: Guests) -> str:
    tickets = house.printers.tickets()
    kinds = {kind: sum(t.receipt is kind for t in tickets) for kind in {t.receipt for t in tickets}}
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    marked = sum(ticket.is_marked for ticket in tickets)
    off = sum(wanted.is_off for wanted in guests.wanted.values())
    return f"{len(guests.wanted)} orders, {off} cancelled; papers: {told}; {marked} of them marked"


# --- troubles -------------------------------------------------------------------------------------


def _kill(run: Run, house: House, _site: Site) -> None:
    """Kill the daemon, at any moment or while some printer prints; then some are away for a while.

    So what may lie there can be changed again before it is printed again.
    """
    for printer in house.printers.values():
        printer.device.set_faults(bytes_per_second=SLOW_BYTES_PER_SECOND)
    pause(run.random.uniform(*LIFE_S))
    if run.random.random() < SHARE_KILLED_PRINTING:
        house.wait(lambda: _is_printing(house), "some printer prints")
    house.end(signal.SIGKILL)
    for printer in house.printers.values():
        printer.device.set_faults(refuse=run.random.random() < SHARE_AWAY)
    house.start()
    pause(run.random.uniform(*LIFE_S))


def _is_printing(house: House) -> bool:
    return any(printer.device.is_busy for printer in house.printers.values())


def _kill_at_a_step(run: Run, house: House, _site: Site) -> None:
    """Have the daemon die at the next named step."""
    point = crash.POINTS[run.rounds % len(crash.POINTS)]
    _die_at(house, f"{point}:{run.random.randint(*crash.PASSES)}")
    house.start()
    pause(run.random.uniform(*LIFE_S))


def _die_at(house: House, point: str) -> None:
    """Start the daemon anew, all printers well, so that it dies at a named step."""
    house.end()
    for printer in house.printers.values():
        printer.mend()
    if house.spawn(**{VARIABLE: point}).wait_until_ready():
        house.open_for_wix()  # else it has come to the point already
    crash.wait_for_death(house, point)


def _bad_printers(run: Run, house: House, _site: Site) -> None:
    """Have one printer after the other fail, each in its own way, in the middle of a ticket."""
    for _ in range(TROUBLES):
        printer = house.printers[run.random.choice(PRINTERS)]
        printer.device.set_faults(bytes_per_second=SLOW_BYTES_PER_SECOND)
        pause(run.random.uniform(*MOODS_S))
        fault = run.random.choice(("refuse", "stall", "cover_open", "paper", "die_after", "power"))
        if fault == "power":
            printer.device.power_cycle()
        elif fault == "paper":
            printer.device.set_faults(paper=PaperState.OUT)
        elif fault == "die_after":
            printer.device.set_faults(die_after=run.random.randint(1, LARGEST_TICKET_BYTES))
            pause(run.random.uniform(*TROUBLE_S))
            printer.device.set_faults(refuse=True)
        else:
            printer.device.set_faults(**{fault: True})
        pause(run.random.uniform(*TROUBLE_S))
        if run.random.random() < 0.5:
            printer.mend()


def _bad_wix(run: Run, _house: House, site: Site) -> None:
    """Have Wix answer badly, late or not at all."""
    for _ in range(TROUBLES):
        site.spoil(run.random)
        pause(run.random.uniform(*TROUBLE_S))
        site.stand_in.down(run.random.choice(AWAY))
        pause(run.random.uniform(*AWAY_S))
        site.stand_in.up()


def _everything(run: Run, house: House, site: Site) -> None:
    """Have printers fail, Wix away and the daemon killed in turn."""
    _bad_printers(run, house, site)
    _bad_wix(run, house, site)
    _kill(run, house, site)


SCENARIOS: Final = (
    Scenario(
        "changes",
        "papers_add_up_to_the_order_though_the_daemon_is_killed_at_any_moment",
        _while_there_is(_kill, MANY_LOST),
        rounds=60,
    ),
    Scenario(
        "changes",
        "a_change_that_may_lie_there_is_taken_back_on_paper",
        _taken_back,
        rounds=12,
        quick_rounds=1,
    ),
    Scenario(
        "changes",
        "papers_add_up_to_the_order_though_the_daemon_dies_at_any_named_step",
        _while_there_is(_kill_at_a_step, Faults()),
        rounds=3 * len(crash.POINTS),
    ),
    Scenario(
        "changes",
        "papers_add_up_to_the_order_though_printers_fail_in_the_middle",
        _while_there_is(_bad_printers, Faults()),
        rounds=30,
    ),
    Scenario(
        "changes",
        "papers_add_up_to_the_order_though_webhooks_come_late_twice_or_never",
        _while_there_is(_bad_wix, MANY_LOST),
        rounds=20,
    ),
    Scenario(
        "changes",
        "papers_add_up_to_the_order_though_all_webhooks_are_lost_and_everything_fails",
        _while_there_is(_everything, ALL_LOST),
        rounds=10,
    ),
)
