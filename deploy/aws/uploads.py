"""How bytes get to Lambda: in the call itself up to 50 MiB, through the stage's bucket above."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..errors import ConfigError, Fault, RolloutError
from ..layer.audit.limits import DIRECT_UPLOAD
from ..layer.values import code_sha256
from .refusals import asking

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_lambda.type_defs import LayerVersionContentInputTypeDef as Content

    from ..settings import Stage
    from .connection import Aws


def content(aws: Aws, stage: Stage, path: Path, sha256: str) -> Content:
    """Offer a zip to Lambda; raise ConfigError where it needs a bucket that the stage does not name.

    Raises RolloutError where the file is no longer what was proven: nothing of it is sent then, or S3 takes nothing.
    """
    if path.stat().st_size <= DIRECT_UPLOAD:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RolloutError([_changed(path, sha256)])
        return {"ZipFile": content}
    bucket = stage.bucket_in(aws.region)
    if bucket is None:
        raise ConfigError([_no_bucket(stage, aws.region, path)])
    with path.open("rb") as proven:
        if hashlib.file_digest(proven, "sha256").hexdigest() != sha256:
            raise RolloutError([_changed(path, sha256)])
    key = f"channelwright/{sha256}.zip"
    with asking("s3:PutObject", f"{bucket}/{key}"), path.open("rb") as body:
        # S3 compares the digest with what arrives: what breaks, or changes now, is refused and not published.
        aws.objects.put_object(Bucket=bucket, Key=key, Body=body, ChecksumSHA256=code_sha256(sha256))
    return {"S3Bucket": bucket, "S3Key": key}


def _changed(path: Path, sha256: str) -> Fault:
    return Fault(
        str(path),
        f"has other bytes than were proven, whose sha256 is {sha256}: nothing was published",
        cause="somebody, or a program, wrote to the file meanwhile",
        cure="run it again, which builds or proves it anew",
    )


def missing_bucket(stage: Stage, region: str, path: Path) -> Fault | None:
    """Return what keeps a zip from being sent to a region, before anything is sent; None where nothing does."""
    fits = path.stat().st_size <= DIRECT_UPLOAD or stage.bucket_in(region)
    return None if fits else _no_bucket(stage, region, path)


def _no_bucket(stage: Stage, region: str, path: Path) -> Fault:
    alone = f"is {stage.bucket}, in {stage.region} alone" if isinstance(stage.bucket, str) else "is not set"
    mapping = "" if region == stage.region else f": bucket: {{{region}: NAME}}, beside those of the other regions"
    return Fault(
        f"stages.{stage.name}.bucket{f'.{region}' if len(stage.regions) > 1 else ''}",
        f"{alone}, and {path.name} is {path.stat().st_size:,} bytes",
        cause=f"a zip above {DIRECT_UPLOAD:,} bytes has to go through S3, in the region of the layer",
        cure=f"name a bucket in {region} that you may write to{mapping}",
    )
