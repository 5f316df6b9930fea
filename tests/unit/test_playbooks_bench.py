# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short benchmark: it runs, and sends no more requests than promised. Times are for a quiet machine to judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import ROOT


def test_the_short_benchmark(tmp_path: Path) -> None:
    figures = tmp_path / "bench.json"
    command = [sys.executable, str(ROOT / "tests/benchmarks/bench.py"), "--quick", "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    reports = json.loads(figures.read_text())["reports"]
    assert {report["case"] for report in reports} == set("abcdeg")
    counted = [check for report in reports for check in report["checks"] if check["kind"] == "count"]
    assert len(counted) >= 8 and all(check["value"] <= check["limit"] for check in counted)
