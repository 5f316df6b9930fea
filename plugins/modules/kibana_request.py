#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_request
short_description: Send any request to Kibana
description:
  - Calls an endpoint that no other module of this collection covers, with the same connection, errors and retries.
  - A request that writes is always changed, unless O(compare) says what to look at first. It is then sent only where
    something differs, and check mode predicts it with a diff.
  - In check mode, requests that read are sent, and requests that write are not.
  - It needs the privileges that Kibana asks for at that endpoint. Of O(compare) it needs those to read, too.
  - Requests go to O(kibana_url) alone. Redirects to another host are not followed.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.files
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  path:
    description:
      - Path of the endpoint as Kibana's documentation writes it, such as V(/api/status), without the base path and the
        space.
      - Ids in it must be percent-encoded where they have special characters. Parameters belong into O(query).
    type: str
    required: true
  method:
    description: Method of the request.
    type: str
    choices: [GET, HEAD, POST, PUT, PATCH, DELETE]
    default: GET
  query:
    description: Parameters. A list repeats the parameter, a dictionary is sent as JSON.
    type: dict
  body:
    description: Body to send as JSON, a dictionary or a list. What has the value null is sent so.
    type: raw
  ndjson:
    description: Body to send as lines of JSON, one for each element.
    type: list
    elements: raw
  text:
    description: Body to send as it is, see O(content_type).
    type: str
  content_type:
    description: Type of O(text). If not given, V(text/plain).
    type: str
  upload:
    description: A file to send as a form.
    type: dict
    suboptions:
      src:
        description: The file, on the host that runs the module.
        type: path
        required: true
      field:
        description: Name of the field for the file.
        type: str
        default: file
      filename:
        description:
          - Name to send for the file. If not given, its own.
          - Imports of Kibana want one that ends in C(.ndjson).
        type: str
      content_type:
        description: Type of the file. If not given, V(application/octet-stream).
        type: str
      form:
        description: Further fields of the form.
        type: dict
  idempotence:
    description:
      - What happens when the request is sent twice.
      - V(read) changes nothing. It is never changed, but for the file O(dest), and is sent in check mode, too.
      - V(repeatable) changes something, and a second time does no harm. It is sent again where no answer came.
      - V(once) changes something, and is not sent again where Kibana may have carried it out.
      - If not given, V(read) for GET and HEAD, V(repeatable) for PUT and DELETE, and V(once) for POST and PATCH.
        Give V(read) for a POST that only reads, such as an export.
    type: str
    choices: [read, repeatable, once]
  compare:
    description:
      - What to look at before a request that writes. Where Kibana has it already, nothing is sent.
      - Kibana has it where each field of O(body) is there with the same value. It may have more fields, at any depth.
        A null is the same as no field.
      - For DELETE, it is looked at whether there is something to delete.
    type: dict
    suboptions:
      path:
        description: Path to read with GET. If not given, O(path).
        type: str
      query:
        description: Parameters for it.
        type: dict
      envelope:
        description: Path of the field in the answer that holds the object, such as V(item) or V(data.0).
        type: str
      expected:
        description: What is to be there, where this is not O(body) itself.
        type: raw
      ignore:
        description: Paths of fields that are sent and not compared, such as V(version) or V(items[].id).
        type: list
        elements: str
      unordered:
        description: Paths of lists whose order does not matter.
        type: list
        elements: str
      probe:
        description:
          - A path that answers where Kibana has the function.
          - It is needed only where Kibana answers for a missing object as it does for a missing function, with
            C(404 Not Found) and no more.
        type: str
  secret_fields:
    description:
      - Paths of fields that hold secrets, such as V(secrets.token), V(config.headers.*) or V([].api_key). They are
        sent, and masked in the result, the diff, errors, and the options that Ansible shows. They are never compared.
      - They are looked for in O(body), O(ndjson), O(query), the form of O(upload), and the answer. If an answer wraps
        the object, give the path with the wrapping, too, such as V(item.secrets.token).
      - A file O(dest) is not masked, only the diff of it. For a secret O(text), use C(no_log).
    type: list
    elements: str
  status_code:
    description:
      - The statuses of HTTP that are no failure, such as V(404). If not given, all successful ones.
      - With O(compare), this is about the request itself, not about looking.
    type: list
    elements: int
  unchanged_status:
    description: Statuses that are no failure and mean that nothing was changed, such as V(409).
    type: list
    elements: int
  unchanged_when:
    description:
      - Fields of the answer, by path, and values. Where all of them are so, nothing was changed.
      - Check mode cannot know the answer, and predicts a change.
    type: dict
  paginate:
    description: For a GET that returns a list in pages. All pages are read, and the result is one list.
    type: dict
    suboptions:
      items:
        description: Path of the list in the answer, such as V(data). V("") means that the answer is the list.
        type: str
        required: true
      total:
        description: Path of the number of all objects. Without such a field, an empty page is the end.
        type: str
        default: total
      page_name:
        description: Parameter for the number of the page.
        type: str
        default: page
      size_name:
        description: Parameter for the size of a page, such as V(per_page).
        type: str
        default: perPage
      size:
        description: Size of a page.
        type: int
        default: 100
      first_page:
        description: Number of the first page.
        type: int
        default: 1
  in_space:
    description: Whether the endpoint works in O(kibana_space). Set it to V(false) for what belongs to no space.
    type: bool
    default: true
seealso:
  - module: ansible.builtin.uri
"""

EXAMPLES = r"""
- name: Read all spaces
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    path: /api/spaces/space
    in_space: false
  register: spaces

- name: Read a long list to the end
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    path: /api/fleet/agents
    query:
      showInactive: true
    paginate:
      items: items

- name: Write an object, where it is not so already
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    method: PUT
    path: /api/security/role/readers
    in_space: false
    body:
      description: People who only read.
      elasticsearch:
        cluster: [monitor]
      kibana:
        - base: [read]
          spaces: ["*"]
    compare:
      unordered: [elasticsearch.cluster]
      probe: /api/security/role

- name: Create a connector with a secret
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    method: POST
    path: /api/actions/connector/chat
    idempotence: repeatable
    body:
      name: Chat
      connector_type_id: .slack
      config: {}
      secrets:
        webhookUrl: https://chat.example.com/a-secret-path
    compare:
      expected:
        name: Chat
    secret_fields: [secrets]

- name: Export rules to a file
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    method: POST
    path: /api/detection_engine/rules/_export
    idempotence: read
    dest: rules.ndjson

- name: Delete an object, if it is there
  stackops.kibana.kibana_request:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    method: DELETE
    path: /api/actions/connector/no-longer-used
    compare: {}
"""

RETURN = r"""
sent:
  description: Whether the request itself was sent. It is not where O(compare) finds nothing to do, nor a write in check
    mode.
  returned: always
  type: bool
  sample: true
status:
  description: Status of the answer.
  returned: when the request was sent and answered
  type: int
  sample: 200
json:
  description:
    - The answer, where it is JSON. Lines of JSON become a list, and pages one list.
    - Where nothing had to be sent, the object that O(compare) has read.
  returned: when there is such an answer, and without O(dest)
  type: raw
  sample:
    id: default
    name: Default
content:
  description: The answer, where it is other text.
  returned: when there is such an answer, and without O(dest)
  type: str
  sample: "10.0.0.1"
dest:
  description: The file that was written.
  returned: when O(dest) is given and an answer came
  type: str
  sample: /backup/rules.ndjson
checksum:
  description: SHA-256 of that file.
  returned: when O(dest) is given and an answer came
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
size:
  description: Number of bytes of that file, or of an answer that is no text.
  returned: in these cases
  type: int
  sample: 5120
"""

from ansible_collections.stackops.kibana.plugins.module_utils._files import FILE, FILE_RULES
from ansible_collections.stackops.kibana.plugins.module_utils._request import Request, secrets_among
from ansible_collections.stackops.kibana.plugins.module_utils._request_check import BODIES, check
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

STRING = {"type": "str"}
STRINGS = {"type": "list", "elements": "str"}
COMPARE = {
    "path": STRING,
    "query": {"type": "dict"},
    "envelope": STRING,
    "expected": {"type": "raw"},
    "ignore": STRINGS,
    "unordered": STRINGS,
    "probe": STRING,
}
UPLOAD = {
    "src": {"type": "path", "required": True},
    "field": {"type": "str", "default": "file"},
    "filename": STRING,
    "content_type": STRING,
    "form": {"type": "dict"},
}
PAGINATE = {
    "items": {"type": "str", "required": True},
    "total": {"type": "str", "default": "total"},
    "page_name": {"type": "str", "default": "page"},
    "size_name": {"type": "str", "default": "perPage"},
    "size": {"type": "int", "default": 100},
    "first_page": {"type": "int", "default": 1},
}
OPTIONS = {
    "path": {"type": "str", "required": True},
    "method": {"type": "str", "choices": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "default": "GET"},
    "query": {"type": "dict"},
    "body": {"type": "raw"},
    "ndjson": {"type": "list", "elements": "raw"},
    "text": STRING,
    "content_type": STRING,
    "upload": {"type": "dict", "options": UPLOAD},
    "idempotence": {"type": "str", "choices": ["read", "repeatable", "once"]},
    "compare": {"type": "dict", "options": COMPARE},
    # The names of secrets, not secrets.
    "secret_fields": {"type": "list", "elements": "str", "no_log": False},
    "status_code": {"type": "list", "elements": "int"},
    "unchanged_status": {"type": "list", "elements": "int"},
    "unchanged_when": {"type": "dict"},
    "paginate": {"type": "dict", "options": PAGINATE},
    "in_space": {"type": "bool", "default": True},
    **FILE,
}


def main():
    run_action(
        lambda context: Request(context).run(),
        OPTIONS,
        resource=secrets_among,
        check=check,
        mutually_exclusive=[BODIES],
        required_by={**FILE_RULES["required_by"], "content_type": ["text"]},
    )


if __name__ == "__main__":
    main()
