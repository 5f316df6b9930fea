# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for the documentation site, see tools/build_site.py."""

from __future__ import annotations

import os

project = "stackops.kibana"
title = "Kibana and Elastic Security with Ansible"
html_title = title
html_short_title = "stackops.kibana"
copyright = "stackops.kibana contributors"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
nitpicky = True  # a reference that leads nowhere is a warning, and a warning is an error

html_theme = "sphinx_ansible_theme"
html_theme_options = {
    "documentation_home_url": "https://github.com/stackops/kibana",
    "topbar_links": {
        "Repository": "https://github.com/stackops/kibana",
        "Issues": "https://github.com/stackops/kibana/issues",
        "Ansible": "https://docs.ansible.com/",
    },
}
html_static_path = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "static")]
html_css_files = ["site.css"]
html_show_sphinx = False
html_use_smartypants = True
html_use_modindex = False
html_use_index = False
html_copy_source = False

# The few labels of Ansible's own documentation that are used, so that no network is needed to know them.
intersphinx_mapping = {
    "ansible": ("https://docs.ansible.com/projects/ansible/latest/", os.environ["SITE_INVENTORY"]),
}
