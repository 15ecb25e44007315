"""The numbers of the house, against a house whose numbers are known."""

from house_numbers import house, working_tree

SOURCES = {
    "workflow/marrowgate/__init__.py": "",
    "workflow/marrowgate/room/__init__.py": "",
    "workflow/marrowgate/room/small.py": "def plain(tube):\n    return tube\n",
    "workflow/marrowgate/room/large.py": '''def tangled(values):
    """Give nothing."""
    place = 0
    for value in values:
        if value and value > 1 or value < -1:
            place = value if value else 0
    return [found for found in values if found]
''',
    "docs/page.md": "A sample, not a tube.\n",
}


def test_house__counts_modules_lines_and_branches():
    numbers = house(SOURCES)
    assert numbers["modules"] == "4"
    assert numbers["modules in room/"] == "2"
    assert numbers["largest module, lines"] == "7 (room/large.py)"
    assert numbers["longest function, lines"] == "7 (room/large.py: tangled)"
    # itself, for, if, and, or, if-else, and the comprehension
    assert numbers["most complex function"] == "7 (room/large.py: tangled)"
    assert numbers["functions over complexity 15"] == "0"


def test_house__counts_lines_with_a_word():
    numbers = house(SOURCES)
    assert numbers["lines with tube (code and docs)"] == "3"
    assert numbers["lines with place as a name"] == "2"
    assert numbers["lines with found as a name"] == "1"
    assert numbers['lines with docstrings with "Give"'] == "1"


def test_house__no_function_of_the_library_is_over_complexity_15():
    assert house(working_tree())["functions over complexity 15"] == "0"
