"""The internet is lost, half lost, slow, or behind a portal; printers vanish; work piles up."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tests.chaos import lan
from tests.chaos.house import QUICK, demand, pause
from tests.chaos.lan import Lan, Page
from tests.chaos.printer_faults import ON_TIME_S, counter_is_on_time, middle_of_a_ticket
from tests.chaos.scenario import Scenario
from tests.chaos.tray import Printers
from wix_printer_service.models import Receipt
from wix_printer_service.observations import ComponentState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

NOTICED_WITHIN_S: Final = 20.0
TROUBLE_S: Final = (1.0, 3.0)
NOWHERE: Final = ("one.invalid", "two.invalid", "three.invalid")
"""Names that nobody has (RFC 2606): addresses that nobody has may be somebody's gateway."""
WATCHING: Final = {
    **QUICK["connectivity"],
    "check_interval_s": 0.3,
    "retry_max_s": 1.0,
    "high_latency_s": 0.2,
}
ORDERS_OF_A_LONG_OUTAGE: Final = 5_000
"""Each makes two jobs."""
ALL_PRINTED_WITHIN_S: Final = 600.0
URGENT: Final[dict[str, object]] = {"buyerNote": "Bitte dringend"}
EXPENSIVE: Final[dict[str, object]] = {
    "priceSummary": {"total": {"amount": "150.00", "formattedAmount": "150,00 €"}}
}
LEVELS: Final[tuple[dict[str, object], ...]] = ({}, EXPENSIVE, URGENT)


@contextmanager
def _house_on_a_lan(run: Run) -> Iterator[tuple[House, Lan]]:
    with ExitStack() as stack:
        network = Lan()
        stack.enter_context(network.plugged_in())
        printers = Printers(run.new_folder(), tuple(lan.PRINTERS), lan.PRINTERS)
        house = stack.enter_context(
            run.house(
                printers=printers,
                prefix=network.prefix,
                listen={"webhook": f"{lan.PI}:0"},
                connectivity={
                    **WATCHING,
                    "hosts": list(lan.HOSTS),
                    "portal_check_url": network.page,
                },
            )
        )
        house.start()
        house.serve_a_fresh_order()
        _wait_for_internet(house, ComponentState.ONLINE)
        yield house, network


def _internet(
    trouble: Callable[[Lan], None], *expected: ComponentState, dead_printer: bool = False
) -> Callable[[Run], None]:
    """Play an internet in trouble: it is noticed, and the house prints on as if nothing were."""

    def play(run: Run) -> None:
        with _house_on_a_lan(run) as (house, network):
            for _ in run.each_round():
                if dead_printer:
                    network.lose(lan.PRINTERS["kitchen"])
                with counter_is_on_time(run, house):
                    trouble(network)
                    _wait_for_internet(house, *expected)
                    pause(run.random.uniform(*TROUBLE_S))
                    _heal(network)
                    _wait_for_internet(house, ComponentState.ONLINE)
                run.settle(house)
            run.close_books(house)

    return play


def _heal(network: Lan) -> None:
    Page.portal.clear()
    network.speed_up()
    network.find(*lan.HOSTS, *lan.PRINTERS.values())


def _wait_for_internet(house: House, *states: ComponentState) -> None:
    what = f"the internet is noticed to be {' or '.join(states)}"
    house.wait(lambda: house.state_of("internet") in states, what, NOTICED_WITHIN_S)


def _cable_out_in_the_middle(run: Run) -> None:
    """The kitchen's cable is pulled in the middle of a ticket, and plugged in again later."""
    with _house_on_a_lan(run) as (house, network):
        for _ in run.each_round():
            with counter_is_on_time(run, house):
                middle_of_a_ticket(house)
                network.lose(lan.PRINTERS["kitchen"])
                pause(run.random.uniform(*TROUBLE_S))
                network.find(lan.PRINTERS["kitchen"])
                house.printers["kitchen"].mend()
            run.settle(house)
        run.close_books(house)


def _no_internet_from_the_start(run: Run) -> None:
    """Without internet and with a dead printer a delivery from the local network prints."""
    with run.house(connectivity={**WATCHING, "hosts": list(NOWHERE)}) as house:
        house.printers["kitchen"].device.set_faults(refuse=True)
        house.start()
        for _ in run.each_round():
            with counter_is_on_time(run, house, settle=False):
                _wait_for_internet(house, ComponentState.OFFLINE)
        house.printers["kitchen"].mend()
        run.close_books(house)


def _long_outage(run: Run) -> None:
    """After a long outage everything comes out by priority, then receipt, then age."""
    for _ in run.each_round():
        printers = Printers(run.new_folder(), ("kitchen",))
        with run.house(printers=printers, priorities={"raise_after_s": 86_400.0}) as house:
            printers["kitchen"].device.set_faults(refuse=True)
            house.start()
            levels = _order_much(run, house)
            printers["kitchen"].mend()
            first_s, all_s = _wait_for_all(house, 2 * len(levels))
            run.figures.append(f"first ticket after {first_s:.2f} s, all after {all_s:.0f} s")
            run.settle(house)
            _demand_order(house, levels)
            run.close_books(house)


def _order_much(run: Run, house: House) -> dict[str, int]:
    """Have many orders placed, one after the other; return how urgent each of them is."""
    levels = {}
    for _ in range(ORDERS_OF_A_LONG_OUTAGE):
        level = run.random.randrange(len(LEVELS))
        levels[house.wix.place(**LEVELS[level])] = level
    demand(set(house.wix.answers) == {"200"}, f"answers: {dict(house.wix.answers)}")
    return levels


def _wait_for_all(house: House, number: int) -> tuple[float, float]:
    device = house.printers["kitchen"].device
    first_s = house.wait(lambda: device.receipts_printed, "the first ticket", ON_TIME_S)
    all_s = house.wait(
        lambda: device.receipts_printed >= number, "all of them", ALL_PRINTED_WITHIN_S
    )
    return first_s, all_s


def _demand_order(house: House, levels: dict[str, int]) -> None:
    came = [(ticket.number, ticket.receipt) for ticket in house.printers["kitchen"].tickets()]
    right = sorted(
        ((number, receipt) for number in levels for receipt in (Receipt.KITCHEN, Receipt.CUSTOMER)),
        key=lambda one: (-levels[one[0]], one[1] is Receipt.CUSTOMER, one[0]),
    )
    wrong = [pair for pair in zip(came, right, strict=True) if pair[0] != pair[1]]
    demand(not wrong, f"{len(wrong)} tickets out of order; came and should have: {wrong[:3]}")


def _lose_all(network: Lan) -> None:
    network.lose(*lan.HOSTS)


def _lose_some(network: Lan) -> None:
    network.lose(*lan.HOSTS[1:])


def _portal(_network: Lan) -> None:
    Page.portal.set()


SCENARIOS: Final = (
    Scenario(
        "network",
        "orders_print_without_internet_and_beside_a_dead_printer",
        _no_internet_from_the_start,
        rounds=2,
        quick_rounds=1,
    ),
    Scenario(
        "network",
        "orders_from_the_house_print_while_the_internet_is_lost",
        _internet(_lose_all, ComponentState.OFFLINE),
        rounds=2,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "orders_print_while_half_of_the_internet_is_lost",
        _internet(_lose_some, ComponentState.DEGRADED),
        rounds=2,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "orders_print_while_the_internet_is_slow",
        _internet(Lan.slow_down, ComponentState.DEGRADED, ComponentState.OFFLINE),
        rounds=2,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "orders_print_behind_a_captive_portal_that_is_noticed",
        _internet(_portal, ComponentState.OFFLINE),
        rounds=2,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "orders_print_while_internet_and_a_printer_are_lost_together",
        _internet(_lose_all, ComponentState.OFFLINE, dead_printer=True),
        rounds=2,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "a_ticket_is_repeated_marked_after_the_printers_cable_was_out",
        _cable_out_in_the_middle,
        rounds=4,
        needs=lan.NEEDS,
    ),
    Scenario(
        "network",
        "ten_thousand_jobs_come_out_in_the_right_order_after_a_long_outage",
        _long_outage,
    ),
)
