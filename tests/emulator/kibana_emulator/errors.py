# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two error families of Kibana that handlers raise, and the exception a cut connection is in plain WSGI."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


def reason(status: int) -> str:
    """Return the HTTP reason phrase of `status`, `Unknown` for a number that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class EmulatorError(Exception):
    """Base of the errors that become an HTTP answer."""

    def __init__(self, status: int, message: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        raise NotImplementedError


class CoreError(EmulatorError):
    """`{statusCode, error, message[, attributes]}`: everything before the handler, and the CORE handlers."""

    def __init__(
        self, status: int, message: str, attributes: Any = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, message, headers)
        self.attributes = attributes

    def body(self) -> dict[str, Any]:
        """Return the CORE shape."""
        error = "Internal Server Error" if self.status == 500 else reason(self.status)
        answer: dict[str, Any] = {"statusCode": self.status, "error": error, "message": self.message}
        if self.attributes is not None:
            answer["attributes"] = self.attributes
        return answer


class SiemError(EmulatorError):
    """`{message, status_code}`: handlers of the detection engine, lists and exceptions; message may be a list."""

    def body(self) -> dict[str, Any]:
        """Return the SIEM shape."""
        return {"message": self.message, "status_code": self.status}


class BypassError(EmulatorError):
    """`{message, full_error, status_code}`: handlers of asset criticality and of the risk engine."""

    def body(self) -> dict[str, Any]:
        """Return the BYPASS shape."""
        return {"message": self.message, "full_error": "{}", "status_code": self.status}


class ConnectionCutError(Exception):
    """Raised by the plain WSGI callable where a fault cuts the connection; server and adapter do it for real."""
