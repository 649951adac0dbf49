"""Where a layer is built and tried: in containers of the runtime image, or, marked as such, on this host.

protocol        what build and verify know of either: fetch, assemble, a sandbox
containers      in containers of the runtime image
platform_image  the image for a target, or the one that takes its place
pip_download    the wheels, chosen and downloaded by the runtime image's own pip
pip_install     what pip installs from wheels, for the reference
refused         what the assembly refused, as faults of the configuration's keys
host            on a Linux host with the runtime's Python
host_sandbox    a place on this host to run the final bytes
enter_sandbox   a command where /opt, /var/task and /var/lang are those of a folder
runtime_api     invocations without the Runtime Interface Emulator
"""
