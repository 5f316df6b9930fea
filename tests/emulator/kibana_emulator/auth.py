# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, API keys and tokens, and how a request is matched to one of them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .errors import CoreError

CHALLENGE = {"www-authenticate": 'Basic realm="security", charset="UTF-8"'}
UNKNOWN = "unable to authenticate with provided credentials and anonymous access is not allowed"
BEARER_TOKEN = "emulator-token"


@dataclass(frozen=True)
class User:
    """Somebody who is logged in. privileges: exact names; `*` stands for any text, so `*read` is every read."""

    name: str
    privileges: tuple[str, ...] = ()

    def allows(self, privilege: str) -> bool:
        """Say whether this user holds `privilege`."""
        return any(fnmatchcase(privilege, held) for held in self.privileges)


ANONYMOUS = User("")


def digest(text: str) -> str:
    """Return the only form in which a password or key is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Directory:
    """Everybody who can log in."""

    users: dict[str, tuple[str, User]] = field(default_factory=dict)
    api_keys: dict[str, tuple[str, User]] = field(default_factory=dict)
    tokens: dict[str, User] = field(default_factory=dict)

    @classmethod
    def initial(cls) -> Directory:
        """Return the documented users."""
        directory = cls()
        directory.add_user("elastic", "changeme", ("*",))
        directory.add_user("viewer", "viewer", ("*read",))
        directory.add_user("nobody", "nobody", ())
        elastic = directory.users["elastic"][1]
        directory.api_keys["emulator"] = (digest("emulator"), elastic)
        directory.tokens[digest(BEARER_TOKEN)] = elastic
        return directory

    def add_user(self, name: str, password: str, privileges: Iterable[str]) -> User:
        """Add or replace a user of the basic scheme."""
        user = User(name, tuple(privileges))
        self.users[name] = (digest(password), user)
        return user

    def add_api_key(self, key_id: str, secret: str, user: User) -> str:
        """Add a key that acts as `user`; return it in its encoded form."""
        self.api_keys[key_id] = (digest(secret), user)
        return base64.b64encode(f"{key_id}:{secret}".encode()).decode()

    def authenticate(self, authorization: str | None) -> User:
        """Return the user of an Authorization header; raise CoreError 401."""
        if not authorization:
            raise CoreError(401, "Unauthorized", headers=CHALLENGE)
        scheme, _unused, credentials = authorization.partition(" ")
        scheme = scheme.lower()
        if scheme == "bearer":
            user = self.tokens.get(digest(credentials.strip()))
            return user or _refuse(UNKNOWN)
        if scheme not in ("basic", "apikey"):
            _refuse(UNKNOWN)
        name, _unused, secret = _decode(credentials).partition(":")
        known = (self.users if scheme == "basic" else self.api_keys).get(name)
        if known and known[0] == digest(secret):
            return known[1]
        if scheme == "basic":
            _refuse(f"unable to authenticate user [{name}] for REST request [/_security/_authenticate]")
        return _refuse(UNKNOWN)


def _decode(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:
        return ""


def _refuse(text: str) -> User:
    raise CoreError(
        401, f"[security_exception\n\tRoot causes:\n\t\tsecurity_exception: {text}]: {text}", headers=CHALLENGE
    )
