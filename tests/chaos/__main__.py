"""Lets ``python -m tests.chaos`` do what ``./scripts/chaos`` does."""

from __future__ import annotations

import sys

from tests.chaos.command import main

sys.exit(main())
