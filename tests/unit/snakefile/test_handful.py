"""Samples that are compared with another engine."""

from marrowgate.snakefile.handful import random_handful

NAMES = [f"S{n:02}" for n in range(20)]


def test_random_handful__is_the_same_in_any_order_of_the_rows() -> None:
    chosen = random_handful(NAMES, 7)
    assert len(chosen) == 3
    assert set(chosen) < set(NAMES)
    assert random_handful(reversed(NAMES), 7) == chosen == random_handful(NAMES[10:] + NAMES[:10], 7)


def test_random_handful__follows_the_seed() -> None:
    assert len({tuple(random_handful(NAMES, seed)) for seed in range(10)}) > 5


def test_random_handful__of_few_samples_is_all_of_them() -> None:
    assert random_handful(["b", "a"], 1) == ["a", "b"]
    assert random_handful([], 1) == []
