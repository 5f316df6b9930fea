# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the package of prebuilt rules: made up, in the shape of Elastic's."""

from __future__ import annotations

import uuid
from typing import Any

Asset = dict[str, Any]

PACKAGE = "security_detection_engine"
TACTICS = {
    "TA0001": "Initial Access", "TA0002": "Execution", "TA0003": "Persistence", "TA0004": "Privilege Escalation",
    "TA0005": "Defense Evasion", "TA0006": "Credential Access", "TA0007": "Discovery", "TA0008": "Lateral Movement",
    "TA0010": "Exfiltration", "TA0011": "Command and Control", "TA0040": "Impact",
}  # fmt: skip
_RISKS = {"low": 21, "medium": 47, "high": 73, "critical": 99}
_OF_SYSTEMS = {"Linux": ["logs-endpoint.events.*"], "Windows": ["winlogbeat-*", "logs-windows.*"]}
# Name, severity, where it looks, tactic, technique, its name, query, type.
_ROWS: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("Shell Started by a Web Server", "high", "OS: Linux", "TA0002", "T1059", "Command and Scripting Interpreter",
     "process.parent.name:(nginx or apache2) and process.name:sh", "query"),
    ("Cron Job Created in a Temporary Folder", "medium", "OS: Linux", "TA0003", "T1053", "Scheduled Task/Job",
     "file.path:/tmp/*cron* and event.type:creation", "query"),
    ("Sudoers File Changed", "low", "OS: Linux", "TA0004", "T1548", "Abuse Elevation Control Mechanism",
     "file.path:/etc/sudoers* and event.type:change", "query"),
    ("Kernel Module Loaded from a Home Folder", "high", "OS: Linux", "TA0003", "T1547", "Boot or Logon Autostart",
     "process.name:insmod and process.args:/home/*", "query"),
    ("Many Failed Logins over SSH", "medium", "OS: Linux", "TA0006", "T1110", "Brute Force",
     "event.category:authentication and event.outcome:failure", "threshold"),
    ("Log Files Deleted", "low", "OS: Linux", "TA0005", "T1070", "Indicator Removal",
     "file.path:/var/log/* and event.type:deletion", "query"),
    ("Network Scanner Started", "low", "OS: Linux", "TA0007", "T1046", "Network Service Discovery",
     "process.name:(nmap or masscan)", "query"),
    ("Archive Sent to a File Sharing Site", "medium", "OS: Linux", "TA0010", "T1567", "Exfiltration Over Web Service",
     "process.name:curl and process.args:*.tar.gz", "query"),
    ("Encoded PowerShell Command", "high", "OS: Windows", "TA0002", "T1059", "Command and Scripting Interpreter",
     "process.name:powershell.exe and process.args:-enc*", "query"),
    ("Shadow Copies Deleted", "critical", "OS: Windows", "TA0040", "T1490", "Inhibit System Recovery",
     "process.name:vssadmin.exe and process.args:delete", "query"),
    ("Memory of LSASS Read", "critical", "OS: Windows", "TA0006", "T1003", "OS Credential Dumping",
     'process where process.name == "procdump.exe" and process.args : "*lsass*"', "eql"),
    ("Remote Service Created", "medium", "OS: Windows", "TA0008", "T1021", "Remote Services",
     'process where process.name == "sc.exe" and process.args : "create"', "eql"),
    ("Run Key Changed", "medium", "OS: Windows", "TA0003", "T1547", "Boot or Logon Autostart",
     "registry.path:*CurrentVersion\\\\Run*", "query"),
    ("Defender Switched Off", "high", "OS: Windows", "TA0005", "T1562", "Impair Defenses",
     "process.args:DisableRealtimeMonitoring", "query"),
    ("Office Program Starts a Shell", "high", "OS: Windows", "TA0001", "T1566", "Phishing",
     "process.parent.name:winword.exe and process.name:cmd.exe", "query"),
    ("Account Added to Administrators", "medium", "OS: Windows", "TA0003", "T1098", "Account Manipulation",
     "event.code:4732 and group.name:Administrators", "query"),
    ("Unusual Parent of a System Process", "medium", "OS: Windows", "TA0005", "T1036", "Masquerading",
     'process where process.name == "svchost.exe" and process.parent.name != "services.exe"', "eql"),
    ("Console Login without a Second Factor", "high", "Domain: Cloud", "TA0001", "T1078", "Valid Accounts",
     "event.action:ConsoleLogin and aws.cloudtrail.mfa_used:false", "query"),
    ("Trail of the Cloud Stopped", "critical", "Domain: Cloud", "TA0005", "T1562", "Impair Defenses",
     "event.action:StopLogging", "query"),
    ("Bucket Made Public", "medium", "Domain: Cloud", "TA0010", "T1537", "Transfer Data to Cloud Account",
     "event.action:PutBucketPolicy and event.outcome:success", "query"),
    ("Access Key Created for Another User", "low", "Domain: Cloud", "TA0003", "T1098", "Account Manipulation",
     "event.action:CreateAccessKey", "query"),
    ("First Use of a Cloud Region", "low", "Domain: Cloud", "TA0005", "T1535", "Unused Cloud Regions",
     "event.provider:*", "new_terms"),
    ("Beacon over HTTP", "medium", "Domain: Network", "TA0011", "T1071", "Application Layer Protocol",
     "network.protocol:http and http.request.method:POST", "query"),
    ("Tunnel over DNS", "high", "Domain: Network", "TA0011", "T1572", "Protocol Tunneling",
     "dns.question.type:TXT", "threshold"),
    ("Cluster Admin Bound to Everybody", "critical", "Domain: Container", "TA0004", "T1078", "Valid Accounts",
     "kubernetes.audit.verb:create and kubernetes.audit.objectRef.resource:clusterrolebindings", "query"),
    ("Shell in a Container", "low", "Domain: Container", "TA0002", "T1609", "Container Administration Command",
     "kubernetes.audit.objectRef.subresource:exec", "query"),
)  # fmt: skip


def rule_id(name: str) -> str:
    """The lasting id of the rule with this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"prebuilt:{name}"))


def asset(identity: str, name: str, **fields: Any) -> Asset:
    """A rule as it stands in the package."""
    return {
        "rule_id": identity, "type": "query", "name": name, "description": f"{name}.", "risk_score": 47,
        "severity": "medium", "query": "event.category:process", "language": "kuery", "index": ["logs-*"],
        "author": ["Elastic"], "license": "Elastic License v2", "tags": ["OS: Linux"], "version": 3, **fields,
    }  # fmt: skip


def default_assets() -> list[Asset]:
    """The two rules of the default data set."""
    return [
        asset("prebuilt-rule-1", "Emulated Prebuilt Rule One"),
        asset("prebuilt-rule-2", "Emulated Prebuilt Rule Two", severity="high", risk_score=73, tags=["OS: Windows"]),
    ]


def soc_assets() -> list[Asset]:
    """The rules of the data set of the SOC; every third one has an older version, too."""
    found = []
    for number, row in enumerate(_ROWS):
        latest = _latest(*row)
        if number % 3 == 0:
            found.append({**latest, **_older(latest), "version": latest["version"] - 1})
        found.append(latest)
    return found


def _latest(
    name: str, severity: str, place: str, tactic: str, technique: str, technique_name: str, query: str, kind: str
) -> Asset:
    site = "https://attack.mitre.org"
    threat = {
        "framework": "MITRE ATT&CK",
        "tactic": {"id": tactic, "name": TACTICS[tactic], "reference": f"{site}/tactics/{tactic}/"},
        "technique": [
            {
                "id": technique,
                "name": technique_name,
                "reference": f"{site}/techniques/{technique}/",
                "subtechnique": [],
            }
        ],
    }
    made = asset(
        rule_id(name), name, type=kind, severity=severity, risk_score=_RISKS[severity], query=query, version=105,
        description=f"Looks for this: {name[0].lower()}{name[1:]}.\nIt is a common step of attackers.\nSee the guide.",
        index=_OF_SYSTEMS.get(place.removeprefix("OS: "), ["filebeat-*", "logs-*"]), threat=[threat],
        tags=[place, f"Tactic: {TACTICS[tactic]}", "Data Source: Elastic Defend"], references=[f"{site}/{technique}"],
    )  # fmt: skip
    if kind == "eql":
        made["language"] = "eql"
    elif kind == "threshold":
        made["threshold"] = {"field": ["source.ip"], "value": 20}
    elif kind == "new_terms":
        made.update(new_terms_fields=["cloud.region"], history_window_start="now-14d")
    return made


def _older(latest: Asset) -> Asset:
    """What was different in the version before."""
    lines = latest["description"].split("\n")
    return {
        "description": "\n".join([*lines[:-1], "There is no guide yet."]),
        "tags": latest["tags"][:-1],
        "query": f"{latest['query']} and true" if latest["type"] == "eql" else f"{latest['query']} and host.name:*",
    }
