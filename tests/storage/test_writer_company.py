"""Under load a short wait lets more changes share a commit; alone nobody waits."""

from __future__ import annotations

import pytest

from tests.storage.writer_desk import Desk, adding


@pytest.fixture
def desk(tmp_path, fake_clock):
    opened = Desk(tmp_path, fake_clock)
    yield opened
    opened.own.close()
    opened.other.close()


class SlowDisk:
    """Makes commits take time on the clock, and lets company come while the writer waits."""

    def __init__(self, desk, clock, commit_s):
        self.pauses = []
        self.company = iter(range(1000, 2000))
        self._desk, self._clock, self._commit_s = desk, clock, commit_s
        self._advance = clock.advance
        clock.wait = self.wait

    def put(self, number):
        def change(transaction):
            self._clock.advance(self._commit_s)
            adding(number)(transaction)

        self._desk.writer.submit(change)

    def wait(self, _event, timeout_s):
        self.pauses.append(timeout_s)
        self._desk.put(next(self.company))
        return False


def test_under_load_the_writer_waits_a_tenth_of_a_commit_for_more_company(desk, fake_clock):
    disk = SlowDisk(desk, fake_clock, commit_s=0.004)
    disk.put(1)
    disk.put(2)
    desk.writer.turn()
    assert disk.pauses == []

    disk.put(3)
    desk.writer.turn()

    assert disk.pauses == [pytest.approx(0.0008)]
    assert desk.seen() == [1, 2, 3, 1000]
    assert desk.commits == 2


def test_the_wait_for_company_is_bounded(desk, fake_clock):
    disk = SlowDisk(desk, fake_clock, commit_s=1.0)
    disk.put(1)
    disk.put(2)
    desk.writer.turn()
    disk.put(3)
    desk.writer.turn()

    assert disk.pauses == [pytest.approx(0.002)]


@pytest.mark.parametrize(("commit_s", "batch"), [(0.0001, 2), (0.004, 1)])
def test_on_a_fast_disk_or_without_company_nobody_waits(desk, fake_clock, commit_s, batch):
    disk = SlowDisk(desk, fake_clock, commit_s)
    for number in range(batch):
        disk.put(number)
    desk.writer.turn()

    disk.put(9)
    desk.writer.turn()

    assert disk.pauses == []
