"""Makes pip choose wheels as on Amazon Linux 2, which has glibc 2.26: https://peps.python.org/pep-0600/."""


def manylinux_compatible(major: int, minor: int, _architecture: str) -> bool:
    return (major, minor) <= (2, 26)
