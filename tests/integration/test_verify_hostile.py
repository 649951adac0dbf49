"""Packages that speak for others, print without end or leave things: in a container each has a user of its own."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from tests.deploy.layer.synthetic import Made, layer
from tests.integration.in_containers import proven, refused

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.backend.containers import ContainerRuntime

pytestmark = pytest.mark.container


ATTACKS = {
    "ends every process": "import os, signal\nfor _ in range(3):\n    os.fork()\nos.kill(-1, signal.SIGKILL)\n",
    "ends the one that watches": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "forks without end": "import os\nwhile True:\n    os.fork()\n",
    "leaves": "import os\nos._exit(0)\n",
    "writes into every pipe": """
import os
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        files = os.listdir(f"/proc/{process}/fd")
    except OSError:
        continue
    for each in files:
        try:
            with open(f"/proc/{process}/fd/{each}", "wb", buffering=0) as pipe:
                pipe.write(b'["account", "{}"]\\n')
        except OSError:
            pass
""",
    "traces the others": """
import ctypes, os
libc = ctypes.CDLL(None)
for process in filter(str.isdigit, os.listdir("/proc")):
    if int(process) != os.getpid() and libc.ptrace(16, int(process), 0, 0) == 0:
        raise RuntimeError("traced " + process)
""",
}


@pytest.mark.sliced(2)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_every_other_packages_verdict_as_it_is(
    tmp_path: Path, runtime: ContainerRuntime, attack: str
) -> None:
    """One package attacks, one works and one is broken: in a container each has a user of its own."""
    evil = Made(name="evil", files={"evil/__init__.py": ATTACKS[attack], "evil/more.py": ""})
    good = Made(name="good", files={"good.py": "x = 1\n"})
    broken = Made(name="broken", files={"broken.py": "raise RuntimeError('no luck')\n"})
    built = layer(tmp_path, evil, good, broken)
    with pytest.raises(VerificationError) as caught:
        proven(runtime, built)
    faults = [fault for fault in caught.value.faults if not fault.where.startswith("evil: ")]
    assert [(fault.where, fault.what) for fault in faults] == [
        ("broken: broken", "RuntimeError: no luck (/opt/python/broken.py:1)")
    ]


def test_a_package_that_prints_without_end_is_bounded(tmp_path: Path, runtime: ContainerRuntime) -> None:
    loud = "import os\nfor _ in range(1024):\n    os.write(1, b'x' * 1048576)\nraise RuntimeError('at last')\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "RuntimeError: at last" in refused(runtime, layer(tmp_path, Made(files={"tiny/__init__.py": loud})))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_what_a_package_leaves_in_tmp_is_gone_before_the_next_one_looks(
    tmp_path: Path, runtime: ContainerRuntime
) -> None:
    first = (
        "import os\nos.makedirs('/tmp/left/deep')\nopen('/tmp/left/deep/x', 'w').close()\nos.chmod('/tmp/left', 0)\n"
    )
    second = "import os\nif os.path.exists('/tmp/left'): raise RuntimeError('something was left')\n"
    files = {"a/__init__.py": first, **{f"a/b{each}.py": "" for each in range(3)}}  # the longest one comes first
    late = {"z.py": "import time\ntime.sleep(1)\n" + second}
    assert proven(runtime, layer(tmp_path, Made(name="a", files=files), Made(name="z", files=late)))
