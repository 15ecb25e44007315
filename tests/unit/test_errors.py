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


def test_faults__of_a_file_come_in_the_order_of_its_lines_and_once():
    wheres = ["a.tsv line 10, column x", "b.yaml line 2", "a.tsv line 9", "a.tsv", "b.yaml line 2", "a.tsv line 9, y"]
    error = UserError(Fault(where, "is wrong", "mend it") for where in wheres)
    assert [each.where for each in error.faults] == [
        *("a.tsv", "a.tsv line 9", "a.tsv line 9, y", "a.tsv line 10, column x"),
        "b.yaml line 2",
    ]
