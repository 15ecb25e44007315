from marrowgate.simulate.streams import stream


def test_stream__same_name_gives_same_numbers():
    assert stream("demo", 1, "a").integers(2**60) == stream("demo", 1, "a").integers(2**60)


def test_stream__every_part_of_the_name_matters():
    draws = {
        stream(*name).integers(2**60) for name in (("demo", 1, "a"), ("demo", 2, "a"), ("demo", 1, "b"), ("x", 1, "a"))
    }
    assert len(draws) == 4


def test_stream__parts_do_not_run_into_each_other():
    assert stream("a", "bc").integers(2**60) != stream("ab", "c").integers(2**60)
