"""Every human word on the status page, one file per language beside this one."""

# no postponed annotations here: pydantic reads them when the class is made

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from wix_printer_service.backfill_state import Outcome
from wix_printer_service.models import JobState, Method, OrderState, Receipt
from wix_printer_service.observations import Cause
from wix_printer_service.words import languages_in, read_words


class Texts(BaseModel):
    """The words of one language; an unknown or missing key is a mistake when the file is read.

    Names in braces are filled in by the page. Date patterns are Babel's (Unicode TR 35).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    time_pattern: str
    day_pattern: str

    all_well: str
    needs_a_look: str
    not_taking_orders: str
    as_of: str

    decide: str
    """Above the orders of which a person must say whether they are printed."""
    printer: str
    ready: str
    reachable: str
    """Of Wix: that it answers at all does not say that all is in order."""
    breaks_off: str
    since: str
    since_tries_again: str
    oldest_waits_since: str
    no_internet: str

    no_orders: str
    order: str
    ordered: str
    due: str
    as_soon_as_possible: str
    not_readable: str
    no_jobs: str
    only_in_wix: str
    """The same for an order of before the first start: it may still be to be made."""
    fetched: str
    """Beside an order that no webhook brought."""

    paid: str
    not_paid: str
    partly_paid: str
    not_paid_unsure: str

    copy_mark: str
    instead_of: str
    possible_duplicate: str
    print: str
    do_not_print: str
    print_again: str
    show_receipt: str

    log_in: str
    log_out: str
    password: str
    wrong_password: str
    too_many_logins: str

    back: str
    problems: dict[int, str]
    """What to tell a person instead of an HTTP status."""

    backfill: dict[Outcome, str]
    """When Wix was last asked for orders, and with what result."""
    all_known: str
    fetched_since_start: str
    never: str
    past_due: str
    """Orders of before the first start that are still to be made; only Wix shows them."""

    components: dict[str, str]
    causes: dict[Cause, str]
    methods: dict[Method, str]
    receipts: dict[Receipt, str]
    order_states: dict[OrderState, str]
    job_states: dict[JobState, str]


FALLBACK = "en"


@cache
def spoken(language: str) -> str:
    """Return the language of the page: English if it lacks the words of the receipts' language."""
    return language if language in languages_in(files(__package__)) else FALLBACK


@cache
def texts(language: str) -> Texts:
    """Return the words of a language, or of the one that is spoken in its place.

    Raises:
        ConfigurationError: The catalogue is not as agreed.
    """
    return read_words(Texts, __package__, spoken(language))
