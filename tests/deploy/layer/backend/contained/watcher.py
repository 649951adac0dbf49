"""What an import may try against the process that watches it; every other package has its account all the same."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import tries

WATCHER = (
    tries(
        "limits_its_watcher",
        """
        import resource, time
        for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_DATA):
            with refused():
                resource.prlimit(os.getppid(), kind, (0, 0)); raise Reached(kind)
        """,
    ),
    tries(
        "signals_its_watcher",
        """
        import signal, time
        for number in signal.valid_signals():
            with refused():
                os.kill(os.getppid(), number)
            with refused():
                signal.pidfd_send_signal(os.pidfd_open(os.getppid()), number)
        with refused(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            import fcntl
            other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            own.bind('/tmp/own'); other.connect('/tmp/own')
            fcntl.fcntl(own, fcntl.F_SETOWN, os.getppid()); fcntl.fcntl(own, 10, int(signal.SIGINT))
            fcntl.fcntl(own, fcntl.F_SETFL, fcntl.fcntl(own, fcntl.F_GETFL) | 0o20000)
            other.send(b'x')
        """,
    ),
    tries(
        "slows_its_watcher",
        """
        every = [int(each) for each in os.listdir('/proc') if each.isdigit() and int(each) != os.getpid()]
        for pid in every:
            for what in (
                lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
            ):
                with refused():
                    what(); raise Reached(pid)
        with refused():
            os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid())); raise Reached('its processors')
        for which, who in ((os.PRIO_USER, 0), (os.PRIO_USER, os.getuid()), (os.PRIO_PGRP, 0)):
            with refused():
                os.setpriority(which, who, 19); raise Reached(which)
        os.nice(1)  # of itself, it may
        """,
    ),
    tries(
        "gives_its_watcher_to_the_kernel",
        """
        for name in ('oom_score_adj', 'timerslack_ns', 'coredump_filter', 'clear_refs', 'comm', 'sched', 'autogroup'):
            with refused():
                with open(f'/proc/{os.getppid()}/{name}', 'w') as file: file.write('1000')
                raise Reached(name)
        """,
    ),
    tries(
        "hides_behind_its_name",
        r"""
        import time
        for name in (b'x\nUid:\t0\nRssAnon:\t0 kB', b'x) R 0 0 ('):
            libc.prctl(15, name, 0, 0, 0)
            if os.fork() == 0: break
        kept = [b'x' * (16 << 20) for _ in range(20)]
        time.sleep(600)
        """,
        bounded="of memory",
    ),
    tries(
        "copies_its_watchers_descriptors",
        """
        for at in range(16):
            if syscall((438, 438), os.pidfd_open(os.getppid()), at, 0) >= 0: raise Reached(at)
        """,
    ),
)
