"""Damage to files as people, programs and disks do it, drawn from a seed."""

import random

WORDS = (
    b"", b"0", b"-1", b"1e999", b"NaN", b"9" * 5000, b"true", b"null", b"~", b"*a", b"&a ",
    b"!!python/object:os.system ",
    b"=1+1", b"'", b'"', b"[", b"{", b"}", b"- ", b": ", b"\t", b"\r", b"\x00", b"\x1b[31m", b"\xff\xfe", b"\xc3(",
    "\ufffe\u202e".encode(), b"../../x", b"/dev/zero", b"{sample_id}", b"$a$", b"%s", b"x" * 3000,
)  # fmt: skip


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Return the content with one to four changes: bytes, words, lines moved, doubled, left out, or the end cut off."""
    for _ in range(draw.randint(1, 4)):
        content = draw.choice((_byte, _word, _word, _line, _line, _cut))(content, draw)
    return content


def _byte(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + bytes([draw.randrange(256)]) + content[at + draw.randint(0, 1) :]


def _word(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + draw.choice(WORDS) + content[at + draw.choice((0, 0, 1, 8)) :]


def _line(content: bytes, draw: random.Random) -> bytes:
    lines = content.split(b"\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[at] = draw.choice((b"", lines[other], lines[at] * 2, b"  " + lines[at], lines[at].strip()))
    return b"\n".join(lines)


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) + 1)] if draw.random() < 0.3 else content
