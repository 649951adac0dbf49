"""The filter of system calls beside the one that a container engine puts around everybody without capabilities."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from deploy.inside.look import seccomp
from tests.deploy.inside.look.filtering import answer

if TYPE_CHECKING:
    from deploy.container.engine import Engine

pytestmark = pytest.mark.container

# Numbers that were kept free for calls that no kernel ever had, or has only for programs of 32 bits.
NEVER_WERE = {181, 182, 183, 184, 185, 205, 211, 214, 215, 236, *range(335, 424)}
# What engines' filters let through since Docker 23, a process's own memory alone: pkey_mprotect, _alloc, _free.
LATELY_LET_THROUGH = {329, 330, 331}
# Has a call answered by a filter that asks for a tracer which is not there, so that it is ENOSYS and nothing is done.
# What is refused otherwise is refused by the engine's filter, as of several the strictest holds: seccomp(2).
ASKING = """
import ctypes, json, os, struct
libc = ctypes.CDLL(None, use_errno=True)
def asked(number):
    code = b"".join(struct.pack("=HBBI", *each) for each in (
        (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x7FF00000), (0x06, 0, 0, 0x7FFF0000)))
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", 4, ctypes.addressof(buffer)))
    call, error = libc.syscall, ctypes.get_errno
    libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, ctypes.byref(header), 0, 0):
        os._exit(255)
    call(number, 0, 0, 0, 0, 0, 0)
    return error()
found = {}
for number in range(LAST + 1):
    reading, writing = os.pipe()
    if os.fork() == 0:
        error = asked(number)
        # Of what writing and leaving need, nothing is asked: the process ends otherwise.
        os.write(writing, struct.pack("=i", error))
        os._exit(0)
    os.close(writing)
    answer = os.read(reading, 4)
    os.close(reading)
    os.wait()
    found[number] = struct.unpack("=i", answer)[0] if answer else 0
print(json.dumps(found))
"""


def test_whatever_an_engine_refuses_to_everybody_is_refused_on_a_host_too(engine: Engine, runtime_image: str) -> None:
    image = engine.resolve(runtime_image, "x86_64", lambda _: None).reference
    script = ASKING.replace("LAST", str(seccomp._NEWEST))
    with engine.container(image) as container:
        done = container.call(["python3.11", "-I", "-S", "-c", script])
    refused = {int(number) for number, error in json.loads(done.stdout).items() if error == errno.EPERM}
    assert {101, 165, 272} & refused, "this engine refuses nothing: it has no filter"
    refused -= NEVER_WERE | LATELY_LET_THROUGH
    assert {number for number in refused if not answer("x86_64", number)} == set()
