from marrowgate.errors import Fault, UserError, fault


def test_fault__is_where_what_and_cure_in_one_line():
    assert str(Fault("a.tsv line 2", "is wrong", "mend it")) == "a.tsv line 2: is wrong; mend it"


def test_fault__stays_one_line_whatever_it_quotes():
    assert str(Fault("a\nb.tsv", "holds 'x\r\ny\u2028z'", "mend it")) == "a b.tsv: holds 'x y z'; mend it"


def test_user_error__holds_all_faults_in_their_order():
    faults = [Fault("a", "b", "c"), Fault("d", "e", "f")]
    error = UserError(iter(faults))
    assert error.faults == tuple(faults)
    assert str(error) == "a: b; c\nd: e; f"


def test_fault_function__makes_the_error_of_a_single_fault():
    assert fault("a", "b", "c").faults == (Fault("a", "b", "c"),)
