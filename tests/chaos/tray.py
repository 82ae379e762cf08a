"""Virtual printers that outlive the daemon, and everything that came out of them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tests.chaos.ledger import Ticket, tickets_on
from wix_printer_service.virtual_printer import Faults, VirtualPrinter, VirtualPrinterServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class TestedPrinter:
    """A printer on the network and its tray; it has its paper whatever becomes of the daemon."""

    __test__ = False

    def __init__(self, name: str, folder: Path, host: str, model: tuple[str, str]) -> None:
        self.name = name
        self._tray = folder / "trays" / name
        self.device = VirtualPrinter(self._tray, maker=model[0], model=model[1])
        self._server = VirtualPrinterServer(host, 0, self.device)
        self._host = host
        self._read: set[Path] = set()
        self._tickets: list[Ticket] = []

    @property
    def connection(self) -> str:
        """Where the daemon finds it."""
        return f"tcp://{self._host}:{self._server.port}"

    def mend(self) -> None:
        """Take every fault away."""
        fine = Faults()
        self.device.set_faults(**{name: getattr(fine, name) for name in Faults.__slots__})

    def tickets(self) -> list[Ticket]:
        """Return every ticket in the tray."""
        for file in sorted(set(self._tray.glob("*.txt")) - self._read):
            self._read.add(file)
            came_at_s = file.stat().st_mtime
            self._tickets += tickets_on(file.read_text("utf-8"), self.name, came_at_s)
        return list(self._tickets)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.stop()


class Printers(dict[str, TestedPrinter]):
    """All printers of a house, by name.

    Args:
        folder: Where their trays stand.
        names: What they are called.
        hosts: Their addresses, where they are not on this computer.
        model: Maker and model that they say they are.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        hosts: Mapping[str, str] | None = None,
        model: tuple[str, str] = ("EPSON", "TM-T88V"),
    ) -> None:
        hosts = hosts or dict.fromkeys(names, "127.0.0.1")
        super().__init__({name: TestedPrinter(name, folder, hosts[name], model) for name in names})
        self._open = ExitStack()

    def tickets(self) -> list[Ticket]:
        """Return everything on paper."""
        return [ticket for printer in self.values() for ticket in printer.tickets()]

    def tear_off(self) -> None:
        """Put what still hangs out of the printers into their trays."""
        for printer in self.values():
            printer.device.flush()

    def __enter__(self) -> Self:
        for printer in self.values():
            self._open.enter_context(printer)
        return self

    def __exit__(self, *_unused: object) -> None:
        self._open.close()
