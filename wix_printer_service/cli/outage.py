"""``simulate outage``: a virtual printer fails for a while, so that one can see what happens."""

from __future__ import annotations

import signal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from wix_printer_service import connection_url
from wix_printer_service.cli.common import ConfigFile, settings_from
from wix_printer_service.connection_url import Virtual
from wix_printer_service.errors import PersonNeededError
from wix_printer_service.virtual_printer.faults import Breakdown, Faults, PaperState
from wix_printer_service.virtual_printer.faults_file import clear_faults, write_faults

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.settings import Settings

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


class Trouble(StrEnum):
    """What can happen to a virtual printer."""

    PAPER_OUT = "paper-out"
    PAPER_NEAR_END = "paper-near-end"
    COVER_OPEN = "cover-open"
    OFFLINE = "offline"
    CUTTER = "cutter"
    UNRECOVERABLE = "unrecoverable"
    REFUSE = "refuse"
    STALL = "stall"
    SILENT = "silent"


FAULTS = {
    Trouble.PAPER_OUT: Faults(paper=PaperState.OUT),
    Trouble.PAPER_NEAR_END: Faults(paper=PaperState.NEAR_END),
    Trouble.COVER_OPEN: Faults(cover_open=True),
    Trouble.OFFLINE: Faults(offline=True),
    Trouble.CUTTER: Faults(error=Breakdown.CUTTER),
    Trouble.UNRECOVERABLE: Faults(error=Breakdown.UNRECOVERABLE),
    Trouble.REFUSE: Faults(refuse=True),
    Trouble.STALL: Faults(stall=True),
    Trouble.SILENT: Faults(silent=True),
}


def outage(
    printer: Annotated[str, typer.Argument(help="The printer's name in the configuration.")],
    seconds: Annotated[float, typer.Option(min=0.1, max=86_400, help="How long it lasts.")] = 60.0,
    cause: Annotated[Trouble, typer.Option(help="What happens to it.")] = Trouble.PAPER_OUT,
    config_file: ConfigFile = None,
) -> None:
    """Let a virtual printer fail for a while; Ctrl-C ends that earlier."""
    directory = _directory(settings_from(config_file), printer)
    # blocked from before the fault is there until it is gone, so that no signal leaves it behind
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        write_faults(directory, FAULTS[cause])
        print(
            f"{printer}: {cause} for {seconds:g} s. Look at: wix-printer status, wix-printer events"
            " and the status page. Ctrl-C ends it.",
            flush=True,
        )
        signal.sigtimedwait(STOP_SIGNALS, seconds)
        clear_faults(directory)
    except OSError as error:
        raise PersonNeededError(f"{error}: may this user write to {directory}?") from error
    print(f"{printer}: over.")


def _directory(settings: Settings, name: str) -> Path:
    if name not in settings.printers:
        known = ", ".join(settings.printers)
        raise typer.BadParameter(f"there is no printer {name!r}; there is: {known}")
    given = settings.printers[name].connection
    connection = connection_url.parse(given)
    if not isinstance(connection, Virtual):
        raise typer.BadParameter(
            f"{name} is {given}: only a virtual printer (virtual://DIRECTORY) fails on request."
            " One that `wix-printer virtual-printer` plays in the network takes faults on its"
            " --control-port."
        )
    if not connection.directory.is_dir():
        raise typer.BadParameter(
            f"there is no folder {connection.directory}: start this where the service was started"
        )
    return connection.directory
