# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  update_secrets:
    description:
      - When to send secrets, which Kibana never gives back and which therefore cannot be compared.
      - V(on_create) sends them when the object is created, and with an update where Kibana would otherwise lose them.
      - V(on_change) does that, and sends those that are not the ones which it sent the last time. It knows them by a
        digest in O(secrets_file). A secret that changes is sent once, and one that does not is never sent again.
      - V(always) sends them at every run. The task is then always changed.
    type: str
    choices: [on_create, on_change, always]
    default: on_create
  secrets_file:
    description:
      - The file with the digests of secrets for O(update_secrets=on_change), such as one beside the variables. Give the
        whole path. It is on the host that the task runs on.
      - It is made by the first task that sends a secret, with mode 0600. A name that ends in C(.yml) or C(.yaml) gives
        YAML, any other JSON. Any number of tasks may share it, also for several Kibana.
      - A digest is written after Kibana has taken the secret, and never in check mode. A file of the same name with
        C(.lock) appended lies beside it.
      - An object that is not in it yet has its secrets sent once.
    type: path
  secrets_key:
    description:
      - The key of the digests in O(secrets_file), of at least 16 characters. Without it a digest does not help to guess
        a secret, so keep it as you keep the secrets, and not beside the file.
      - The environment variable E(KIBANA_SECRETS_KEY) is taken where it is not given.
    type: str
"""
