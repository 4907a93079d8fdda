import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.instance.toml_lines import line_of, table_lines

TEXT = '''# first
top = 1

[head]
name = "x"   # [[not.a.table]]

[[step]]
code = "one"
options = { method = "a", other = [
  "[[step]]"] }
text = """
[[step]]
code = "inside a string"
"""

[[step]]
code = "two"
list = [
  "[[step]]",
  "code = 3",
]

[step.options]
method = "b"

[[step]]
"quoted" = 1
'''


@pytest.mark.parametrize(
    ("table", "index", "key", "line"),
    [
        ("", 0, "top", 2),
        ("head", 0, None, 4),
        ("head", 0, "name", 5),
        ("step", 0, None, 7),
        ("step", 0, "code", 8),
        ("step", 0, "options", 9),
        ("step", 0, "options.method", 9),
        ("step", 0, "text", 11),
        ("step", 1, None, 16),
        ("step", 1, "code", 17),
        ("step", 1, "list", 18),
        ("step", 1, "options", 23),
        ("step", 1, "options.method", 24),
        ("step", 2, "quoted", 27),
        ("step", 2, "absent", 26),
        ("step", 9, None, 1),
        ("nowhere", 0, "key", 1),
    ],
)
def test_line_of_each_thing(table, index, key, line):
    tomllib.loads(TEXT)
    assert line_of(TEXT, table, index, key) == line


words = st.text(alphabet="ab[]{}=#\"' ", max_size=12)


@given(st.lists(st.tuples(st.booleans(), words, words), max_size=6))
def test_every_element_is_found_where_it_was_written(rows):
    lines = []
    expected = []
    for multi, plain, inside in rows:
        expected.append(len(lines) + 1)
        quoted = inside.replace('"', "'")
        lines += ["[[row]]", f"value = {'[' if multi else ''}'''"]
        lines += [plain.replace("'", ""), "'''" + (", ]" if multi else "")]
        lines += [f'note = "{quoted}"', ""]
    text = "\n".join(lines)
    assert len(tomllib.loads(text).get("row", [])) == len(rows)
    found = table_lines(text)
    assert [found["row", index].line for index in range(len(rows))] == expected
    assert [found["row", index].of("note") for index in range(len(rows))] == [
        line + 4 for line in expected
    ]


@given(st.text(max_size=80))
def test_any_text_has_lines_without_an_error(text):
    last = text.count("\n") + 1
    for table in table_lines(text).values():
        assert 1 <= table.line <= last
        assert all(1 <= line <= last for line in table.keys.values())
