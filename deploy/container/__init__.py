"""The one door to a container engine: Docker, or Podman on its Docker-compatible socket.

    with Engine.connect(os.environ) as engine:
        image = engine.resolve("public.ecr.aws/lambda/python:3.11", "x86_64", print)
        with engine.volumes(image.reference, {"/opt": files}) as volumes:
            with engine.container(image.reference, volumes=volumes) as container:
                done = container.call(["python3.11", "--version"])

Files travel as archives over the engine's own connection, never as bind mounts: that works with a remote engine and
leaves no root-owned files. Whatever is made carries the label `channelwright` and is removed on leaving, also after
a failure or an interrupt; with CHANNELWRIGHT_KEEP_CONTAINERS set, containers and volumes stay to be looked into.

Nothing outside this room imports the docker SDK. Its failures are translated in `failures`, once, into EngineError
and BuildError. Importing the SDK takes 0.25 s, so commands do it only once they know that they need an engine.

address      where the engine is: DOCKER_HOST, docker's contexts, Podman's socket
engine       the engine: its images, its volumes, its containers
bounds       what a container may have and do at most
calls        a running container: commands, files, its log
exec_stream  what a command inside a container writes, as it comes
images       images by name: had, pulled, built, removed
archive      files as the archives that the engine takes and gives
build_log    a build's log, for people
failures     the SDK's failures as this project's errors
digest       which bytes an image's name stands for, asked without the SDK
leftovers    what a run that was killed left, and who may remove it
emulation    programs of the other architecture, and how the kernel is told to run them
install      an engine with the runtime image, on Debian and Ubuntu
"""
