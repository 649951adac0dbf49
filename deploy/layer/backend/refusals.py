"""Why this machine allows no sandbox without containers, as far as its own settings say, and what can be done."""

from __future__ import annotations

import os
from pathlib import Path

# A setting of the kernel, the value that forbids it, and who set it so.
_SETTINGS = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor keeps user namespaces from ordinary users"),
    ("kernel/unprivileged_userns_clone", "0", "the kernel keeps user namespaces from ordinary users"),
    ("user/max_user_namespaces", "0", "this machine allows no user namespaces"),
    ("user/max_pid_namespaces", "0", "this machine allows no PID namespaces"),
)
_SYSCTL = Path("/proc/sys")
_UNCONFINED = "give `--unconfined`, if the code may reach what that lists"


def explained(said: str, settings: Path = _SYSCTL) -> tuple[str, str, str]:
    """Return what happened, why, and what to do, from what the sandbox's own program said."""
    what = f"this machine allows no sandbox: {said.strip().splitlines()[-1] if said.strip() else 'it does not start'}"
    for name, value, cause in _SETTINGS:
        path = settings / name
        if path.exists() and path.read_text(encoding="ascii").strip() == value and os.geteuid():
            setting = name.replace("/", ".")
            cure = (
                f"sudo sysctl -w {setting}={'0' if value == '1' else '1'}" if "max" not in name else f"raise {setting}"
            )
            return what, f"{cause} ({setting} = {value})", f"{cure}; or build in containers; or {_UNCONFINED}"
    cause = "a container, or a policy of this machine, keeps namespaces from it"
    return what, cause, f"build in containers, or outside of this one; or {_UNCONFINED}"


def within_reach(*, drops: bool) -> str:
    """Say what code could reach that runs unconfined as the user of this process; as nobody, where root `drops`."""
    who = f"the user {os.geteuid()}" if os.geteuid() else "nobody" if drops else "root"
    return (
        f"it runs as {who}, and could read and write all files that {who} may, signal all processes of {who}, connect "
        "to every network, to loopback and to Unix sockets, fill /tmp, and leave processes running"
    )
