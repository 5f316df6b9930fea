# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The features that roles have privileges on: which there are, which are deprecated, and what replaces those.

Kibana's list of features leaves deprecated ones out, and does not say what replaces them; a list that does wins. Its
list of privileges has them all. So what the replacements are known to be stands here, and one is used only where this
Kibana has all that it consists of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._role import RESOURCE

Privileges = dict[str, list[str]]  # of features
Entries = list[dict[str, Any]]  # the option kibana

OPTIONS: dict[str, dict[str, Any]] = {
    "validate": {"type": "bool", "default": False},
    "migrate": {"type": "bool", "default": False},
}
MAIN = ("all", "read", "minimal_all", "minimal_read")
QUERIES = {name: name for name in MAIN}
WHOLE = {"all": "all", "read": "read", "minimal_all": "all", "minimal_read": "read"}


@dataclass(frozen=True)
class Heir:
    """What takes the place of a feature: ``feature`` takes its privileges over, and ``others`` some of them by
    another name. ``minimal`` is what the privilege minimal_all needs besides."""

    feature: str
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    minimal: tuple[str, ...] = ()

    def of(self, privilege: str) -> Privileges:
        """The privileges that replace one."""
        extra = list(self.minimal) if privilege == "minimal_all" else []
        rest = {name: [names[privilege]] for name, names in self.others.items() if privilege in names}
        return {self.feature: [privilege, *extra], **rest}


_COMMENTS, _ASSIGN = ("create_comment", "case_reopen"), ("cases_assign",)
_CASES = ("generalCases", "observabilityCases", "securitySolutionCases")
# The newest first. What replaces siemV2 and its successors depends on too much to be said here.
HEIRS: dict[str, tuple[Heir, ...]] = {
    **{
        name: (Heir(f"{name}_v2", {"savedQueryManagement": QUERIES}),)
        for name in ("discover", "dashboard", "visualize", "maps")
    },
    "siem": (Heir("siemV2", {"securitySolutionTimeline": WHOLE, "securitySolutionNotes": WHOLE}),),
    **{name: (Heir(f"{name}V3", {}, (*_COMMENTS, *_ASSIGN)), Heir(f"{name}V2", {}, _COMMENTS)) for name in _CASES},
    **{f"{name}V2": (Heir(f"{name}V3", {}, _ASSIGN),) for name in _CASES},
}


@dataclass
class Features:
    """What this Kibana says: privileges by feature; the deprecated features among them; their replacements, where it
    tells. ``current`` are the features that are not deprecated."""

    privileges: dict[str, set[str]] = field(default_factory=dict)
    deprecated: set[str] = field(default_factory=set)
    replacements: dict[str, dict[str, Privileges]] = field(default_factory=dict)

    @property
    def current(self) -> set[str]:
        return self.privileges.keys() - self.deprecated

    def problems(self, entries: Entries | None) -> Iterator[str]:
        """What is wrong with the features and privileges of a role, if anything."""
        for number, feature, names in _granted(entries):
            where = f"kibana[{number}].feature"
            if feature not in self.privileges:
                close = get_close_matches(feature, sorted(self.current), 1)
                yield f"{where}: this Kibana has no feature {feature!r}" + (f" (it has {close[0]})" if close else "")
                continue
            known = self.privileges[feature]
            for name in names:
                if name not in known:
                    listed = ", ".join(sorted(known))
                    yield f"{where}.{feature}: there is no privilege {name!r}, there are {listed}"

    def heir(self, feature: str, privilege: str) -> Privileges | None:
        """The privileges that replace one of a deprecated feature; None where that is not known."""
        told = self.replacements.get(feature)
        if told is not None:
            return told.get(privilege)
        for heir in HEIRS.get(feature, ()):
            found = heir.of(privilege)
            if all(name in self.current and set(names) <= self.privileges[name] for name, names in found.items()):
                return found
        return None

    def migrated(self, entries: Entries) -> tuple[Entries, dict[str, list[str]]]:
        """The entries with deprecated features replaced where that is known, and what replaces which feature (an empty
        list: not known)."""
        said: dict[str, list[str]] = {}
        result = []
        for entry in entries:
            merged: Privileges = {}
            for feature, names in (entry.get("feature") or {}).items():
                new = [self.heir(feature, name) for name in names] if feature in self.deprecated else []
                known = [part for part in new if part is not None]
                if feature in self.deprecated:
                    complete = len(known) == len(new)
                    said[feature] = list(dict.fromkeys(name for part in known for name in part)) if complete else []
                if not said.get(feature):
                    known = [{feature: names}]
                for part in known:
                    for name, granted in part.items():
                        merged[name] = list(dict.fromkeys([*merged.get(name, []), *granted]))
            result.append({**entry, "feature": merged} if merged else entry)
        return result, said


def _granted(entries: Entries | None) -> Iterator[tuple[int, str, list[str]]]:
    for number, entry in enumerate(entries or ()):
        for feature, names in (entry.get("feature") or {}).items():
            yield number, feature, names


def read_features(client: KibanaClient) -> Features:
    """Kibana's own list of features. Who asks needs the privilege to see it, which comes with all on all features."""
    found = Features()
    for feature in client.get("/api/features", in_space=False):
        privileges, replaced = _privileges(feature)
        found.privileges[feature["id"]] = privileges
        if feature.get("deprecated"):
            found.deprecated.add(feature["id"])
            found.replacements[feature["id"]] = replaced
    for name, privileges in _registered(client, found).items():
        if name not in found.privileges:
            found.deprecated.add(name)
        found.privileges.setdefault(name, set()).update(privileges)
    return found


def _registered(client: KibanaClient, found: Features) -> dict[str, set[str]]:
    """All privileges, also those of features that are not listed any more. Where Kibana does not tell (serverless),
    the features known here whose replacement is listed."""
    try:
        answer = client.get("/api/security/privileges", in_space=False)
    except KibanaError as error:
        if error.status not in (400, 403, 404):
            raise
    else:
        return {name: set(privileges) for name, privileges in answer["features"].items()}
    listed = {
        name: next((found.privileges[heir.feature] for heir in heirs if heir.feature in found.privileges), None)
        for name, heirs in HEIRS.items()
    }
    return {name: set(privileges) for name, privileges in listed.items() if privileges and name not in found.privileges}


def _privileges(feature: Mapping[str, Any]) -> tuple[set[str], dict[str, Privileges]]:
    """The privileges of a feature, and what replaces each."""
    names: set[str] = set()
    replaced: dict[str, Privileges] = {}
    for name, privilege in (feature.get("privileges") or {}).items():
        names |= {name, f"minimal_{name}"}
        told = privilege.get("replacedBy") or []
        both = told if isinstance(told, dict) else {"default": told, "minimal": told}
        replaced[name], replaced[f"minimal_{name}"] = _named(both["default"]), _named(both["minimal"])
    for part in feature.get("subFeatures") or ():
        for group in part["privilegeGroups"]:
            for privilege in group["privileges"]:
                names.add(privilege["id"])
                replaced[privilege["id"]] = _named(privilege.get("replacedBy") or [])
    return names, {name: new for name, new in replaced.items() if new}


def _named(references: list[dict[str, Any]]) -> Privileges:
    return {item["feature"]: list(item["privileges"]) for item in references}


def prepare(
    name: str,
    wanted: Entries | None,
    raw: Mapping[str, Any] | None,
    features: Features | None,
    migrate: bool,
    warn: Any,
) -> Entries | None:
    """The option ``kibana`` of a role as it is to be compared and written.

    *raw* is the role as Kibana has it. With *features*, deprecated ones are replaced or warned about. Without, and
    otherwise too, a role that Kibana shows with the replacements of what is wanted is taken for what is wanted.
    """
    if wanted is None:
        return None
    if features is not None:
        renewed, said = features.migrated(wanted)
        for feature, heirs in said.items():
            if not (migrate and heirs):
                warn(f"Role {name}: {_notice(feature, heirs, features)}")
        if migrate:
            return renewed
    shown = list((raw or {}).get("kibana") or [])
    return shown if shown and _means(wanted, shown) else wanted


def _notice(feature: str, heirs: list[str], features: Features) -> str:
    text = f"the feature {feature} is deprecated: Kibana knows it, and does not list it any more"
    if heirs:
        return f"{text}; {', '.join(heirs)} replaces it, and migrate=true rewrites it."
    later = sorted(heir.feature for heir in HEIRS.get(feature, ()) if heir.feature in features.current)
    hint = f" Related: {', '.join(later)}." if later else ""
    return f"{text}, and what replaces each of its privileges is not known here, so it is not rewritten.{hint}"


def _means(wanted: Entries, shown: Entries) -> bool:
    """Whether Kibana shows the replacements of what is wanted, and nothing else."""
    have: dict[str, set[str]] = {}
    for _unused, feature, names in _granted(shown):
        have.setdefault(feature, set()).update(names)
    old = {feature for _unused, feature, _names in _granted(wanted) if feature not in have and feature in HEIRS}
    if not old:
        return False
    node = RESOURCE.traits.child("kibana")
    return same(_filled(Features(have, old).migrated(wanted)[0]), _filled(shown), node)


def _filled(entries: Entries) -> Entries:
    defaults: dict[str, Any] = {"base": [], "feature": {}, "spaces": ["*"]}
    given = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    return [{**defaults, **entry} for entry in given]


def features_for(
    client: KibanaClient, params: Mapping[str, Any], roles: Mapping[str, Entries | None]
) -> Features | None:
    """The features, where the task's options need them. Raises :class:`PlanError` for privileges that do not exist."""
    if not (params["validate"] or params["migrate"]) or not any(any(_granted(entries)) for entries in roles.values()):
        return None
    features: Features = client.cached("kibana features", lambda: read_features(client))
    if params["validate"]:
        refuse(features, roles)
    return features


def refuse(features: Features, roles: Mapping[str, Entries | None]) -> None:
    """Raise :class:`PlanError` where a role has privileges that this Kibana does not have."""
    found = [f"role {name}: {text}" for name, entries in roles.items() for text in features.problems(entries)]
    if found:
        more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
        raise PlanError(f"Nothing was changed: {'; '.join(found[:5])}{more}.")
