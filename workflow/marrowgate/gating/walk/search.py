"""Let a population's method find its gate, and its fallback where the method finds none."""

from dataclasses import replace

from marrowgate.gating.methods import FindStatus, FittedGate, get_method
from marrowgate.gating.reasons import because
from marrowgate.gating.walk.refusals import without_landmark
from marrowgate.gating.walk.sample_view import SampleView
from marrowgate.settings.strategies.strategy import Population


def search_gate(view: SampleView, population: Population) -> tuple[FittedGate, str]:
    """Return what the method or its fallback finds, and the name of the one that found it."""
    method = get_method(population.method)
    fitted = method.find(view, method.arguments.from_checked(population.arguments))
    if fitted.gate is not None or population.fallback is None:
        return fitted, population.method
    if without_landmark(view.sample, population.fallback, population.fallback.dimensions or view.dimensions):
        return fitted, population.method
    second = get_method(population.fallback.method)
    if population.fallback.dimensions:
        view = replace(view, dimensions=population.fallback.dimensions)
    instead = second.find(view, second.arguments.from_checked(population.fallback.arguments))
    if instead.gate is None:
        return fitted, population.method
    why = because("fallback", _stands_in(population.fallback.method, population.method))
    status: FindStatus = "doubtful" if instead.status == "doubtful" else "fixed"
    reasons = (why, *fitted.reasons, *instead.reasons)
    return replace(instead, status=status, reasons=reasons), population.fallback.method


def _stands_in(fallback: str, method: str) -> str:
    return f"{method} with the fallback's arguments" if fallback == method else f"{fallback} stands in for {method}"
