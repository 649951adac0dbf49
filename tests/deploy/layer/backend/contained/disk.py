"""What an import may try to fill where files can be written, and to leave there; and one that needs its share."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import Attempt, tries

DISK = (
    tries(
        "fills_the_disk",
        """
        for at in range(12):
            with open(f'/tmp/{at}', 'wb') as file:
                for _ in range(16): file.write(b'x' * (16 << 20))
        raise Reached()
        """,
        bounded="/tmp",
    ),
    tries(
        "fills_the_disk_beyond_every_path",
        """
        import time
        where = os.open('/tmp', os.O_RDONLY)
        for _ in range(1500):
            os.mkdir('d' * 200, dir_fd=where)
            below = os.open('d' * 200, os.O_RDONLY, dir_fd=where)
            os.close(where); where = below
        with open(os.open('f', os.O_WRONLY | os.O_CREAT, dir_fd=where), 'wb') as file:
            for _ in range(10): file.write(b'x' * (16 << 20))
        time.sleep(600)
        """,
        bounded="/tmp",
    ),
    tries(
        "leaves_folders_beyond_every_path",
        """
        where = os.open('/tmp', os.O_RDONLY)
        for _ in range(1500):
            os.mkdir('left' * 40, dir_fd=where)
            below = os.open('left' * 40, os.O_RDONLY, dir_fd=where)
            os.fchmod(where, 0) if _ else None
            os.close(where); where = below
        with open(os.open('left', os.O_WRONLY | os.O_CREAT, dir_fd=where), 'wb') as file: file.write(b'x' * (64 << 20))
        """,
    ),
    tries(
        "fills_the_disk_with_files_without_a_name",
        """
        import time
        kept = []
        for at in range(10):
            kept.append(open('/tmp/unnamed', 'wb', buffering=0)); os.unlink('/tmp/unnamed')
            kept[-1].write(b'x' * (16 << 20))
        time.sleep(600)
        """,
        bounded="/tmp",
    ),
    tries(
        "fills_the_disk_with_empty_files",
        """
        os.mkdir('/tmp/many')
        for at in range(100_000): os.close(os.open(f'/tmp/many/{at}', os.O_WRONLY | os.O_CREAT))
        raise Reached()
        """,
        bounded="/tmp",
    ),
    tries(
        "writes_elsewhere",
        """
        import tempfile
        for folder, folders, _ in os.walk('/'):
            folders[:] = [each for each in folders if os.path.join(folder, each) not in ('/proc', '/tmp', '/sys')]
            with refused(), tempfile.TemporaryFile(dir=folder): raise Reached(folder)
        with refused(), open('/dev/shm/canary', 'w'): raise Reached('/dev/shm')
        """,
    ),
    # Not an attack: what others do to /tmp is not to be noticed here.
    Attempt(
        "needs_its_share_of_the_disk",
        """
import os, time
for at in range(8):
    assert not os.path.exists('/tmp/own')
    with open('/tmp/own', 'wb') as file: file.write(b'x' * (8 << 20))
    assert os.path.getsize('/tmp/own') == 8 << 20
    os.unlink('/tmp/own')
""",
    ),
)
