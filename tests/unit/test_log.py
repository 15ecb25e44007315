import logging

from marrowgate.log import set_up


def test_records__go_to_standard_error_once_in_one_line_each(capsys):
    set_up()
    set_up()
    logging.getLogger("marrowgate.gating.fit").info("no\nvalley")
    assert capsys.readouterr().err == "INFO no valley\n"


def test_level__is_kept(capsys):
    set_up(logging.WARNING)
    logging.getLogger("marrowgate.x").info("a")
    logging.getLogger("marrowgate.x").warning("b")
    assert capsys.readouterr().err == "WARNING b\n"


def test_other_libraries__are_left_alone(capsys):
    set_up()
    logging.getLogger("matplotlib").info("a")
    assert capsys.readouterr().err == ""
