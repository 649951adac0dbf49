"""`python -m deploy scan` on what is built, with a real pip-audit that asks an OSV on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.schemas import output

if TYPE_CHECKING:
    from tests.deploy.scan.conftest import Project

pytestmark = pytest.mark.programs

TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


def test_a_clean_project_passes_and_says_how_much_was_looked_at(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.34.2", "six": "1.17.0"})
    assert project.scan() == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["vulnerabilities", "2", "of", "2", "requirements.txt"] in lines
    assert ["licences", "2", "of", "2", "dist/tiny.zip"] in lines
    assert ["secrets,", "files", "1", "dist/code.zip"] in lines
    assert lines[-1] == ["nothing", "found"]
    assert sorted(project.service.asked) == [("requests", "2.34.2"), ("six", "1.17.0")]


def test_a_known_vulnerability_fails_and_says_what_mends_it(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.30.0"})
    assert project.scan() == 1
    out = capsys.readouterr().out
    assert "medium: requirements.txt: requests 2.30.0: Unintended leak of Proxy-Authorization header" in out
    assert "[PYSEC-2023-74, CVE-2023-32681, GHSA-j8r2-6x86-q33q]" in out
    assert "cause: fixed in 2.31.0" in out
    assert "do:    `nox -s lock -- --upgrade requests`" in out
    assert out.endswith("1 finding\n")


def test_a_vulnerability_that_nobody_rates_is_taken_for_a_high_one(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.30.0"})
    project.service.rates = False
    assert project.scan() == 1
    assert "high: requirements.txt: requests 2.30.0" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["GHSA-j8r2-6x86-q33q", "cve-2023-32681"])
def test_an_ignore_covers_a_vulnerability_under_any_of_its_names_until_its_day(
    project: Project, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.30.0"})
    project.config["ignore"] = [{"id": name, "reason": "no proxy here", "until": "2999-12-31"}]
    assert project.scan() == 0
    out = capsys.readouterr().out
    assert f"requirements.txt: requests 2.30.0 [{name}] until 2999-12-31: no proxy here" in out


def test_an_expired_ignore_hides_nothing_and_is_wrong_itself(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.30.0"})
    project.config["ignore"] = [{"id": "CVE-2023-32681", "reason": "no proxy here", "until": "2024-01-31"}]
    assert project.scan() == 1
    out = capsys.readouterr().out
    assert "high: scan.ignore: expired on 2024-01-31 [CVE-2023-32681]" in out
    assert out.endswith("2 findings\n")


def test_an_ignore_without_effect_is_said(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"requests": "2.34.2"})
    project.config["ignore"] = [{"id": "CVE-2023-32681", "reason": "no proxy here", "until": "2999-12-31"}]
    assert project.scan() == 0
    assert "ignores without effect, which can go:\n  CVE-2023-32681: no proxy here" in capsys.readouterr().out


def test_a_service_that_fails_is_no_clean_bill(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"requests": "2.34.2"})
    project.service.status = 503
    assert project.scan() == 1
    out = capsys.readouterr().out
    assert ["vulnerabilities", "0", "of", "1", "requirements.txt"] in [line.split() for line in out.splitlines()]
    assert "not checked:\n  requirements.txt: 1 distribution: pip-audit could not ask http://127.0.0.1" in out
    assert project.scan("--allow-unchecked") == 0


def test_a_service_that_cannot_be_reached_is_no_clean_bill(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.34.2"})
    assert project.scan("--osv-url", "http://127.0.0.1:9/v1/query") == 1
    assert "Connection refused" in capsys.readouterr().out


def test_secrets_files_and_licences_are_found_in_the_zips(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"six": "1.17.0"}, {"python/.env": f"\nTOKEN={TOKEN}\n"})
    project.config["licenses"] = ["ISC"]
    assert project.scan() == 1
    out = capsys.readouterr().out
    assert "critical: dist/tiny.zip: python/.env:2: holds a GitHub token [secret:python/.env]" in out
    assert "high: dist/tiny.zip: python/.env: is a file that holds secrets [file:python/.env]" in out
    assert "medium: dist/tiny.zip: six 1.17.0: is under MIT [license:six]" in out
    assert out.index("critical:") < out.index("high:") < out.index("medium:")
    assert TOKEN not in out


def test_machines_read_the_same_as_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"requests": "2.30.0"}, {"python/x.so": b"\x7fELF"})
    assert project.scan("--json") == 1
    found = output("scan", capsys.readouterr().out)
    assert (found["stage"], found["passes"]) == (None, False)
    assert found["vulnerabilities"] == [{"where": "requirements.txt", "wanted": 1, "answered": 1}]
    assert [each["kind"] for each in found["findings"]] == ["vulnerability"]
    assert "CVE-2023-32681" in found["findings"][0]["aliases"]
    assert found["zips"][0]["packages"] == {"requests": "2.30.0"}


def test_a_zip_of_another_lock_is_not_passed_in_its_place(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"six": "1.16.0"})
    project.lock({"six": "1.17.0"})
    project.config["ignore"] = [{"id": "bytes:dist/tiny.zip", "reason": "it is the same", "until": "2999-12-31"}]
    assert project.scan() == 1
    assert "holds other distributions than the lock: six 1.16.0, six 1.17.0" in capsys.readouterr().out


def test_a_zip_that_its_manifest_does_not_describe_is_found(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"six": "1.17.0"})
    path = project.folder / "dist/tiny.zip"
    path.write_bytes(path.read_bytes() + b"\0")
    assert project.scan() == 1
    assert "is not the zip that its manifest describes" in capsys.readouterr().out


def test_what_was_not_built_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.lock({"six": "1.17.0"})
    assert project.scan() == 1
    err = capsys.readouterr().err
    assert "dist/tiny.zip: is not there" in err
    assert "dist/code.zip: is not there" in err
    assert "`nox -s layer`" in err


def test_without_its_libraries_it_says_how_to_get_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"six": "1.17.0"})
    monkeypatch.setattr("deploy.scan.vulnerabilities.importlib.util.find_spec", lambda _: None)
    assert project.scan() == 1
    err = capsys.readouterr().err
    assert "pip-audit: is not installed here\n    do:    `nox -s scan` installs it" in err
    assert "license-expression: is not installed here" in err


def test_a_day_that_no_calendar_has_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.build({"six": "1.17.0"})
    project.config["ignore"] = [{"id": "x", "reason": "y", "until": "2027-02-31"}]
    assert project.scan() == 1
    assert "scan.ignore.0.until" in capsys.readouterr().err


def test_every_runtime_is_scanned_with_what_the_lock_has_for_it(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build({"requests": "2.30.0"})
    project.config_of_all["runtimes"] = ["python3.11", "python3.12"]
    lock = project.folder / "requirements.txt"
    older, newer = (
        f"requests=={each} ; python_version {mark} '3.12' --hash=sha256:{'0' * 64}\n"
        for each, mark in (("2.30.0", "<"), ("2.34.2", ">="))
    )
    lock.write_text(older + newer)
    project.put_layer("tiny-python3.12", {"requests": "2.34.2"})
    assert project.scan() == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["vulnerabilities", "1", "of", "1", "requirements.txt", "for", "python3.11", "on", "x86_64"] in lines
    assert ["vulnerabilities", "1", "of", "1", "requirements.txt", "for", "python3.12", "on", "x86_64"] in lines
    assert ["licences", "1", "of", "1", "dist/tiny-python3.12.zip"] in lines
    assert lines[-1] == ["1", "finding"]


def test_own_sources_and_modules_are_asked_of_nobody_and_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "money.py").write_text("")
    project.config_of_all["layers"] = {"tiny": {"modules": ["money.py"]}}
    project.build({"own": "1.0", "six": "1.17.0", "tiny-modules": "0"})
    project.lock({"six": "1.17.0"})
    lock = project.folder / "requirements.txt"
    own = f"own==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # from ./own at {'a' * 64}\n"
    lock.write_text(lock.read_text() + own)
    project.scan()
    out = capsys.readouterr().out
    assert "follow what they are made of yourself:\n  tiny-modules 0: from money.py\n  own 1.0: from ./own\n" in out
    assert project.service.asked == [("six", "1.17.0")]
    project.scan("--json")
    said = output("scan", capsys.readouterr().out)
    assert [(each["name"], each["origin"]) for each in said["own"]] == [("tiny-modules", "money.py"), ("own", "./own")]
