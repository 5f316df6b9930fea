# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads from Kibana's API in a template."""

from __future__ import annotations

DOCUMENTATION = r"""
name: kibana
short_description: Read from Kibana
description:
  - Sends GET requests to the API of Kibana and returns the answers, or the objects of a paged list.
  - Where Kibana does not answer or refuses, that is an error. Only what does not exist can have a O(default).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection_vars
options:
  _terms:
    description:
      - Paths of the API, as Kibana's documentation has them, such as V(/api/status) or V(/api/actions/connectors). A
        query may follow behind C(?).
    type: list
    elements: str
    required: true
  items:
    description:
      - The key of the list in an answer, such as V(data) or V(items). The result is then the list, to its end, page by
        page. V("") stands for an answer that is a list itself.
      - If not given, the result is the whole answer.
    type: str
  page_size_name:
    description:
      - The query parameter for the size of a page, V(per_page) in most of Kibana and V(perPage) in Fleet. Without it,
        Kibana is taken to give the whole list at once.
    type: str
  in_space:
    description: Whether the path is in the space of O(kibana_space), which most are. Roles and spaces are in none.
    type: bool
    default: true
  default:
    description: What to return where the object does not exist.
    type: raw
notes:
  - The result is marked as unsafe, so Ansible does not take text in it for a template.
  - Ansible does not know which parts of an answer are secret. Put C(no_log=true) on a task that uses one, such as an
    enrollment token.
  - Options may be given to the lookup, or as variables of the same name.
seealso:
  - module: stackops.kibana.kibana_request
"""

EXAMPLES = r"""
- name: Show Kibana's version
  ansible.builtin.debug:
    msg: "{{ lookup('stackops.kibana.kibana', '/api/status', in_space=false).version.number }}"

- name: Show the names of all connectors of a space
  ansible.builtin.debug:
    msg: "{{ query('stackops.kibana.kibana', '/api/actions/connectors', items='', kibana_space='security')
      | map(attribute='name') }}"

- name: Show all agent policies, page by page
  ansible.builtin.debug:
    msg: "{{ query('stackops.kibana.kibana', '/api/fleet/agent_policies', items='items', page_size_name='perPage')
      | map(attribute='name') }}"

- name: Do something where there is no such role
  ansible.builtin.debug:
    msg: There is no auditor.
  when: lookup('stackops.kibana.kibana', '/api/security/role/auditor', in_space=false, default={}) == {}
"""

RETURN = r"""
_raw:
  description: The answers, one for each path, or with O(items) the objects of the lists.
  type: list
  elements: raw
"""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, tidy
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import (
    HALF_A_CHARACTER,
    client_for,
    connection_of,
    option_error,
)

MISSING = object()


class LookupModule(LookupBase):
    """Reads each path with one connection."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        """The answers. Raises AnsibleLookupError with one sentence."""
        try:
            self.set_options(var_options=variables, direct=kwargs)
        except (AnsibleError, ArithmeticError, TypeError, ValueError) as error:  # it does not expect every value
            raise AnsibleLookupError(option_error(error)) from None
        try:
            connection = connection_of({name: self._given(name) for name in CONNECTION})
            client = client_for(connection, Display().warning)
            found: list[Any] = []
            for term in terms:
                found += self._read(client, str(term), kwargs.get("default", MISSING))
        except (KibanaError, SettingsError) as error:
            raise AnsibleLookupError(tidy(str(error))) from None
        return found

    def _given(self, name: str) -> Any:
        """A connection option as the user gave it: the others come from the environment or have their defaults."""
        value, origin = self.get_option_and_origin(name)
        return None if origin in (None, "default") else value

    def _read(self, client: KibanaClient, term: str, default: Any) -> list[Any]:
        parts = _path(term)
        params, in_space = dict(parse_qsl(parts.query, keep_blank_values=True)), self.get_option("in_space")
        items = self.get_option("items")
        try:
            if items is None:
                return [client.get(parts.path, params=params or None, in_space=in_space)]
            size = self.get_option("page_size_name") or ""
            if not items:
                return _list(client.get(parts.path, params=params or None, in_space=in_space), parts.path)
            return list(client.pages(parts.path, items=items, size_name=size, params=params, in_space=in_space))
        except (AttributeError, KeyError, TypeError):
            raise AnsibleLookupError(
                tidy(f"The answer of {parts.path} has no list {items!r}: correct items.")
            ) from None
        except UnicodeEncodeError:
            raise AnsibleLookupError(HALF_A_CHARACTER) from None
        except KibanaError as error:
            if error.status == 404 and default is not MISSING:
                return [default]
            raise


def _path(term: str) -> SplitResult:
    """The path and the query of a term. Raises AnsibleLookupError where a request would go somewhere else."""
    try:
        parts = urlsplit(term)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    strange = any(unquote(part) in (".", "..") for part in parts.path.split("/")) or "\\" in term
    if strange or parts.scheme or parts.netloc or not parts.path.startswith("/") or not term.isprintable():
        raise AnsibleLookupError(tidy(f"{term!r} is no path of Kibana's API, which begins with /api/."))
    return parts


def _list(answer: Any, path: str) -> list[Any]:
    if not isinstance(answer, list):
        raise AnsibleLookupError(f"The answer of {path} is no list: name the key of the list in items.")
    return answer
