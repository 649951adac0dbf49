"""What one package may leave where another one, which is tried at the same time, looks for it: it must not find it."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from tests.deploy.layer.backend.contained.attempt import Attempt

# The one that leaves something stays until the other one would have found it; the other one is there all the time.
_LEAVES = "import os, socket, sys, threading, time\nfrom attempting import *\nwith refused():\n{}\ntime.sleep(5)\n"
_LOOKS = (
    "import os, socket, sys, time\nfrom attempting import *\n"
    "for _ in range(40):\n    time.sleep(0.1)\n    with refused():\n{}\n        raise Reached('of another package')\n"
)


@dataclass(frozen=True)
class Neighbours:
    """What one does, and what the other one does, which fails where there is nothing of the first one."""

    name: str
    leaves: str
    looks: str

    @property
    def attempts(self) -> tuple[Attempt, Attempt]:
        left, looks = indent(self.leaves.strip(), "    "), indent(self.looks.strip(), "        ")
        return Attempt(f"leaves_{self.name}", _LEAVES.format(left)), Attempt(f"finds_{self.name}", _LOOKS.format(looks))


NEIGHBOURS = (
    Neighbours(
        "a_file", "open('/tmp/wanted', 'w').write('x'); os.chmod('/tmp/wanted', 0o777)", "os.stat('/tmp/wanted')"
    ),
    Neighbours(
        "a_folder_for_moments",
        """
def comes_and_goes():
    while True:
        os.mkdir('/tmp/brief'); time.sleep(0.02); os.rmdir('/tmp/brief')
threading.Thread(target=comes_and_goes, daemon=True).start()
""",
        """
for _ in range(500):
    with refused():
        os.stat('/tmp/brief'); raise Reached('of another package')
os.stat('/tmp/brief')
""",
    ),
    Neighbours(
        "an_abstract_socket",
        r"s = socket.socket(socket.AF_UNIX); s.bind('\0wanted'); s.listen()",
        r"socket.socket(socket.AF_UNIX).connect('\0wanted')",
    ),
    Neighbours(
        "a_port",
        "s = socket.socket(); s.bind(('127.0.0.1', 26379)); s.listen()",
        "socket.create_connection(('127.0.0.1', 26379), 1)",
    ),
    Neighbours(
        "a_port_of_udp",
        "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('::', 26380))",
        """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', 26380))
s.send(b'?'); time.sleep(0.01); s.send(b'?')
""",
    ),
    # The ports below 1024 too: in a container everybody may have them.
    Neighbours(
        "a_low_port",
        "s = socket.socket(); s.bind(('127.0.0.1', 9)); s.listen()",
        "socket.create_connection(('127.0.0.1', 9), 1)",
    ),
)
