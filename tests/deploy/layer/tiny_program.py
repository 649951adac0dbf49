"""Programs for Linux on x86-64, written byte by byte: no compiler decides what they need.

The formats are those of elf(5); the two system calls are write(1, …) and exit(0).
"""

from __future__ import annotations

import struct

_BASE = 0x400000
_HEADER, _SEGMENT = 64, 56
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRINGS, _SYMBOLS, _STRINGS_SIZE, _SYMBOL_SIZE, _HASH = 1, 5, 6, 10, 11, 4


def program(prints: str = "it runs\n", *, loader: str = "", needs: tuple[str, ...] = ()) -> bytes:
    """Return a program that prints a text: static, or with a `loader` and the libraries that it `needs`."""
    segments = 1 + bool(loader) + bool(loader)
    start = _HEADER + segments * _SEGMENT
    text = prints.encode()
    code = _code(text)
    interpreter = f"{loader}\0".encode() if loader else b""
    strings = b"\0" + b"".join(f"{each}\0".encode() for each in needs)
    at_interpreter = start + len(code)
    at_strings = _aligned(at_interpreter + len(interpreter))
    at_symbols = _aligned(at_strings + len(strings))
    at_hash = at_symbols + 24
    at_dynamic = at_hash + 24
    dynamic = _dynamic(strings, needs, at_strings, at_symbols, at_hash) if loader else b""
    whole = bytearray(at_dynamic + len(dynamic))
    whole[start:at_interpreter] = code
    whole[at_interpreter : at_interpreter + len(interpreter)] = interpreter
    whole[at_strings : at_strings + len(strings)] = strings
    # One bucket and one symbol, the empty one.
    whole[at_hash : at_hash + 16] = struct.pack("<4I", 1, 1, 0, 0)
    whole[at_dynamic:] = dynamic
    table = [(_LOAD, 7, 0, len(whole))]
    if loader:
        table = [
            (_INTERPRETER, 4, at_interpreter, len(interpreter)),
            *table,
            (_DYNAMIC, 6, at_dynamic, len(dynamic)),
        ]
    whole[_HEADER:start] = b"".join(
        struct.pack("<IIQQQQQQ", kind, flags, at, _BASE + at, _BASE + at, size, size, 0x1000 if kind == _LOAD else 8)
        for kind, flags, at, size in table
    )
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    rest = (2, 62, 1, _BASE + start, _HEADER, 0, 0, _HEADER, _SEGMENT, segments, 0, 0, 0)
    whole[:_HEADER] = identity + struct.pack("<HHIQQQIHHHHHH", *rest)
    return bytes(whole)


def _code(text: bytes) -> bytes:
    """Write the text, which lies behind these instructions, and end."""
    move = b"\xb8\x01\0\0\0\xbf\x01\0\0\0"  # mov eax, 1 (write); mov edi, 1
    address = b"\x48\x8d\x35" + struct.pack("<i", 5 + 2 + 5 + 2 + 2)  # lea rsi, [rip + …]
    length = b"\xba" + struct.pack("<I", len(text)) + b"\x0f\x05"  # mov edx, …; syscall
    leave = b"\xb8\x3c\0\0\0\x31\xff\x0f\x05"  # mov eax, 60 (exit); xor edi, edi; syscall
    return move + address + length + leave + text


def _dynamic(strings: bytes, needs: tuple[str, ...], at_strings: int, at_symbols: int, at_hash: int) -> bytes:
    entries = [(_NEEDED, strings.index(f"\0{each}\0".encode()) + 1) for each in needs]
    entries += [
        (_HASH, _BASE + at_hash),
        (_STRINGS, _BASE + at_strings),
        (_SYMBOLS, _BASE + at_symbols),
        (_STRINGS_SIZE, len(strings)),
        (_SYMBOL_SIZE, 24),
        (0, 0),
    ]
    return b"".join(struct.pack("<QQ", *each) for each in entries)


def _aligned(at: int) -> int:
    return (at + 7) // 8 * 8
