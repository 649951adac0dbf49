"""Where a layer is built and tried: in containers of the runtime image, or, marked as such, on this host.

protocol        what build and verify know of either: fetch, assemble, a sandbox
containers      in containers of the runtime image
scripts         what their interpreters run, and those of a host
platform_image  the image for a target, or the one that takes its place
pip_download    the wheels, chosen and downloaded by the runtime image's own pip
pip_install     what pip installs from wheels, for the reference
host            on a Linux host with the runtime's Python
host_sandbox    a place on this host to run the final bytes
host_process    a process of this host, bounded in time and output
host_files      what a sandbox of this host holds
enter_sandbox   the program that enters one
entry           which folder to enter, and how
namespaces      processes, mounts, network, IPC and users of its own
bubblewrap      the same by a program that a machine may allow them to
new_root        an empty root with what a function finds in Lambda
syscalls        calls of Linux that Python has no name for
refusals        why a machine allows none, and what unconfined code could reach
runtime_api     invocations without the Runtime Interface Emulator
"""
