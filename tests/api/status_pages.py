"""Reading the status page as people do."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from wix_printer_service.models import JobState

if TYPE_CHECKING:
    from tests.api.status_house import House


def words(page: str) -> str:
    """The page's text, each run of white space as one blank."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def page(house: House) -> str:
    """The page as a browser gets it."""
    answer = house.browser().get("/")
    assert answer.status_code == 200
    return answer.text


def print_all(house: House) -> None:
    """Print whatever waits."""
    house.work_off("kitchen", JobState.PRINTED)
    house.work_off("counter", JobState.PRINTED)
