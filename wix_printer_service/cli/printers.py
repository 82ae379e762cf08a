"""``printers test`` and ``virtual-printer``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from wix_printer_service.cli.common import ConfigFile, settings_from
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import ComponentState, Observation
from wix_printer_service.printing import learnt
from wix_printer_service.printing.abilities import Abilities, Ability
from wix_printer_service.virtual_printer import VirtualPrinter, control
from wix_printer_service.virtual_printer.paper import DOTS
from wix_printer_service.virtual_printer.server import VirtualPrinterServer

app = typer.Typer(no_args_is_help=True)

WORDS = {
    "process_id": "say when a job is on paper",
    "ordered_status": "say when it has processed a job",
    "automatic_status": "say at once when something happens to it",
    "clear_buffers": "forget half a job",
}
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


@app.callback()
def printers() -> None:
    """Look after printers."""


@app.command("test")
def print_test(
    name: Annotated[str, typer.Argument(help="The printer's name in the configuration.")],
    config_file: ConfigFile = None,
) -> None:
    """Print a test ticket and find out what the printer can do; the daemon then uses it."""
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
    printer = build_printer(chosen, settings.printing, name=name)
    try:
        observation = printer.open()
        printer.learn()
        confirmation = printer.send(ticket)
    finally:
        printer.close()
    for line in told(observation, printer.maker, printer.model, printer.abilities):
        print(line)
    if observation.state is not ComponentState.UNKNOWN:
        print(_kept(settings.storage.path, chosen.connection, printer.abilities))
    said = "took all of it" if confirmation is Confirmation.NONE else f"says: {confirmation}"
    print(f"The printer {name} {said}. Look at the ticket.")


def told(observation: Observation, maker: str, model: str, abilities: Abilities) -> Iterator[str]:
    """Say what was found out about a printer, line by line."""
    yield f"{observation.text[:1].upper()}{observation.text[1:]}."
    if observation.state is ComponentState.UNKNOWN:
        yield "Jobs are sent to it all the same, but nobody knows whether they are printed."
        return
    if maker:
        yield f"It calls itself {maker} {model}.".replace(" .", ".")
    for name, words in WORDS.items():
        can = getattr(abilities, name) is Ability.SEEN
        yield f"It {'can' if can else 'cannot'} {words}."
    if abilities.process_id is not Ability.SEEN:
        yield "If 00TEST stands at the top of the ticket, that comes from trying."


def _kept(database: Path, connection: str, abilities: Abilities) -> str:
    """Write down what was found out, and say so."""
    file = learnt.file_beside(database)
    try:
        learnt.write_down(file, connection, abilities)
    except OSError as error:
        return f"This could not be written to {file}, so that it is not kept: {error.strerror}."
    return f"Written to {file}; the daemon uses it from its next start."


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
