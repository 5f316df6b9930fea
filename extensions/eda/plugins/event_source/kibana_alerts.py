# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events from detection alerts and cases of Kibana, for Event-Driven Ansible."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import logging
import os
import random
import re
import ssl
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp

DOCUMENTATION = r"""
short_description: Events from detection alerts and cases of Kibana
description:
  - Asks Kibana at intervals for new detection alerts, or for cases that were opened or changed, and sends an event for
    each of them.
  - Every alert is sent at least once. With O(cursor_file) that holds across restarts as well. Within O(overlap), and
    from run to run, no alert is sent twice, unless the process is killed between an event and its note of it.
  - Where Kibana does not answer, it asks again, waiting longer each time. Where Kibana refuses the credentials or the
    request, the source ends with an error.
options:
  kibana_url:
    description: Address of Kibana, with its base path if any. Without it, the environment variable E(KIBANA_URL).
    type: str
  kibana_api_key:
    description: API key, encoded or as V(id:key). Without any credentials, the environment variable E(KIBANA_API_KEY).
    type: str
  kibana_username:
    description: User name, together with O(kibana_password). Or the environment variable E(KIBANA_USERNAME).
    type: str
  kibana_password:
    description: Password, together with O(kibana_username). Or the environment variable E(KIBANA_PASSWORD).
    type: str
  kibana_space:
    description: The space whose alerts or cases are meant. Without it, the environment variable E(KIBANA_SPACE).
    type: str
  kibana_validate_certs:
    description: Whether to check the certificate of the server.
    type: bool
    default: true
  kibana_ca_cert:
    description: Path of a PEM file with the CA of the server. Or the environment variable E(KIBANA_CA_CERT).
    type: str
  kind:
    description: What to send events of.
    type: str
    choices: [alerts, cases]
    default: alerts
  filter:
    description:
      - For alerts, a query of Elasticsearch that they have to match as well, such as
        C({"term":{"kibana.alert.severity":"critical"}}).
    type: dict
  severity:
    description: Only alerts or cases with one of these severities.
    type: list
    elements: str
  status:
    description: Only alerts or cases with one of these states. For alerts V([open]) if not given.
    type: list
    elements: str
  interval:
    description: Seconds between two questions.
    type: float
    default: 30
  overlap:
    description:
      - Seconds by which each question reaches back before the last one. Alerts can appear later than their time says.
    type: float
    default: 300
  start:
    description: Where to begin without a cursor, V(now), V(all), or a time in ISO 8601.
    type: str
    default: now
  cursor_file:
    description: A file in which to note what was sent, so that a restart goes on from there.
    type: str
  batch_size:
    description: The number of alerts or cases to ask for at once, at most 10000, for cases at most 100.
    type: int
    default: 500
"""

EXAMPLES = r"""
- name: Critical alerts
  hosts: localhost
  sources:
    - stackops.kibana.kibana_alerts:
        kibana_url: https://kibana.example.com:5601
        kibana_api_key: "{{ kibana_api_key }}"
        kibana_space: security
        severity: [critical, high]
        cursor_file: /var/lib/eda/kibana_alerts.json
  rules:
    - name: Open a case
      condition: event.alert.severity == "critical"
      action:
        run_playbook:
          name: open_case.yml
"""

LOGGER = logging.getLogger(__name__)
TIMESTAMP = "@timestamp"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LONGEST_PAUSE = 300.0
FATAL = (400, 401, 403, 404)
MOST_SECONDS = 1e9
SPACE = re.compile("[a-z0-9_-]{0,500}")
TOKEN = re.compile("[!-~]+")
MOST = {"alerts": 10_000, "cases": 100}


class SourceError(Exception):
    """The source cannot work; the text says why and what to do, in one line whatever values are in it."""

    def __init__(self, text: str) -> None:
        super().__init__("".join(char if char.isprintable() else " " for char in text[:1000]))


@dataclass(frozen=True)
class Settings:
    """The arguments of the source, checked."""

    url: str
    kind: str = "alerts"
    space: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verify: bool = True
    ca_cert: str = ""
    query: Mapping[str, Any] | None = None
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    interval: float = 30.0
    overlap: float = 300.0
    start: str = "now"
    cursor_file: str = ""
    batch_size: int = 500

    def path(self, path: str) -> str:
        """The URL of a path of the API, in the space."""
        prefix = f"/s/{quote(self.space, safe='')}" if self.space and self.space != "default" else ""
        return f"{self.url}{prefix}{path}"


def settings_from(args: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings that the arguments and the environment give. Raises :class:`SourceError`."""

    def given(name: str) -> str:
        return str(args.get(name) or environ.get(name.upper()) or "")

    url, kind, space = address(given("kibana_url")), str(args.get("kind") or "alerts"), given("kibana_space")
    if not SPACE.fullmatch(space):
        raise SourceError(f"kibana_space is {space[:99]!r}: the id of a space has only a-z, 0-9, _ and -.")
    if kind not in MOST:
        raise SourceError(f"kind is {kind[:99]!r}: it must be alerts or cases.")
    own = any(args.get(name) for name in ("kibana_api_key", "kibana_username"))
    key, user, password = (
        str(args.get(name) or "") if own else given(name)
        for name in ("kibana_api_key", "kibana_username", "kibana_password")
    )
    if ":" in user:
        raise SourceError("kibana_username must not contain a colon: basic authentication cannot send it.")
    headers = {"kbn-xsrf": "true"}
    if key:
        headers["Authorization"] = f"ApiKey {encoded(key)}"
    elif user:
        headers["Authorization"] = f"Basic {encoded(f'{user}:{password}')}"
    status = args.get("status", ["open"] if kind == "alerts" else [])
    return Settings(
        url=url,
        kind=kind,
        space=space,
        headers=headers,
        verify=args.get("kibana_validate_certs") is not False,
        ca_cert=given("kibana_ca_cert"),
        query=mapping("filter", args.get("filter")),
        severity=texts("severity", args.get("severity")),
        status=texts("status", status),
        interval=positive(args, "interval", 30.0),
        overlap=positive(args, "overlap", 300.0),
        start=str(args.get("start") or "now"),
        cursor_file=str(args.get("cursor_file") or ""),
        batch_size=min(int(positive(args, "batch_size", 500)) or 1, MOST[kind]),
    )


def encoded(key: str) -> str:
    """An API key, or a user's name and password, as the header wants it. Raises :class:`SourceError`."""
    try:
        text = base64.b64encode(key.encode()).decode() if ":" in key else key
    except UnicodeEncodeError:
        text = ""
    if not TOKEN.fullmatch(text):
        raise SourceError("The credentials have a blank, a line break or another character that cannot be sent.")
    return text


def address(url: str) -> str:
    """The URL of Kibana, without a slash at its end. Raises :class:`SourceError`."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        parts.port, (parts.hostname or "").encode("idna")  # they may be none
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise SourceError("kibana_url is missing or no URL: give it, or set the environment variable KIBANA_URL.")
    climbs = any(unquote(part) in (".", "..") for part in parts.path.split("/"))
    if climbs or "@" in parts.netloc or not url.isprintable() or any(char in url for char in "?# \\"):
        raise SourceError(
            "kibana_url must have no credentials, no query, no fragment, no .. and no blank or backslash."
        )
    return parts.geturl().rstrip("/")


def mapping(name: str, value: Any) -> Mapping[str, Any] | None:
    """A dictionary, or None where there is none. Raises :class:`SourceError`."""
    if value is not None and not isinstance(value, Mapping):
        raise SourceError(f"{name} must be a dictionary.")
    return value


def texts(name: str, value: Any) -> tuple[str, ...]:
    """A list of texts; a single one is a list of one. Raises :class:`SourceError`."""
    if value is not None and not isinstance(value, (str, list, tuple)):
        raise SourceError(f"{name} must be a list of texts.")
    return tuple(str(item) for item in ([value] if isinstance(value, str) else value or ()))


def positive(args: Mapping[str, Any], name: str, default: float) -> float:
    """A number that is not negative. Raises :class:`SourceError`."""
    try:
        number = float(args.get(name, default))
    except (OverflowError, TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= MOST_SECONDS:
        raise SourceError(f"{name} is {repr(args[name])[:99]}: it must be a number from 0 to {MOST_SECONDS:.0f}.")
    return number


@dataclass
class Cursor:
    """What was sent: the time up to which, and the ids within the overlap with the time of each.

    Nothing is asked for that is older than ``floor``, where the source began.
    """

    since: str
    floor: str
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, settings: Settings) -> Cursor:
        """The cursor of the file, or a new one. Raises :class:`SourceError` for a file that cannot be read."""
        path = Path(settings.cursor_file) if settings.cursor_file else None
        if path and present("cursor_file", path):
            try:
                stored = json.loads(path.read_text(encoding="utf-8"))
                seen = {str(key): str(time) for key, time in stored["seen"].items()}
                for time in (stored["since"], stored["floor"], *seen.values()):
                    back(time, 0)
                return cls(stored["since"], stored["floor"], seen)
            except (OSError, ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError) as error:
                raise SourceError(f"cursor_file {path} cannot be read ({error}): correct or delete it.") from None
        start = beginning(settings.start)
        return cls(start, start)

    def save(self, settings: Settings) -> None:
        """Write the file, in one step."""
        if not settings.cursor_file:
            return
        path = Path(settings.cursor_file)
        try:
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"since": self.since, "floor": self.floor, "seen": self.seen}, file)
            os.replace(temporary, path)
        except OSError as error:
            raise SourceError(f"cursor_file {path} cannot be written: {error.strerror or error}.") from None

    def reach(self, overlap: float) -> str:
        """The time from which to ask."""
        return max(self.floor, back(self.since, overlap))

    def note(self, key: str, time: str) -> None:
        """Remember that something of that time was sent."""
        self.seen[key] = time
        self.since = max(self.since, time)

    def forget(self, overlap: float) -> None:
        """Drop what no question reaches back to any more."""
        oldest = back(self.since, overlap)
        self.seen = {key: time for key, time in self.seen.items() if time >= oldest}


def beginning(start: str) -> str:
    """The time to begin with. Raises :class:`SourceError`."""
    if start == "now":
        return stamp(datetime.now(timezone.utc))
    if start == "all":
        return "1970-01-01T00:00:00.000Z"
    try:
        return stamp(datetime.fromisoformat(start.replace("Z", "+00:00")).astimezone(timezone.utc))
    except (OverflowError, ValueError):
        raise SourceError(f"start is {start[:99]!r}: it must be now, all, or a time in ISO 8601.") from None


def present(name: str, path: Path) -> bool:
    """Whether there is such a file. Raises :class:`SourceError` for what is none: a pipe would be read for ever."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise SourceError(f"{name} cannot be used: {getattr(error, 'strerror', None) or error}.") from None
    if not stat.S_ISREG(mode):
        raise SourceError(f"{name} {path} is no file.")
    return True


def stamp(moment: datetime) -> str:
    """A moment as Kibana writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def back(time: str, seconds: float) -> str:
    """A time that many seconds earlier."""
    moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return stamp(max(EPOCH, moment - timedelta(seconds=min(seconds, moment.timestamp()))))


def without_credentials(text: str, settings: Settings) -> str:
    """A text of Kibana without what was sent to log in, should it repeat that."""
    sent = settings.headers.get("Authorization", "").partition(" ")[2]
    try:
        decoded = base64.b64decode(sent, validate=True).decode()
    except ValueError:
        decoded = ""
    for secret in (sent, decoded, decoded.partition(":")[2]):
        text = text.replace(secret, "********") if len(secret) > 3 else text
    return text


class Kibana:
    """Asks one Kibana."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self.session = session
        self.settings = settings

    async def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The decoded answer. Raises SourceError where it is of no use to ask again, else aiohttp.ClientError."""
        url = self.settings.path(path)
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            if response.status in FATAL:
                said = without_credentials(" ".join((await response.text()).split()), self.settings)[:300]
                raise SourceError(f"Kibana refused {method} {path} with HTTP {response.status}: {said}")
            if response.status != 200:
                raise aiohttp.ClientError(f"Kibana answered {method} {path} with HTTP {response.status}")
            answer: dict[str, Any] = await response.json()
            return answer

    def batches(self, since: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The events of everything from *since* on, the oldest first."""
        return self._alerts(since) if self.settings.kind == "alerts" else self._cases(since)

    async def _alerts(self, since: str) -> AsyncIterator[list[dict[str, Any]]]:
        last: set[str] = set()
        size = self.settings.batch_size
        while True:
            body = {
                "query": {"bool": {"filter": list(clauses(self.settings, since))}},
                "sort": [{TIMESTAMP: "asc"}],
                "size": size,
            }
            answer = await self.call("POST", "/api/detection_engine/signals/search", json=body)
            hits = answer["hits"]["hits"]
            new = [alert_event(hit) for hit in hits if hit["_id"] not in last]
            last = {hit["_id"] for hit in hits}
            yield new
            if len(hits) < size:
                return
            if new and new[-1]["alert"]["timestamp"] != since:
                since = new[-1]["alert"]["timestamp"]
            elif size < MOST["alerts"]:  # more alerts of one moment than fit into a batch
                size = min(2 * size, MOST["alerts"])
            else:
                LOGGER.error("More than %s alerts have the time %s: the others of it are not sent.", size, since)
                since = stamp(datetime.fromisoformat(since.replace("Z", "+00:00")) + timedelta(milliseconds=1))

    async def _cases(self, since: str) -> AsyncIterator[list[dict[str, Any]]]:
        found: list[dict[str, Any]] = []
        page, size = 1, self.settings.batch_size
        while True:
            params = {"sortField": "updatedAt", "sortOrder": "desc", "page": page, "perPage": size}
            answer = await self.call("GET", "/api/cases/_find", params=params)
            cases = [case for case in answer["cases"] if changed_at(case) >= since]
            found += [case_event(case) for case in cases if wanted(case, self.settings)]
            if len(cases) < len(answer["cases"]) or not answer["cases"] or page * size >= answer["total"]:
                break
            page += 1
        yield sorted(found, key=lambda event: changed_at(event["case"]))


def clauses(settings: Settings, since: str) -> Iterator[dict[str, Any]]:
    """The parts of the query for alerts."""
    yield {"range": {TIMESTAMP: {"gte": since}}}
    if settings.severity:
        yield {"terms": {"kibana.alert.severity": list(settings.severity)}}
    if settings.status:
        yield {"terms": {"kibana.alert.workflow_status": list(settings.status)}}
    if settings.query:
        yield dict(settings.query)


def wanted(case: Mapping[str, Any], settings: Settings) -> bool:
    """Whether a case has what is asked for."""
    return (not settings.severity or case.get("severity") in settings.severity) and (
        not settings.status or case.get("status") in settings.status
    )


def changed_at(case: Mapping[str, Any]) -> str:
    """When a case was changed last, or opened."""
    return str(case.get("updated_at") or case.get("created_at") or "")


def alert_event(hit: Mapping[str, Any]) -> dict[str, Any]:
    """The event of an alert: what most rules ask for under plain names, and all of it."""
    source = hit["_source"]

    def of(name: str) -> Any:
        if name in source:
            return source[name]
        found: Any = source
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    return {
        "alert": {
            "id": hit["_id"],
            "timestamp": of(TIMESTAMP),
            "rule_name": of("kibana.alert.rule.name"),
            "rule_id": of("kibana.alert.rule.rule_id"),
            "rule_uuid": of("kibana.alert.rule.uuid"),
            "severity": of("kibana.alert.severity"),
            "risk_score": of("kibana.alert.risk_score"),
            "status": of("kibana.alert.workflow_status"),
            "reason": of("kibana.alert.reason"),
            "host": of("host.name"),
            "user": of("user.name"),
            "index": hit.get("_index"),
        },
        "source": source,
    }


def case_event(case: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a case."""
    return {"case": dict(case)}


def key_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """What tells an event from others, and its time. A case is another event each time that it changes."""
    if "alert" in event:
        return str(event["alert"]["id"]), str(event["alert"]["timestamp"])
    case = event["case"]
    return f"{case['id']} {case.get('version')}", changed_at(case)


async def poll(kibana: Kibana, cursor: Cursor, queue: asyncio.Queue[Any], settings: Settings) -> int:
    """Ask once, send what is new, and note it; returns how many events were sent."""
    sent = 0
    async for batch in kibana.batches(cursor.reach(settings.overlap)):
        fresh = [(event, *key_of(event)) for event in batch if key_of(event)[0] not in cursor.seen]
        for event, key, time in fresh:
            await queue.put({**event, "meta": {"space": settings.space or "default", "kind": settings.kind}})
            cursor.note(key, time)
        if fresh:
            cursor.save(settings)
            sent += len(fresh)
    cursor.forget(settings.overlap)
    return sent


def transport(settings: Settings) -> ssl.SSLContext | bool:
    """How the server's certificate is checked. Raises :class:`SourceError` for a CA that cannot be read."""
    if "Authorization" in settings.headers and in_plain_text(settings.url):
        LOGGER.warning("kibana_url is http://, so credentials go over the network in plain text: use https://.")
    if not settings.verify:
        LOGGER.warning("kibana_validate_certs is false: the identity of Kibana is not checked.")
        return False
    if not settings.ca_cert:
        return True
    if not present("kibana_ca_cert", Path(settings.ca_cert)):
        raise SourceError(f"kibana_ca_cert {settings.ca_cert} cannot be read: it does not exist.")
    try:
        return ssl.create_default_context(cafile=settings.ca_cert)
    except OSError as error:
        raise SourceError(f"kibana_ca_cert {settings.ca_cert} cannot be read: {error}.") from None


def in_plain_text(url: str) -> bool:
    """Whether a request to *url* leaves this machine without TLS."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Ask for ever. Raises :class:`SourceError` for what no repetition can mend."""
    settings = settings_from(args, os.environ)
    cursor = Cursor.load(settings)
    connector = aiohttp.TCPConnector(ssl=transport(settings))
    timeout = aiohttp.ClientTimeout(total=60)
    failures = 0
    async with aiohttp.ClientSession(headers=dict(settings.headers), connector=connector, timeout=timeout) as session:
        kibana = Kibana(session, settings)
        while True:
            try:
                await poll(kibana, cursor, queue, settings)
                failures = 0
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                failures += 1
                LOGGER.warning("Kibana cannot be asked (%s), attempt %s: %s", settings.url, failures, error)
            await asyncio.sleep(pause(settings.interval, failures))


def pause(interval: float, failures: int) -> float:
    """Seconds to wait: the interval, and after failures longer each time, with jitter."""
    if not failures:
        return interval
    return min(LONGEST_PAUSE, max(interval, 1.0) * 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)
