# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package policies as documents: both formats, secrets, validation, and an upgrade's merge (reference platform A.9).

The documents are kept in the long format, `inputs` being a list and every variable a record.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from .fleet_package_registry import Fields, definitions, proposal

if TYPE_CHECKING:
    from ..core import Emulator

STORE = "fleet_package_policies"


def input_id(item: Fields) -> str:
    """Return the key of an input in the simplified format."""
    return f"{item['policy_template']}-{item['type']}" if item.get("policy_template") else str(item["type"])


def simplified(doc: Fields) -> Fields:
    """Return a document in the simplified format; a variable without a value is left out."""
    shown = {key: value for key, value in doc.items() if key != "vars"}
    if "vars" in doc:
        shown["vars"] = _plain(doc["vars"])
    shown["inputs"] = {}
    for item in doc["inputs"]:
        streams = {}
        for stream in item["streams"]:
            part = {"enabled": stream["enabled"]}
            streams[stream["data_stream"]["dataset"]] = {**part, "vars": _plain(stream.get("vars", {}))}
        entry = {"enabled": item["enabled"], "streams": streams}
        shown["inputs"][input_id(item)] = {**entry, "vars": _plain(item["vars"])} if "vars" in item else entry
    return copy.deepcopy(shown)


def _plain(records: Fields) -> Fields:
    return {name: record["value"] for name, record in records.items() if record.get("value") is not None}


def from_simplified(data: Fields, name: str, version: str) -> Fields:
    """Return `vars` and `inputs` in the long format: the defaults of the package with what `data` says."""
    found = copy.deepcopy(proposal(name, version))
    _assign(found.get("vars"), data.get("vars") or {}, "")
    known = {input_id(item): item for item in found["inputs"]}
    for key, given in (data.get("inputs") or {}).items():
        item = known.get(key)
        if item is None:
            raise CoreError(400, f"Input not found: {key}")
        item["enabled"] = given.get("enabled") is not False
        _assign(item.get("vars"), given.get("vars") or {}, key)
        streams = {stream["data_stream"]["dataset"]: stream for stream in item["streams"]}
        for dataset, part in (given.get("streams") or {}).items():
            if dataset not in streams:
                raise CoreError(400, f"Stream not found {key}: {dataset}")
            streams[dataset]["enabled"] = part.get("enabled") is not False
            _assign(streams[dataset]["vars"], part.get("vars") or {}, f"{key} {dataset}")
    align(found["inputs"])
    return found


def _assign(records: Fields | None, values: Fields, where: str) -> None:
    for name, value in values.items():
        if records is None or name not in records:
            raise CoreError(400, f"Variable {where}:{name} not found")
        records[name]["value"] = value


def align(inputs: list[Fields]) -> None:
    """An input whose streams are all off is off."""
    for item in inputs:
        if item["streams"] and not any(stream["enabled"] for stream in item["streams"]):
            item["enabled"] = False


def records_of(doc: Fields) -> Iterator[tuple[tuple[str, ...], Fields, bool, str]]:
    """Yield (path, record, whether it is in use, Kibana's name of the place) for every variable."""
    for name, record in doc.get("vars", {}).items():
        yield (name,), record, True, f"vars.{name}"
    for item in doc["inputs"]:
        key, on = input_id(item), item["enabled"]
        for name, record in item.get("vars", {}).items():
            yield (key, name), record, on, f"inputs.{key}.vars.{name}"
        for stream in item["streams"]:
            dataset = stream["data_stream"]["dataset"]
            for name, record in stream.get("vars", {}).items():
                place = f"inputs.{key}.streams.{dataset}.vars.{name}"
                yield (key, dataset, name), record, on and stream["enabled"], place


def problems(doc: Fields) -> list[Fields]:
    """Return `{key, message}` for every required variable in use that has no value."""
    known, found = definitions(doc["package"]["name"], doc["package"]["version"]), []
    for path, record, used, place in records_of(doc):
        var = known.get(path, {})
        if used and var.get("required") and record.get("value") in (None, "", []):
            found.append({"key": place, "message": f"{var['title']} is required"})
    return found


def check(doc: Fields) -> None:
    """400 where a required variable has no value."""
    wrong = problems(doc)
    if wrong:
        text = "\n".join(f"{item['key']}: {item['message']}" for item in wrong)
        raise CoreError(400, f"Package policy is invalid: {text}")


def keep_secrets(emulator: Emulator, doc: Fields, old: Fields | None) -> None:
    """Replace secrets by references; a reference that is sent back stays, a new text gets a new one."""
    if not getattr(emulator, "fleet_secrets_enabled", True):
        return
    vault, known = (
        emulator.store("fleet_package_secrets"),
        definitions(doc["package"]["name"], doc["package"]["version"]),
    )
    references = []
    for path, record, _used, _place in records_of(doc):
        value = record.get("value")
        if not known.get(path, {}).get("secret") or value in (None, ""):
            continue
        if not isinstance(value, dict):
            secret_id = emulator.uuid()
            vault[secret_id] = {"value": "hidden"}
            record["value"] = value = {"id": secret_id, "isSecretRef": True}
        elif value["id"] not in {item["id"] for item in (old or {}).get("secret_references", ())}:
            raise CoreError(400, f"Secret {value['id']} is not one of this policy")
        references.append({"id": value["id"]})
    for item in (old or {}).get("secret_references", ()):
        if item not in references:
            vault.pop(item["id"], None)
    doc.pop("secret_references", None)
    if references:
        doc["secret_references"] = references


def upgraded(doc: Fields, version: str) -> Fields:
    """Return the document for another version of its package: values that still have a place are kept."""
    name = doc["package"]["name"]
    found = {**copy.deepcopy(doc), **copy.deepcopy(proposal(name, version))}
    found["package"] = {**doc["package"], "version": version}
    old = {path: record for path, record, _used, _place in records_of(doc)}
    for path, record, _used, _place in records_of(found):
        if path in old and "value" in old[path]:
            record["value"] = copy.deepcopy(old[path]["value"])
    states = {input_id(item): item for item in doc["inputs"]}
    for item in found["inputs"]:
        before = states.get(input_id(item))
        if before:
            item["enabled"] = before["enabled"]
            on = {stream["data_stream"]["dataset"]: stream["enabled"] for stream in before["streams"]}
            for stream in item["streams"]:
                stream["enabled"] = on.get(stream["data_stream"]["dataset"], stream["enabled"])
    return found


def stored(emulator: Emulator, space: str, doc: Fields) -> Fields:
    """Put a complete document into the space and return it."""
    for item in doc["inputs"]:
        for stream in item["streams"]:
            stream["id"] = f"{item['type']}-{stream['data_stream']['dataset']}-{doc['id']}"
    emulator.store(STORE, space)[doc["id"]] = doc
    return doc


def add_package_policy(
    emulator: Emulator, space: str, name: str, package: str, version: str, policy_ids: list[str], **fields: Any
) -> Fields:
    """Make a package policy with the package's defaults, as Fleet itself does for an agent policy."""
    moment = emulator.now()
    doc = {
        "id": emulator.uuid(), "version": emulator.version_token(), "name": name, "description": "", "namespace": "",
        "package": {"name": package, "title": package.capitalize(), "version": version}, "enabled": True,
        "policy_id": policy_ids[0] if policy_ids else None, "policy_ids": policy_ids, "output_id": None, "revision": 1,
        "created_at": moment, "created_by": "system", "updated_at": moment, "updated_by": "system",
        **copy.deepcopy(proposal(package, version)), **fields,
    }  # fmt: skip
    if emulator.version >= (9, 1):
        doc["spaceIds"] = [space]
    return stored(emulator, space, doc)
