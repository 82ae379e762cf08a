"""Puts the commands together and turns errors into exit codes.

0 fine, 1 a finding or a failure, 2 wrong usage, 3 the daemon is not reachable.
"""

from __future__ import annotations

import sys

import typer

from wix_printer_service.cli import (
    configuration,
    daemon,
    events,
    jobs,
    orders,
    printers,
    receipts,
    simulate,
    status,
)
from wix_printer_service.errors import DaemonUnreachableError, WixPrinterError

app = typer.Typer(
    name="wix-printer",
    help="Turns a restaurant's Wix orders into paper and never loses one.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(daemon.run)
app.command("init-db")(daemon.init_db)
app.command()(daemon.version)
app.command("virtual-printer")(printers.virtual_printer)
app.command()(status.status)
app.command()(events.events)
app.command()(orders.orders)
app.add_typer(jobs.app, name="jobs", help="Print jobs: list, show, retry, cancel, reprint.")
app.add_typer(printers.app, name="printers", help="Printers: test.")
app.add_typer(receipts.app, name="receipts", help="Receipts: preview, layout.")
app.add_typer(simulate.app, name="simulate", help="Play Wix, or trouble: order, wix, outage.")
app.add_typer(configuration.app, name="config", help="The configuration: check, sample, password.")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except DaemonUnreachableError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    except WixPrinterError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
