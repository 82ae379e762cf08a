"""A scripted Wix and a rig around the client that asks it."""

from __future__ import annotations

import threading

import pytest

from tests.wix.client_rig import ClientRig
from tests.wix.scripted_wix import PATIENCE_S, scripted_wix


@pytest.fixture
def wix():
    """A Wix on loopback."""
    with scripted_wix() as served:
        yield served


@pytest.fixture
def rig(tmp_path, fake_clock, wix):
    """What a client needs, against the scripted Wix; no thread of it may be left."""
    yield ClientRig(tmp_path, fake_clock, wix.url)
    for thread in threading.enumerate():
        if thread.name.startswith("ask-"):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
