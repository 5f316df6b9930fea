# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The fragments connection and space, for plugins that take these options from variables of the same names as well.
    DOCUMENTATION = r"""
options:
  kibana_url:
    description:
      - Address of Kibana, with its base path if it has one, such as V(https://kibana.example.com:5601).
      - If not given, the environment variable E(KIBANA_URL) is used.
    type: str
    vars:
      - name: kibana_url
  kibana_api_key:
    description:
      - API key, either encoded as Kibana shows it or as V(id:key).
      - If the task has no credentials of its own, the environment variable E(KIBANA_API_KEY) is used.
      - Detection rules and alerting rules keep running with the API key that wrote them. They stop when it is deleted
        or expires.
    type: str
    vars:
      - name: kibana_api_key
  kibana_username:
    description:
      - User name for basic authentication, together with O(kibana_password).
      - If the task has no credentials of its own, the environment variable E(KIBANA_USERNAME) is used.
    type: str
    vars:
      - name: kibana_username
  kibana_password:
    description:
      - Password for basic authentication, together with O(kibana_username).
      - If the task has no credentials of its own, the environment variable E(KIBANA_PASSWORD) is used.
    type: str
    vars:
      - name: kibana_password
  kibana_bearer_token:
    description:
      - Token of a service account, or an OAuth token.
      - If the task has no credentials of its own, the environment variable E(KIBANA_BEARER_TOKEN) is used.
      - Where the environment has several kinds of credentials, the API key goes before the token, and the token
        before the password.
    type: str
    vars:
      - name: kibana_bearer_token
  kibana_validate_certs:
    description:
      - Whether to check the certificate of the server.
      - If not given, the environment variable E(KIBANA_VALIDATE_CERTS) is used.
    type: bool
    vars:
      - name: kibana_validate_certs
  kibana_ca_cert:
    description:
      - The CA that signed the certificate of the server, as the path of a PEM file (or a directory of hashed ones) or
        as PEM text.
      - If not given, the environment variable E(KIBANA_CA_CERT) is used, and without that the CAs of the system.
    type: str
    vars:
      - name: kibana_ca_cert
  kibana_client_cert:
    description:
      - Path of a PEM file with the client certificate, and the key too unless O(kibana_client_key) is given.
      - If not given, the environment variable E(KIBANA_CLIENT_CERT) is used.
    type: path
    vars:
      - name: kibana_client_cert
  kibana_client_key:
    description:
      - Path of a PEM file with the private key of O(kibana_client_cert).
      - If not given, the environment variable E(KIBANA_CLIENT_KEY) is used.
    type: path
    vars:
      - name: kibana_client_key
  kibana_proxy:
    description:
      - URL of an HTTP proxy. The proxy variables of the environment (E(HTTPS_PROXY) and others) are not used.
      - If not given, the environment variable E(KIBANA_PROXY) is used.
    type: str
    vars:
      - name: kibana_proxy
  kibana_headers:
    description:
      - Additional HTTP headers for every request, for example for an authenticating proxy. The values are treated as
        secrets.
      - If not given, the environment variable E(KIBANA_HEADERS) is used (a JSON object).
    type: dict
    vars:
      - name: kibana_headers
  kibana_timeout:
    description:
      - Seconds to wait for the connection, and for each answer.
      - If not given, the environment variable E(KIBANA_TIMEOUT) is used.
    type: int
    vars:
      - name: kibana_timeout
  kibana_retries:
    description:
      - How often to repeat a request after a passing failure (a lost connection, HTTP 429, 502, 503 or 504), waiting
        longer each time.
      - What cannot be repeated without harm is not repeated. See the module's description.
      - If not given, the environment variable E(KIBANA_RETRIES) is used.
    type: int
    vars:
      - name: kibana_retries
  kibana_space:
    description:
      - Id of the space to work in. It must exist.
      - If not given, the environment variable E(KIBANA_SPACE) is used, and without that the default space.
    type: str
    aliases: [space]
    vars:
      - name: kibana_space
"""
