"""Fails unless the tests take enough of the branches; the usual figure mixes in statements."""

from __future__ import annotations

import json
import subprocess
import sys

LEAST = 0.90


def main() -> int:
    """Print the share of branches taken by the last run of the tests; 1 if it is too small."""
    report = subprocess.run(
        ["coverage", "json", "--quiet", "--fail-under=0", "-o", "-"],
        capture_output=True,
        check=True,
    )
    totals = json.loads(report.stdout)["totals"]
    share = totals["covered_branches"] / totals["num_branches"]
    print(f"{share:.1%} of {totals['num_branches']} branches are taken (at least {LEAST:.0%})")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
