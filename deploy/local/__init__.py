"""The whole system on this machine, without any account.

    companion ─ the project's own: what stands beside AWS (a fake Discord), and who plays with it
    emulator  ─ AWS: MiniStack, a process on loopback; every invocation in it comes to
    functions ─ the pool: starts what was published, keeps it warm, hands it events
                  published     code and layers of a version, downloaded back from the emulated AWS
                  in_container  in the runtime image, behind the real Runtime Interface Emulator
                  on_host       without containers, in processes that see the code and the layers alone
    system    ─ brings all of it up, deploys by the very code path that AWS gets, and takes it down
    children  ─ processes that end with this one; emulator_main is the emulator's
    session   ─ what another terminal needs to know of a system that is kept running
    steps     ─ what each step of a run took

Nothing binds to anything but loopback. Children end when this process does, however it ends.
"""
