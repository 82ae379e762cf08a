"""A client of a scripted Wix, and who waits for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from random import Random

from wix_printer_service.settings import Wix
from wix_printer_service.wix.client import RateBudget, WixClient

KEY = "IST.key-of-the-site"
SITE = "5b1d4c0e-site"
SECRET = "the-secret-of-the-app"


class Waiting:
    """Whoever waits: counts its beats."""

    def __init__(self):
        self.stopping = threading.Event()
        self.beats = 0

    def beat(self):
        self.beats += 1


class ClientRig:
    """A client with its surroundings; limits are short, or long enough for a busy machine."""

    def __init__(self, folder, clock, url):
        self.folder = folder
        self.clock = clock
        self.waiting = Waiting()
        self.key_file = folder / "api.key"
        self.key_file.write_text(KEY)
        self.secret_file = folder / "app.secret"
        self.secret_file.write_text(SECRET)
        self.limits = {
            "api_base": url,
            "connect_timeout_s": 5.0,
            "answer_timeout_s": 5.0,
            "retry_initial_s": 1.0,
            "retry_max_s": 8.0,
            "max_attempts": 3,
        }
        self.who = {"api_key_file": self.key_file, "site_id": SITE}

    def as_own_app(self):
        self.who = {
            "app_id": "app-1",
            "app_secret_file": self.secret_file,
            "instance_id": "instance-1",
        }

    @property
    def settings(self):
        return Wix(**self.who, **self.limits)

    @contextmanager
    def client(self, **limits):
        self.limits.update(limits)
        budget = RateBudget(self.clock, self.settings.requests_per_minute)
        client = WixClient(self.settings, self.clock, budget, self.waiting, Random(7))
        try:
            yield client
        finally:
            client.close()
