"""Memory that an import may try to hold where nobody counts it; `Reached` where it still has it after all that time."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import tries

MEMORY = (
    tries(
        "hides_memory_in_files_without_a_name",
        """
        if syscall((319, 279), b'canary', 0) >= 0: raise Reached('memfd_create')
        if syscall((447, 447), 0) >= 0: raise Reached('memfd_secret')
        """,
    ),
    tries(
        "hides_memory_behind_shared_mappings",
        """
        import mmap, time
        kept = []
        for _ in range(40):
            kept.append(mmap.mmap(-1, 16 << 20))
            kept[-1].write(b'x' * (16 << 20))
            kept[-1].madvise(mmap.MADV_DONTNEED)  # the pages stay, and are no process's any more
        time.sleep(600)
        """,
        bounded="of memory",
    ),
    tries(
        "hides_memory_in_page_tables",
        """
        import mmap, time
        kept = mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | 0x22 | 0x4000, mmap.PROT_READ)
        kept.madvise(15)  # no huge pages
        for at in range(200_000): kept[at << 21]
        time.sleep(600)
        """,
        bounded="of memory",
    ),
    tries(
        "hides_memory_in_sockets",
        """
        import time
        for _ in range(8):
            if os.fork() == 0: break
        kept = []
        with contextlib.suppress(OSError):
            while True:
                kept.append(socket.socketpair())
                for each in kept[-1]:
                    each.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        while True: each.send(b'x' * 65536)
        time.sleep(600)
        """,
        bounded="with all that it started",
    ),
    tries(
        "hides_memory_in_pipes",
        """
        import fcntl, time
        for _ in range(8):
            if os.fork() == 0: break
        kept = []
        with contextlib.suppress(OSError):
            while True:
                kept.append(os.pipe())
                with contextlib.suppress(OSError):
                    fcntl.fcntl(kept[-1][0], 1031, 1 << 20)
                os.set_blocking(kept[-1][1], False)
                with contextlib.suppress(BlockingIOError):
                    while True: os.write(kept[-1][1], b'x' * 65536)
        time.sleep(600)
        """,
        bounded="with all that it started",
    ),
    tries(
        "gives_memory_away_to_pipes",
        """
        if syscall((278, 75), -1, 0, 0, 0) != -1 or ctypes.get_errno() != 1: raise Reached(ctypes.get_errno())
        """,
    ),
    tries(
        "hides_memory_in_lists_of_mappings",
        """
        import time
        libc.mmap.restype = ctypes.c_void_p
        start = libc.mmap(None, ctypes.c_size_t(60_000 << 12), 1, 0x22, -1, 0)
        for at in range(0, 60_000, 2): libc.mprotect(ctypes.c_void_p(start + (at << 12)), ctypes.c_size_t(4096), 0)
        for _ in range(45):
            if os.fork() == 0: break
        time.sleep(600)
        """,
        bounded="of memory",
    ),
)
