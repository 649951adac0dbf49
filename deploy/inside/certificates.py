"""certifi's certificates in forms of which less has to be read: a directory that OpenSSL looks into, and AWS's alone.

A bundle is parsed as a whole before the first connection; of a directory OpenSSL reads the one file that is named by
the hash of the subject that it looks for: https://docs.openssl.org/3.0/man3/X509_LOOKUP_hash_dir/. Either holds
certificates of this layer's certifi, as they stand there, and no other.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Recipe
    from .files import Files

BUNDLE, DIRECTORY, AWS = "certifi/cacert.pem", "certifi/certificates", "certifi/aws.pem"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s+(?P<body>[A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----\n?")
# The roots of Amazon Trust Services, by the SHA-256 of each certificate: https://www.amazontrust.com/repository/
AMAZON = frozenset({
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",  # Amazon Root CA 1
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",  # Amazon Root CA 2
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",  # Amazon Root CA 3
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",  # Amazon Root CA 4
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",  # Starfield Services Root CA - G2
})  # fmt: skip
_EXPLICIT, _SEQUENCE = 0xA0, 0x30
# X.680, 8.6: what of a name is text, and how it is written.
_TEXTS = {12: "utf-8", 19: "ascii", 20: "latin-1", 22: "ascii", 26: "ascii", 28: "utf-32-be", 30: "utf-16-be"}
_UTF8 = 12


def added(files: Files, recipe: Recipe) -> Files:
    """Return the files with what `recipe.certificates` asks for, beside certifi's bundle and as its own.

    Raises Refused where the layer has no bundle of certifi, or none of the certificates of AWS.
    """
    if not recipe.certificates:
        return files
    if BUNDLE not in files:
        cure = "lock certifi, which requests brings, or leave `certificates` to the layer that has it"
        raise Refused([fault(recipe.layer, f"has no {BUNDLE} to take certificates from", cure=cure)])
    bundle, result = files[BUNDLE], dict(files)
    certificates = dict(_certificates(bundle.content))
    if "directory" in recipe.certificates:
        for name, pem in _hashed(certificates):
            result[f"{DIRECTORY}/{name}"] = replace(bundle, held=pem)
    if "aws" in recipe.certificates:
        own = b"".join(pem for der, pem in certificates.items() if hashlib.sha256(der).hexdigest() in AMAZON)
        if not own:
            raise Refused([fault(recipe.layer, f"{BUNDLE} has none of the roots of AWS", cure="lock another certifi")])
        result[AWS] = replace(bundle, held=own)
    return result


def _certificates(bundle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each certificate of a bundle as DER, with the text that it has there."""
    for match in _PEM.finditer(bundle):
        yield base64.b64decode(match["body"]), match[0].rstrip() + b"\n"


def _hashed(certificates: dict[bytes, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each certificate by the name under which OpenSSL looks for it; equal hashes are counted."""
    seen: Counter[str] = Counter()
    for der, pem in certificates.items():
        name = subject_hash(der)
        yield f"{name}.{seen[name]}", pem
        seen[name] += 1


def subject_hash(certificate: bytes) -> str:
    """Return what `openssl x509 -subject_hash` prints of a certificate in DER, as X509_NAME_hash computes it.

    https://docs.openssl.org/3.0/man3/X509_NAME_hash/: a SHA-1 over the subject in its canonical form, in which texts
    are UTF-8, in lower case as far as ASCII goes, without spaces around and with single ones within.
    """
    [(_, whole)] = _values(certificate)
    (_, signed), *_ = _values(whole)
    fields = [content for tag, content in _values(signed) if tag != _EXPLICIT]
    names = b"".join(_canonical(each) for _, each in _values(fields[4]))  # after serial, algorithm, issuer, validity
    return hashlib.sha1(names, usedforsecurity=False).digest()[3::-1].hex()


def _canonical(attributes: bytes) -> bytes:
    """Return one part of a name, a set of attributes, in its canonical form."""
    written: list[bytes] = []
    for _, attribute in _values(attributes):
        (kind, identifier), (tag, value) = _values(attribute)
        if tag in _TEXTS:
            text = value.decode(_TEXTS[tag]).encode()
            tag, value = _UTF8, b" ".join(text.split()).lower()
        written.append(_encoded(_SEQUENCE, _encoded(kind, identifier) + _encoded(tag, value)))
    return _encoded(0x31, b"".join(sorted(written)))


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each value in DER: X.690, 8.1."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        yield tag, data[at : at + length]
        at += length


def _encoded(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content
