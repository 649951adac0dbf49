"""The end of a process, wherever it ran: in a container or on this host."""

from __future__ import annotations

from dataclasses import dataclass, field

ANSWER = 64 * 1024 * 1024
"""As many bytes of stdout are taken: an answer that is cut would be none."""
TAIL = 64 * 1024
"""As many bytes of stderr are kept, the last ones; what was before is counted."""


@dataclass(frozen=True)
class Completed:
    """A process that ended: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str


@dataclass
class Output:
    """What a process wrote so far, as far as it is kept."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def take(self, content: bytes, *, is_error: bool) -> None:
        """Keep what was read."""
        if not is_error:
            self.stdout += content
            return
        self.stderr += content
        if (more := len(self.stderr) - TAIL) > TAIL:  # not at every byte
            del self.stderr[:more]
            self.dropped += more

    @property
    def is_too_long(self) -> bool:
        return len(self.stdout) > ANSWER

    @property
    def errors(self) -> str:
        """The end of stderr, which says how much came before."""
        text = self.stderr.decode(errors="replace")
        return f"[{self.dropped:,} bytes before this are left out]\n{text}" if self.dropped else text

    def __str__(self) -> str:
        return self.stdout[-TAIL:].decode(errors="replace") + self.errors
