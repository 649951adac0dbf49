"""The sandbox's answers, judged: what deploy/inside/probe.py recorded becomes faults and evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.errors import Fault, VerificationError
from deploy.layer import opt_folder
from deploy.layer.audit.elf import is_library
from deploy.layer.causes import explain
from deploy.layer.evidence import Evidence, Imported, Native
from deploy.layer.template_environment import LEAST_MEMORY, TRIAL_REGION, lambda_environment
from deploy.runtimes.base_images import BASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from deploy.layer.audit.audit import Audit
    from deploy.layer.backend.protocol import Runtime, Sandbox
    from deploy.layer.evidence import FunctionUnderTest
    from deploy.layer.values import BuiltLayer

    Record = dict[str, Any]

PROBE = Path(__file__).parent.parent / "inside" / "probe.py"
PATIENCE = 300.0
_REBUILD = "build the layer again with --no-cache"


@dataclass(frozen=True)
class Tried:
    """What came of trying: the probe's answer, the faults in it, and what the imported code wrote to stderr."""

    answer: Record
    faults: tuple[Fault, ...]
    log: str

    def records(self, kind: str) -> Iterator[Record]:
        return (record for record in self.answer["layer"]["usual"] if record["kind"] == kind)


def try_layers(layers: Sequence[BuiltLayer], audits: Sequence[Audit], runtime: Runtime) -> Tried:
    """Unpack the layers into a fresh sandbox and try everything in them; raise where the probe gave no answer."""
    plan: Record = {
        "distributions": [each for pair in zip(layers, audits, strict=True) for each in _distributions(*pair)],
        "services": [service for layer in layers for service in kept_services(layer)],
        "region": TRIAL_REGION,
        "runtime": layers[0].spec.runtime,
        "functions": [],
    }
    with runtime.sandbox(layers[0].spec.runtime, opt_folder.merged(layers), {}) as sandbox:
        answer, log = probe(sandbox, plan)
    usual, alone = answer["layer"]["usual"], answer["layer"]["alone"]
    pins = {pin.name: pin.version for layer in layers for pin in layer.spec.pins}
    explained = explain(layers)
    faults = [
        *(explained(record) for record in _failed(usual)),
        *_untried(plan["distributions"], usual),
        *_strangers(usual),
        *_missing(usual, alone, explained),
        *_versions(usual, pins),
        *_bytecode(usual),
    ]
    return Tried(answer, tuple(faults), log)


def probe(sandbox: Sandbox, plan: Mapping[str, Any]) -> tuple[Record, str]:
    """Run the probe in a sandbox; return its answer and what was written to stderr meanwhile."""
    argument = json.dumps({**plan, "layer": sandbox.opt, "code": sandbox.task})
    environment = lambda_environment("verification", plan["region"], memory=LEAST_MEMORY, runtime=plan["runtime"])
    done = sandbox.run(PROBE.read_bytes(), argument, environment, PATIENCE)
    try:
        answer: Record = json.loads(done.stdout)
    except ValueError as error:
        raise VerificationError.of(
            "the probe",
            f"ended with exit code {done.code} and without an answer",
            cause="the runtime's Python could not run it",
            cure="see its output above",
            log=done.stderr + done.stdout,
        ) from error
    return answer, done.stderr


def kept_services(layer: BuiltLayer) -> tuple[str, ...]:
    """Return the AWS services of which a client has to work: all that the trim policy keeps, or one for all."""
    if not any(package.name == "botocore" for package in layer.report.packages):
        return ()
    kept = layer.spec.layer.trim.botocore_data
    return ("sts",) if kept == "all" else tuple(kept)


def evidence(built: BuiltLayer, audited: Audit, tried: Tried | None) -> Evidence:
    """Write down what was proven of one layer; `tried` is None where it could only be audited."""
    names = {package.name for package in built.report.packages}
    modules = [each for each in (tried.records("import") if tried else ()) if each["distribution"] in names]
    loaded = {f"python/{each['what']}" for each in (tried.records("native") if tried else ()) if not each["error"]}
    return Evidence(
        sha256=built.sha256,
        image=built.spec.image.reference + (f" {built.spec.image.digest}" if built.spec.image.digest else ""),
        in_container=not built.spec.image.is_host,
        imported=tried is not None,
        not_imported="" if tried else built.spec.image.lack,
        python=tried.answer["python"] if tried else built.report.python,
        glibc=tried.answer["glibc"] if tried else built.report.glibc,
        modules=tuple(
            Imported(distribution=each["distribution"], module=each["what"], milliseconds=each["ms"])
            for each in modules
        ),
        nothing_to_import={
            package.name: "the trim policy took it" if package.excluded else "its wheel holds no module"
            for package in built.report.packages
            if not package.modules
        },
        shared_objects=tuple(
            Native(path=each.path, needs=dict(each.needs), loaded=each.path in loaded) for each in audited.shared
        ),
        aws_clients=tuple(each["what"] for each in (tried.records("client") if tried else ())),
        bytecode_used=sum(each["used"] for each in (tried.records("bytecode") if tried else ())),
        remarks=(*audited.remarks, *(_remarks(tried, built, names) if tried else ())),
    )


def _remarks(tried: Tried, built: BuiltLayer, names: set[str]) -> Iterator[str]:
    base, glibc = BASES[built.spec.runtime], tried.answer["glibc"]
    if glibc != base.versions["GLIBC"] and any(package.extensions for package in built.report.packages):
        yield (
            f"it was loaded with glibc {glibc}; that it loads with the {base.versions['GLIBC']} of {base.name} "
            "is known from the symbol versions that it needs"
        )
    for record in tried.records("borrowed"):
        if record["distribution"] in names:
            yield f"{record['distribution']}: uses the runtime's own {record['what']}, and works without it"


def _distributions(layer: BuiltLayer, audited: Audit) -> Iterator[Record]:
    """Yield what the probe is to try: the shared objects that define modules, and the others, which are libraries."""
    modules = {each.path.removeprefix("python/") for each in audited.shared if each.initialises}
    libraries = {each.path.removeprefix("python/") for each in audited.shared} - modules
    for package in layer.report.packages:
        yield {
            "name": package.name,
            "modules": package.modules,
            "extensions": [path for path in package.extensions if path in modules],
            "libraries": [path for path in package.extensions if path in libraries and is_library(path)],
        }


def _untried(planned: Sequence[Record], usual: Sequence[Record]) -> Iterator[Fault]:
    """Yield what the probe was to try and said nothing of."""
    tried = {(record["kind"], record.get("what")) for record in usual}
    for each in planned:
        wanted = [("import", module) for module in each["modules"]]
        wanted += [("native", path) for path in (*each["extensions"], *each["libraries"])]
        for kind, what in wanted:
            if (kind, what) not in tried:
                yield Fault(f"{each['name']}: {what}", "was not tried", "the probe ended early", "report this")


def _strangers(usual: Sequence[Record]) -> Iterator[Fault]:
    """Yield the modules of the layer that an import takes from elsewhere."""
    for record in usual:
        if record["kind"] == "import" and not record["error"] and record["homes"] != ["layer"]:
            sources = " and ".join(_HOMES[home] for home in record["homes"]) or "nowhere"
            yield Fault(
                f"{record['distribution']}: {record['what']}",
                f"an import takes it from {sources}",
                cause="another copy comes first, or the layer's own has no code",
                cure=_REBUILD,
            )


_HOMES = {
    "layer": "the layer",
    "code": "the function's code",
    "python": "the standard library",
    "runtime": "the runtime",
}


def _failed(usual: Sequence[Record]) -> Iterator[Record]:
    """Yield the failures; of the AWS clients only those that are not of an import that failed already."""
    imports = {record["error"] for record in usual if record["kind"] == "import"}
    for record in usual:
        if record.get("error") and not (record["kind"] == "client" and record["error"] in imports):
            yield record


def _missing(usual: Sequence[Record], alone: Sequence[Record], explained: Callable[[Record], Fault]) -> Iterator[Fault]:
    """Yield the imports that work only because the runtime has a package that the layer lacks."""
    failed = {record["what"] for record in usual if record.get("error")}
    for record in alone:
        if record["kind"] == "import" and record["error"] and record["what"] not in failed:
            fault = explained(record)
            what = f"{record['error']} - the layer lacks it, and the runtime's own copy hides that"
            yield Fault(fault.where, what, f"{fault.cause}; AWS changes its copy whenever it likes", fault.cure)


def _versions(usual: Sequence[Record], pins: Mapping[str, str]) -> Iterator[Fault]:
    for record in (record for record in usual if record["kind"] == "version"):
        name, version = record["what"], record["version"]
        if version is None or record["home"] != "layer":
            what = "importlib.metadata finds it nowhere" if version is None else "importlib.metadata finds another copy"
            yield Fault(f"{name}: {name}", what, "its dist-info was taken out of the layer", _REBUILD)
        elif version != pins.get(name):
            yield Fault(f"{name}: {name}", f"says it is {version}; the lock has {pins.get(name)}", cure=_REBUILD)


def _bytecode(usual: Sequence[Record]) -> Iterator[Fault]:
    for record in usual:
        if record["kind"] == "compiled":
            yield Fault(record["what"], "was compiled at import", "its bytecode is absent or not accepted", _REBUILD)
        if record["kind"] == "misnamed":
            what = f"names its source {record['name']}, not below /opt/python"
            yield Fault(record["what"], what, "it was compiled in another place", _REBUILD)


def judge_handler(
    function: FunctionUnderTest, trials: Mapping[str, Sequence[Record]], layers: Sequence[BuiltLayer]
) -> Iterator[Fault]:
    """Yield why a handler cannot be imported from the code and its layers alone."""
    explained = explain(layers)
    for record in trials["usual"]:
        if record.get("error"):
            fault = explained(record)
            yield Fault(f"functions.{function.key}: {function.handler}", fault.what, fault.cause, fault.cure)
    for fault in _missing(trials["usual"], trials["alone"], explained):
        yield Fault(f"functions.{function.key}: {function.handler}", fault.what, fault.cause, fault.cure)
