# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request pipeline and the emulator's own paths: facts of the security reference, A and J.1."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator, EmulatorServer

ROLES = "/api/security/role"
EMULATOR = str(Path(__file__).parents[2] / "emulator")
NOT_FOUND = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}


@pytest.fixture
def api() -> Api:
    return Api(Emulator())


def headers(name: str, value: str | None, api: Api) -> None:
    api.session.auth = None
    api.session.headers[name] = value


@pytest.mark.parametrize("call", [("GET", "/api/nothing"), ("DELETE", ROLES), ("GET", "/s/UPPER/api/status")])
def test_route_404_comes_before_authentication(api: Api, call: tuple[str, str]) -> None:
    api.session.auth = None
    answer = api.call(*call)
    assert answer.status_code == 404
    assert answer.json() == NOT_FOUND


def test_401_has_a_challenge_and_comes_before_xsrf(api: Api) -> None:
    api.session.auth = ("elastic", "wrong")
    del api.session.headers["kbn-xsrf"]
    answer = api.post("/api/spaces/space", {})
    assert "unable to authenticate user [elastic]" in refused(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_xsrf_comes_before_privilege_and_schema(api: Api) -> None:
    api.session.auth = ("nobody", "nobody")
    del api.session.headers["kbn-xsrf"]
    assert refused(api.post("/api/fleet/outputs", {}), 400) == "Request must contain a kbn-xsrf header."


def test_kbn_version_must_be_the_servers(api: Api) -> None:
    api.session.headers["kbn-version"] = "1.2.3"
    answer = api.get(ROLES)
    assert answer.json()["attributes"] == {"expected": "9.4.3", "got": "1.2.3"}


def test_privilege_403_names_the_privileges_and_comes_before_the_schema(api: Api) -> None:
    api.session.auth = ("nobody", "nobody")
    assert refused(api.post("/api/fleet/outputs", {"wrong": 1}), 403) == (
        "API [POST /api/fleet/outputs] is unauthorized for user, "
        "this action is granted by the Kibana privileges [fleet-settings-all]"
    )


@pytest.mark.parametrize("given", ["2023-10-31", None])
def test_version_header_is_echoed(api: Api, given: str | None) -> None:
    api.session.headers["elastic-api-version"] = given
    assert api.get(ROLES).headers["elastic-api-version"] == "2023-10-31"


def test_unknown_version_is_refused_but_not_on_unversioned_routes(api: Api) -> None:
    api.session.headers["elastic-api-version"] = "1999-01-01"
    assert refused(api.get(ROLES), 400) == (
        'No version "1999-01-01" available for [GET] [/api/security/role]. Available versions are: [2023-10-31]'
    )
    ok(api.get("/api/actions/connectors"))


def test_body_that_is_no_json_too_large_or_of_another_type(api: Api) -> None:
    url = "http://kibana/api/spaces/space"
    assert api.session.post(url, data='{"id": NaN}').status_code == 400
    assert api.session.post(url, data="x" * 1_048_577).status_code == 413
    assert api.session.post(url, data="id=x", headers={"content-type": "text/plain"}).status_code == 415
    assert "expected a plain object value, but found [null]" in refused(api.session.post(url), 400)


@pytest.mark.parametrize("base", ["", "/kibana"])
def test_base_path_and_space_are_stripped(base: str) -> None:
    api = Api(Emulator(base_path=base))
    ok(api.get(f"{base}/s/marketing/api/security/role"))
    assert api.get("/elsewhere/api/security/role").status_code == 404
    log = ok(api.get("/_emulator/requests"))
    assert log[0] == {**log[0], "path": ROLES, "space": "marketing", "status": 200, "user": "elastic"}


def test_credentials(api: Api) -> None:
    issued = ok(api.post("/_emulator/api_keys", {"name": "ci"}))
    fixed = base64.b64encode(b"emulator:emulator").decode()
    for value in (f"ApiKey {issued['encoded']}", f"ApiKey {fixed}", "Bearer emulator-token"):
        headers("authorization", value, api)
        ok(api.get(ROLES))
    for value in ("ApiKey eDp5", "ApiKey %%%", "Bearer x", "Digest x", "Basic "):
        headers("authorization", value, api)
        assert api.get(ROLES).status_code == 401


def test_added_user_has_exactly_these_privileges(api: Api) -> None:
    ok(api.post("/_emulator/users", {"name": "sec", "password": "p", "privileges": ["read_security"]}))
    api.session.auth = ("sec", "p")
    ok(api.get(ROLES))
    refused(api.put(f"{ROLES}/x", {}), 403)


def test_status_shows_a_stranger_the_level_only(api: Api) -> None:
    assert ok(api.get("/api/status"))["version"]["number"] == "9.4.3"
    api.session.auth = None
    assert ok(api.get("/api/status")) == {"status": {"overall": {"level": "available"}}}
    refused(api.get("/api/status?v7format=true&v8format=true"), 400)


def test_log_holds_no_bodies_and_no_credentials(api: Api) -> None:
    api.put(f"{ROLES}/a%20b", {"metadata": {"token": "s3cret"}}, createOnly="true")
    log = api.emulator.requests
    assert log[0] | {"time": ""} == {
        "time": "", "method": "PUT", "path": f"{ROLES}/a%20b", "query": {"createOnly": "true"}, "status": 204,
        "user": "elastic", "space": "default",
    }  # fmt: skip
    assert "s3cret" not in json.dumps(log)
    assert "changeme" not in json.dumps(api.emulator.state())
    api.delete("/_emulator/requests")
    assert api.emulator.requests == []


def fault(api: Api, **fields: Any) -> None:
    ok(api.post("/_emulator/faults", [fields]))


def test_fault_with_status_headers_after_and_times(api: Api) -> None:
    fault(api, method="GET", path=ROLES, status=429, headers={"Retry-After": "1"}, after=1, times=2)
    codes = [api.get(ROLES).status_code for _unused in range(4)]
    assert codes == [200, 429, 429, 200]
    assert api.put(f"{ROLES}/x", {}).status_code == 204


def test_fault_bodies(api: Api) -> None:
    fault(api, path="/api/status", status=503, body="Kibana server is not ready yet", times=1)
    answer = api.get("/api/status")
    assert (answer.status_code, answer.text) == (503, "Kibana server is not ready yet")
    assert answer.headers["content-type"].startswith("text/plain")
    fault(api, path="/api/status", status=502, body="<html>Bad Gateway</html>", times=1)
    assert api.get("/api/status").headers["content-type"] == "text/html"
    fault(api, path="/s/a/api/status", status=409, body={"message": ["x"]})
    assert api.get("/s/a/api/status").json() == {"message": ["x"]}
    ok(api.get("/api/status"))
    api.delete("/_emulator/faults")
    ok(api.get("/s/a/api/status"))


@pytest.mark.parametrize(("cut", "kept"), [("before", False), (True, False), ("after", True)])
def test_cut_before_and_after_handling(api: Api, cut: Any, kept: bool) -> None:
    fault(api, method="PUT", cut=cut)
    with pytest.raises(requests.exceptions.ConnectionError):
        api.put(f"{ROLES}/x", {})
    assert ("x" in api.emulator.store("roles")) is kept


def test_delay_beyond_the_timeout_is_a_read_timeout_at_once(api: Api) -> None:
    fault(api, delay_ms=60_000)
    started = time.monotonic()
    with pytest.raises(requests.exceptions.ReadTimeout):
        api.session.get("http://kibana/api/status", timeout=5)
    assert time.monotonic() - started < 1


def test_an_error_although_the_request_was_carried_out(api: Api) -> None:
    fault(api, method="PUT", status=409, carried_out=True, times=1)
    refused(api.put(f"{ROLES}/a", {"elasticsearch": {}, "kibana": []}), 409)
    assert ok(api.get(f"{ROLES}/a"))["name"] == "a"


@pytest.mark.parametrize("wrong", [{"path": "("}, {"cut": "later"}, {"unknown": 1}, {"status": "500"}, 5])
def test_wrong_faults_are_refused(api: Api, wrong: Any) -> None:
    assert api.post("/_emulator/faults", wrong).status_code == 400
    assert api.emulator.faults == []


def test_reset_goes_back_to_the_initial_state() -> None:
    api = Api(Emulator(deterministic=True))
    before = ok(api.get("/_emulator/state"))
    api.put(f"{ROLES}/x", {})
    fault(api, path="/api/nothing")
    assert ok(api.get("/_emulator/state")) != before
    api.post("/_emulator/reset")
    assert ok(api.get("/_emulator/state")) == before
    assert (api.emulator.requests, api.emulator.faults) == ([], [])


def test_deterministic_runs_are_the_same_to_the_byte() -> None:
    def run() -> list[bytes]:
        api = Api(Emulator(deterministic=True))
        body = {"name": "l", "connector_type_id": ".server-log"}
        answers = [api.post("/api/actions/connector", body), api.get("/api/status"), api.get("/_emulator/requests")]
        return [answer.content for answer in answers]

    assert run() == run()


def test_lock_tokens_count_up() -> None:
    emulator = Emulator()
    tokens = [json.loads(base64.b64decode(emulator.version_token())) for _unused in range(2)]
    assert tokens == [[1, 1], [2, 1]] or tokens[1][0] == tokens[0][0] + 1


def test_server_keeps_the_connection_and_really_cuts_it() -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server, requests.Session() as session:
        session.auth = ("elastic", "changeme")
        ok(session.get(f"{server.url}/api/status"))
        ok(session.get(f"{server.url}{ROLES}"))
        assert session.head(f"{server.url}{ROLES}").content == b""
        session.post(f"{server.url}/_emulator/faults", json={"path": ROLES, "cut": "after", "times": 1})
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{server.url}{ROLES}")
        ok(session.get(f"{server.url}{ROLES}"))


def test_server_survives_garbage() -> None:
    with EmulatorServer(Emulator()) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n")
            connection.recv(1000)
        ok(requests.get(f"{server.url}/api/status"))


def test_command_line_answers_and_ends_cleanly() -> None:
    command = [sys.executable, "-m", "kibana_emulator", "--port", "0", "--version", "8.18.0"]
    environment = {**os.environ, "PYTHONPATH": EMULATOR}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        line = run.stdout.readline()
        url = next(word for word in line.split() if word.startswith("http"))
        ok(requests.get(f"{url}/api/status"))
        port = url.rsplit(":", 1)[1]
        second = subprocess.run(
            [*command, "--port", port], env=environment, capture_output=True, text=True, check=False
        )
        run.send_signal(signal.SIGTERM)
        rest, errors = run.communicate(timeout=10)
    assert (run.returncode, rest, errors) == (0, "", "")
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1 and port in second.stderr


def test_nothing_crashes_inside(api: Api) -> None:
    for body in (None, [], "x", {"roles": {"a": None}}, {"connector_type_id": 5, "name": [], "config": 5}):
        for path in ("/api/actions/connector", "/api/security/roles", "/api/spaces/space"):
            assert api.post(path, body).status_code == 400
    assert api.emulator.crashes == []
