# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments and alerts of cases: `/api/cases/{caseId}/comments` (reference platform C.3)."""

from __future__ import annotations

from typing import Any

from ..errors import CoreError
from ..routing import Context, route
from .case_rules import COMMENTS, Case, bare, comments_of, ensure, existing, page_of, shown, touch, user
from .case_schema import AlertComment, AlertCommentPatch, UserComment, UserCommentPatch, as_list, given

BASE = "/api/cases/{caseId}/comments"


def _sent(ctx: Context, text: type[UserComment], alert: type[AlertComment]) -> Case:
    """Return the body; its type says which schema it has."""
    kind = ctx.body.get("type") if isinstance(ctx.body, dict) else None
    if kind not in ("user", "alert"):
        raise CoreError(400, f'Invalid value "{kind}" supplied to "type"')
    sent = given(alert if kind == "alert" else text, ctx.body, ctx.emulator.version)
    for name in ("alertId", "index"):
        if name in sent:
            sent[name] = as_list(sent[name])
    return sent


@route("POST", BASE)
def add(ctx: Context) -> Case:
    """Attach a text or alerts; answers with the whole case. Alerts that are there already are left out."""
    sent = _sent(ctx, UserComment, AlertComment)
    case = existing(ctx, "all", "add comment to")
    if sent["owner"] != case["owner"]:
        raise CoreError(400, "The owner field of the comment must match the case")
    if sent["type"] == "alert":
        if case["status"] == "closed":
            raise CoreError(400, "Alert cannot be attached to a closed case")
        known = {alert for item in comments_of(ctx, case["id"]) for alert in item.get("alertId", [])}
        pairs = [pair for pair in zip(sent["alertId"], sent["index"], strict=True) if pair[0] not in known]
        if not pairs:
            return shown(ctx, case, with_comments=True)
        sent["alertId"], sent["index"] = (list(part) for part in zip(*pairs, strict=True))
    key = ctx.emulator.uuid()
    ctx.store(COMMENTS)[key] = {
        "_case": case["id"], "id": key, "version": ctx.emulator.version_token(), "created_at": ctx.emulator.now(),
        "created_by": user(ctx.user.name), "pushed_at": None, "pushed_by": None, "updated_at": None,
        "updated_by": None, **sent,
    }  # fmt: skip
    touch(ctx, case)
    return shown(ctx, case, with_comments=True)


@route("PATCH", BASE)
def change(ctx: Context) -> Case:
    """Change a text; its type and its owner stay."""
    sent = _sent(ctx, UserCommentPatch, AlertCommentPatch)
    comment = ctx.store(COMMENTS).get(sent["id"])
    if comment is None:
        raise CoreError(404, f"This comment {sent['id']} does not exist anymore.")
    ensure(ctx, comment["owner"], "all", "update comment")
    case = existing(ctx, "all", "patch comment")
    for name in ("type", "owner"):
        if comment[name] != sent[name]:
            raise CoreError(400, f"You cannot change the {name} of the comment.")
    if comment["_case"] != case["id"]:
        raise CoreError(404, f"This comment {sent['id']} does not exist in {case['id']}).")
    if comment["version"] != sent["version"]:
        raise CoreError(409, "This case has been updated. Please refresh before saving additional updates.")
    stamp = {"updated_at": ctx.emulator.now(), "updated_by": user(ctx.user.name)}
    comment.update({**sent, **stamp, "version": ctx.emulator.version_token()})
    touch(ctx, case)
    return shown(ctx, case, with_comments=True)


@route("GET", BASE)
def list_all(ctx: Context) -> list[Case]:
    """All comments; deprecated."""
    return [bare(comment) for comment in comments_of(ctx, existing(ctx, "read", "get all comments")["id"])]


@route("GET", BASE + "/_find")
def find(ctx: Context) -> dict[str, Any]:
    """A page of comments, the newest first. It does not look whether the case exists."""
    newest_first = ctx.query.get("sortOrder", "desc") == "desc"
    unknown = [name for name in ctx.query if name not in ("page", "perPage", "sortOrder")]
    if unknown:
        raise CoreError(400, f'invalid keys "{",".join(unknown)}"')
    found = [bare(comment) for comment in comments_of(ctx, ctx.path["caseId"])]
    for comment in found:
        ensure(ctx, comment["owner"], "read", "find comments")
    return page_of(ctx, found[::-1] if newest_first else found, "comments")


@route("GET", BASE + "/{commentId}")
def get(ctx: Context) -> Case:
    """One comment. It does not look which case the comment belongs to."""
    key = ctx.path["commentId"]
    comment = ctx.store(COMMENTS).get(key)
    if comment is None:
        text = f"Failed to get comment case id: {ctx.path['caseId']} attachment id: {key}: Error: Saved object"
        raise CoreError(404, f"{text} [cases-comments/{key}] not found")
    ensure(ctx, comment["owner"], "read", "get comment")
    return bare(comment)


@route("DELETE", BASE + "/{commentId}")
def delete(ctx: Context) -> None:
    """Delete one comment or alert."""
    key, case_id = ctx.path["commentId"], ctx.path["caseId"]
    comment = ctx.store(COMMENTS).get(key)
    if comment is None:
        raise CoreError(404, f"Failed to delete comment: {case_id} comment id: {key}: Error: This comment {key} does "
                             "not exist anymore.")  # fmt: skip
    ensure(ctx, comment["owner"], "all", "delete comment")
    if comment["_case"] != case_id:
        raise CoreError(404, f"This comment {key} does not exist in {case_id}.")
    del ctx.store(COMMENTS)[key]
    touch(ctx, existing(ctx, "all", "delete comment"))


@route("DELETE", BASE)
def delete_all(ctx: Context) -> None:
    """Delete all comments and alerts; none is an error."""
    found = comments_of(ctx, ctx.path["caseId"])
    if not found:
        raise CoreError(404, f"No comments found for {ctx.path['caseId']}.")
    case = existing(ctx, "all", "delete all comments")
    for comment in found:
        del ctx.store(COMMENTS)[comment["id"]]
    touch(ctx, case)
