"""If these pass, a damaged database is kept whole, and no crash leaves half of a new one."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.conftest import FakeClock
from tests.storage.damaged import Truth, close, contradictions, copy, evening, opened, overwrite
from wix_printer_service.errors import StorageError
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database

ORDERS = 6
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
NAME = "wix-printer.db"
ASIDE = f"{NAME}.damaged-20261122T083000Z"
BAD_PAGE = 4
"""An index: every row can be read."""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A damaged database with its log, as a crash leaves them, and what it held."""
    folder = tmp_path_factory.mktemp("sources")
    path = folder / "sound" / NAME
    database = opened(path)
    database.write(lambda transaction: evening(transaction, ORDERS))
    close(database)
    database = opened(path, wal_size_bytes=100_000)
    database.write(late)
    damaged = copy(path, folder / "damaged" / NAME)
    close(database)
    overwrite(damaged, (BAD_PAGE - 1) * 4096, b"\xff" * 4096)
    return damaged, Truth.of(path)


def late(transaction):
    transaction.execute("INSERT INTO inbox VALUES ('late', 'type', '', 'no_order', 'now')")


@pytest.fixture
def path(sources, tmp_path):
    return copy(sources[0], tmp_path / "data" / NAME)


def problems_in(database, truth):
    with database.reading() as connection:
        return [*truth.missing(connection, set()), *contradictions(connection)]


def names_in(folder):
    return sorted(file.name for file in folder.iterdir())


def test_the_damaged_files_are_kept_byte_by_byte_and_the_new_one_holds_what_they_held(
    path, sources
):
    path.chmod(0o640)
    before = {ending: path.with_name(NAME + ending).read_bytes() for ending in ("", "-wal")}

    database = opened(path, FakeClock(NOW))
    problems = problems_in(database, sources[1])
    close(database)

    assert problems == []
    aside = path.with_name(ASIDE)
    assert {end: path.with_name(ASIDE + end).read_bytes() for end in before} == before
    assert aside.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_mode & 0o777 == 0o600


def test_health_is_told_at_this_start_and_at_every_later_one_until_the_file_is_deleted(path):
    close(opened(path, FakeClock(NOW)))
    database = opened(path, FakeClock(NOW))
    close(database)

    remark = (
        f"a damaged database was set aside as {ASIDE}: check today's orders in Wix, then delete it"
    )
    assert database.remarks() == [remark]

    for name in names_in(path.parent):
        if name.startswith(ASIDE):
            path.with_name(name).unlink()
    assert database.remarks() == []


def test_a_second_damaged_database_at_the_same_moment_has_a_name_of_its_own(path, sources):
    close(opened(path, FakeClock(NOW)))
    first = path.with_name(ASIDE).read_bytes()
    copy(sources[0], path)

    database = opened(path, FakeClock(NOW))
    close(database)

    assert len(database.remarks()) == 2
    assert path.with_name(ASIDE).read_bytes() == first
    assert path.with_name(f"{ASIDE}-2").read_bytes() == sources[0].read_bytes()


def test_a_file_that_stands_in_the_way_is_not_overwritten(path):
    stray = path.with_name(f"{ASIDE}-wal")
    stray.write_text("somebody's")

    close(opened(path, FakeClock(NOW)))

    assert stray.read_text() == "somebody's"
    assert path.with_name(f"{ASIDE}-wal~").exists()


def test_a_folder_that_cannot_be_read_is_a_remark_and_no_crash(path):
    database = opened(path)
    close(database)
    shutil.rmtree(path.parent)

    assert "cannot be read" in database.remarks()[0]


def deadly(step, fatal, passed):
    """Return a step that kills the process when it is the fatal one, before or after its work."""

    def reach():
        if next(passed) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(*arguments, **more):
        reach()
        result = step(*arguments, **more)
        reach()
        return result

    return call


def killed_at(path, fatal):
    """Open the database in a process that is killed at a step, and tell whether there was one."""
    child = os.fork()
    if not child:
        passed = itertools.count(1)
        for name in ("rename", "unlink", "fsync"):
            setattr(os, name, deadly(getattr(os, name), fatal, passed))
        Database(Storage(path=path, wal_size_bytes=0), FakeClock(NOW)).open()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -signal.SIGKILL}
    return os.WIFSIGNALED(status)


OPEN = """
import sys
from pathlib import Path
from wix_printer_service.clock import SystemClock
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database

Database(Storage(path=Path(sys.argv[1]), wal_size_bytes=0), SystemClock()).open()
"""


def killed_by_strace(path, call, number):
    """Open the database in a process that is killed at a system call; tell whether it was."""
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
    strace += ["-e", f"inject={call}:signal=SIGKILL:when={number}"]
    done = subprocess.run(
        [*strace, sys.executable, "-c", OPEN, str(path)],
        check=False,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode in {0, -signal.SIGKILL, 128 + signal.SIGKILL}, done.stderr.decode()
    return done.returncode != 0


def whole_after(path, sources):
    """Say what is wrong after a start that nothing interrupts."""
    database = opened(path, FakeClock(NOW))
    problems = problems_in(database, sources[1])
    close(database)
    names = [name for name in names_in(path.parent) if "salvag" in name]
    [aside] = [name for name in names_in(path.parent) if re.fullmatch(r".*\.damaged-\w+", name)]
    if path.with_name(aside).read_bytes() != sources[0].read_bytes():
        names.append("the damaged file is not whole")
    return problems + names


def test_a_crash_at_any_step_of_setting_aside_leads_to_the_same_end(sources, tmp_path):
    step = 0
    while True:
        step += 1
        path = copy(sources[0], tmp_path / str(step) / NAME)
        killed = killed_at(path, step)
        assert whole_after(path, sources) == [], f"step {step}"
        if not killed:
            break
    assert step > 16  # before and after each of the renames and flushes


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "unlink"])
def test_a_crash_while_sqlite_writes_the_new_database_leads_to_the_same_end(
    sources, tmp_path, call
):
    for number in (1, 2, 4, 9, 25):
        path = copy(sources[0], tmp_path / str(number) / NAME)
        killed = killed_by_strace(path, call, number)
        assert whole_after(path, sources) == [], f"{call} {number}"
        if not killed:
            break


def test_what_a_crash_left_half_made_is_never_taken_for_whole(path, sources):
    path.with_name(f"{NAME}.salvaging").write_bytes(b"half")

    assert whole_after(path, sources) == []


def test_a_disk_too_full_for_a_new_database_leaves_everything_as_it_was(path, sources, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            opened(path, FakeClock(NOW))

    assert path.read_bytes() == before or path.with_name(ASIDE).read_bytes() == before
    assert whole_after(path, sources) == []
