from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.published.descriptions import LENGTH, AliasNote, LayerNote, Passed, VersionNote

RELEASES = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
HISTORY = st.lists(st.builds(Passed, RELEASES, st.integers(1, 99_999).map(str)), max_size=30)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly, which says nothing of notes
@given(HISTORY)
def test_an_alias_tells_its_history_as_far_back_as_a_description_holds(history: list[Passed]) -> None:
    text = str(AliasNote(tuple(history)))
    assert len(text) <= LENGTH
    read = AliasNote.parse(text).history
    assert read == tuple(history[: len(read)])
    assert (
        len(read) == len(history) or len(f"{text} {history[len(read)].release}:{history[len(read)].version}") > LENGTH
    )


@given(RELEASES, RELEASES)
def test_a_version_tells_its_release_and_digests(release: str, commit: str) -> None:
    note = VersionNote(release, commit, "ab" * 32, "cd" * 32)
    assert VersionNote.parse(str(note)) == VersionNote(release, commit, "ab" * 8, "cd" * 8)


def test_a_version_of_an_older_pipeline_tells_its_release_alone() -> None:
    assert VersionNote.parse("channelwright 41a623a21e23 git:c0ffee") == VersionNote("41a623a21e23", "c0ffee")


def test_a_layer_version_tells_what_it_was_made_from() -> None:
    note = LayerNote("be2919e152ba", "c0ffee+dirty", "host", "+idna==3.7 …(+4)")
    assert LayerNote.parse(str(note)) == note


def test_what_somebody_else_wrote_is_not_read() -> None:
    for text in ("", "our api", "channelwright", "channelwright 41a623a21e23:x", "sha256:short git:a img:b"):
        assert LayerNote.parse(text) is None
        assert VersionNote.parse(text) is None
        assert AliasNote.parse(text) == AliasNote()


def test_the_same_release_is_noted_once_and_a_return_to_an_older_one_again() -> None:
    note = AliasNote().then("a" * 12, "1").then("a" * 12, "1").then("b" * 12, "2").then("a" * 12, "1")
    assert [each.version for each in note.history] == ["1", "2", "1"]
