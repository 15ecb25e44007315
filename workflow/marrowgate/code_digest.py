"""A digest of all that a step computes with: its modules, the templates beside them, and the versions of libraries."""

import hashlib
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

PACKAGE = "marrowgate"
DISTRIBUTIONS = {
    "annotated_types": "annotated-types",
    "flowio": "flowio",
    "flowkit": "flowkit",
    "flowutils": "flowutils",
    "jinja2": "jinja2",
    "lifelines": "lifelines",
    "lxml": "lxml",
    "markupsafe": "markupsafe",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "pydantic": "pydantic",
    "ruptures": "ruptures",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Every library that the package imports, and the name that it is installed by."""
BROUGHT_ALONG = {"flowkit": ("flowio",), "lifelines": ("pandas",)}
"""Libraries that set numbers for another one."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n#]*)"
    r"|import[ \t]+(?P<modules>[^\n#]*))",
    re.MULTILINE,
)
_NAMED_IN_TEXT = re.compile(rf"""["']({PACKAGE}(?:\.\w+)+)["']""")


def code_digests(steps: Iterable[str], root: Path | None = None) -> dict[str, str]:
    """Return for each step a digest of its source, of every module that it imports, directly or not, and of libraries.

    Templates and other data beside a package's modules belong to it. Of a library the version counts, and only where
    one of these modules imports it.

    Snakemake does not notice a change in an imported module or of a library; a rule that has this digest among its
    `params` runs again. Each module is read once for all steps together, since every cluster job asks for the digests.

    Parameters
    ----------
    steps : iterable of str
        Names of sub-commands.
    root : Path, optional
        Folder of the package; by default the one that is imported.

    Returns
    -------
    dict of str to str
        Sixteen hexadecimal digits for each step.
    """
    package = _Package(root or Path(__file__).parent)
    return {step: package.digest(f"{PACKAGE}.steps.{step.replace('-', '_')}") for step in steps}


def code_digest(step: str, root: Path | None = None) -> str:
    """Return the digest of one step, see `code_digests`."""
    return code_digests([step], root)[step]


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each library that is installed."""
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def imported_names(source: str) -> frozenset[str]:
    """Return the modules that a source may import: what its import statements name, and modules named as text.

    Registries name their modules as text. A name that is not a module (a function, an alias) may be among them. The
    statements are found by a pattern, in a twentieth of the time of `ast`; the tests hold one against the other.
    """
    names = set(_NAMED_IN_TEXT.findall(source))
    for statement in _IMPORT.finditer(source):
        module = statement["module"]
        if module:
            lines = re.sub(r"#[^\n]*", "", statement["names"])
            names |= {module, *(f"{module}.{name}" for name in re.findall(r"\w+", lines))}
        else:
            names |= set(re.findall(r"[\w.]+", statement["modules"]))
    return frozenset(names)


class _Package:
    """The modules of a package, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources: dict[str, Path | None] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self._versions: dict[str, str] = {}
        self._content: dict[Path, bytes] = {}

    def digest(self, start: str) -> str:
        modules = self._closure(start)
        sources = [source for module in modules if (source := self._source(module))]
        digest = hashlib.sha256()
        for path in sorted({path for source in sources for path in (source, *_data_of(source))}):
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + self._bytes(path) + b"\0")
        for name, version in self._libraries(modules).items():
            digest.update(f"{name}=={version}\0".encode())
        return digest.hexdigest()[:16]

    def _closure(self, start: str) -> set[str]:
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            module = waiting.pop()
            if module in reached or self._source(module) is None:
                continue
            reached.add(module)
            if module != PACKAGE:  # what the package itself offers is imported when it is used, and no step uses it
                waiting += [name for name in self._imports_of(module) if name.startswith(PACKAGE)]
            waiting.append(module.rpartition(".")[0])
        return reached

    def _libraries(self, modules: Iterable[str]) -> dict[str, str]:
        tops = {name.split(".", maxsplit=1)[0] for module in modules for name in self._imports_of(module)}
        names = {DISTRIBUTIONS[top] for top in tops & DISTRIBUTIONS.keys()}
        names |= {brought for name in names for brought in BROUGHT_ALONG.get(name, ())}
        self._versions |= library_versions(names - self._versions.keys())
        return {name: self._versions[name] for name in sorted(names & self._versions.keys())}

    def _imports_of(self, module: str) -> frozenset[str]:
        if module not in self._imports:
            source = self._source(module)
            self._imports[module] = imported_names(self._bytes(source).decode()) if source else frozenset()
        return self._imports[module]

    def _bytes(self, path: Path) -> bytes:
        if path not in self._content:
            self._content[path] = path.read_bytes()
        return self._content[path]

    def _source(self, module: str) -> Path | None:
        if module not in self._sources:
            self._sources[module] = _find_source(module, self.folder)
        return self._sources[module]


def _find_source(module: str, folder: Path) -> Path | None:
    if module.split(".", maxsplit=1)[0] != PACKAGE:
        return None
    path = folder.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _data_of(source: Path) -> list[Path]:
    """Return what a package's folder holds besides modules and packages, when `source` is a package's own module."""
    if source.name != "__init__.py":
        return []
    data = []
    waiting = [source.parent]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
                waiting.append(path)
            elif path.is_file() and path.suffix not in {".py", ".pyc"}:
                data.append(path)
    return data
