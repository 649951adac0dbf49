"""What is nearly full: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import queues
from ..console import size
from ..invocation import advised
from ..layer.audit.limits import DIRECT_UPLOAD, LAYERS, NEARLY, UNZIPPED
from ..published import contents
from .findings import broken, ok, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..aws.account import AccountSettings
    from ..aws.connection import Aws
    from ..aws.queues import EventSource
    from ..published.downloads import Downloads
    from ..published.functions import DeployedFunction
    from ..settings import Stage
    from ..template_values import TemplateValues
    from .findings import Finding
    from .layers import Attached

ENVIRONMENT = 4096
"""Bytes that all variables of a function may have together."""

FEW = 100
"""Invocations at once with which a busy function soon meets its end; new accounts have ten, others a thousand.

So many Lambda keeps unreserved, too, where the account has them; where it has fewer, it keeps all and none can be
reserved: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html.
"""

_STORAGE = f"delete versions that nothing uses ({advised('prune')}), or ask for a higher quota in Service Quotas"
_CONCURRENCY = "ask for a higher quota in Service Quotas: Lambda, Concurrent executions"


def of_account(found: AccountSettings) -> Iterator[Finding]:
    """Look at what all of the account's functions share in the region."""
    share = f"{size(found.code_used)} of {size(found.code_limit)} of code storage in the region"
    cause = "every version of every layer and function counts"
    yield _share(share, found.code_used, found.code_limit, cause, _STORAGE)
    if found.unreserved > FEW:
        yield ok(f"{found.unreserved} invocations may run at once")
        return
    what = f"{found.unreserved} invocations may run at once, of {found.concurrency} in the region"
    reserved = found.concurrency - found.unreserved
    cause = f"functions of the account reserve {reserved} for themselves" if reserved else "the account is new"
    yield warning(what, cause, _CONCURRENCY)


def of_reserved(reserved: Mapping[str, int], found: AccountSettings) -> Iterator[Finding]:
    """Look at what the stage's functions have for themselves and at most: 0 lets nothing run.

    `reserved` has the functions that have it, by name.
    """
    for name, own in reserved.items():
        if own == 0:
            cure = f"aws lambda delete-function-concurrency --function-name {name}"
            yield broken(f"{name} may not run: its reserved concurrency is 0", "somebody stopped it", cure)
            continue
        what = f"{name} has {own} of the account's {found.concurrency} invocations for itself, and never more"
        if found.unreserved > FEW:
            yield ok(what)
        else:
            cause = f"all functions without a reserved concurrency share the other {found.unreserved}"
            yield warning(what, cause, f"{_CONCURRENCY}; or let it reserve fewer")


def of_template(values: TemplateValues, reserved: Mapping[str, int], found: AccountSettings) -> Iterator[Finding]:
    """See whether the account has what the template's functions are to reserve: Lambda refuses what it has not.

    What `reserved` says of a function is taken from the account already. A number that cannot be worked out before
    AWS does is not looked at.
    """
    wanted = dict(_to_be_reserved(values))
    more = sum(max(0, number - reserved.get(name, 0)) for name, number in wanted.items())
    spare = max(0, found.unreserved - min(FEW, found.concurrency))
    if more > spare:
        names = " and ".join(f"{number} for {name}" for name, number in wanted.items())
        what = f"{values.where} reserves {names}, {more} more than now; the account has {spare} to reserve"
        kept = min(FEW, found.concurrency)
        cause = f"of its {found.concurrency} invocations Lambda keeps {kept} for functions that reserve none"
        cure = f"take ReservedConcurrentExecutions out, or {_CONCURRENCY}"
        yield broken(what, cause, cure)


def _to_be_reserved(values: TemplateValues) -> Iterator[tuple[str, int]]:
    for logical, properties in values.functions():
        name = values.known(properties.get("FunctionName", logical))
        number = values.known(properties.get("ReservedConcurrentExecutions", ""))
        if number and number.isdecimal() and int(number):
            yield name or logical, int(number)


def of_queues(
    aws: Aws, functions: Sequence[DeployedFunction], reserved: Mapping[str, int], unreserved: int
) -> Iterator[Finding]:
    """See whether a queue's messages could take all invocations that there are, or more than their function has."""
    own = {each.name for each in functions}
    taking = [each for each in queues.sources(aws) if each.function in own and each.is_queue]
    yield from greedy([each for each in taking if each.function not in reserved], unreserved)
    yield from throttled(taking, reserved)


def greedy(sources: Iterable[EventSource], unreserved: int) -> Iterator[Finding]:
    """Yield each mapping that may take as many invocations as there are: others would wait, an endpoint among them.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    for each in sources:
        queue = each.arn.rpartition(":")[2]
        if (each.most is None or each.most >= unreserved) and unreserved <= FEW:
            most = "no maximum of its own" if each.most is None else f"a maximum of {each.most}"
            cause = f"its event source mapping has {most}, and {unreserved} invocations may run at once"
            cure = f"give the mapping a ScalingConfig with a lower MaximumConcurrency, at least 2; or {_CONCURRENCY}"
            yield warning(f"messages of {queue} could keep all other functions waiting", cause, cure)


def throttled(sources: Sequence[EventSource], reserved: Mapping[str, int]) -> Iterator[Finding]:
    """Yield each function whose queues may ask for more than it has reserved: what is too much comes back to the queue.

    Each time counts as received, so that messages end among the dead letters that no invocation ever saw.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    for name, own in reserved.items():
        mappings = [each for each in sources if each.function == name]
        ends = [each.most for each in mappings if each.most is not None]
        if own and mappings and (len(ends) < len(mappings) or sum(ends) > own):
            wants = "any number" if len(ends) < len(mappings) else str(sum(ends))
            cause = f"its event source mappings may ask for {wants} at once, and its reserved concurrency is {own}"
            least = 2 * len(mappings)
            cure = f"let the MaximumConcurrency of all its mappings be {own} together, at the most"
            cure = cure if own >= least else f"let it reserve {least} at least, 2 for each mapping"
            queues_ = ", ".join(each.arn.rpartition(":")[2] for each in mappings)
            yield warning(f"messages of {queues_} could go back untried, and be given up", cause, cure)


def of_functions(
    functions: Sequence[DeployedFunction], stage: Stage, found: Mapping[str, Attached], downloads: Downloads
) -> Iterator[Finding]:
    """Look at each live version: its variables, its layers, its bytes unzipped and zipped."""
    for each in functions:
        if each.live is None:
            continue
        variables = each.live.configuration.get("Environment", {}).get("Variables", {})
        yield environment(each.where, variables)
        if len(each.live.layers) == LAYERS:
            cause = f"a function may have {LAYERS}"
            yield warning(f"{each.where} has {LAYERS} layers", cause, "put the packages of two layers into one")
        yield from _zipped(each, stage, found)
        yield from _unzipped(each, found, downloads)


def environment(where: str, variables: Mapping[str, str]) -> Finding:
    taken = sum(len(key.encode()) + len(value.encode()) for key, value in variables.items())
    cause = "all variables of a function count together, names and values"
    cure = "keep long values in SSM Parameter Store, and name the parameter"
    return _share(f"{where} has {taken:,} of {ENVIRONMENT:,} bytes of variables", taken, ENVIRONMENT, cause, cure)


def _zipped(each: DeployedFunction, stage: Stage, found: Mapping[str, Attached]) -> Iterator[Finding]:
    if each.live is None or stage.bucket:
        return
    zips = {each.name: each.live.size}
    zips |= {arn: found[arn].size for arn in each.live.layers if arn in found}
    for name, taken in zips.items():
        if taken > NEARLY * DIRECT_UPLOAD:
            cause = f"a larger zip than {size(DIRECT_UPLOAD)} has to go through S3, and the stage has no bucket"
            cure = f"set stages.{stage.name}.bucket, or trim it"
            yield warning(f"the zip of {name} has {size(taken)} of {size(DIRECT_UPLOAD)}", cause, cure)


def _unzipped(each: DeployedFunction, found: Mapping[str, Attached], downloads: Downloads) -> Iterator[Finding]:
    """Count what Lambda counts, in the very zips."""
    if each.live is None:
        return
    opened = [found[arn].opened(downloads) for arn in each.live.layers if arn in found]
    if None in opened or len(opened) != len(each.live.layers):
        cause = "a layer version that it has was deleted, or may not be read"
        yield unknown(f"how much {each.where} unzips to", cause, "see under layers")
        return
    code = downloads.code(each.name, each.live.version, each.live.sha256)
    taken = contents.read(code, each.where).size + sum(layer.size for layer in opened if layer)
    what = f"{each.where} unzips to {size(taken)} of {size(UNZIPPED)}, its layers included"
    cause = "code and layers count together, unzipped"
    yield _share(what, taken, UNZIPPED, cause, "trim the layers, or drop a package")


def _share(what: str, taken: int, limit: int, cause: str, cure: str) -> Finding:
    if taken >= limit:
        return broken(what, cause, cure)
    return warning(what, cause, cure) if taken > NEARLY * limit else ok(what)
