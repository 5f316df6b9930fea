# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start Elasticsearch, Kibana and a Fleet Server in containers, and run against them what the emulator is used for.

First the integration targets, then the lifecycle table beside the emulator; what differs is written to
.build/integration-real. With KIBANA_URL in the environment that Kibana is used and nothing is started: it must be one
that may be thrown away. Exit status 1 where a target failed or a promise was broken, 2 where nothing could be started.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "tests" / "integration" / "stack" / "compose.yml"
OUTPUT = ROOT / ".build" / "integration-real"


def compose(*arguments: str) -> list[str]:
    """The command of compose."""
    return ["docker", "compose", "-f", str(COMPOSE), *arguments]


def answers(url: str, seconds: float = 300) -> bool:
    """Whether somebody answers there within that time. Compose itself has waited for what the Fleet Server needs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
        time.sleep(2)
    return False


@contextlib.contextmanager
def stack(version: str, keep: bool) -> Iterator[dict[str, str]]:
    """The stack, and the variables with its connection; gone afterwards, with its data."""
    if os.environ.get("KIBANA_URL"):
        yield {}
        return
    if not shutil.which("docker"):
        sys.exit("Docker with compose is needed, or KIBANA_URL with a Kibana that may be thrown away.")
    environment = {**os.environ, "STACK_VERSION": version}
    try:
        up = subprocess.run(compose("up", "--detach"), env=environment, check=False)
        if up.returncode or not answers(f"http://127.0.0.1:{os.environ.get('FLEET_SERVER_PORT', '8220')}/api/status"):
            subprocess.run(compose("logs", "--tail", "50"), env=environment, check=False)
            print("The stack did not start.", file=sys.stderr)
            sys.exit(2)
        port = os.environ.get("KIBANA_PORT", "5601")
        password = os.environ.get("ELASTIC_PASSWORD", "changeme")
        yield {"KIBANA_URL": f"http://127.0.0.1:{port}", "KIBANA_USERNAME": "elastic", "KIBANA_PASSWORD": password}
    finally:
        if not keep:
            subprocess.run(compose("down", "--volumes", "--remove-orphans"), env=environment, check=False)


def main() -> int:
    """Usage: integration_real.py [--version 9.4.3] [--keep] [--only MODULE]..."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", default="9.4.3", help="of Elasticsearch, Kibana and the agent")
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    parser.add_argument("--only", action="append", default=[], help="a module of the lifecycle table")
    options = parser.parse_args()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with stack(options.version, options.keep) as connection:
        environment = {**os.environ, **connection}
        with (OUTPUT / "integration.log").open("wb") as log:
            command = ["make", "--no-print-directory", "integration"]
            targets = subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False)
        print(f"Integration targets: {'failed' if targets.returncode else 'passed'}; log in {OUTPUT}/integration.log")
        only = [word for module in options.only for word in ("--only", module)]
        command = [sys.executable, str(ROOT / "tools" / "compare_kibana.py"), "--output", str(OUTPUT), *only]
        table = subprocess.run(command, env=environment, check=False)
    return 1 if targets.returncode or table.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
