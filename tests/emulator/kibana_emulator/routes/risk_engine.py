# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The risk engine (reference security H.2 and J.8; Kibana's risk_engine routes and data client)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..errors import BypassError, CoreError, SiemError
from ..routing import Context, Reply, route
from ..schema import OMITTED, Lenient, parse
from .entity_store import v2_enabled

if TYPE_CHECKING:
    from ..core import Emulator

PUBLIC, INTERNAL = "/api/risk_score/engine", "/internal/risk_score/engine"
REQUIRES = "securitySolution-entity-analytics"
SCORES = "risk-score.risk-score-*"
TYPE = "risk-engine-configuration"
MISSING = "Risk engine configuration not found"
UNDER_V2 = "This API is not available when Entity Store V2 is enabled. Use the Entity Store APIs instead."


class Range(Lenient):
    """Of which time alerts count."""

    start: str = OMITTED
    end: str = OMITTED


class Filter(Lenient):
    """Which alerts count for some kinds of entity."""

    entity_types: list[Literal["host", "user", "service"]]
    filter: str


class Configure(Lenient):
    """Body of the configuration."""

    exclude_alert_statuses: list[str] = OMITTED
    exclude_alert_tags: list[str] = OMITTED
    range: Range = OMITTED
    filters: list[Filter] = OMITTED


@route("GET", f"{INTERNAL}/status", requires=REQUIRES, internal=True)
def status(ctx: Context) -> dict[str, Any]:
    """Return whether there is an engine, whether it is on, and when it runs."""
    _refuse_under_v2(ctx)
    engine = ctx.store("risk_engine").get("engine")
    if engine is None:
        return {"risk_engine_status": "NOT_INSTALLED"}
    if not engine["attributes"]["enabled"]:
        return {"risk_engine_status": "DISABLED"}
    return {"risk_engine_status": "ENABLED", "risk_engine_task_status": {"status": "idle", "runAt": engine["run_at"]}}


@route("GET", f"{INTERNAL}/settings", requires=REQUIRES, internal=True)
def settings(ctx: Context) -> dict[str, Any]:
    """Return what the page of the settings shows, which is not all of it."""
    _refuse_under_v2(ctx)
    attributes = _engine(ctx, "Unable to get risk engine configuration")["attributes"]
    shown = {
        "range": attributes["range"],
        "includeClosedAlerts": "closed" not in attributes.get("excludeAlertStatuses", []),
    }
    if ctx.emulator.version >= (9, 0):
        shown.update(enableResetToZero=True, filters=attributes.get("filters", []))
    return shown


@route("GET", f"{INTERNAL}/privileges", requires=REQUIRES, internal=True)
def privileges(ctx: Context) -> dict[str, Any]:
    """What Elasticsearch allows the user of what the engine needs."""
    cluster, index = _rights(ctx)
    return {
        "privileges": {"elasticsearch": {"cluster": cluster, "index": {SCORES: index}}},
        "has_all_required": all((*cluster.values(), *index.values())),
        "has_read_permissions": index["read"],
        "has_write_permissions": index["write"],
    }


def _rights(ctx: Context) -> tuple[dict[str, bool], dict[str, bool]]:
    """The user's privileges of the cluster, and those of the index with the scores."""
    cluster = {name: ctx.user.allows(name) for name in ("manage_index_templates", "manage_transform")}
    return cluster, {name: ctx.user.allows(f"{SCORES}:{name}") for name in ("read", "write")}


def _refuse_without(ctx: Context) -> None:
    """Raise 403 where Elasticsearch does not allow the user all that the engine needs."""
    cluster, index = ([name for name, held in rights.items() if not held] for rights in _rights(ctx))
    indices = f'Missing index privileges for index "{SCORES}": {", ".join(index)}.' if index else ""
    clusters = f"Missing cluster privileges: {', '.join(cluster)}." if cluster else ""
    if indices or clusters:
        raise SiemError(403, f"User is missing risk engine privileges. {indices} {clusters}")


@route("POST", f"{INTERNAL}/init", requires=REQUIRES, internal=True)
def init(ctx: Context) -> dict[str, Any]:
    """Install the engine and turn it on; one that is there stays as it is configured."""
    _refuse_under_v2(ctx)
    _refuse_without(ctx)
    _turn(install(ctx.emulator, ctx.space), ctx, True)
    done = ("risk_engine_enabled", "risk_engine_resources_installed", "risk_engine_configuration_created")
    return {"result": {**dict.fromkeys(done, True), "errors": []}}


@route("POST", f"{INTERNAL}/enable", requires=REQUIRES, internal=True)
def enable(ctx: Context) -> dict[str, Any]:
    """Turn the engine on."""
    _refuse_under_v2(ctx)
    _refuse_without(ctx)
    _turn(_engine(ctx), ctx, True)
    return {"success": True}


@route("POST", f"{INTERNAL}/disable", requires=REQUIRES, internal=True)
def disable(ctx: Context) -> dict[str, Any]:
    """Turn the engine off."""
    _refuse_under_v2(ctx)
    _refuse_without(ctx)
    _turn(_engine(ctx), ctx, False)
    return {"success": True}


@route("PUT", f"{PUBLIC}/saved_object/configure", requires=REQUIRES, since=(9, 2), before=(9, 4))
@route("PATCH", f"{PUBLIC}/saved_object/configure", requires=REQUIRES)
def configure(ctx: Context) -> dict[str, Any]:
    """Replace the settings that are given; a range is replaced as a whole. 9.x makes the object where it is missing."""
    _gone_under_v2(ctx)
    wanted = parse(Configure, ctx.body, style="zod").model_dump(exclude_none=True)
    names = {
        "exclude_alert_statuses": "excludeAlertStatuses",
        "exclude_alert_tags": "excludeAlertTags",
        "range": "range",
    }
    if ctx.emulator.version >= (9, 0):
        names["filters"] = "filters"
        install(ctx.emulator, ctx.space)
    _engine(ctx)["attributes"].update({names[key]: value for key, value in wanted.items() if key in names})
    return {"risk_engine_saved_object_configured": True}


@route("POST", f"{PUBLIC}/schedule_now", requires=REQUIRES)
def schedule_now(ctx: Context) -> dict[str, Any]:
    """Run an engine that is on."""
    _gone_under_v2(ctx)
    _refuse_without(ctx)
    engine = ctx.store("risk_engine").get("engine")
    state = "NOT_INSTALLED" if engine is None else "ENABLED" if engine["attributes"]["enabled"] else "DISABLED"
    if state != "ENABLED":
        raise BypassError(500, f"The risk engine must be enable to schedule a run. Current status: {state}")
    engine["run_at"] = ctx.emulator.now()
    engine["runs"] += 1
    return {"success": True}


@route("DELETE", f"{PUBLIC}/dangerously_delete_data", requires=REQUIRES)
def cleanup(ctx: Context) -> Any:
    """Delete the engine with all scores."""
    _gone_under_v2(ctx)
    _refuse_without(ctx)
    ctx.store("saved_objects").pop(f"{TYPE}/{TYPE}-{ctx.space}", None)
    if ctx.store("risk_engine").pop("engine", None) is None:
        error = {"seq": 1, "error": "Risk engine is disabled or deleted already."}
        return Reply(400, {"cleanup_successful": False, "errors": [error]})
    return {"cleanup_successful": True}


def install(emulator: Emulator, space: str) -> dict[str, Any]:
    """Return the engine, made with the server's defaults where there is none.

    Its attributes are those of a saved object, which the API of saved objects shows, too.
    """
    attributes = {
        "dataViewId": f".alerts-security.alerts-{space}",
        "enabled": False,
        "filter": {},
        "interval": "1h",
        "pageSize": 3500,
        "range": {"start": "now-30d", "end": "now"},
        "enableResetToZero": True,
        "excludeAlertStatuses": ["closed"],
    }
    engines = emulator.store("risk_engine", space)
    if "engine" not in engines:
        moment, name = emulator.now(), f"{TYPE}-{space}"
        place = {"namespaces": [space], "references": [], "managed": False, "coreMigrationVersion": "8.8.0"}
        stamps = {"created_at": moment, "updated_at": moment, "version": emulator.version_token()}
        saved = {"type": TYPE, "id": name, "attributes": attributes, **place, **stamps}
        emulator.store("saved_objects", space)[f"{TYPE}/{name}"] = saved
        engines["engine"] = {"attributes": attributes, "run_at": moment, "runs": 0}
    return engines["engine"]


def _turn(engine: dict[str, Any], ctx: Context, enabled: bool) -> None:
    engine["attributes"]["enabled"] = enabled
    engine["run_at"] = ctx.emulator.now()


def _engine(ctx: Context, text: str = MISSING) -> dict[str, Any]:
    engine = ctx.store("risk_engine").get("engine")
    if engine is None:
        raise BypassError(500, text)
    return engine


def _refuse_under_v2(ctx: Context) -> None:
    if v2_enabled(ctx.emulator):
        raise SiemError(400, UNDER_V2)


def _gone_under_v2(ctx: Context) -> None:
    if v2_enabled(ctx.emulator):
        raise CoreError(404, "Not Found")


def seed_soc(emulator: Emulator) -> None:
    """An engine that is on and looks at two weeks."""
    attributes = install(emulator, "default")["attributes"]
    attributes.update(enabled=True, range={"start": "now-14d", "end": "now"})
