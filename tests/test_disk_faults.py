"""If these pass, the real daemon keeps its promise on disks that fill up, fail, go away or rot.

The oracle is a ledger of order numbers that were answered 200: each must be on paper in the end.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import uuid
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import requests
from joserfc.jwk import RSAKey

from tests.daemon_process import CLOCK, COMMAND, DEADLINE_S, fresh, running_daemon, settings
from tests.storage.damaged import PAGE_BYTES, overwrite
from wix_printer_service.simulation.samples import rename
from wix_printer_service.simulation.signing import Style, sign
from wix_printer_service.storage.rescue.log_file import FRAME_BYTES, HEADER_BYTES
from wix_printer_service.virtual_printer.faults import Faults
from wix_printer_service.virtual_printer.faults_file import clear_faults, write_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.daemon_process import DaemonProcess

LOOK_S = 0.05
TMPFS_BYTES = 3_000_000
IMAGE_BYTES = 32_000_000
ORDERS_PAGE = 3
MARKS = ("DUPLIKAT", "DUPLICATE")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE_S)


def wait_until(condition, what: str) -> None:
    end = CLOCK.monotonic() + DEADLINE_S
    while not condition():
        assert CLOCK.monotonic() < end, what
        CLOCK.wait(threading.Event(), LOOK_S)


class House:
    """A restaurant whose database lies on a disk of its own, and Wix, which keeps a ledger."""

    def __init__(self, folder: Path, private_key: str, **storage: object) -> None:
        self.folder = folder
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.database = self.disk / "data" / "wix-printer.db"
        self.receipts = folder / "receipts"
        self.ledger: list[str] = []
        self._private_key = private_key
        key_file = folder / "wix-public.pem"
        key_file.write_bytes(RSAKey.import_key(private_key).as_pem(private=False))
        self.config = settings(
            folder,
            storage={"path": str(self.database), "wal_size_bytes": 0, **storage},
            wix={"webhook_public_key_file": str(key_file)},
            printers={
                "kitchen": {"connection": f"virtual://{self.receipts}", "receipts": ["kitchen"]}
            },
            intake={"commit_timeout_s": 5.0},
            printing={"retry_initial_s": 0.1, "retry_max_s": 0.5},
        )
        self.daemon: DaemonProcess

    @contextmanager
    def open(self, *prefix: str) -> Iterator[None]:
        with running_daemon(self.folder, self.config, prefix=prefix) as self.daemon:
            yield

    def order(self) -> dict:
        number = f"N{uuid.uuid4().int % 10**8:08}"
        return rename(fresh("pickup"), str(uuid.uuid4()), number)

    def deliver(self, envelope: dict | None = None) -> int:
        """Deliver an order once, and write down what was acknowledged."""
        envelope = envelope or self.order()
        body = sign(envelope, self._private_key, 0, Style.STRINGS)
        url = f"http://{self.daemon.webhook}/webhooks/wix"
        code = requests.post(url, data=body, timeout=DEADLINE_S).status_code
        if code == 200:
            self.ledger.append(number_of(envelope))
        return code

    def deliver_until_acknowledged(self) -> int:
        """Deliver an order as Wix does, again and again; return how often."""
        envelope, tries = self.order(), 1
        while (code := self.deliver(envelope)) != 200:
            assert code == 503
            tries += 1
            assert tries < 200, "it is never taken"
        return tries

    def healthz(self) -> int:
        return requests.get(f"http://{self.daemon.webhook}/healthz", timeout=DEADLINE_S).status_code

    def look_at_orders(self) -> None:
        requests.get(f"http://{self.daemon.status}/orders", timeout=DEADLINE_S)

    def problems(self) -> str:
        url = f"http://{self.daemon.status}/health"
        return " ".join(requests.get(url, timeout=DEADLINE_S).json()["problems"])

    def tickets(self) -> list[str]:
        files = self.receipts.glob("*.txt") if self.receipts.exists() else ()
        return [file.read_text("utf-8") for file in sorted(files)]

    def on_paper(self) -> Counter:
        """Count the unmarked tickets of every acknowledged order."""
        tickets = [text for text in self.tickets() if not any(mark in text for mark in MARKS)]
        return Counter(n for n in self.ledger for text in tickets if n in text)

    def missing(self) -> list[str]:
        text = "".join(self.tickets())
        return [number for number in self.ledger if number not in text]

    def close_books(self) -> None:
        """Every acknowledged order is on paper, and none is there twice without a mark."""
        wait_until(lambda: not self.missing(), f"not on paper: {self.missing()}")
        assert [number for number, count in self.on_paper().items() if count > 1] == []

    def starts_again(self, doing) -> None:
        """Do something that has the daemon open its database anew, and wait until it is back."""
        before = self.listening()

        def is_back():
            with suppress(requests.ConnectionError):  # while it starts again nobody answers
                doing()
            return self.listening() >= before + 2

        wait_until(is_back, "no new start")
        self.daemon.find_addresses()

    def refusal_to_start(self) -> str:
        """Start the daemon, which must end by itself, and return what it says."""
        command = [COMMAND, "run", "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False)
        assert done.returncode == 1
        return done.stderr.decode("utf-8")

    def new_log(self) -> None:
        (self.folder / "log.txt").unlink()

    def listening(self) -> int:
        return (self.folder / "log.txt").read_text("utf-8").count('"event": "listening"')


def number_of(envelope: dict) -> str:
    return re.search(r"N\d{8}", str(envelope)).group()


@pytest.fixture
def house(tmp_path: Path, private_key: str) -> House:
    return House(tmp_path, private_key, min_free_bytes=0)


@contextmanager
def small_disk(house: House) -> Iterator[None]:
    run("mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", str(house.disk))
    try:
        yield
    finally:
        run("umount", "-l", str(house.disk))


def fill(house: House, left: int = 0) -> None:
    """Fill the disk but for some bytes."""
    with (house.disk / "filler").open("wb") as file:
        disk = os.statvfs(house.disk)
        file.write(bytes(max(0, disk.f_bavail * disk.f_frsize - left)))


def make_room(house: House) -> None:
    (house.disk / "filler").unlink()


@needs_root
def test_on_a_nearly_full_disk_orders_are_refused_and_what_is_stored_prints(
    tmp_path: Path, private_key: str
) -> None:
    house = House(tmp_path, private_key, min_free_bytes=1_000_000)
    with small_disk(house), house.open():
        house.receipts.mkdir(exist_ok=True)
        write_faults(house.receipts, Faults(refuse=True))
        for _ in range(5):
            assert house.deliver() == 200
        fill(house, left=500_000)
        wait_until(lambda: house.healthz() == 503, "health does not notice")
        assert house.deliver() == 503
        assert "disk" in house.problems()

        clear_faults(house.receipts)
        house.close_books()
        assert len(house.ledger) == 5

        make_room(house)
        wait_until(lambda: house.healthz() == 200, "health does not recover")
        assert house.deliver() == 200
        house.close_books()


@needs_root
def test_a_full_disk_answers_503_and_recovers_by_itself_once_there_is_room(house: House) -> None:
    with small_disk(house), house.open():
        assert house.deliver() == 200
        house.close_books()
        fill(house)
        # until the log is full as well, even for the trial commit of health
        wait_until(lambda: (house.deliver(), house.healthz()) == (503, 503), "nobody notices")

        make_room(house)
        assert house.healthz() == 200
        assert house.deliver() == 200
        house.close_books()


@needs_root
def test_a_daemon_starts_on_a_nearly_full_disk_and_takes_orders_once_there_is_room(
    tmp_path: Path, private_key: str
) -> None:
    house = House(tmp_path, private_key, min_free_bytes=0, wal_size_bytes=400_000)
    with small_disk(house):
        with house.open():
            assert house.deliver() == 200
        fill(house, left=100_000)
        house.new_log()
        with house.open():
            while house.deliver() == 200:
                pass

            make_room(house)
            assert house.deliver() == 200
            house.close_books()
    assert "log_not_grown" in {line["event"] for line in house.daemon.log_lines()}


@needs_root
def test_a_disk_too_full_even_to_start_is_named(house: House) -> None:
    with small_disk(house):
        with house.open():
            assert house.deliver() == 200
        fill(house)
        assert "the disk is full" in house.refusal_to_start()

        make_room(house)
        house.new_log()
        with house.open():
            assert house.deliver() == 200
            house.close_books()


@needs_root
def test_a_read_only_disk_is_named_when_the_daemon_cannot_start(house: House) -> None:
    with small_disk(house):
        with house.open():
            assert house.deliver() == 200
        run("mount", "-o", "remount,ro", str(house.disk))
        assert "Read-only file system" in house.refusal_to_start()

        run("mount", "-o", "remount,rw", str(house.disk))
        house.new_log()
        with house.open():
            assert house.deliver() == 200
            house.close_books()


@contextmanager
def card(house: House) -> Iterator[Path]:
    """Put a card into the slot: an ext4 image on a loop device."""
    image = house.folder / "card.img"
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    run("mkfs.ext4", "-q", "-F", str(image))
    run("mount", "-o", "loop", str(image), str(house.disk))
    try:
        yield image
    finally:
        while os.path.ismount(house.disk):
            run("umount", "-l", str(house.disk))


@needs_root
def test_a_card_that_goes_away_answers_503_and_is_used_again_when_it_is_back(house: House) -> None:
    with card(house) as image, house.open():
        assert house.deliver() == 200
        house.close_books()
        run("mount", "-o", "remount,abort", str(house.disk))
        assert house.deliver() == 503
        assert house.healthz() == 503

        run("umount", "-l", str(house.disk))
        assert house.deliver() == 503
        back = shutil.copy(image, house.folder / "back.img")  # else it would be the dead device
        run("mount", "-o", "loop", str(back), str(house.disk))  # its journal is replayed

        house.starts_again(house.healthz)
        assert house.healthz() == 200
        assert house.deliver() == 200
        house.close_books()


def injecting(call: str, error: str, when: str) -> tuple[str, ...]:
    """Return how to start the daemon so that some of its system calls fail."""
    inject = f"inject={call}:error={error}:when={when}"
    options = ("-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null")
    return ("strace", *options, "-e", f"trace={call}", "-e", inject)


@needs_strace
@pytest.mark.parametrize(
    ("call", "error", "when"),
    [
        ("fdatasync", "EIO", "14+3"),
        ("pwrite64", "ENOSPC", "150+67"),
        ("pwrite64", "EIO", "150+59"),
    ],
)
def test_a_disk_that_fails_now_and_then_loses_nothing_that_was_acknowledged(
    house: House, call: str, error: str, when: str
) -> None:
    with house.open(*injecting(call, error, when)):
        tries = [house.deliver_until_acknowledged() for _ in range(12)]
        house.close_books()
    assert max(tries) > 1, "no commit failed: the test shows nothing"
    house.new_log()
    with house.open():
        assert house.deliver() == 200
        assert "damaged" not in house.problems()
        house.close_books()


def test_a_database_that_rotted_overnight_is_set_aside_and_the_morning_goes_on(
    house: House,
) -> None:
    with house.open():
        for _ in range(10):
            assert house.deliver() == 200
        house.close_books()
    overwrite(house.database, 0, bytes(4 * PAGE_BYTES))
    house.new_log()

    with house.open():
        assert "a damaged database was set aside" in house.problems()
        assert house.deliver() == 200
        house.close_books()
        jobs = requests.get(f"http://{house.daemon.status}/jobs", timeout=DEADLINE_S).json()
    assert len(jobs) == 11


def test_a_waiting_ticket_survives_the_loss_of_its_orders_page(house: House) -> None:
    house.receipts.mkdir()
    write_faults(house.receipts, Faults(refuse=True))
    with house.open():
        assert house.deliver() == 200
    overwrite(house.database, (ORDERS_PAGE - 1) * PAGE_BYTES, b"\xff" * PAGE_BYTES)
    house.new_log()
    clear_faults(house.receipts)

    with house.open():
        house.close_books()


def test_damage_found_while_running_leads_to_a_new_start_within_the_same_process(
    house: House,
) -> None:
    with house.open():
        for _ in range(5):
            assert house.deliver() == 200
        house.close_books()
        spoil_in_log(house.database.with_name(f"{house.database.name}-wal"), ORDERS_PAGE)

        house.starts_again(house.look_at_orders)
        assert house.daemon.process.poll() is None
        assert "a damaged database was set aside" in house.problems()
        assert house.deliver() == 200
        house.close_books()


def spoil_in_log(log: Path, page: int) -> None:
    """Spoil every version of a page in the log."""
    content = log.read_bytes()
    for start in range(HEADER_BYTES, len(content) - FRAME_BYTES + 1, FRAME_BYTES):
        if int.from_bytes(content[start : start + 4], "big") == page:
            overwrite(log, start + FRAME_BYTES - PAGE_BYTES, b"\xff" * PAGE_BYTES)
