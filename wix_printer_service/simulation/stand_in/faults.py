"""What goes wrong at the stand-in, settable at any time."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

TOKEN_LIFETIME_S = 14_400.0
"""Four hours (``expires_in`` as Wix's own apps get it)."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A chance for each request or webhook."""
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Faults:
    """Everything that can be wrong; the defaults are a Wix without faults.

    Raises:
        ValueError: A value or a name does not fit.
    """

    too_many_share: Share = 0.0
    """429, as by Wix's limit of requests."""
    retry_after: str = ""
    """The header of that name with 429 and 503: seconds, an HTTP date, or empty for none."""
    error_share: Share = 0.0
    """500, 502, 503 or 504 with a JSON body; nothing is carried out."""
    html_share: Share = 0.0
    """502 with an HTML page; nothing is carried out."""
    slow_s: Seconds = 0.0
    """So long every answer takes."""
    index_lag_s: Seconds = 0.0
    """So long it takes until a change can be searched; counts for changes from now on."""
    disorder: bool = False
    """Every page comes shuffled."""
    double_share: Share = 0.0
    """An order stands twice on its page."""
    lose_webhooks_share: Share = 0.0
    """A webhook is never sent."""
    double_webhooks_share: Share = 0.0
    """A webhook comes twice, whatever the answer is."""
    late_webhooks_share: Share = 0.0
    """A webhook comes late, by up to ``late_webhooks_s``."""
    late_webhooks_s: Seconds = 0.0
    tokens_last_s: Seconds = TOKEN_LIFETIME_S
    """So long an access token is taken, whatever ``expires_in`` said."""


NAMES = tuple(field.name for field in fields(Faults))
