"""The house in numbers: modules a room, largest module, longest function, complexity, words to stumble on.

    python tests/house_numbers.py [COMMIT ...]

Without a commit the working tree is measured. The table of `docs/house.md` is made by this.
"""

import ast
import io
import re
import subprocess
import sys
import tarfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LIBRARY = "workflow/marrowgate"
WORDS = {
    "tube (code and docs)": r"\btubes?\b|_tubes?\b|\btubes?_",
    'docstrings with "Give"': r'"""Give ',
}
NAMES = {
    "place as a name": {"place", "places", "_place", "_places"},
    "told, one, each as names": {"told", "one", "each", "_told", "_one", "_each"},
    "found as a name": {"found", "_found", "Found"},
}
"""Names of the code, as Python reads them: words of docstrings and comments are none."""
BRANCHES = (
    *(ast.If, ast.For, ast.While, ast.AsyncFor, ast.IfExp, ast.ExceptHandler, ast.Assert),
    *(ast.comprehension, ast.match_case),
)
Sources = dict[str, str]


def main(commits: list[str]) -> None:
    """Print the table, one column for each commit or for the working tree."""
    columns = {commit: house(at_commit(commit)) for commit in commits} or {"now": house(working_tree())}
    names = dict.fromkeys(name for numbers in columns.values() for name in numbers)
    print("| " + " | ".join(["", *columns]) + " |")
    print("|---|" + "---:|" * len(columns))
    for name in names:
        print("| " + " | ".join([name, *(numbers.get(name, "-") for numbers in columns.values())]) + " |")


def working_tree() -> Sources:
    """Return the library's modules and the docs as they are."""
    paths = [*(REPOSITORY / LIBRARY).rglob("*.py"), *(REPOSITORY / "docs").rglob("*.md")]
    return {path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def at_commit(commit: str) -> Sources:
    """Return the library's modules and the docs of a commit."""
    packed = subprocess.run(
        ["git", "-C", REPOSITORY, "archive", commit, LIBRARY, "docs"], capture_output=True, check=True
    )
    sources = {}
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith((".py", ".md")):
                sources[member.name] = archive.extractfile(member).read().decode()
    return sources


def house(sources: Sources) -> dict[str, str]:
    """Return the numbers of one state of the house by their names."""
    modules = {name.removeprefix(f"{LIBRARY}/"): text for name, text in sources.items() if name.endswith(".py")}
    functions = [
        (lines, branches, f"{name}: {of}") for name, text in modules.items() for lines, branches, of in _functions(text)
    ]
    rooms = Counter(str(Path(name).parent) for name in modules if not name.endswith("__init__.py"))
    lengths = {name: text.count("\n") for name, text in modules.items()}
    largest = max(lengths, key=lambda name: lengths[name])
    longest = max(functions)
    numbers = {
        "modules": f"{len(modules)}",
        "lines": f"{sum(lengths.values()):,}",
        "rooms with more than 20 modules": f"{sum(count > 20 for count in rooms.values())}",
        "largest module, lines": f"{lengths[largest]} ({largest})",
        "longest function, lines": f"{longest[0]} ({longest[2]})",
        "functions over complexity 15": f"{sum(branches > 15 for _, branches, _ in functions)}",
        "most complex function": "{1} ({2})".format(*max(functions, key=lambda entry: entry[1])),
    }
    for word, pattern in WORDS.items():
        numbers[f"lines with {word}"] = str(
            sum(bool(re.search(pattern, line)) for text in sources.values() for line in text.splitlines())
        )
    for words, names in NAMES.items():
        numbers[f"lines with {words}"] = str(sum(len(_lines_with(names, text)) for text in modules.values()))
    return numbers | {f"modules in {room}/": str(count) for room, count in sorted(rooms.items()) if room != "."}


def _lines_with(names: set[str], text: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.NAME and token.string in names}


def _functions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield lines, complexity (McCabe, with each and/or and each comprehension) and name of every function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = list(ast.walk(node))
            branches = sum(isinstance(part, BRANCHES) for part in inside)
            branches += sum(len(part.values) - 1 for part in inside if isinstance(part, ast.BoolOp))
            yield (node.end_lineno or node.lineno) - node.lineno + 1, branches + 1, node.name


if __name__ == "__main__":
    main(sys.argv[1:])
