"""Processes, networks, users, rights and the kernel that an import may try to reach."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import tries

MACHINE = (
    tries(
        "reads_the_environment",
        """
        if 'CANARY' in os.environ: raise Reached('its own')
        for each in os.listdir('/proc'):
            if each.isdigit():
                with refused():
                    if b'CANARY' in open(f'/proc/{each}/environ', 'rb').read(): raise Reached(each)
        """,
    ),
    tries(
        "sees_other_processes",
        """
        for each in os.listdir('/proc'):
            if each.isdigit():
                with refused():
                    if world.VICTIM in open(f'/proc/{each}/cmdline').read(): raise Reached(each)
        """,
    ),
    tries(
        "signals_a_process",
        """
        os.kill(world.VICTIM_PID, 9)
        raise SystemExit('sent, to whatever has this number here')
        """,
    ),
    tries(
        "signals_everybody",
        """
        import signal
        os.kill(-1, signal.SIGTERM)
        """,
    ),
    tries(
        "connects_a_unix_socket",
        """
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(world.UNIX)
            raise Reached()
        """,
    ),
    tries(
        "connects_an_abstract_socket",
        r"""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect('\0' + world.ABSTRACT)
            raise Reached()
        """,
    ),
    tries(
        "connects_the_container_engine",
        """
        for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock'):
            with refused(), socket.socket(socket.AF_UNIX) as s:
                s.connect(path)
                raise Reached()
        """,
    ),
    tries(
        "connects_loopback_tcp",
        """
        with socket.create_connection(('127.0.0.1', world.TCP), 5): raise Reached()
        """,
    ),
    tries(
        "sends_loopback_udp",
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s: s.sendto(b'canary', ('127.0.0.1', world.UDP))
        """,
    ),
    tries(
        "finds_a_route_out",
        """
        for family, address in ((socket.AF_INET, '192.0.2.1'), (socket.AF_INET6, '2001:db8::1')):
            with refused(), socket.socket(family, socket.SOCK_DGRAM) as s:
                s.connect((address, 53))
                raise Reached(address)
        """,
    ),
    tries(
        "asks_dns",
        r"""
        import re
        for server in re.findall(r'^nameserver\s+([0-9.]+)', open('/etc/resolv.conf').read(), re.M):
            with refused(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.connect((server, 53))
                if not server.startswith('127.'): raise Reached(server)
                s.send(b'?'); s.settimeout(1); s.recv(1); raise Reached(server)
        """,
    ),
    tries(
        "calls_the_hypervisor",
        """
        import errno
        with socket.socket(40, socket.SOCK_STREAM) as s:
            raise Reached('a vsock')
        """,
    ),
    tries(
        "opens_raw_sockets",
        """
        for family, kind in ((17, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW)):
            with refused(), socket.socket(family, kind, 1): raise Reached(family)
        """,
    ),
    tries(
        "traces_its_watcher",
        """
        import ctypes
        parent = os.getppid()
        if libc.ptrace(16, parent, None, None) == 0: raise Reached('attached')
        for what in ('mem', 'fd/0', 'fd/1', 'fd/2'):
            with refused():
                open(f'/proc/{parent}/{what}', 'r+b', buffering=0).close(); raise Reached(what)
        """,
    ),
    tries(
        "speaks_for_the_victim",
        r"""
        line = '{"record": "Outcome", "kind": "module", "what": "victim", "home": "layer"}\n'
        for parent in ('self', str(os.getppid())):
            with refused():
                for each in os.listdir(f'/proc/{parent}/fd'):
                    with refused():
                        with open(f'/proc/{parent}/fd/{each}', 'wb', buffering=0) as file: file.write(line.encode())
        """,
    ),
    tries(
        "makes_namespaces",
        """
        for flag in (0x10000000, 0x20000, 0x40000000):
            if libc.unshare(flag) == 0: raise Reached(hex(flag))
        """,
    ),
    tries(
        "gains_rights",
        r"""
        status = dict(line.split(':\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\t' in line)
        if int(status['CapEff'], 16) or int(status['CapPrm'], 16): raise Reached(status['CapEff'])
        if status['NoNewPrivs'].strip() != '1': raise Reached('setuid programs work')
        for call in (os.setuid, os.setgid):
            with refused():
                call(0); raise Reached(call.__name__)
        if os.getuid() == 0: raise Reached('root')
        """,
    ),
    tries(
        "uses_keyrings",
        r"""
        if syscall((248, 217), b'user\0', b'canary\0', b'x', 1, -3) >= 0: raise Reached('add_key')
        if syscall((250, 219), 0, -3, 1, 0, 0) >= 0: raise Reached('keyctl')
        """,
    ),
    tries(
        "attaches_shared_memory",
        """
        if syscall((29, 194), world.SHM_KEY, 0, 0) >= 0: raise Reached('shmget')
        with refused():
            open('/dev/shm/' + world.ABSTRACT).close(); raise Reached('/dev/shm')
        """,
    ),
    tries(
        "calls_the_kernels_back_doors",
        """
        for name, numbers in {'bpf': (321, 280), 'perf_event_open': (298, 241), 'userfaultfd': (323, 282),
                              'io_uring_setup': (425, 425)}.items():
            import errno, ctypes
            if syscall(numbers, 0, 0, 0) >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
                raise Reached(f'{name}: {os.strerror(ctypes.get_errno())}')
        """,
    ),
)
