# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an export: one for each area, equal bytes for equal objects, and one with the secrets to fill in."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds, _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Template

SECRETS = "secrets.example.yml"
VARIABLE = "kibana_secrets"
FILES = "files"  # the directory of what the variables refer to with {{ kibana_files }}
NEVER_WRAP = 1_000_000
HEAD = "# Exported from Kibana by stackops.kibana.kibana_export.\n---\n"
SECRETS_HEAD = """# Exported from Kibana by stackops.kibana.kibana_export.
# The secrets of its objects, which an export does not have. Copy this file, fill it in, encrypt it with ansible-vault.
---
"""


class Dumper(yaml.SafeDumper):
    """Writes what Ansible reads back unchanged: lists indented, no references, long texts as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without indentation."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal parts out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    tag = "!unsafe" if any(mark in text for mark in ("{{", "{%", "{#")) else "tag:yaml.org,2002:str"
    style = "|" if "\n" in text else ("'" if tag == "!unsafe" else None)
    return dumper.represent_scalar(tag, text, style=style)


Dumper.add_representer(str, _text)
Dumper.add_multi_representer(str, _text)  # Ansible has texts of its own
Dumper.add_representer(
    Template, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def dump(value: Any) -> str:
    """A value as YAML."""
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=NEVER_WRAP))


def secret_key(found: _sources.Found, space: str, path: Iterable[str]) -> str:
    """The name of a secret among those to fill in, such as ``connectors/default/hook/secrets.password``."""
    place = [space] if found.in_space else []
    parts = [_kinds.BY_MODULE[found.kind].area, *place, *map(str, found.identity.values()), ".".join(path)]
    return "/".join(parts)


def described(found: _sources.Found, space: str, usual: str) -> tuple[dict[str, Any], list[str]]:
    """The options of an object as they are written, and the keys of the secrets in them."""
    keys = {path: secret_key(found, space, path) for path in found.secrets}
    options = _filled(found.options, keys, ())
    if found.in_space and space != usual:
        options["kibana_space"] = space
    return options, list(keys.values())


def _filled(value: Any, keys: Mapping[tuple[str, ...], str], path: tuple[str, ...]) -> Any:
    """The value with each placeholder as the template of its secret."""
    if isinstance(value, Template):
        return Template(f"{{{{ {VARIABLE}['{keys[path]}'] }}}}") if path in keys else value
    if isinstance(value, Mapping):
        return {name: _filled(item, keys, (*path, str(name))) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, keys, (*path, str(number))) for number, item in enumerate(value)]
    return value


def contents(
    areas: Mapping[str, list[dict[str, Any]]], secrets: Iterable[str], files: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """The text of each file. An area without objects gets one only where an earlier export left one."""
    texts = {}
    for area, objects in areas.items():
        name = f"{area}.yml"
        if objects or (folder / name).exists():
            texts[name] = HEAD + dump({f"kibana_{area}": objects})
    keys = sorted(set(secrets))
    if keys or (folder / SECRETS).exists():
        texts[SECRETS] = SECRETS_HEAD + dump({VARIABLE: dict.fromkeys(keys, "")})
    texts.update({f"{FILES}/{name}": files[name] for name in sorted(files)})
    return texts


def write(folder: Path, texts: Mapping[str, str], check_mode: bool) -> tuple[list[str], list[dict[str, str]]]:
    """Write the files that differ, each in one step; return their paths and a diff for each. Raises ``OSError``."""
    written, diffs = [], []
    for name, text in texts.items():
        path = folder / name
        before = _text(path)
        if before == text:
            continue
        written.append(str(path))
        diffs.append({"before_header": str(path), "after_header": str(path), "before": before, "after": text})
        if not check_mode:
            _replace(path, text)
    return written, diffs


def _text(path: Path) -> str:
    """What is in a file that is to be replaced; one that is not there is empty. Raises ``OSError``."""
    if unreadable(str(path)):
        raise OSError(errno.EINVAL, unreadable(str(path)), str(path))
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
