"""A package index on loopback, with the wheels that a test puts there: https://peps.python.org/pep-0691/."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Self
from zipfile import ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class File:
    project: str
    filename: str
    content: bytes
    uploaded: datetime
    python: str = ""
    yanked: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def metadata(self) -> bytes:
        with ZipFile(BytesIO(self.content)) as archive:
            (path,) = [each for each in archive.namelist() if each.count("/") == 1 and each.endswith("/METADATA")]
            return archive.read(path)


@dataclass
class Index:
    files: dict[str, File] = field(default_factory=dict)
    has_dates: bool = True
    credentials: str = ""

    def add(
        self,
        name: str,
        version: str,
        *tags: str,
        requires: tuple[str, ...] = (),
        days: float = 100,
        build: str = "",
        python: str = "",
        extras: tuple[str, ...] = (),
    ) -> list[File]:
        """Upload a wheel for each tag, pure Python without any, `days` ago; return them.

        `python` is the Requires-Python of each.
        """
        made = []
        headers = [*(f"Requires-Dist: {each}" for each in requires), *(f"Provides-Extra: {each}" for each in extras)]
        headers += [f"Requires-Python: {python}"] if python else []
        for tag in tags or ("py3-none-any",):
            stem = f"{name.replace('-', '_')}-{version}"
            filename = f"{stem}-{build + '-' if build else ''}{tag}.whl"
            uploaded = datetime.now(UTC) - timedelta(days=days)
            made.append(File(name, filename, wheel(name, version, tag, headers), uploaded, python))
            self.files[filename] = made[-1]
        return made

    def __enter__(self) -> Self:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer()

            def do_GET(self) -> None:
                self.wfile.write(self._answer())

            def _answer(self) -> bytes:
                kind, content = index.answer(self.path)
                given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
                if index.credentials and index.credentials != given:
                    content = b""
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="index"')
                else:
                    self.send_response(200 if content else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                return content

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    def answer(self, path: str) -> tuple[str, bytes]:
        folder, _, name = path.strip("/").partition("/")
        if folder == "files" and name.endswith(".metadata"):
            return "text/plain", self.files[name.removesuffix(".metadata")].metadata
        if folder == "files":
            return "application/octet-stream", self.files[name].content
        files = [each for each in self.files.values() if each.project == name]
        listing = {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": sorted({each.filename.split("-")[1] for each in files}),
            "files": [self._listed(each) for each in files],
        }
        return "application/vnd.pypi.simple.v1+json", json.dumps(listing).encode() if files else b""

    def _listed(self, file: File) -> dict[str, object]:
        date = {"upload-time": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S.%fZ")} if self.has_dates else {}
        return {
            "filename": file.filename,
            "url": f"{self.url.removesuffix('/simple')}/files/{file.filename}",
            "hashes": {"sha256": file.sha256},
            "core-metadata": file.filename.endswith(".whl"),
            "size": len(file.content),
            **({"requires-python": file.python} if file.python else {}),
            **({"yanked": file.yanked} if file.yanked else {}),
            **date,
        }


def wheel(name: str, version: str, tag: str, headers: Sequence[str] = ()) -> bytes:
    """Make a wheel with one module, and `headers` in its metadata; its RECORD is as it has to be.

    The same arguments give the same bytes.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    needs = "".join(f"{each}\n" for each in headers)
    files = {
        f"{name.replace('-', '_')}.py": f"tag = {tag!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(ZipInfo(path), text)
    return buffer.getvalue()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
