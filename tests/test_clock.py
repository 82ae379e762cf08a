from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from wix_printer_service.clock import SystemClock


def test_wall_time_is_aware_and_in_utc():
    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_monotonic_time_never_runs_backwards():
    clock = SystemClock()

    moments = [clock.monotonic() for _ in range(100)]

    assert moments == sorted(moments)


def test_a_wait_ends_at_once_when_the_event_is_set():
    event = threading.Event()
    event.set()

    assert SystemClock().wait(event, timeout_s=3600.0)


def test_a_wait_says_when_the_event_did_not_come():
    assert not SystemClock().wait(threading.Event(), timeout_s=0.001)


def test_a_wait_is_ended_by_another_thread():
    event = threading.Event()
    threading.Thread(target=event.set).start()

    assert SystemClock().wait(event, timeout_s=10.0)
