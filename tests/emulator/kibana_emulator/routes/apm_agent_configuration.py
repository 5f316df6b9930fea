# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""APM agent configuration: `/api/apm/settings/agent-configuration` (reference platform B.1)."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, route

if TYPE_CHECKING:
    from ..core import Emulator

BASE = "/api/apm/settings/agent-configuration"
READ, WRITE = ("apm-read",), ("apm-settings-write",)
STORE, SERVICES = "apm_agent_configurations", "apm_services"
ALL = "ALL_OPTION_VALUE"
LISTED = 200
Config = dict[str, Any]


# The digest of the library that Kibana uses (reference B.1.2): it walks the prototypes of JavaScript objects, too.
def _text(value: str) -> str:
    return f"string:{len(value)}:{value}"


def _constructor(first: bool) -> str:
    tail = "object:0:" if first else _text("[CIRCULAR:2]")
    return f"fn:{_text('[native]')}{_text('function-name:Object')}{tail}"


def _pairs(*pairs: tuple[str, str]) -> str:
    return "".join(f"{_text(key)}:{value}," for key, value in pairs)


def _object(value: Any, nested: bool = True) -> str:
    if isinstance(value, str):
        return _text(value)
    prototype = _text("[CIRCULAR:1]")
    if not nested:
        inner = _pairs(("prototype", "Undefined"), ("__proto__", "Null"), ("constructor", _constructor(first=True)))
        prototype = f"object:3:{inner}"
    own = [(key, _object(value[key])) for key in sorted(value)]
    pseudo = [("prototype", "Undefined"), ("__proto__", prototype), ("constructor", _constructor(first=False))]
    return f"object:{len(value) + 3}:{_pairs(*pseudo, *own)}"


def etag(intake: Config) -> str:
    """Return the etag of what was sent: `{service, settings, agent_name?}`."""
    return hashlib.sha1(_object(intake, nested=False).encode()).hexdigest()


def _one_of(*choices: str) -> Callable[[str], bool]:
    return lambda value: value in choices


def _number(lowest: float, highest: float) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(r"-?\d+(\.\d+)?", value)) and lowest <= float(value) <= highest


def _integer(lowest: int) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(r"-?\d+", value)) and int(value) >= lowest


def _amount(units: str) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(rf"-?\d+({units})", value))


_BOOLEAN, _RATE = _one_of("true", "false"), _number(0, 1)
_DURATION = _amount("ms|s|m")
KNOWN: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        [
            "capture_headers",
            "circuit_breaker_enabled",
            "enable_log_correlation",
            "log_sending",
            "profiling_inferred_spans_enabled",
            "recording",
            "span_compression_enabled",
            "use_path_as_transaction_name",
        ],
        _BOOLEAN,
    ),
    **dict.fromkeys(
        [
            "transaction_sample_rate",
            "session_sample_rate",
            "stress_monitor_gc_relief_threshold",
            "stress_monitor_gc_stress_threshold",
            "stress_monitor_system_cpu_relief_threshold",
            "stress_monitor_system_cpu_stress_threshold",
        ],
        _RATE,
    ),
    **dict.fromkeys(
        [
            "api_request_time",
            "exit_span_min_duration",
            "server_timeout",
            "span_frames_min_duration",
            "span_stack_trace_min_duration",
            "stress_monitor_cpu_duration_threshold",
        ],
        _DURATION,
    ),
    "api_request_size": _amount("b|kb|mb"),
    "transaction_max_spans": _integer(0),
    "stack_trace_limit": _integer(-(2**31)),
    "capture_body": _one_of("off", "errors", "transactions", "all"),
    "log_level": _one_of("trace", "debug", "info", "warning", "error", "critical", "off"),
    "trace_continuation_strategy": _one_of("continue", "restart", "restart_external"),
}


def _invalid(value: Any, where: str) -> CoreError:
    shown = "undefined" if value is None else value
    return CoreError(400, f"Invalid value {shown!r} supplied to {where}")


def _service(value: Any) -> dict[str, str]:
    """Return name and environment, whichever are there. Unknown keys are dropped, as everywhere here."""
    if not isinstance(value, dict):
        raise _invalid(value, "body/service")
    for name in ("name", "environment"):
        if name in value and not isinstance(value[name], str):
            raise _invalid(value[name], f"body/service/{name}")
    return {name: value[name] for name in ("name", "environment") if name in value}


def _body(ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.body, dict):
        raise _invalid(ctx.body, "body")
    return ctx.body


def _intake(ctx: Context) -> Config:
    """Return the validated body of a write."""
    body = _body(ctx)
    intake: Config = {"service": _service(body.get("service"))}
    settings = body.get("settings")
    if not isinstance(settings, dict):
        raise _invalid(settings, "body/settings")
    for name, value in settings.items():
        if not isinstance(value, str) or not KNOWN.get(name, lambda text: True)(value):
            raise _invalid(value, f"body/settings/{name}")
    intake["settings"] = dict(settings)
    if "agent_name" in body:
        if not isinstance(body["agent_name"], str):
            raise _invalid(body["agent_name"], "body/agent_name")
        intake["agent_name"] = body["agent_name"]
    return intake


def _exact(ctx: Context, service: dict[str, str]) -> Config | None:
    """Return the configuration of exactly this name and environment; there is no fallback to a wider one."""
    return next((item for item in ctx.shared(STORE).values() if item["service"] == service), None)


def _shown(ctx: Context, item: Config, with_id: bool) -> Config:
    """Return a configuration as people see it. Numbers are numbers in the index and lose trailing zeros in 8.x."""
    settings = dict(item["settings"])
    for name in ("transaction_sample_rate", "transaction_max_spans"):
        if name in settings and ctx.emulator.version < (9, 0):
            settings[name] = f"{float(settings[name]):.4f}".rstrip("0").rstrip(".")
    shown = {key: value for key, value in item.items() if key != "id"}
    return {**({"id": item["id"]} if with_id else {}), **shown, "settings": settings}


@route("GET", BASE, requires=READ)
def list_configurations(ctx: Context) -> dict[str, Any]:
    """At most 200 of them, without their ids, in the order of the index, which is none."""
    stored = sorted(ctx.shared(STORE).values(), key=lambda item: str(item["etag"]))
    return {"configurations": [_shown(ctx, item, with_id=False) for item in stored[:LISTED]]}


@route("GET", BASE + "/view", requires=READ)
def view(ctx: Context) -> Config:
    """One configuration; the bare words of a missing route when there is none."""
    wanted = {name: ctx.query[name] for name in ("name", "environment") if name in ctx.query}
    found = _exact(ctx, wanted)
    if found is None:
        raise CoreError(404, "Not Found")
    return _shown(ctx, found, with_id=True)


@route("PUT", BASE, requires=WRITE)
def put(ctx: Context) -> dict[str, Any]:
    """Create, or replace as a whole with `overwrite=true`."""
    if ctx.query.get("overwrite", "false") not in ("true", "false"):
        raise _invalid(ctx.query["overwrite"], "query/overwrite")
    intake = _intake(ctx)
    found = _exact(ctx, intake["service"])
    if found is not None and ctx.query.get("overwrite") != "true":
        name, environment = (intake["service"].get(key, "undefined") for key in ("name", "environment"))
        raise CoreError(
            400,
            f'A configuration already exists for "{name}/{environment}. '
            "Use ?overwrite=true to overwrite the existing configuration.",
        )
    store(ctx.emulator, intake, found["id"] if found else ctx.emulator.uuid())
    return {}


def store(emulator: Emulator, intake: Config, key: str) -> None:
    """Write a configuration; agents have to fetch it anew."""
    moment = {"@timestamp": int(time.time() * 1000), "applied_by_agent": False, "etag": etag(intake)}
    if emulator.deterministic:
        moment["@timestamp"] = 1_767_225_600_000 + emulator.next_token()[0]
    emulator.store(STORE)[key] = {"id": key, **intake, **moment}


@route("DELETE", BASE, requires=WRITE)
def delete(ctx: Context) -> dict[str, Any]:
    """Delete the one named in the body, under `service`."""
    found = _exact(ctx, _service(_body(ctx).get("service")))
    if found is None:
        raise CoreError(404, "Not Found")
    del ctx.shared(STORE)[found["id"]]
    return {"result": "deleted"}


@route("POST", BASE + "/search", requires=READ, refresh=False)
def search(ctx: Context) -> Any:
    """What an agent gets: the narrowest configuration. Its etag, sent back, says that the agent has applied it."""
    body = _body(ctx)
    service = _service(body.get("service"))
    fits = [item for item in ctx.shared(STORE).values() if item["service"].items() <= service.items()]
    if not fits:
        raise CoreError(404, "Not Found")
    best = max(fits, key=lambda item: 2 * ("name" in item["service"]) + ("environment" in item["service"]))
    source = _shown(ctx, best, with_id=False)
    if body.get("mark_as_applied_by_agent") or body.get("etag") == best["etag"]:
        best["applied_by_agent"] = True
    return {"_id": best["id"], "_index": ".apm-agent-configuration", "_score": 1, "_source": source}


@route("GET", BASE + "/environments", requires=READ)
def environments(ctx: Context) -> dict[str, Any]:
    """The environments in which a service was seen, and whether they have a configuration."""
    name = ctx.query.get("serviceName")
    services = ctx.shared(SERVICES)
    chosen = [services[key] for key in services if name in (None, key)]
    seen = {environment for service in chosen for environment in service["environments"]}
    stored = [item["service"] for item in ctx.shared(STORE).values()]
    taken = {service.get("environment", ALL) for service in stored if service.get("name") == name}
    names = [ALL, *sorted(seen | (taken - {ALL}))]
    return {"environments": [{"name": item, "alreadyConfigured": item in taken} for item in names]}


@route("GET", BASE + "/agent_name", requires=READ)
def agent_name(ctx: Context) -> dict[str, Any]:
    """The agent that a service was seen with."""
    if "serviceName" not in ctx.query:
        raise _invalid(None, "query/serviceName")
    service = ctx.shared(SERVICES).get(ctx.query["serviceName"])
    return {"agentName": service["agent"]} if service else {}


def seed_soc(emulator: Emulator) -> None:
    """The shop that the SOC watches: two services, three configurations, one of them applied."""
    services = emulator.store(SERVICES)
    services["shop-frontend"] = {"agent": "rum-js", "environments": ["production", "staging"]}
    services["shop-api"] = {"agent": "java", "environments": ["production", "staging"]}
    for intake in (
        {"service": {}, "settings": {"transaction_sample_rate": "0.1"}},
        {"service": {"name": "shop-api"}, "settings": {"capture_body": "errors", "log_level": "warning"}},
        {
            "service": {"name": "shop-api", "environment": "production"},
            "settings": {"transaction_sample_rate": "0.25", "capture_body": "off"},
            "agent_name": "java",
        },
    ):
        store(emulator, intake, emulator.uuid())
    last = list(emulator.store(STORE).values())[-1]
    last["applied_by_agent"] = True
