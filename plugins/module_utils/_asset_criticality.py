# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Where the criticality of assets lives: in records of their own, or since 9.4 with the entities of the entity store.

A Kibana with the entity store V2 answers the older routes as if they had never been. Both places are read and written
in the same terms here: a record is ``{"entity": "host.name:web-01", "criticality_level": "high_impact"}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    Plans,
    chunks,
    in_parallel,
    json_size,
    write_many,
)

CRITICALITY = "/api/asset_criticality"
ENTITIES = "/api/security/entity_store/entities"
KEY = "entity"
LEVEL = "criticality_level"
PAGE_SIZE = 1000
CHUNK_COUNT = 1000
CHUNK_BYTES = 900_000  # Kibana accepts 1 MiB
QUERY_COUNT, QUERY_BYTES = 100, 4000  # a URL has its limits
CONCURRENCY = 8
Current = dict[str, dict[str, Any]]


def place(client: KibanaClient) -> Records | Entities:
    """Where this Kibana keeps the criticality of assets. Raises :class:`KibanaError` where it keeps none."""
    kind: type[Records] | type[Entities] = client.cached(
        f"criticality {client.settings.space}", lambda: _kind_of_place(client)
    )
    return kind(client)


def _kind_of_place(client: KibanaClient) -> type[Records] | type[Entities]:
    try:
        client.get(f"{CRITICALITY}/list", params={"per_page": 1})
        return Records
    except KibanaError as refusal:
        if refusal.status != 404 or not is_route_missing(refusal.error):
            raise
        try:
            client.get(ENTITIES, params={"size": 1})
        except KibanaError as error:
            raise refusal if error.status == 404 else error from None
        return Entities


def queries(wanted: Iterable[str], template: str) -> Iterator[tuple[str, str]]:
    """KQL expressions that select the wanted entities, each short enough for a URL, with the field they are about."""
    groups: dict[str, list[str]] = {}
    for key in wanted:
        field, value = key.split(":", 1)
        groups.setdefault(field, []).append(quoted(value))
    for field, values in groups.items():
        for chunk in chunks(values, QUERY_COUNT, QUERY_BYTES, lambda value: len(value.encode()) + 4):
            yield field, template.format(field=field, values=" or ".join(chunk))


class Records:
    """The asset criticality API."""

    route = "asset_criticality"

    def __init__(self, client: KibanaClient) -> None:
        self.client = client

    def read(self, wanted: Iterable[str]) -> Current:
        """The records of the wanted entities."""
        template = 'id_field: "{field}" and id_value: ({values})'
        return self._list(pair[1] for pair in queries(wanted, template))

    def everything(self, fields: Iterable[str]) -> Current:
        """All records with one of these id fields."""
        return self._list(f'id_field: "{field}"' for field in fields)

    def _list(self, kueries: Iterable[str]) -> Current:
        found: Current = {}
        for kuery in kueries:
            query = {"kuery": kuery, "sort_field": "id_value", "sort_direction": "asc"}
            pages = self.client.pages(
                f"{CRITICALITY}/list", items="records", size_name="per_page", size=PAGE_SIZE, params=query
            )
            for record in pages:
                key = f"{record['id_field']}:{record['id_value']}"
                found[key] = {KEY: key, LEVEL: record["criticality_level"]}
        return found

    def impossible(self, plans: Plans) -> dict[str, str]:
        """Why which plans cannot be carried out; a record can be made for any name."""
        return {}

    def write(self, plans: Plans) -> dict[str, str]:
        """Write what differs; the keys that failed, with the reason."""
        bodies = {key: _record(key, step.after[LEVEL]) for key, step in plans.items() if step.action != "delete"}
        doomed = [key for key, step in plans.items() if step.action == "delete"]
        cut = chunks(bodies, CHUNK_COUNT, CHUNK_BYTES, lambda key: json_size(bodies[key]))
        failures = write_many(cut, lambda keys: self._upsert([bodies[key] for key in keys], list(keys)))
        failures.update(in_parallel(doomed, self._delete, CONCURRENCY))
        return failures

    def _upsert(self, records: list[dict[str, str]], keys: list[str]) -> dict[str, str]:
        if len(records) == 1:
            self.client.call("POST", CRITICALITY, json=records[0], safe=True)
            return {}
        answer = self.client.call("POST", f"{CRITICALITY}/bulk", json={"records": records}, safe=True)
        return {keys[error["index"]]: error["message"] for error in answer.get("errors", ())}

    def _delete(self, key: str) -> None:
        field, value = key.split(":", 1)
        self.client.call("DELETE", CRITICALITY, params={"id_field": field, "id_value": value})


class Entities:
    """The entity store V2. A criticality is a field of an entity, which must have been seen in the data before."""

    route = "entity_store"

    def __init__(self, client: KibanaClient) -> None:
        self.client = client
        self.ids: dict[str, set[str]] = {}

    def read(self, wanted: Iterable[str]) -> Current:
        """The criticality of the wanted entities, where they have one."""
        return self._list(queries(wanted, "{field}: ({values})"))

    def everything(self, fields: Iterable[str]) -> Current:
        """All entities with one of these fields that have a criticality."""
        return self._list((field, f"{field}: * and asset.criticality: *") for field in fields)

    def _list(self, selections: Iterable[tuple[str, str]]) -> Current:
        levels: dict[str, set[str]] = {}
        for field, query in selections:
            for entity in self._pages(query):
                level = (entity.get("asset") or {}).get("criticality") or ""
                for value in _values(entity, field):
                    levels.setdefault(f"{field}:{value}", set()).add(level)
                    self.ids.setdefault(f"{field}:{value}", set()).add(entity["entity"]["id"])
        # Entities of one name that differ are shown as they are, so that any level wanted differs from them.
        return {
            key: {KEY: key, LEVEL: " and ".join(level or "unassigned" for level in sorted(each))}
            for key, each in levels.items()
            if each != {""}
        }

    def _pages(self, query: str) -> Iterator[dict[str, Any]]:
        params: dict[str, Any] = {"filter": query, "size": PAGE_SIZE}
        while True:
            answer = self.client.get(ENTITIES, params=params)
            yield from answer["entities"]
            if not answer["entities"] or not answer.get("nextSearchAfter"):
                return
            params["searchAfter"] = json.dumps(answer["nextSearchAfter"])

    def impossible(self, plans: Plans) -> dict[str, str]:
        """Why which plans cannot be carried out: the store knows no such entity."""
        text = "the entity store, which this Kibana uses for criticality, has not seen this entity in the data yet"
        return {key: text for key, step in plans.items() if step.changed and not self.ids.get(key)}

    def write(self, plans: Plans) -> dict[str, str]:
        """Write what differs; the keys that failed, with the reason."""
        updates = {key: _updates(key, self.ids[key], step.after.get(LEVEL)) for key, step in plans.items()}
        cut = chunks(updates, CHUNK_COUNT, CHUNK_BYTES, lambda key: json_size(updates[key]))
        return write_many(cut, lambda keys: self._bulk([update for key in keys for update in updates[key]], keys))

    def _bulk(self, updates: list[dict[str, Any]], keys: Iterable[str]) -> dict[str, str]:
        """Kibana names what failed by a digest, so that all are suspects until they are read again."""
        body = {"entities": updates}
        answer = self.client.call("PUT", f"{ENTITIES}/bulk", params={"force": "true"}, json=body)
        reasons = "; ".join(sorted({str(error.get("reason") or error) for error in answer.get("errors", ())}))
        return dict.fromkeys(keys, reasons) if reasons else {}


def _record(key: str, level: str) -> dict[str, str]:
    field, value = key.split(":", 1)
    return {"id_field": field, "id_value": value, LEVEL: level}


def _updates(key: str, ids: Iterable[str], level: str | None) -> list[dict[str, Any]]:
    kind = key.partition(".")[0]
    asset = {"criticality": level}
    return [{"type": kind, "doc": {"entity": {"id": euid}, "asset": asset}} for euid in sorted(ids)]


def _values(entity: Mapping[str, Any], field: str) -> list[str]:
    """The values of a dotted field: one or many, nested or under its full name."""
    kind, name = field.split(".", 1)
    value = (entity.get(kind) or {}).get(name, entity.get(field))
    return value if isinstance(value, list) else [] if value is None else [value]
