#!/bin/sh
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes or completes .venv. Does nothing, and says nothing, while the requirements are those that it installed last.
# PYTHON: the interpreter to make it with (default: python3).
set -eu

venv=$PWD/.venv
stamp=$venv/.installed
log=$PWD/.build/logs/setup.log
wanted=$(cat requirements.txt requirements-dev.txt | cksum)

# Scripts of an environment hold its path: one that was moved along with its clone is of no use.
moved() { ! grep -qsF "$venv/bin" "$venv/bin/pip"; }

if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && ! moved && [ -x "$venv/bin/python" ]; then
    exit 0
fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed, '$python' is not: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi

echo "Setting up .venv (about a minute the first time) ..."
mkdir -p "$(dirname "$log")"
if moved || [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv --clear "$venv"
fi
if ! "$venv/bin/python" -m pip install -q --disable-pip-version-check \
        -r requirements.txt -r requirements-dev.txt >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "pip failed; the whole log is in .build/logs/setup.log" >&2
    exit 1
fi
echo "$wanted" >"$stamp"
