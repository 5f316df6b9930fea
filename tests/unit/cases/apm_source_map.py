# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

MAP = {"version": 3, "sources": ["ü.ts"], "mappings": "AAAA", "names": []}

CASES = [
    Case(
        module="apm_source_map",
        result_key="source_map",
        identity={
            "service_name": "shop / ü",
            "service_version": "1.0",
            "bundle_filepath": "https://Shop.example.com:443/app.js?a=b",
        },
        create={"content": MAP},
        updates=[{"content": {**MAP, "mappings": "BBBB"}}, {"content": '{"version":3,"sources":[],"mappings":""}'}],
        changes=["id", "checksum", "created", "relative_url", "decodedSha256", "decodedSize"],
        writes={"update": 2},
    ),
]
