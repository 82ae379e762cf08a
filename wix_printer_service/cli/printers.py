"""``printers test`` and ``virtual-printer``."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from wix_printer_service.cli.common import ConfigFile, settings_from
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.models import Confirmation
from wix_printer_service.virtual_printer import VirtualPrinter, control
from wix_printer_service.virtual_printer.paper import DOTS
from wix_printer_service.virtual_printer.server import VirtualPrinterServer

app = typer.Typer(no_args_is_help=True)

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


@app.callback()
def printers() -> None:
    """Look after printers."""


@app.command("test")
def print_test(
    name: Annotated[str, typer.Argument(help="The printer's name in the configuration.")],
    config_file: ConfigFile = None,
) -> None:
    """Print a test ticket: sizes, umlauts, the euro sign, inverse and a QR code."""
    # heavy, and no other command prints
    from wix_printer_service.printing.printer import build_printer  # noqa: PLC0415
    from wix_printer_service.printing.rendering import render  # noqa: PLC0415
    from wix_printer_service.receipts.test_ticket import test_document  # noqa: PLC0415
    from wix_printer_service.tickets import paper_of, receipt_context  # noqa: PLC0415

    settings = settings_from(config_file)
    if name not in settings.printers:
        known = ", ".join(settings.printers)
        raise typer.BadParameter(f"there is no printer {name!r}; there is: {known}")
    chosen = settings.printers[name]
    ticket = render(test_document(name, receipt_context(settings)), paper_of(chosen))
    printer = build_printer(chosen, settings.printing)
    try:
        printer.open()
        confirmation = printer.send(ticket)
    finally:
        printer.close()
    said = "took all of it" if confirmation is Confirmation.NONE else f"says: {confirmation}"
    print(f"The printer {name} {said}. Look at the ticket.")


def virtual_printer(
    listen: Annotated[str, typer.Option(help="HOST:PORT to print to.")] = "127.0.0.1:9100",
    output: Annotated[Path, typer.Option(help="Folder for the receipts.")] = Path("var/receipts"),
    width: Annotated[int, typer.Option(help="Paper width in mm: 58 or 80.")] = 80,
    control_port: Annotated[
        int | None, typer.Option(help="Port that takes faults while it runs; say help there.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help=f"Begin with a fault; may be given often. {control.help_line()}"),
    ] = None,
) -> None:
    """Be an ESC/POS printer: receipts become PNG and text files."""
    if width not in DOTS:
        raise typer.BadParameter("58 or 80", param_hint="--width")
    printer = VirtualPrinter(output, width)
    for command in fault or []:
        if (answer := control.answer(printer, command)) != "ok":
            raise typer.BadParameter(answer, param_hint="--fault")
    host, port = split_host_port(listen)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    with VirtualPrinterServer(host, port, printer, control_port) as server:
        print(f"printing from {host}:{server.port} to {output}", flush=True)
        if server.control_port is not None:
            print(f"faults on {host}:{server.control_port}", flush=True)
        signal.sigwait(STOP_SIGNALS)
    printer.flush()
