"""What `bench` asks the bot's functions first: `python -m tools.first_request bot|worker`, for `first-request`.

bot     a signed command; it has to be queued, over TLS, and answered as accepted; tools/usual_bot.py does the same
worker  one message with that command's job; its token is read from SSM and Discord is called, both over TLS

AWS and Discord are a program beside the function that answers as they do. It has a certificate of an authority that
the function trusts together with all others, so that reading certificates takes what it takes in AWS.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import certifi
import nacl.signing

PORT = 8443
HERE = f"https://localhost:{PORT}"
FOLDER = "/bench"
QUEUE = f"{HERE}/123456789012/jobs.fifo"
# Discord's timestamps hold for five minutes in both directions: this one lasts while all are asked.
AHEAD = 200
APPLICATION, SERVER, CHANNEL, COMMAND = (f"14400000000000000{number:02}" for number in range(1, 5))
INTERACTION, USER = "1440000000000000005", "1440000000000000006"

SERVICE = """\
import hashlib, http.server, json, ssl

APPLICATION, SERVER, OWNER = %s
EVERYONE = {"id": SERVER, "name": "@everyone", "permissions": "0", "position": 0, "managed": False}

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        target = self.headers.get("x-amz-target", "")
        if target.endswith("SendMessage"):
            message = json.loads(body)["MessageBody"].encode()
            said = {"MD5OfMessageBody": hashlib.md5(message).hexdigest(), "MessageId": "1", "SequenceNumber": "1"}
        elif target.endswith("GetParameter"):
            said = {"Parameter": {"Name": "token", "Value": "a.b.c", "Type": "SecureString", "Version": 1}}
        elif self.path.split("?")[0].endswith(("/channels", "/members", "/scheduled-events")):
            said = []
        elif self.path.endswith("/roles"):
            said = [EVERYONE]
        else:
            said = {"id": APPLICATION, "bot": {"id": APPLICATION}, "user": {"id": APPLICATION}, "name": "A server"}
            said |= {"owner_id": OWNER, "roles": [EVERYONE] if "/members/" not in self.path else [], "features": []}
        content = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0" if target else "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *arguments):
        pass

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/bench/server.pem")
server = http.server.ThreadingHTTPServer(("127.0.0.1", %d), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("listening", flush=True)
server.serve_forever()
""".replace("%d", str(PORT)).replace("%s", repr((APPLICATION, SERVER, USER)))


def main(function: str, told: dict[str, str]) -> dict[str, Any]:
    """Return what deploy/bench/question.py describes, for one of the two functions."""
    authority, files = certificates()
    environment = {
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "bench"),
        "AWS_ENDPOINT_URL": HERE,
        "QUEUE_URL": QUEUE,
        **trusting(told),
    }
    asked = {"bot": bot, "worker": worker}[function](environment)
    return {**asked, "authority": authority, "files": files, "service": SERVICE}


def trusting(told: dict[str, str]) -> dict[str, str]:
    """Return where what asks OpenSSL finds the authority: in a directory where it was told of one, else among all."""
    if "SSL_CERT_DIR" in told:
        return {"SSL_CERT_DIR": f"{FOLDER}/certificates"}
    return {"SSL_CERT_FILE": f"{FOLDER}/ca.pem"}


def bot(environment: dict[str, str]) -> dict[str, Any]:
    key = nacl.signing.SigningKey.generate()
    body, stamp = json.dumps(command()), str(int(time.time()) + AHEAD)
    signature = key.sign(f"{stamp}{body}".encode()).signature.hex()
    event = {
        "version": "2.0",
        "rawPath": "/",
        "headers": {
            "content-type": "application/json",
            "x-signature-timestamp": stamp,
            "x-signature-ed25519": signature,
        },
        "requestContext": {"http": {"method": "POST", "path": "/"}},
        "body": body,
        "isBase64Encoded": False,
    }
    told = {**environment, "DISCORD_PUBLIC_KEY": key.verify_key.encode().hex()}
    usual = {"bot.py": Path(__file__).with_name("usual_bot.py").read_text(encoding="utf-8")}
    return {"event": event, "answers": {"statusCode": 200, "body": {"type": 5}}, "environment": told, "usual": usual}


def worker(environment: dict[str, str]) -> dict[str, Any]:
    job = {
        "kind": "campaign.list",
        "interaction_id": INTERACTION,
        "application_id": APPLICATION,
        "guild_id": SERVER,
        "channel_id": CHANNEL,
        "user_id": USER,
        "user_name": "gm",
        "user_permissions": 8,
        "token": "bench",
        "options": {},
    }
    record = {
        "messageId": "1",
        "receiptHandle": "1",
        "body": json.dumps(job),
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": SERVER, "SentTimestamp": str(_now())},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:jobs.fifo",
        "awsRegion": "eu-central-1",
    }
    told = {**environment, "DISCORD_API": HERE}
    return {"event": {"Records": [record]}, "answers": {"batchItemFailures": []}, "environment": told}


def _now() -> int:
    return int(time.time() * 1000)


def command() -> dict[str, Any]:
    """Return /add-campaign as Discord sends it, by somebody who may do everything."""
    return {
        "app_permissions": "311656827984",
        "application_id": APPLICATION,
        "authorizing_integration_owners": {"0": SERVER},
        "channel_id": CHANNEL,
        "context": 0,
        "data": {
            "id": COMMAND,
            "name": "add-campaign",
            "options": [{"name": "name", "type": 3, "value": "Curse of Strahd"}],
            "type": 1,
        },
        "entitlements": [],
        "guild_id": SERVER,
        "guild_locale": "en-US",
        "id": INTERACTION,
        "locale": "en-US",
        "member": {"permissions": "4503599627370495", "roles": [], "user": {"id": USER, "username": "gm"}},
        "token": "bench",
        "type": 2,
        "version": 1,
    }


def certificates() -> tuple[str, dict[str, str]]:
    """Return an authority; and by path the server's certificate with its key, the authority among all and by itself."""
    with tempfile.TemporaryDirectory() as folder:
        authority, key, server = (Path(folder, name) for name in ("authority.crt", "authority.key", "server.crt"))
        key.write_text(_made("/CN=Bench", authority))
        signing = ["-CA", str(authority), "-CAkey", str(key), "-addext", "subjectAltName=DNS:localhost"]
        private = _made("/CN=localhost", server, *signing)
        digest = _openssl("x509", "-subject_hash", "-noout", "-in", str(authority)).strip()
        trusted = authority.read_text()
        return trusted, {
            "server.pem": private + server.read_text(),
            "ca.pem": Path(certifi.where()).read_text(encoding="utf-8") + trusted,
            f"certificates/{digest}.0": trusted,
        }


def _made(subject: str, certificate: Path, *more: str) -> str:
    """Write a certificate; return its key."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"]
    return _openssl("req", "-x509", *curve, "-days", "2", "-subj", subject, "-out", str(certificate), *more)


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


if __name__ == "__main__":
    json.dump(main(sys.argv[1], json.load(sys.stdin)), sys.stdout)
