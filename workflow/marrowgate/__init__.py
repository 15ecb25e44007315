"""marrowgate: flow cytometry from FCS files to a cohort answer.

`import marrowgate as mg` offers the functions of `marrowgate.library`; `docs/library.md` shows them at work.
"""

# not from typing, whose import is a quarter of the time that handing a command to the warm process takes
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from marrowgate.library import GatedSample, OpenedSample, consensus, fit, gate, open_sample, open_samples

__version__ = "0.1.0"
__all__ = ["GatedSample", "OpenedSample", "__version__", "consensus", "fit", "gate", "open_sample", "open_samples"]


def __getattr__(name: str) -> "Any":
    # the library imports the rooms of a sample, so it is not imported before one of its names is used
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    import importlib

    return getattr(importlib.import_module(f"{__name__}.library"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
