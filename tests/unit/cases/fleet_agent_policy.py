# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case, Kibana

MOVING = ["revision", "version", "updated_at"]


def others(kibana: Kibana) -> None:
    output = {"id": "dc2", "name": "DC 2", "type": "elasticsearch", "hosts": ["http://es2"]}
    kibana.call("POST", "/api/fleet/outputs", output)
    host = {"id": "fs2", "name": "FS 2", "host_urls": ["https://fs2"]}
    kibana.call("POST", "/api/fleet/fleet_server_hosts", host)
    source = {"id": "dl2", "name": "DL 2", "host": "https://dl2"}
    kibana.call("POST", "/api/fleet/agent_download_sources", source)


UPDATES = [
    {"namespace": "production"},
    {"description": "words"},
    {"description": ""},
    {"monitoring_enabled": ["metrics", "traces", "logs"]},
    {"monitoring_enabled": []},
    {"keep_monitoring_alive": True},
    {"monitoring_pprof_enabled": True},
    {"monitoring_http": {"enabled": True, "buffer": {"enabled": True}}},
    {"monitoring_http": {"port": 6792}},
    {"monitoring_diagnostics": {"limit": {"interval": "1m", "burst": 2}, "uploader": {"max_retries": 3}}},
    {"monitoring_diagnostics": {"uploader": {"init_dur": "1s", "max_dur": "10m"}}},
    {"monitoring_output_id": "dc2"},
    {"data_output_id": ""},
    {"monitoring_output_id": ""},
    {"download_source_id": "DL 2"},
    {"download_source_id": ""},
    {"fleet_server_host_id": "FS 2"},
    {"fleet_server_host_id": ""},
    {"inactivity_timeout": 3600},
    {"unenroll_timeout": 7200},
    {"unenroll_timeout": 0},
    {"agent_features": [{"name": "fqdn", "enabled": True}, {"name": "a", "enabled": False}]},
    {"agent_features": []},
    {"global_data_tags": [{"name": "dc", "value": "dc2"}, {"name": "rack", "value": 7}]},
    {"global_data_tags": [{"name": "rack", "value": 8}]},
    {"is_default": True},
    {"is_default_fleet_server": True},
    {"agentless": {"resources": {"requests": {"memory": "1Gi", "cpu": "500m"}}}},
    {"overrides": {"agent": {"monitoring": {"enabled": False}}}},
    {"overrides": {}},
    {"advanced_settings": {"agent_limits_go_max_procs": 2, "agent_logging_level": "debug"}},
    {"advanced_settings": {"agent_logging_level": ""}},
    {"advanced_settings": {"agent_download_timeout": "1h", "agent_logging_to_files": False}},
    {"advanced_settings": {}},
    {"is_managed": True, "force": True},
    {"description": "words", "force": True},
    {"is_managed": False, "force": True},
]
CASES = [
    Case(
        module="fleet_agent_policy",
        result_key="agent_policy",
        identity={"id": "linux"},
        create={
            "name": "Linux / %2e",
            "monitoring_enabled": ["metrics", "logs"],
            "data_output_id": "DC 2",
            "advanced_settings": {"agent_logging_level": "info"},
            "inactivity_timeout": 600,
            "overrides": {"a": {"b": 1}},
        },
        updates=[{"name": "Linux servers"}, *UPDATES],
        changes=[*MOVING, "force"],
        setup=others,
    ),
    Case(
        module="fleet_agent_policy",
        name="by-name",
        result_key="agent_policy",
        identity={"name": "Windows", "delete_package_policies": True},
        create={"sys_monitoring": True, "has_fleet_server": True},
        updates=[{"description": "b"}, {"inactivity_timeout": 5}],
        changes=MOVING,
    ),
    Case(
        module="fleet_agent_policy",
        name="newer",
        result_key="agent_policy",
        identity={"id": "newer"},
        create={"name": "newer", "space_ids": ["default"], "required_versions": []},
        updates=[
            {"required_versions": [{"version": "9.4.3", "percentage": 50.5}]},
            {"more_advanced_settings": {"agent_monitoring_runtime_experimental": "process"}},
            {"more_advanced_settings": {"agent_monitoring_runtime_experimental": ""}},
        ],
        changes=[*MOVING, "advanced_settings"],
        versions=("9.4.3",),
    ),
]
