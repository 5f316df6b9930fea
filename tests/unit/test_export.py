# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is exported says the same as what Kibana holds: applying it changes nothing, and makes the same again.

Every case of the lifecycle table is created, exported after each of its updates, and applied from what was exported.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness import URL, Case, Kibana
from test_lifecycle import CASES

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, settings_from
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.plugin_utils import _apply, _export, _sources

PLANTED = "planted-s3cret"
Values = dict[tuple[str, ...], Any]
LIVES = [
    pytest.param(case, version, id=f"{case}-{version}")
    for case in CASES
    if case.module in _sources.SOURCES
    for version in case.versions
]
AGAIN = [life for life in LIVES if "absent" in _sources.resource_of(life.values[0].module).states]


def client(space: str = "default") -> KibanaClient:
    params = {
        **dict.fromkeys(CONNECTION),
        "kibana_url": URL,
        "kibana_username": "elastic",
        "kibana_password": "changeme",
        "kibana_space": space,
    }
    params.update(kibana_timeout=30, kibana_retries=3)
    return KibanaClient(settings_from(params, {}))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[_sources.Found], Values]:
    """What Kibana showed in the place of each placeholder."""
    original, values = _export._placeholders, {}

    def remember(value: Any, path: tuple[str, ...], secrets: list[tuple[str, ...]]) -> Any:
        values[path] = value if isinstance(value, str) else PLANTED
        return original(value, path, secrets)

    monkeypatch.setattr(_export, "_placeholders", remember)
    return lambda found: {path: values.get(path, PLANTED) for path in found.secrets}


def space_of(case: Case) -> str:
    given = {**case.create, **case.identity}
    return str(given.get("space") or given.get("kibana_space") or "default")


def exported(case: Case, known: list[dict[str, Any]]) -> _sources.Found:
    """The one object that is there beside those known before."""
    found = [one for one in _sources.objects(client(space_of(case)), case.module) if one.identity not in known]
    assert len(found) == 1, found
    return found[0]


def filled(value: Any, values: Values, folder: Path, path: tuple[str, ...] = ()) -> Any:
    """The options with every placeholder filled in."""
    if isinstance(value, dict):
        return {key: filled(item, values, folder, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values, folder, (*path, str(number))) for number, item in enumerate(value)]
    if isinstance(value, _export.Template):
        return values[path] if path in values else value.replace("{{ kibana_files }}", str(folder))
    return value


def apply(kibana: Kibana, found: _sources.Found, values: Values, folder: Path, space: str, check: bool = False) -> Any:
    """Give what was exported to its module, as the role does."""
    for name, text in found.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    options = filled(found.options, values, folder)
    (batch,) = _apply.batches(found.kind, [options], {"kibana_space": space} if found.in_space else {})
    return kibana.ok(batch.module, batch.args, check=check)


@pytest.mark.parametrize(("case", "version"), LIVES)
def test_what_is_exported_changes_nothing(
    case: Case, version: str, monkeypatch: pytest.MonkeyPatch, shown: Callable[..., Values], tmp_path: Path
) -> None:
    kibana = Kibana(monkeypatch, version)
    if case.setup:
        case.setup(kibana)
    known = [one.identity for one in _sources.objects(client(space_of(case)), case.module)]
    for options in ({}, *case.updates):
        kibana.ok(case.module, {**case.identity, **(options or case.create)})
        found = exported(case, known)
        if found.managed:
            continue
        text = json.dumps(found.options)
        assert not any(secret in text for secret in case.secrets)
        again = apply(kibana, found, shown(found), tmp_path, space_of(case), check=True)
        assert not again["changed"], json.dumps([found.options, again["diff"]], indent=1)


@pytest.mark.parametrize(("case", "version"), AGAIN)
def test_what_is_exported_makes_the_same_again(
    case: Case, version: str, monkeypatch: pytest.MonkeyPatch, shown: Callable[..., Values], tmp_path: Path
) -> None:
    kibana = Kibana(monkeypatch, version)
    if case.setup:
        case.setup(kibana)
    known = [one.identity for one in _sources.objects(client(space_of(case)), case.module)]
    kibana.ok(case.module, {**case.identity, **case.create})
    found = exported(case, known)
    if found.managed:
        return
    values = shown(found)
    kibana = Kibana(monkeypatch, version)
    if case.setup:
        case.setup(kibana)
    apply(kibana, found, values, tmp_path, space_of(case))
    assert exported(case, known) == found
