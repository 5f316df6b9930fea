# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two generations of the dashboards API take, with the defaults that they fill in (reference platform D)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..schema import OMITTED, Strict

Number = int | float
Anything = dict[str, Any]

# Panels of these types have schemas; a read drops every other panel, and a write refuses it.
CONTROLS = frozenset({"options_list_control", "range_slider_control", "time_slider_control", "esql_control"})
PANEL_TYPES = frozenset({"markdown", "vis", "image", "discover_session", "slo_overview", *CONTROLS})
CONFIG_DEFAULTS: dict[str, Anything] = {
    "vis": {"ignore_global_filters": False, "sampling": 1},
    "options_list_control": {
        "use_global_filters": True,
        "ignore_validations": False,
        "single_select": False,
        "exclude": False,
        "exists_selected": False,
        "search_technique": "prefix",
        "selected_options": [],
        "sort": {"by": "_count", "direction": "desc"},
    },
}


class Reference(Strict):
    """What a dashboard refers to."""

    name: str
    type: str
    id: str


class OldGrid(Strict):
    """Place of a panel before 9.4."""

    x: Number
    y: Number
    w: Number = Field(24, ge=1, le=48)
    h: Number = Field(15, ge=1)
    i: str = OMITTED


class OldPanel(Strict):
    """Panel before 9.4."""

    panelConfig: Anything
    type: str
    gridData: OldGrid
    panelIndex: str = OMITTED
    panelRefName: str = OMITTED
    id: str = OMITTED
    title: str = OMITTED
    version: str = OMITTED


class OldOptions(Strict):
    """Display settings before 9.4."""

    hidePanelTitles: bool = False
    syncColors: bool = True
    syncCursor: bool = True
    syncTooltips: bool = True
    useMargins: bool = True


class IgnoreParent(Strict):
    """What controls ignore."""

    ignoreFilters: bool = False
    ignoreQuery: bool = False
    ignoreTimerange: bool = False
    ignoreValidations: bool = False


class Controls(Strict):
    """Controls before 9.4."""

    autoApplySelections: bool = True
    chainingSystem: Literal["NONE", "HIERARCHICAL"] = "HIERARCHICAL"
    controls: list[Anything] = []
    enhancements: Anything = OMITTED
    ignoreParentSettings: IgnoreParent = IgnoreParent()
    labelPosition: Literal["oneLine", "twoLine"] = "oneLine"


class RefreshInterval(Strict):
    """How often a dashboard is read again; the last two are of older versions."""

    pause: bool
    value: Number
    section: Number = OMITTED
    display: str = OMITTED


class SearchSource(Strict):
    """Container of the search source."""

    searchSource: Anything = OMITTED


class OldAttributes(Strict):
    """Attributes before 9.4."""

    title: str
    description: str = ""
    panels: list[OldPanel] = []
    options: OldOptions = OldOptions()
    controlGroupInput: Controls = OMITTED
    kibanaSavedObjectMeta: SearchSource = SearchSource()
    timeRestore: bool = False
    timeFrom: str = OMITTED
    timeTo: str = OMITTED
    refreshInterval: RefreshInterval = OMITTED
    version: Number = OMITTED


class OldUpdate(Strict):
    """Body of a PUT before 9.4."""

    attributes: OldAttributes
    references: list[Reference] = []


class OldCreate(OldUpdate):
    """Body of a POST before 9.4."""

    spaces: list[str] = OMITTED


class OldList(Strict):
    """Query of the list before 9.4."""

    page: int = Field(1, ge=1)
    perPage: int = Field(20, ge=1, le=1000)


class Grid(Strict):
    """Place of a panel."""

    x: Number
    y: Number
    w: Number = Field(24, ge=1, le=48)
    h: Number = Field(15, ge=1)


class SectionGrid(Strict):
    """Place of a section."""

    y: Number


class Panel(Strict):
    """Panel."""

    type: str
    grid: Grid
    config: Anything
    id: str = OMITTED


class Section(Strict):
    """Section, which can be collapsed."""

    title: str
    grid: SectionGrid
    collapsed: bool = False
    panels: list[Panel] = Field([], max_length=100)
    id: str = OMITTED


class Options(Strict):
    """Display settings."""

    auto_apply_filters: bool = True
    hide_panel_titles: bool = False
    hide_panel_borders: bool = False
    use_margins: bool = True
    sync_colors: bool = False
    sync_cursor: bool = True
    sync_tooltips: bool = False


class Query(Strict):
    """Query over all panels."""

    expression: str
    language: Literal["kql", "lucene"]


class TimeRange(Strict):
    """Time range that a dashboard restores."""

    from_: str = Field(alias="from")
    to: str
    mode: Literal["absolute", "relative"] = OMITTED


class NewInterval(Strict):
    """How often a dashboard is read again."""

    pause: bool
    value: Number


class Data(Strict):
    """Body of a PUT since 9.4."""

    title: str = Field(min_length=1)
    description: str = OMITTED
    panels: list[Anything] = Field([], max_length=100)
    pinned_panels: list[Anything] = OMITTED
    options: Options = Options()
    filters: list[Anything] = Field(OMITTED, max_length=500)
    query: Query = OMITTED
    time_range: TimeRange = OMITTED
    refresh_interval: NewInterval = OMITTED
    tags: list[str] = Field(OMITTED, max_length=100)
    project_routing: str = OMITTED


class AccessControl(Strict):
    """Who may edit."""

    access_mode: Literal["write_restricted", "default"] = OMITTED


class NewData(Data):
    """Body of a POST since 9.4."""

    access_control: AccessControl = OMITTED


class List(Strict):
    """Query of the list since 9.4."""

    page: int = Field(1, ge=1)
    per_page: int = Field(20, ge=1, le=1000)
    query: str = OMITTED
    tags: str | list[str] = []
    excluded_tags: str | list[str] = []


def checked(panel: Anything) -> Anything:
    """Return the config of a panel with its defaults; raise 400 for a panel without a schema."""
    kind, config = panel.get("type"), panel.get("config")
    if not isinstance(config, dict):
        raise CoreError(400, "[request body.panels.config]: expected a plain object value")
    if kind not in PANEL_TYPES:
        named = ", ".join(f'"{name}"' for name in sorted(PANEL_TYPES))
        raise CoreError(400, f'[request body.panels.type]: expected "type" to be one of [{named}] but got ["{kind}"]')
    if "ref_id" in config:
        return config
    if kind == "markdown":
        if "content" not in config:
            raise CoreError(
                400, "[request body.panels.config.content]: expected value of type [string] but got [undefined]"
            )
        return {**config, "settings": {"open_links_in_new_tab": True, **config.get("settings", {})}}
    return {**CONFIG_DEFAULTS.get(kind, {}), **config}
