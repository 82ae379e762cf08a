"""Every error of this package, in families by what the caller should do next."""

from __future__ import annotations

from wix_printer_service.observations import Cause


class WixPrinterError(Exception):
    """Root of all errors that this package raises on purpose."""


class TryLaterError(WixPrinterError):
    """The same thing may work later, unchanged."""


class NeverAgainError(WixPrinterError):
    """Trying the same thing again cannot help."""


class PersonNeededError(WixPrinterError):
    """Only a person can put this right; the text is written for that person."""


class ConfigurationError(PersonNeededError):
    """The configuration has mistakes; ``problems`` names every one of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageError(TryLaterError):
    """The database could not take or give something now (full, locked, disk gone)."""


class DatabaseRefusedError(PersonNeededError):
    """The database is not one that this version may work on."""


class QueueFullError(StorageError):
    """Nothing more is taken in, because too much waits or the disk is nearly full."""


class DamagedDatabaseError(StorageError):
    """The database file is damaged: a new start sets it aside and saves what can be read."""


class PrinterUnavailableError(TryLaterError):
    """The printer cannot be reached or is not ready; not one byte of the job was sent."""

    def __init__(self, text: str, cause: Cause = Cause.UNREACHABLE) -> None:
        super().__init__(text)
        self.cause = cause


class SendInterruptedError(PersonNeededError):
    """Bytes of a job went out and the rest did not: nobody knows what is on paper.

    Args:
        reason: What happened, for the journal.
        sent: How many bytes the transport is sure to have handed over.
    """

    def __init__(self, reason: str, sent: int) -> None:
        super().__init__(f"{reason} (after {sent} bytes)")
        self.sent = sent


class UnauthenticError(NeverAgainError):
    """A delivery is not signed by Wix for this app."""


class MalformedError(NeverAgainError):
    """A message is not of the agreed form; the text names what and where."""


class NotFoundError(NeverAgainError):
    """There is nothing under that name or number."""


class WrongStateError(NeverAgainError):
    """The thing is there, but not in a state that allows this."""


class DaemonUnreachableError(PersonNeededError):
    """The daemon does not answer on its status listener."""
