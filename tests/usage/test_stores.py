"""Stores: files at an address are read like the same files here; a copy that was cut short is none."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import urllib.parse
from xml.sax.saxutils import escape

import pytest

pytestmark = pytest.mark.network  # servers on this machine

LOG = "date,provider,model,input_tokens,output_tokens\n2026-10-01,alibaba,qwen-plus,1000,500\n"
MORE = LOG.replace("10-01", "10-02")


class _Answers(http.server.BaseHTTPRequestHandler):
    """A web server, and as much of S3 as a client needs who lists and reads: objects by their key."""

    objects: dict[str, bytes]
    asked: list[str] = []
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path, _, question = self.path.partition("?")
        asked = urllib.parse.parse_qs(question, keep_blank_values=True)
        name = urllib.parse.unquote(path).lstrip("/")
        if name.startswith("storage/v1/b/"):
            self._give_as_google(path.removeprefix("/storage/v1/b/"), asked)
        elif name == "moved.csv":
            self._give(302, b"", {"Location": f"/a.csv?{question}"})
        elif name == "cut.csv":
            self._give(200, LOG.encode(), {"Content-Length": "5000"})
            self.close_connection = True
        elif name == "locked.csv" and not self.headers.get("Authorization"):
            self._give(401, b"")
        elif "list-type" in asked:
            self._give(200, self._listed(name.rstrip("/"), asked))
        elif name in self.objects:
            self._give_part(self.objects[name])
        else:
            self._give(404, b"")

    def _listed(self, bucket: str, asked: dict[str, list[str]]) -> bytes:
        prefix, delimiter = (asked.get(word, [""])[0] for word in ("prefix", "delimiter"))
        keys = sorted(key.removeprefix(f"{bucket}/") for key in self.objects if key.startswith(f"{bucket}/{prefix}"))
        folders = {
            prefix + key.removeprefix(prefix).partition("/")[0] + "/"
            for key in keys
            if delimiter and "/" in key.removeprefix(prefix)
        }
        own = [key for key in keys if not any(key.startswith(folder) for folder in folders)]
        inner = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-10-01T00:00:00.000Z</LastModified><Size>{len(self.objects[f'{bucket}/{key}'])}</Size></Contents>"
            for key in own
        ) + "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in sorted(folders))
        return f'<?xml version="1.0"?><ListBucketResult><Name>{bucket}</Name><KeyCount>{len(own)}</KeyCount><IsTruncated>false</IsTruncated>{inner}</ListBucketResult>'.encode()

    def _give_as_google(self, path: str, asked: dict[str, list[str]]) -> None:
        """As much of Google's JSON API: an object's record, its content, and those whose names begin alike."""
        bucket, _, name = path.partition("/o")
        key = f"{bucket}/{urllib.parse.unquote(name.lstrip('/'))}"
        if key == f"{bucket}/":
            below = [each for each in self.objects if each.startswith(key + asked.get("prefix", [""])[0])]
            self._give(200, json.dumps({"kind": "storage#objects", "items": [*map(self._record, below)]}).encode())
        elif key not in self.objects:
            self._give(404, b'{"error": {"code": 404, "message": "none"}}')
        elif asked.get("alt") == ["media"]:
            self._give(200, self.objects[key])
        else:
            self._give(200, json.dumps(self._record(key)).encode())

    def _record(self, key: str) -> dict[str, str]:
        bucket, _, name = key.partition("/")
        day = "2026-10-01T00:00:00Z"
        return {"kind": "storage#object", "id": key, "bucket": bucket, "name": name, "size": str(len(self.objects[key])),
                "generation": "1", "metageneration": "1", "timeCreated": day, "updated": day}  # fmt: skip

    def _give_part(self, content: bytes) -> None:
        span = self.headers.get("Range")
        if not span:
            self._give(200, content)
            return
        first, _, last = span.removeprefix("bytes=").partition("-")
        part = content[int(first) : int(last or len(content)) + 1]
        self._give(206, part, {"Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"})

    def _give(self, code: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in ({"Content-Length": str(len(content)), "Last-Modified": "Thu, 01 Oct 2026 00:00:00 GMT"} | (headers or {})).items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *said: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def server():
    _Answers.objects = {
        "a.csv": LOG.encode(), "a.csv.gz": gzip.compress(LOG.encode()), "locked.csv": LOG.encode(), "empty.csv": b"",
        "logs/2026/10/one.csv": LOG.encode(), "logs/2026/10/two.csv.gz": gzip.compress(MORE.encode()),
        "logs/2026/notes.md": b"# nothing", "logs/2026/.hidden.csv": MORE.encode(), "logs/2026/10/_temporary/part.csv": MORE.encode(),
    }  # fmt: skip
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{web.server_address[1]}"
    web.shutdown()
    web.server_close()


@pytest.fixture
def s3(server) -> str:
    pytest.importorskip("pyarrow.fs")
    return f"?scheme=http&endpoint_override={server}&region=us-east-1"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "moved.csv?sig=verysecret", "locked.csv"])
def test_a_file_of_a_web_server(run_costcalc, tmp_path, server, name):
    run = run_costcalc("cost", f"http://me:hidden-word@{server}/{name}", cwd=tmp_path)
    assert (run.code, "1,500 tokens" in run.out) == (0, True), run.err
    assert "hidden-word" not in run.both
    assert "verysecret" not in run.both
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nope.csv", "404"),
        ("cut.csv", "cut short after 85 of 5,000 bytes"),
        ("locked.csv", "401"),
        ("empty.csv", "empty-file"),
    ],
)
def test_what_a_web_server_does_not_give_whole_is_an_error_with_its_address(run_costcalc, tmp_path, server, name, says):
    run = run_costcalc("cost", f"http://{server}/{name}?sig=verysecret", cwd=tmp_path)
    assert (run.code, says in run.err) == (2, True), run.err
    assert f"http://{server}/{name}: error[" in run.err
    assert "verysecret" not in run.both


def test_from_an_encrypted_address_nothing_leads_to_one_that_is_not():
    from urllib.error import HTTPError
    from urllib.request import Request

    from costcalc.usage.files.stores import _Redirects

    with pytest.raises(HTTPError, match="not encrypted"):
        _Redirects().redirect_request(Request("https://h/a.csv"), None, 302, "", {}, "http://h/a.csv")


@pytest.mark.parametrize(
    ("path", "tokens"),
    [
        ("logs/2026/10/one.csv", "1,500"),
        ("logs/2026/", "3,000"),
        ("logs/2026", "3,000"),
        ("logs/2026/*/*.csv", "1,500"),
        ("logs/**/*.csv*", "3,000"),
        ("logs/2026/10/[ot]*", "3,000"),
    ],
)
def test_files_of_an_object_store(run_costcalc, tmp_path, s3, path, tokens):
    run = run_costcalc("cost", f"s3://key-name:hidden-word@{path}{s3}", "--notes", cwd=tmp_path)
    assert (run.code, f"{tokens} tokens" in run.out) == (0, True), run.both
    assert "hidden-word" not in run.both
    assert "part.csv" not in run.both


@pytest.mark.parametrize(("path", "tokens"), [("logs/2026/10/one.csv", "1,500"), ("logs/2026/", "3,000"), ("logs/2026/10/*.csv.gz", "1,500"), ("logs/**.csv*", "3,000")])  # fmt: skip
def test_files_of_google_cloud_storage(run_costcalc, tmp_path, server, path, tokens):
    if not hasattr(pytest.importorskip("pyarrow.fs"), "GcsFileSystem"):
        pytest.skip("this pyarrow cannot read it")
    address = f"gs://anonymous@{path}?scheme=http&endpoint_override={server}&retry_limit_seconds=5"
    run = run_costcalc("cost", address, cwd=tmp_path)
    assert (run.code, f"{tokens} tokens" in run.out) == (0, True), run.err
    gone = run_costcalc("cost", address.replace("logs/2026", "logs/nope"), cwd=tmp_path)
    assert gone.code == (0 if "**" in path else 2)


def test_what_an_object_store_does_not_have_is_said(run_costcalc, tmp_path, s3):
    for path in ("logs/2027/", "logs/2026/10/x.csv", "logs/2026/*.parquet"):
        run = run_costcalc("cost", f"s3://key-name:hidden-word@{path}{s3}", cwd=tmp_path)
        assert (run.code, "s3://logs/202" in run.err) == (2, True), run.err
        assert "hidden-word" not in run.both


def test_no_configuration_opens_a_connection(run_costcalc, tmp_path, server):
    (tmp_path / "u.csv").write_text(LOG)
    begun = len(_Answers.asked)
    for key, value in (("pricebooks", "[%r]"), ("formats", "[%r]"), ("revenue", "%r"), ("baseline", "%r")):
        (tmp_path / "costcalc.toml").write_text(f"{key} = {value % f'http://{server}/a.csv'}\n")
        run_costcalc("cost", "u.csv", cwd=tmp_path)
    assert _Answers.asked[begun:] == []
