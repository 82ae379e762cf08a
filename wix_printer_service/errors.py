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


class WixUnavailableError(TryLaterError):
    """Wix gave no usable answer; asked again later it may.

    Args:
        text: What happened, without anything secret.
        cause: The same for the monitor.
        retry_after_s: How long Wix asks us to wait, None if it did not say.
    """

    def __init__(
        self, text: str, cause: Cause = Cause.UNREACHABLE, retry_after_s: float | None = None
    ) -> None:
        super().__init__(text)
        self.cause = cause
        self.retry_after_s = retry_after_s


class WixThrottledError(WixUnavailableError):
    """Wix answers, but wants to be asked less often."""


class WixKeyError(PersonNeededError):
    """Wix does not accept the key, or the key may not do this."""


class WixRefusedError(NeverAgainError):
    """Wix understood a request and says no.

    Args:
        text: What Wix said, and where.
        status: The HTTP status.
        code: Wix's own code, such as ``ORDER_NOT_FOUND``; empty if it gave none.
    """

    def __init__(self, text: str, status: int, code: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.code = code


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
