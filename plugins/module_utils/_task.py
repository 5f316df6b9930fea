# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The glue between Ansible and the rest that every module needs: argument specs, secrets, results and failures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils._args import (
    CREDENTIALS,
    SettingsError,
    dangers,
    settings_from,
    shortened,
)
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._module import build_module
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import (
    SECRET_HIDDEN,
    hidden_strings,
    mask,
    scrub,
    strings_in,
    url_passwords,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource


@dataclass
class Context:
    """What a callable of a resource or an action works with: ``params`` are the task's options.

    ``secrets`` are the strings that must not appear in errors and warnings; a callable may add some. ``recorded`` is
    the file with the digests of secrets, where the task has one.
    """

    module: Any
    client: KibanaClient
    params: dict[str, Any]
    resource: Resource | None = None
    secrets: list[str] = field(default_factory=list)
    recorded: Any = None

    @property
    def check_mode(self) -> bool:
        return bool(self.module.check_mode)

    def warn(self, text: str) -> None:
        """Warn the person who runs the task; secrets are taken out, which Ansible would not do here."""
        self.client.warn(text)

    @property
    def desired(self) -> dict[str, Any]:
        """The options that describe the object itself."""
        resource = cast("Resource", self.resource)
        return {name: self.params[name] for name in resource.options if name not in resource.controls}


def run_info(key: str, options: Mapping[str, Any], read: Callable[[Context], list[Any]], **rules: Any) -> None:
    """The ``main()`` of a module that only reads; ``read`` returns the list for the result's *key*."""
    run_action(lambda context: {"changed": False, key: read(context)}, options, **rules)


def run_action(
    action: Callable[[Context], dict[str, Any]],
    options: Mapping[str, Any],
    *,
    resource: Resource | Callable[[dict[str, Any]], Resource] | None = None,
    check: Callable[[dict[str, Any]], str | None] | None = None,
    **rules: Any,
) -> None:
    """The ``main()`` of any other module: ``action`` gets the context and returns the result.

    This is the one place where the errors of this collection become a failed task. ``check`` may refuse the options
    with a sentence, before any request. ``resource`` may be a function of the options, where these say what is secret.
    """
    module = build_module(options, _concealed(options, resource), **rules)
    params = dict(module.params)
    resource = resource(params) if callable(resource) else resource
    secrets = list(_take_secrets(module, params, resource))
    module.params.update(shortened(module.params))
    module.log_invocation()
    try:
        refuse = check or (resource.check if resource else None)
        problem = refuse(params) if refuse else None
        if problem:
            raise PlanError(problem)
        settings = settings_from(params, os.environ)
        secrets += settings.secrets
        for danger in dangers(settings):
            module.warn(danger)
        client = KibanaClient(settings, lambda text: module.warn(scrub(text, secrets)), secrets)
        result = action(Context(module, client, params, resource, secrets))
    except KibanaError as error:
        module.fail_json(**scrub(error.as_result(), secrets))
    except PartialFailure as error:
        module.fail_json(**scrub({"msg": str(error), **error.result}, secrets))
    except (PlanError, SettingsError) as error:
        module.fail_json(msg=scrub(str(error), secrets))
    module.exit_json(**result)


def _concealed(options: Mapping[str, Any], resource: Any) -> set[str]:
    """The options in which there may be secrets that Ansible does not know of."""
    if isinstance(resource, Resource):
        return {*resource.veiled, *(path.split(".")[0].partition("[")[0] for path in resource.hidden)}
    return (
        {name for name, spec in options.items() if spec.get("type") in ("dict", "raw", "list")} if resource else set()
    )


def _take_secrets(module: Any, params: dict[str, Any], resource: Resource | None) -> tuple[str, ...]:
    """The secrets among the options, for scrubbing; and take headers and hidden fields out of what Ansible shows.

    Ansible would replace a header's value wherever it stands in a result, however short and common it is.
    """
    headers = params.get("kibana_headers")
    passwords = url_passwords(params)
    module.hide_passwords(passwords)
    if headers:
        own = {str(value) for value in headers.values()}
        module.no_log_values.difference_update(own)
        module.params["kibana_headers"] = dict.fromkeys(headers, SECRET_HIDDEN)
    hidden = _take_hidden(module, params, resource) if resource else ()
    if resource and resource.login_names:
        _spare_login_names(module, params, resource)
    for name in resource.veiled if resource else ():
        if module.params[name] is not None:
            module.params[name] = SECRET_HIDDEN
    known = strings_in([list(module.no_log_values), list((headers or {}).values())])
    return (*known, *passwords, *hidden)


def _take_hidden(module: Any, params: dict[str, Any], resource: Resource) -> tuple[str, ...]:
    """The strings in hidden fields, which are masked in the options that Ansible shows."""
    for name in {path.split(".")[0].partition("[")[0] for path in resource.hidden}:
        module.params[name] = mask({name: params[name]}, resource.traits)[name]
    return tuple(hidden_strings(params, resource.traits))


def _spare_login_names(module: Any, params: dict[str, Any], resource: Resource) -> None:
    """Take names of users off Ansible's list, unless they are a password, too; what holds them is masked as a whole."""
    names: set[str] = set()
    secrets = {str(params[name]) for name, spec in CREDENTIALS.items() if spec.get("no_log")}
    for top in {path.split(".")[0] for path in resource.login_names}:
        for key, value in (params[top] or {}).items():
            (names if f"{top}.{key}" in resource.login_names else secrets).update(strings_in(value))
        module.params[top] = mask({top: params[top]}, resource.traits)[top]
    module.no_log_values.difference_update(names - secrets)
