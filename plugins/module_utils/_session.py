# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Sessions of ``requests`` for Kibana: TLS, proxy, headers, and one sentence for each way that a connection fails."""

from __future__ import annotations

import email.utils
import os
import ssl
import time
import traceback
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.stackops.kibana.plugins.module_utils._args import Settings, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._reads import Memory

try:
    import requests
    import requests.utils
    import urllib3
    from requests.adapters import HTTPAdapter

    REQUESTS_ERROR: Exception | None = None
except ImportError as error:
    HTTPAdapter = object  # type: ignore[assignment,misc]
    REQUESTS_ERROR = error

USER_AGENT = "stackops.kibana (Ansible)"
API_VERSION = "2023-10-31"
POOL_SIZE = 32
MAX_WAIT = 60.0
_SESSIONS: dict[tuple[int, Settings], Any] = {}
_TASK: dict[str, Any] = {"name": "", "objects": False}


class KibanaAdapter(HTTPAdapter):
    """An adapter whose TLS context alone decides what is trusted: ``requests`` would add its own bundle to it."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        return super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED" if verify else "CERT_NONE"


def build_adapter(settings: Settings) -> Any:
    """The adapter that carries all requests of a session. Raises :class:`SettingsError` for unusable certificates."""
    return KibanaAdapter(_context(settings) if settings.url.startswith("https") else None)


def begin(task: str = "", objects: bool = True) -> None:
    """A module starts, in a process that may have run others. *task* is the same for all items of one loop.

    What another task has read is forgotten; without a name nothing is shared at all. *objects* says whether a list may
    stand in for the objects that the items are about.
    """
    if not task or task != _TASK["name"]:
        for session in _SESSIONS.values():
            session.kibana_memory = Memory(bool(task) and objects)
    _TASK.update(name=task, objects=bool(task) and objects)


def session_for(settings: Settings) -> Any:
    """The session for these settings, kept for the life of the process so that loop items share connections.

    The process id is part of the key: a forked process must not write to its parent's sockets. The space is not: it is
    a part of the paths.
    """
    key = (os.getpid(), replace(settings, space=""))
    if key not in _SESSIONS:
        _SESSIONS[key] = _build_session(settings)
    return _SESSIONS[key]


def _build_session(settings: Settings) -> Any:
    session: Any = requests.Session()
    session.kibana_memory = Memory(_TASK["objects"])
    session.trust_env = False  # a proxy or a .netrc of the environment must not change where credentials go
    session.verify = settings.validate_certs
    if not settings.validate_certs:  # the engine warns, once and in Ansible's way
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    session.headers.update(
        {
            "User-Agent": USER_AGENT,
            "Accept": "application/json, */*;q=0.5",
            "kbn-xsrf": "stackops.kibana",
            "elastic-api-version": API_VERSION,
            **dict(settings.headers),
        }
    )
    if settings.authorization:
        session.headers["Authorization"] = settings.authorization
    if settings.proxy:
        session.proxies = {"http": settings.proxy, "https": settings.proxy}
    session.adapters.clear()
    session.mount(settings.url.split("://", 1)[0] + "://", build_adapter(settings))
    return session


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_cert:
        _load_ca(context, settings.ca_cert)
    else:
        context.load_default_certs()
        context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    if settings.client_cert:
        _load_client_cert(context, settings)
    return context


def _load_ca(context: ssl.SSLContext, ca_cert: str) -> None:
    path = os.path.expanduser(ca_cert)
    _check_finite("kibana_ca_cert", path)
    try:
        if "-----BEGIN" in ca_cert:
            context.load_verify_locations(cadata=ca_cert)
        elif os.path.isdir(ca_cert):
            context.load_verify_locations(capath=ca_cert)
        else:
            context.load_verify_locations(cafile=path)
    except FileNotFoundError:
        raise SettingsError(f"kibana_ca_cert names {ca_cert}, which does not exist (nor is it PEM text).") from None
    except (OSError, TypeError, ValueError) as error:
        raise SettingsError(f"kibana_ca_cert cannot be used: it is no valid PEM certificate ({error}).") from error


def _load_client_cert(context: ssl.SSLContext, settings: Settings) -> None:
    cert, key = settings.client_cert, settings.client_key
    _check_finite("kibana_client_cert", cert)
    _check_finite("kibana_client_key", key)
    try:
        # Without a passphrase OpenSSL would ask for one at the terminal, and wait.
        context.load_cert_chain(cert, key or None, "")
    except FileNotFoundError:
        names = " and ".join(filter(None, [cert, key]))
        raise SettingsError(f"kibana_client_cert or kibana_client_key names a missing file ({names}).") from None
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"kibana_client_cert and kibana_client_key cannot be used: {error}. They must be a pair of PEM files."
        ) from error


def _check_finite(name: str, path: str) -> None:
    """Refuse what would be read for ever, as a pipe or a device."""
    problem = unreadable(path)
    if problem:
        raise SettingsError(f"{name} names {path}, which {problem}.")


def redirected(method: str, path: str, url: str, response: Any, settings: Settings) -> str:
    """The target of a redirect, followed only for reads and only on the same host: credentials go nowhere else."""
    target = requests.compat.urljoin(url, response.headers["Location"])
    here, there = urlsplit(url), urlsplit(target)
    if method != "GET" or (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise KibanaError(
            f"{settings.url} redirects {method} {path} to {there.scheme}://{there.hostname or ''} (HTTP"
            f" {response.status_code}), where no credentials are sent: set kibana_url to Kibana's own address.",
            method=method,
            path=path,
            status=response.status_code,
        )
    return str(target)


def cut_short(response: Any) -> bool:
    """Whether an answer ended amid its headers, as it is empty and does not say so."""
    told = response.content or response.headers.keys() & {"Content-Length", "Transfer-Encoding"}
    return response.status_code != 204 and not told


def unreachable(error: Exception, method: str, path: str, settings: Settings) -> KibanaError:
    """The error for a request that got no answer, where that is handled: which check failed, and what to do."""
    in_handshake = isinstance(error, requests.exceptions.SSLError) and "do_handshake" in traceback.format_exc()
    unsent = in_handshake or isinstance(error, requests.exceptions.ConnectTimeout)
    refused = "refused" in str(error).lower()
    return KibanaError(
        f"{_reason(error, settings)} ({method} {path})",
        method=method,
        path=path,
        ambiguous=not unsent and not refused and not isinstance(error, requests.exceptions.ProxyError),
    )


def _reason(error: Exception, settings: Settings) -> str:
    text, url = str(error), settings.url
    if isinstance(error, requests.exceptions.InvalidJSONError):
        return "Nothing was sent: the options have a number that JSON does not, NaN or infinity"
    if isinstance(error, ValueError):  # of the URL, a header or the proxy; its text may hold a secret
        return f"Nothing can be sent to {url}: check kibana_url, kibana_headers and kibana_proxy"
    if isinstance(error, requests.exceptions.SSLError):
        return _tls_reason(text, url)
    if isinstance(error, requests.exceptions.ProxyError):
        return f"Cannot reach {url} through the proxy: check kibana_proxy"
    if isinstance(error, requests.exceptions.Timeout):
        return f"{url} did not answer within {settings.timeout} seconds: check kibana_url, or raise kibana_timeout"
    if "to resolve" in text or "Name or service" in text or "getaddrinfo" in text:
        return f"Cannot find the host of {url}: check kibana_url and the name service"
    if "refused" in text:
        return f"{url} refused the connection: check kibana_url (host and port), and that Kibana is running"
    tls = ", or use https://" if url.startswith("http:") else ""
    return f"The connection to {url} was cut before an answer came: check Kibana and what lies between{tls}"


def _tls_reason(text: str, url: str) -> str:
    reasons = {
        "certificate has expired": "the certificate of the server has expired: renew it",
        "doesn't match": "the certificate of the server is for another name: use that name in kibana_url",
        "mismatch": "the certificate of the server is for another name: use that name in kibana_url",
        "WRONG_VERSION_NUMBER": "the server does not speak TLS there: use http:// or the HTTPS port in kibana_url",
        "record layer failure": "the server does not speak TLS there: use http:// or the HTTPS port in kibana_url",
        "certificate required": "the server demands a client certificate: give kibana_client_cert",
        "unknown ca": "the server does not accept the client certificate: check kibana_client_cert",
        "CERTIFICATE_VERIFY_FAILED": "the server's certificate is signed by an unknown CA: give it as kibana_ca_cert",
        "EOF occurred": "the server ended the TLS handshake: it may demand a client certificate (kibana_client_cert)",
        "has been closed": "the server ended the TLS handshake: check Kibana and what lies between",
        "protocol": "the server has no TLS 1.2 or newer",
        "handshake": "the TLS handshake failed: check kibana_client_cert and the TLS versions of the server",
    }
    reason = next(
        (reason for sign, reason in reasons.items() if sign.lower() in text.lower()),
        "TLS failed: check Kibana and what lies between",
    )
    return f"No trusted connection to {url}: {reason}"


def retry_after(value: str | None) -> float | None:
    """The seconds of a Retry-After header (a number or a date), bounded; None where there is none."""
    if not value:
        return None
    try:
        return min(MAX_WAIT, max(0.0, float(value)))
    except ValueError:
        pass
    try:
        return min(MAX_WAIT, max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()))
    except (TypeError, ValueError):
        return None
