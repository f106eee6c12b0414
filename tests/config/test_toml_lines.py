import tomllib

from hypothesis import given
from hypothesis import strategies as st

from telewatt.config.toml_lines import line_of, lines_of_keys

NAMES = st.text("abcdefghij", min_size=1, max_size=6)
VALUES = st.sampled_from(
    [
        "1",
        "true",
        '"# not = a comment [x]"',
        "'[[y]]'",
        '"""\n[z]\na = 1\n"""',
        "'''\nb = 2'''",
        "[\n  1, # c = 3\n  2,\n]",
        "{ d = 4 }",
        '"a \\" b"',
        "5 # e = 6",
    ]
)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4))
def test_every_key_is_found_on_the_line_where_it_is_written(sections):
    text, expected = "", {}
    for section, keys in sections.items():
        expected[(section,)] = text.count("\n") + 1
        text += f"[{section}]\n"
        for key, value in keys.items():
            expected[section, key] = text.count("\n") + 1
            text += f"{key} = {value}\n\n"
    tomllib.loads(text)
    assert lines_of_keys(text) == expected


@given(st.text("[]{}\"'=#.ab\n\\ "))
def test_any_text_at_all_gives_lines_inside_it(text):
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of_keys(text).values())


def test_quoted_and_dotted_keys_count_as_their_parts():
    lines = lines_of_keys('a."b c".d = 1\n[meters . \'x y\']\n"k" = 2\n')
    assert lines["a", "b c", "d"] == 1
    assert lines["meters", "x y"] == 2
    assert lines["meters", "x y", "k"] == 3


def test_a_key_of_an_inline_table_has_the_line_of_its_table():
    lines = lines_of_keys("\nhouse = { source = 1 }\n")
    assert line_of(lines, ("house", "source")) == 2
    assert line_of(lines, ("elsewhere",)) is None
