"""Files, devices and mounts that an import may try to reach."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import tries

FILES = (
    tries(
        "reads_credentials",
        """
        raise Reached(open(world.HOME + '/.aws/credentials').read())
        """,
    ),
    tries(
        "reads_private_keys",
        """
        raise Reached(open(world.HOME + '/.ssh/id_ed25519').read())
        """,
    ),
    tries(
        "writes_bashrc",
        """
        open(world.HOME + '/.bashrc', 'a').write('echo canary')
        raise Reached()
        """,
    ),
    tries(
        "plants_code_in_the_user_site",
        """
        os.makedirs(world.HOME + '/.local/lib', exist_ok=True)
        open(world.HOME + '/.local/lib/canary.pth', 'w').write('import os')
        raise Reached()
        """,
    ),
    tries(
        "reads_the_project",
        """
        raise Reached(open(world.PROJECT + '/secret.env').read())
        """,
    ),
    tries(
        "poisons_the_cache",
        """
        open(world.PROJECT + '/cache/layer.zip', 'w').write('canary')
        raise Reached()
        """,
    ),
    tries(
        "reads_shadow",
        """
        raise Reached(open('/etc/shadow').read()[:20])
        """,
    ),
    tries(
        "leaves_links_for_the_one_who_tidies_up",
        """
        os.symlink(world.PROJECT, '/tmp/folder')
        os.symlink(world.HOME + '/.bashrc', '/tmp/file')
        os.makedirs('/tmp/deep/er'); os.symlink(world.PROJECT, '/tmp/deep/er/link'); os.chmod('/tmp/deep', 0)
        """,
    ),
    tries(
        "changes_the_victim",
        """
        for path in sys.path:
            with refused():
                open(f'{path}/victim.py', 'a').write('x = 1'); raise Reached(path)
        """,
    ),
    tries(
        "inherits_descriptors",
        """
        for each in os.listdir('/proc/self/fd'):
            with refused():
                where = os.readlink(f'/proc/self/fd/{each}')
                if int(each) > 2 and where.startswith('/') and not where.startswith(('/proc', '/opt', '/var/', '/usr')):
                    raise Reached(where)
                if where.startswith('socket:'): raise Reached(where)
        """,
    ),
    tries(
        "opens_devices",
        """
        import stat
        for path in ('/dev/kmsg', '/dev/mem', '/dev/kvm', '/dev/vda', '/dev/sda', '/dev/fuse', '/dev/net/tun'):
            with refused():
                os.close(os.open(path, os.O_RDONLY)); raise Reached(path)
        with refused():
            os.mknod('/tmp/device', stat.S_IFBLK | 0o666, os.makedev(254, 0)); raise Reached('mknod')
        """,
    ),
    tries(
        "mounts",
        """
        os.makedirs('/tmp/mount', exist_ok=True)
        if libc.mount(b'none', b'/tmp/mount', b'tmpfs', 0, None) == 0: raise Reached()
        """,
    ),
    tries(
        "writes_kernel_settings",
        """
        for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger',
                     '/sys/kernel/uevent_helper', '/sys/power/state', '/sys/fs/cgroup/cgroup.procs',
                     '/sys/fs/cgroup/memory/cgroup.procs'):
            with refused():
                open(path, 'w').close(); raise Reached(path)
        with open('/proc/self/uid_map', 'w') as file: file.write('0 0 1')
        raise Reached('uid_map')
        """,
    ),
)
