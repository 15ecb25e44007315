import threading

from marrowgate.snakefile.clocks import stop_clocks


def test_stop_clocks__a_clock_that_is_stopped_never_rings_and_nobody_waits_for_it():
    rung = []
    clock = threading.Timer(600, rung.append, ["rung"])
    clock.start()
    stop_clocks()
    clock.join(timeout=60)
    assert not clock.is_alive()
    assert rung == []


def test_stop_clocks__other_threads_go_on():
    may_end = threading.Event()
    other = threading.Thread(target=may_end.wait, args=(600,))
    other.start()
    stop_clocks()
    assert other.is_alive()
    may_end.set()
    other.join()
