# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

CASES = [
    Case(
        module="fleet_proxy",
        result_key="fleet_proxy",
        identity={"id": "office"},
        create={
            "name": "Office",
            "url": "http://proxy.example:3128",
            "proxy_headers": {"Proxy-Authorization": "header-s3cret"},
            "certificate": "CERT",
            "certificate_key": "key-s3cret",
        },
        updates=[
            {"name": "Head office"},
            {"url": "https://proxy.example:3129"},
            {"certificate_authorities": "CA"},
            {"certificate_authorities": ""},
            {"proxy_headers": {"X-A": "other-s3cret"}},
            {"proxy_headers": {}},
            {"certificate": ""},
        ],
        secrets=["key-s3cret", "header-s3cret", "other-s3cret"],
    ),
    Case(
        module="fleet_proxy",
        name="by-name",
        result_key="fleet_proxy",
        identity={"name": "Lab"},
        create={"url": "socks5://proxy.example:1080"},
        updates=[{"url": "http://proxy.example:3128"}],
        changes=["id"],
    ),
]
