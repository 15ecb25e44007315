"""The TEXT: keywords and values between delimiters.

A delimiter inside a value is written twice, and no value may be empty. Instruments write empty values all
the same, and some write a delimiter inside a value once. The first is told apart by its place: an empty
value follows a keyword, a doubled delimiter stands inside a value. The second is found out when standard
keywords end up among the values.
"""

import re
from itertools import pairwise

from marrowgate.fcs.model import Note
from marrowgate.fcs.verdict import refusal, repair

LARGEST_TEXT = 32 * 2**20
MOST_TOKENS = 2**16
_PADDING = " \t\r\n\0"
_STANDARD = re.compile(
    r"\$(?:P\d+[A-Z]{1,9}|PAR|TOT|MODE|DATATYPE|BYTEORD|NEXTDATA|TIMESTEP|SPILLOVER"
    r"|(?:BEGIN|END)(?:DATA|STEXT|ANALYSIS)|CYT|CYTSN|FIL|SRC|SYS|OP|INST|DATE|BTIM|ETIM|CELLS|COM|EXP"
    r"|PROJ|SMNO|VOL|LAST_MODIFIED|LAST_MODIFIER|ORIGINALITY|LOST|ABRT|TR|UNICODE|COMP)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"\$(?:P\d+[BERGV]|PAR|TOT|NEXTDATA|TIMESTEP|(?:BEGIN|END)(?:DATA|STEXT|ANALYSIS))", re.IGNORECASE
)
"""Keywords whose values are numbers and so never hold a delimiter."""


def parse_text(segment: bytes, repairs: list[Note]) -> dict[str, str]:
    """Take a TEXT segment apart.

    Parameters
    ----------
    segment : bytes
        From the first delimiter on.
    repairs : list of Note
        Repairs that were needed are added.

    Returns
    -------
    dict of str to str
        Keywords in capitals to values, in file order.

    Raises
    ------
    RejectedError
        `bad_text` or `text_too_large`.
    """
    if len(segment) > LARGEST_TEXT:
        megabytes = len(segment) / 2**20
        raise refusal(code="text_too_large", sentence=f"the TEXT has {megabytes:.0f} MB, {LARGEST_TEXT >> 20} at most")
    n_tokens = segment.count(segment[:1])
    if n_tokens < 2:
        raise refusal(code="bad_text", sentence="the TEXT is not divided by its first character")
    if n_tokens > MOST_TOKENS:
        raise refusal(code="text_too_large", sentence=f"the TEXT has {n_tokens} delimiters, {MOST_TOKENS} at most")
    text = _decode(segment, repairs)
    tokens = text[1:].split(text[0])
    # what follows the last delimiter is padding, or a value that was not closed
    if not tokens[-1].strip(_PADDING):
        tokens.pop()
    pairs = _pair(tokens, text[0])
    known = {keyword.strip(_PADDING).upper() for keyword, _ in pairs}
    values = {value.strip(_PADDING).upper() for _, value in pairs}
    displaced = sum(_STANDARD.fullmatch(value) is not None for value in values - known)
    if displaced:
        pairs = _pair_by_name(tokens, text[0])
        sentence = f"{displaced} standard keywords stood among the values; keywords were found by their names"
        repairs.append(repair("undoubled_delimiter", sentence))
    if nameless := sum(not keyword.strip(_PADDING) for keyword, _ in pairs):
        sentence = f"{nameless} keywords are empty; what stands behind them was left out"
        repairs.append(repair("empty_keyword_ignored", sentence))
    return _first_of_each(pairs, repairs)


def _decode(segment: bytes, repairs: list[Note]) -> str:
    try:
        return segment.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append(repair("latin1_text", "the TEXT is not UTF-8 and was read as Latin-1"))
        return segment.decode("latin-1")


def _pair(tokens: list[str], delimiter: str) -> list[tuple[str, str]]:
    """Join tokens to keyword and value by the rules of the standard, empty values allowed."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(tokens):
        keyword = tokens[at]
        parts = tokens[at + 1 : at + 2]
        at += 2
        # no keyword is empty, so an empty token here is the middle of a doubled delimiter, except behind a number
        while at + 1 < len(tokens) and not tokens[at] and not _is_number(keyword):
            parts.append(tokens[at + 1])
            at += 2
        pairs.append((keyword, delimiter.join(parts)))
    return pairs


def _is_number(keyword: str) -> bool:
    return _NUMBERS.fullmatch(keyword.strip(_PADDING)) is not None


def _pair_by_name(tokens: list[str], delimiter: str) -> list[tuple[str, str]]:
    """Join tokens, letting every token that is a standard keyword begin a pair."""
    starts = [at for at, token in enumerate(tokens) if _STANDARD.fullmatch(token.strip(_PADDING))]
    bounds = [0, *starts, len(tokens)]
    pairs: list[tuple[str, str]] = []
    for begin, end in pairwise(bounds):
        stretch = tokens[begin:end]
        in_stretch = _pair(stretch, delimiter)
        if len(stretch) % 2 and len(in_stretch) > 1 and not _is_number(in_stretch[-2][0]):
            # one token too many: the last value held the delimiter
            (keyword, value), (rest, _) = in_stretch[-2:]
            in_stretch[-2:] = [(keyword, f"{value}{delimiter}{rest}")]
        pairs += in_stretch
    return pairs


def _first_of_each(pairs: list[tuple[str, str]], repairs: list[Note]) -> dict[str, str]:
    keywords: dict[str, str] = {}
    twice = 0
    for word, value in pairs:
        keyword = word.strip(_PADDING).upper()
        if keyword in keywords:
            twice += keyword.startswith("$") and keywords[keyword] != value
        elif keyword:
            keywords[keyword] = value
    if twice:
        sentence = f"{twice} standard keywords stand twice with different values; the first was used"
        repairs.append(repair("duplicate_keyword", sentence))
    return keywords
