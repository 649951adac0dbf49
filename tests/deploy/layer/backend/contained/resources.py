"""What an import may try to take without end, or to leave behind."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import tries

RESOURCES = (
    tries(
        "leaves_a_process_running",
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)', world.LEFT])
            os._exit(0)
        """,
    ),
    tries(
        "takes_all_memory",
        """
        kept = []
        while len(kept) < 320: kept.append(b'x' * (16 << 20))
        raise Reached()
        """,
        bounded="of memory",
    ),
    tries(
        "takes_all_memory_by_forks",
        """
        import time
        for _ in range(8):
            if os.fork() == 0:
                kept = [b'x' * (16 << 20) for _ in range(40)]
                time.sleep(120); os._exit(0)
        time.sleep(8)
        raise Reached()
        """,
        bounded="of memory",
    ),
    tries(
        "prints_without_end",
        """
        for _ in range(1024): os.write(1, b'x' * (1 << 20))
        """,
        bounded="printed",
    ),
    tries(
        "never_ends",
        """
        import time
        time.sleep(3600)
        raise Reached()
        """,
        bounded="still ran after",
    ),
    tries(
        "forks_without_end",
        """
        import time
        made = 0
        with contextlib.suppress(OSError):
            while made < 3000:
                if os.fork() == 0:
                    os.setsid(); time.sleep(120); os._exit(0)
                made += 1
        if made >= 3000: raise Reached(made)
        time.sleep(1)
        """,
        bounded="processes",
    ),
    tries(
        "opens_files_without_end",
        """
        kept = []
        while len(kept) < 20000: kept.append(open('/dev/null'))
        raise Reached()
        """,
    ),
)
