"""A simulator of an OpenID Connect provider, on loopback; a test says how it misbehaves.

It asks nobody for a password: whoever comes is `person`. Codes are good once, for the client, its
secret and the PKCE verifier of whoever asked. It signs with RS256 and publishes its key.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from seatrial.adapters.clock import SystemClock

CLIENT, SECRET = "seatrial", "the client's secret"


@dataclass
class OidcSimulator:
    """person: whoever signs in. claims: instead of what the token should say.

    facts: instead of what `userinfo` should say. state: instead of the one that was sent.
    """

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def be_honest(self, **person: Any) -> None:
        """Have this person sign in, as the standard has it."""
        self.person, self.claims, self.facts, self.state = person, {}, {}, None

    def configuration(self) -> Mapping[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Give where the person is sent back to."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"] if self.state is None else self.state}
        return f"{asked['redirect_uri']}?{urlencode(given)}"

    def token(self, asked: dict[str, str]) -> Mapping[str, Any] | None:
        """Give tokens for a code; None for one that is not good."""
        begun = self.codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            begun is None
            or (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET)
            or begun.get("code_challenge_method") != "S256"
            or begun.get("code_challenge") != challenge
        ):
            return None
        now = int(SystemClock().now().timestamp())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person}
        token = jwt.encode({**said, **self.claims}, self.key, "RS256", headers={"kid": "one"})
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": token}

    def userinfo(self) -> Mapping[str, Any]:
        return {**self.person, **self.facts}

    def keys(self) -> Mapping[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]}


@contextmanager
def oidc_simulator() -> Iterator[OidcSimulator]:
    """Run one on a free port."""
    simulator = OidcSimulator()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", simulator.authorize(asked))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                case "/.well-known/openid-configuration":
                    self.answer(simulator.configuration())
                case "/userinfo":
                    self.answer(simulator.userinfo())
                case "/keys":
                    self.answer(simulator.keys())
                case _:
                    self.answer({}, 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            found = simulator.token(asked)
            self.answer(found or {"error": "invalid_grant"}, 200 if found else 400)

        def answer(self, what: Mapping[str, Any], status: int = 200) -> None:
            content = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing: tests look at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    simulator.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
