"""The kitchen's printer fails in every way; the counter's tickets are on time meanwhile."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.tray import Printers
from tests.chaos.wix import CLOCK
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.observations import ComponentState
from wix_printer_service.virtual_printer import PaperState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.house import House
    from tests.chaos.scenario import Run
    from wix_printer_service.virtual_printer import VirtualPrinter

ON_TIME_S: Final = 5.0
"""Generous: a busy machine shares two processors among all of this."""
NOTICED_WITHIN_S: Final = 3.0
GOES_ON_WITHIN_S: Final = 4.0
"""Both are promised within 1 s on an idle machine; the figures tell how long it took."""
TROUBLE_S: Final = (0.5, 2.5)
GUESTS_PAUSE_S: Final = 0.2
BYTES_PER_SECOND: Final = 1500.0
"""So slow that a ticket takes about a second, and something can happen in the middle."""
LARGEST_TICKET_BYTES: Final = 1500
NO_NAME: Final = ("Zhu Hai", "POS-80")
TRAITS_OF_CLONES: Final = (
    "chatter",
    "no_automatic_status",
    "no_clearing",
    "no_identity",
    "no_process_id",
    "no_sensor_status",
    "prints_unknown",
    "silent_offline",
)


def _before_the_first_byte(trouble: Callable[[VirtualPrinter], None]) -> Callable[[Run], None]:
    """Play a printer of which the daemon can tell, before it sends anything, that it is away."""

    def play(run: Run) -> None:
        with run.house() as house:
            house.start()
            house.serve_a_fresh_order()
            run.settle(house)  # its paper may lie there before its job is confirmed
            for _ in run.each_round():
                trouble(house.printers["kitchen"].device)  # while it is idle
                with counter_is_on_time(run, house):
                    _wait_until_noticed(run, house)
                    pause(run.random.uniform(*TROUBLE_S))
                    odd = house.jobs(JobState.UNCERTAIN, JobState.DEAD, JobState.CANCELLED)
                    demand(not odd, f"these should just wait: {odd}")
                    _mend(run, house)
                run.settle(house)
            run.close_books(house)
            demand(not run.duplicated, "no byte had gone out, yet a ticket came twice")

    return play


def _in_the_middle(
    trouble: Callable[[VirtualPrinter], None], *, may_repeat: bool
) -> Callable[[Run], None]:
    """Play a printer that fails while a ticket is being printed, and is mended later."""

    def play(run: Run) -> None:
        with run.house() as house:
            house.start()
            house.serve_a_fresh_order()
            for _ in run.each_round():
                with counter_is_on_time(run, house):
                    middle_of_a_ticket(house)
                    trouble(house.printers["kitchen"].device)
                    pause(run.random.uniform(*TROUBLE_S))
                    _mend(run, house)
                run.settle(house)
            run.close_books(house)
            demand(may_repeat or not run.duplicated, "a ticket that was never in doubt came twice")

    return play


def _wait_until_noticed(run: Run, house: House) -> None:
    took_s = house.wait(
        lambda: house.state_of("printer:kitchen") is ComponentState.OFFLINE, "the printer is missed"
    )
    run.measure("noticing that it is away", took_s, NOTICED_WITHIN_S)


def _mend(run: Run, house: House) -> None:
    kitchen = house.printers["kitchen"]
    before = kitchen.device.receipts_printed
    kitchen.mend()
    took_s = house.wait(lambda: kitchen.device.receipts_printed > before, "it prints again")
    run.measure("its first ticket after it was mended", took_s, GOES_ON_WITHIN_S)


def middle_of_a_ticket(house: House) -> None:
    """Wait until the kitchen's printer has begun a ticket, which from now on takes long."""
    kitchen = house.printers["kitchen"].device
    kitchen.set_faults(bytes_per_second=BYTES_PER_SECOND)
    house.wait(lambda: kitchen.is_busy, "the kitchen's printer is printing")
    pause(GUESTS_PAUSE_S)


@contextmanager
def counter_is_on_time(run: Run, house: House, *, settle: bool = True) -> Iterator[None]:
    """Let guests order meanwhile, and see that the counter's printer keeps up with them."""
    began_s = CLOCK.now().timestamp()
    with house.wix.busy(guests=1, pause_s=GUESTS_PAUSE_S):
        yield
    if settle:
        house.settle()
    house.wait(lambda: not house.waits_at("counter"), "the counter has printed everything")
    for delay_s in house.delays_s("counter", began_s):
        run.measure("a ticket of the other printer meanwhile", delay_s, ON_TIME_S)


def _resets(run: Run) -> None:
    """The connection breaks after some number of bytes, another one in every round."""
    with run.house() as house:
        house.start()
        house.serve_a_fresh_order()
        for _ in run.each_round():
            after = run.random.randint(1, LARGEST_TICKET_BYTES)
            house.printers["kitchen"].device.set_faults(die_after=after)
            house.serve_a_fresh_order()
            run.settle(house)
        run.close_books(house)


def _silent_clone(run: Run) -> None:
    """A printer that never answers gets each job once, and nobody says that it is confirmed."""
    with run.house() as house:
        house.printers["kitchen"].device.set_faults(silent=True)
        house.start()
        for _ in run.each_round():
            house.serve_a_fresh_order()
            house.settle()
        run.close_books(house)
        said = house.jobs(JobState.PRINTED_UNCONFIRMED)
        owed = {(debt.number, Receipt.KITCHEN) for debt in house.wix.ledger.acknowledged()}
        demand(said == owed, f"not {JobState.PRINTED_UNCONFIRMED}: {sorted(owed - said)[:5]}")
        demand(not run.duplicated, "a ticket came twice")


def _lesser_clones(run: Run) -> None:
    """Each round another printer of no name, which lacks some of what a good one can do."""
    for _ in run.each_round():
        traits = run.random.sample(TRAITS_OF_CLONES, run.random.randint(1, len(TRAITS_OF_CLONES)))
        printers = Printers(run.new_folder(), ("kitchen", "counter"), model=NO_NAME)
        with run.house(printers=printers) as house:
            printers["kitchen"].device.set_faults(**dict.fromkeys(traits, True))
            house.start()
            with house.wix.busy():
                pause(run.random.uniform(*TROUBLE_S))
            run.settle(house)
            run.close_books(house)
            demand(not run.duplicated, f"a ticket came twice from a printer with {traits}")


def _power_cycle(printer: VirtualPrinter) -> None:
    printer.power_cycle()


def _set(**faults: object) -> Callable[[VirtualPrinter], None]:
    return lambda printer: printer.set_faults(**faults)


SCENARIOS: Final = (
    Scenario(
        "printer",
        "jobs_wait_unharmed_while_it_refuses_connections",
        _before_the_first_byte(_set(refuse=True)),
        rounds=5,
        quick_rounds=1,
    ),
    Scenario(
        "printer",
        "jobs_wait_unharmed_while_it_is_a_black_hole",
        _before_the_first_byte(_set(stall=True)),
        rounds=5,
        quick_rounds=1,
    ),
    Scenario(
        "printer",
        "jobs_wait_unharmed_while_its_cover_is_open",
        _before_the_first_byte(_set(cover_open=True)),
        rounds=5,
    ),
    Scenario(
        "printer",
        "a_ticket_that_it_stops_reading_is_repeated_marked",
        _in_the_middle(_set(stall=True), may_repeat=True),
        rounds=5,
        quick_rounds=1,
    ),
    Scenario(
        "printer",
        "a_ticket_cut_off_after_any_number_of_bytes_is_repeated_marked",
        _resets,
        rounds=60,
        quick_rounds=8,
    ),
    Scenario(
        "printer",
        "a_ticket_lost_in_its_buffer_by_a_power_cycle_is_repeated_marked",
        _in_the_middle(_power_cycle, may_repeat=True),
        rounds=8,
        quick_rounds=1,
    ),
    Scenario(
        "printer",
        "a_silent_clone_gets_every_ticket_once",
        _silent_clone,
        rounds=10,
        quick_rounds=3,
    ),
    Scenario(
        "printer",
        "clones_that_lack_something_get_every_ticket_once",
        _lesser_clones,
        rounds=12,
        quick_rounds=2,
    ),
    Scenario(
        "printer",
        "chatter_of_its_status_confuses_nothing",
        _before_the_first_byte(_set(chatter=True, cover_open=True)),
        rounds=3,
    ),
    Scenario(
        "printer",
        "a_ticket_goes_on_after_the_paper_is_refilled_and_comes_once",
        _in_the_middle(_set(paper=PaperState.OUT), may_repeat=False),
        rounds=5,
        quick_rounds=1,
    ),
    Scenario(
        "printer",
        "a_ticket_goes_on_after_the_cover_is_closed_and_comes_once",
        _in_the_middle(_set(cover_open=True), may_repeat=False),
        rounds=5,
    ),
)
