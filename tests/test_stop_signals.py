from __future__ import annotations

import signal
import threading

import pytest

from wix_printer_service.stop_signals import STOP_SIGNALS, StopSignals

PATIENCE_S = 10.0


def tell(number):
    """Send a signal to the main thread, as the mask of the others would have it."""
    signal.pthread_kill(threading.main_thread().ident, number)


@pytest.fixture
def stop():
    """Signals as they were, whatever the test made of them."""
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    opened = StopSignals()
    yield opened
    opened.close()
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", sorted(STOP_SIGNALS))
def test_a_signal_ends_the_wait(stop, number):
    threading.Timer(0.01, tell, (number,)).start()

    assert stop.wait(PATIENCE_S)
    assert stop.wait(PATIENCE_S)


def test_without_a_signal_the_wait_ends_after_its_time(stop):
    assert not stop.wait(0.001)


def test_another_signal_is_none_of_these(stop):
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    tell(signal.SIGUSR1)
    assert not stop.wait(0.01)
    assert not stop.came
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_that_is_held_back_comes_later(stop):
    stop.hold_back()
    tell(signal.SIGTERM)
    assert not stop.wait(0.001)

    stop.let_through()

    assert stop.wait(PATIENCE_S)


@pytest.mark.usefixtures("stop")
def test_no_moment_of_a_signal_hangs_the_wait():
    """A lock taken by both the wait and the handler would, sooner or later."""
    for _ in range(500):
        fresh = StopSignals()
        timer = threading.Timer(0.0, tell, (signal.SIGTERM,))
        timer.start()
        assert fresh.wait(PATIENCE_S)
        timer.join()
        fresh.close()
