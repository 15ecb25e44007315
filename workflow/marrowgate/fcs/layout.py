"""How the values of an event are stored: types, widths, masks and byte order."""

import re
from dataclasses import replace
from typing import Literal

from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.model import Note
from marrowgate.fcs.verdict import refusal, repair
from marrowgate.frozen import Frozen

MOST_CHANNELS = 10_000
ByteOrder = Literal["little", "big"]
_FLOAT_BITS = {"F": 32, "D": 64}
_WIDEST_INTEGER = 64
_NARROWEST = 8  # on average; narrower values would take more memory than a bounded reader may use
_LONGEST_ORDER = 40
_WHOLE = (8, 16, 32, 64)


class Layout(Frozen):
    """How one event is stored.

    Parameters
    ----------
    types : tuple of str, length n_channels
        ``I``, ``F``, ``D`` or ``A`` for each channel.
    bits : tuple of int, length n_channels
        Width of each value; 0 for ASCII numbers between separators.
    masks : tuple of int, length n_channels
        Bits of an integer that count; 0 where no mask applies.
    byte_order : str
        ``little`` or ``big``.
    """

    types: tuple[str, ...]
    bits: tuple[int, ...]
    masks: tuple[int, ...]
    byte_order: ByteOrder

    @property
    def event_bits(self) -> int:
        """Width of one event; 0 when it has no fixed width."""
        return sum(self.bits) if all(self.bits) else 0

    @property
    def event_bytes(self) -> int:
        """Width of one event, rounded up to whole bytes."""
        return -(-self.event_bits // 8)


def padded(layout: Layout) -> Layout:
    """Return the layout in which each integer fills whole bytes: 10 bits are kept in 16.

    Some instruments write the number of meaningful bits as `$PnB`.
    """
    bits = tuple(next(whole for whole in _WHOLE if whole >= width) for width in layout.bits)
    masks = tuple(
        mask or ((1 << width) - 1 if whole > width else 0)
        for mask, width, whole in zip(layout.masks, layout.bits, bits, strict=True)
    )
    return replace(layout, bits=bits, masks=masks)


def n_channels(keywords: Keywords) -> int:
    """Read `$PAR`.

    Raises
    ------
    RejectedError
        `missing_keyword` or `bad_keyword`.
    """
    return keywords.needed_integer("$PAR", 1, MOST_CHANNELS)


def read_layout(keywords: Keywords, repairs: list[Note]) -> Layout:
    """Read the layout from the keywords.

    Raises
    ------
    RejectedError
        `missing_keyword`, `bad_keyword`, `histogram_mode`, `unsupported_datatype`,
        `unsupported_byte_order` or `unsupported_bits`.
    """
    _check_mode(keywords)
    n = n_channels(keywords)
    types = _types(keywords, n)
    bits = _bits(keywords, types, repairs)
    masks = _masks(keywords, types, bits, repairs)
    return Layout(types, bits, masks, _byte_order(keywords, types, bits, repairs))


def _check_mode(keywords: Keywords) -> None:
    mode = keywords.text("$MODE").upper()
    if mode in {"C", "U"}:
        raise refusal(code="histogram_mode", sentence=f"$MODE is {mode}: the file holds histograms, not events")
    if mode not in {"L", ""}:  # 3.2 allows to leave it out, and then means a list
        raise refusal(code="bad_keyword", sentence="$MODE is not L, C or U")


def _types(keywords: Keywords, n: int) -> tuple[str, ...]:
    common = keywords.text("$DATATYPE").upper()
    if not common:
        raise refusal(code="missing_keyword", sentence="$DATATYPE is missing")
    own = (keywords.text(f"$P{number}DATATYPE").upper() for number in range(1, n + 1))
    # new in 3.2, and reserved before: a file that has it means it, whatever version it claims
    types = tuple(text or common for text in own)
    for number, kind in enumerate(types, start=1):
        if kind not in {"I", "F", "D", "A"}:
            raise refusal(
                code="unsupported_datatype", sentence=f"channel {number} has a data type other than I, F, D, A"
            )
    if "A" in types and set(types) != {"A"}:
        raise refusal(code="unsupported_datatype", sentence="text and binary values are mixed in one event")
    return types


def _bits(keywords: Keywords, types: tuple[str, ...], repairs: list[Note]) -> tuple[int, ...]:
    bits = []
    unfit = 0
    for number, kind in enumerate(types, start=1):
        keyword = f"$P{number}B"
        if kind in _FLOAT_BITS:
            unfit += keywords.integer(keyword) != _FLOAT_BITS[kind]
            bits.append(_FLOAT_BITS[kind])
        elif kind == "A":
            # the width of a text value is counted in characters
            free = keywords.text(keyword) == "*"
            bits.append(0 if free else 8 * keywords.needed_integer(keyword, 1, 64))
        else:
            bits.append(_integer_bits(keywords, keyword))
    if "I" in types and sum(bits) < _NARROWEST * len(bits):
        sentence = f"{len(bits)} channels share {sum(bits)} bits, less than {_NARROWEST} each"
        raise refusal(code="unsupported_bits", sentence=sentence)
    if unfit:
        sentence = f"$PnB of {unfit} channels does not fit the data type; its width was used"
        repairs.append(repair("bits_from_datatype", sentence))
    return tuple(bits)


def _integer_bits(keywords: Keywords, keyword: str) -> int:
    width = keywords.needed_integer(keyword, 1, 2**31)
    if width > _WIDEST_INTEGER:
        raise refusal(code="unsupported_bits", sentence=f"{keyword} is {width}, more than {_WIDEST_INTEGER}")
    return width


def _masks(keywords: Keywords, types: tuple[str, ...], bits: tuple[int, ...], repairs: list[Note]) -> tuple[int, ...]:
    masks = []
    unusable = []
    for number, (kind, width) in enumerate(zip(types, bits, strict=True), start=1):
        limit = keywords.number(f"$P{number}R") if kind == "I" else None
        if kind == "I" and (limit is None or limit < 1):
            unusable.append(number)
        masks.append(_mask(limit, width))
    if unusable:
        sentence = f"$PnR of {len(unusable)} integer channels is missing or no number; no bits were masked"
        repairs.append(repair("range_unusable", sentence))
    return tuple(masks)


def _mask(limit: float | None, width: int) -> int:
    """Bits that hold values below `limit`; 0 when these are all bits."""
    if limit is None or limit < 1 or limit > 2.0**width:
        return 0
    kept = max(int(-(-limit // 1)) - 1, 1).bit_length()
    return (1 << kept) - 1 if kept < width else 0


def _byte_order(keywords: Keywords, types: tuple[str, ...], bits: tuple[int, ...], repairs: list[Note]) -> ByteOrder:
    text = keywords.text("$BYTEORD")[:_LONGEST_ORDER]
    digits = [number.lstrip("0") for number in re.findall(r"\d" if text.isdigit() else r"\d+", text)]
    plain = digits == re.split(r"\s*,\s*", text)
    ascending = [str(index) for index in range(1, len(digits) + 1)]
    single_bytes = "A" in types or all(width == 8 for width in bits)
    if digits == ascending and len(digits) > 1:
        order: ByteOrder = "little"
    elif digits == ascending[::-1] and len(digits) > 1:
        order = "big"
    elif single_bytes:
        return "little"
    elif not text:
        raise refusal(code="missing_keyword", sentence="$BYTEORD is missing")
    else:
        raise refusal(code="unsupported_byte_order", sentence="$BYTEORD is neither ascending nor descending")
    if not plain:
        repairs.append(repair("byte_order_spelling", f"$BYTEORD is not written as {','.join(digits)}"))
    return order
