"""Each error names its line, its key, the problem and the remedy, in both languages."""

from dataclasses import fields

import pytest

from telewatt.config import Config, ConfigError, Fault, parse
from telewatt.language import Text
from telewatt.rollup.formula import Term

HOUSE = '[meters.house]\nsource = "/dev/ttyUSB0"\n'


def problems(text, **options):
    with pytest.raises(ConfigError) as caught:
        parse(text, **options)
    return caught.value.problems


def described(text, language="en"):
    return [problem.describe("telewatt.toml", language) for problem in problems(text)]


def test_one_meter_with_a_source_is_enough():
    config = parse(HOUSE)
    assert config.meters["house"].source == "/dev/ttyUSB0"
    assert (config.meters["house"].mode, config.meters["house"].speed) == ("auto", None)
    assert config.journal.commit_interval_s == 120


def test_a_virtual_meter_is_a_sum_of_sections():
    pump = '[meters.pump]\nsource = "b"\n[virtual.rest]\nformula = "house - pump"\n'
    assert parse(HOUSE + pump).formulas == {"rest": (Term(1, "house"), Term(-1, "pump"))}
    assert parse(HOUSE).formulas == {}


def test_names_addresses_and_paths_are_taken_as_people_write_them():
    web = 'listen = "::1"\npath = "/house/telewatt/"\nallowed_hosts = ["maison.example.org"]\n'
    web += 'trusted_proxies = ["127.0.0.1", "172.30.32.1/23", "fd00::/8"]\n'
    for host in ("localhost", "core-mosquitto", "my_box.lan", "192.168.1.10", "::1", "fe80::1"):
        assert parse(f'{HOUSE}[web]\n{web}[mqtt]\nhost = "{host}"\n').mqtt.host == host
    assert parse(HOUSE + '[web]\npath = "/"\n').web.path == "/"


@pytest.mark.parametrize(
    ("text", "line", "key", "what", "remedy"),
    [
        ('langage = "fr"\n' + HOUSE, 1, "langage", "no such key", "did you mean language?"),
        (HOUSE + "colour = 1", 3, "meters.house.colour", "no such key", "known here: source,"),
        (HOUSE + 'speed = "9600"', 3, "meters.house.speed", "'9600' is not p", "1200, 2400, 4800"),
        (HOUSE + 'mode = "linky"', 3, "meters.house.mode", "not possible", '"auto", "historic"'),
        (HOUSE + "identity = 21", 3, "meters.house.identity", "21 is not a text", 'identity = "'),
        (HOUSE + 'identity = "é"', 3, "meters.house.identity", "is not a name", "without accents"),
        ("[meters.house]", 1, "meters.house.source", "missing", "telewatt ports"),
        ('[meters.house]\nsource = ""', 2, "meters.house.source", "empty", "write a text"),
        ('[meters.house]\nsource = "/dev/x\\u0000"', 2, "meters.house.source", "control character",
         "write the text again"),
        (HOUSE + '[journal]\npath = "a\\nb"', 4, "journal.path", "control character", "write the"),
        ('[meters."my house"]\nsource = "a"', 1, "meters.my house", "name", "1 to 32 letters"),
        ('[meters]\nsource = "a"', 2, "meters.source", "must be a section", "[meters.NAME]"),
        ("[meters]", 1, "meters", "no meter", "[meters.NAME]"),
        ("", None, "meters", "no meter", "[meters.NAME]"),
        ("journal = 1\n" + HOUSE, 1, "journal", "1 is not a section", "[journal]"),
        (HOUSE + '[journal]\ncommit_interval_s = "a"', 4, "journal.commit_interval_s", "'a' is no",
         "without quotes"),
        (HOUSE + "[journal]\ncommit_interval_s = 0", 4, "journal.commit_interval_s", "too small",
         "at least 0.1"),
        (HOUSE + "[journal]\ncommit_interval_s = nan", 4, "journal.commit_interval_s", "nan",
         "at most 3600"),
        (HOUSE + "[journal]\nmemory_limit_mib = 1.5", 4, "journal.memory_limit_mib",
         "1.5 is not a whole number", "without quotes"),
        (HOUSE + "[journal]\nmemory_limit_mib = 3", 4, "journal.memory_limit_mib", "too small",
         "at least 4"),
        (HOUSE + "[log]\ncounters_interval_s = 1e9", 4, "log.counters_interval_s", "too big",
         "at most 86400"),
        ('[log]\nlevel = "loud"\n' + HOUSE, 2, "log.level", "'loud'", '"debug", "info"'),
        (HOUSE + '[mqtt]\nhost = "mqtt://192.168.1.10"', 4, "mqtt.host", "no name or", "alone"),
        (HOUSE + '[mqtt]\nhost = "192.168.1.10:1883"', 4, "mqtt.host", "no name or", "alone"),
        (HOUSE + '[mqtt]\nhost = "me:secret@here"', 4, "mqtt.host", "a password", "take USER"),
        (HOUSE + '[mqtt]\nhost = "a"\nprotocol = 5', 5, "mqtt.protocol", "5 is not", '"5", "3.1'),
        (HOUSE + '[mqtt]\nhost = "a"\npassword_env = "my secret!"', 5, "mqtt.password_env",
         "this is no name of an environment variable", 'password_env = "MY_SECRET"'),
        (HOUSE + '[mqtt]\nhost = "a"\npassword_env = 1234', 5, "mqtt.password_env",
         "this is no name", "not here"),
        (HOUSE + '[influxdb]\nurl = "http://a:8086/write?db=x"', 4, "influxdb.url", "? does not",
         "before the ?"),
        (HOUSE + '[homeassistant]\nurl = "http://a/?x=1"', 4, "homeassistant.url", "? does not",
         "before the ?"),
        (HOUSE + '[web]\nlisten = "here and there"', 4, "web.listen", "no name or", "alone"),
        (HOUSE + '[web]\npath = "../.."', 4, "web.path", "no path", '"/telewatt"'),
        (HOUSE + '[web]\npath = "/a b"', 4, "web.path", "no path", '"/telewatt"'),
        (HOUSE + '[web]\nallowed_hosts = ["https://a.org"]', 4, "web.allowed_hosts", "no name",
         "alone"),
        (HOUSE + '[web]\nallowed_hosts = ["*"]', 4, "web.allowed_hosts", "no name", "alone"),
        (HOUSE + '[web]\ntrusted_proxies = ["300.1.1.1/99"]', 4, "web.trusted_proxies",
         "no address and", "172.30"),
        (HOUSE + '[virtual.rest]\nformula = "house-pump"', 4, "virtual.rest.formula",
         "no meter house-pump", "names of sections: house"),
        (HOUSE + '[virtual.rest]\nformula = "house * 2"', 4, "virtual.rest.formula",
         "'house * 2' is no sum", "spaces around"),
        (HOUSE + "[virtual.rest]\nformula = 1", 4, "virtual.rest.formula", "1 is not a text",
         'formula = "'),
        (HOUSE + "[virtual.rest]", 3, "virtual.rest.formula", "missing", 'formula = "main'),
        (HOUSE + '[virtual.house]\nformula = "house"', 3, "virtual.house", "this name already",
         "another name"),
        (HOUSE + "[virtual]\nrest = 1", 4, "virtual.rest", "must be a section", "[virtual.NAME]"),
        ("virtual = 1\n" + HOUSE, 1, "virtual", "must be a section", "[virtual.NAME]"),
        (HOUSE + '[virtual."a b"]\nformula = "house"', 3, "virtual.a b", "not a name", "1 to 32"),
        ('language = "de"\n' + HOUSE, 1, "language", "'de'", '"fr", "en"'),
    ],
)  # fmt: skip
def test_an_error_names_line_key_problem_and_remedy(text, line, key, what, remedy):
    (problem,) = problems(text)
    assert (problem.line, problem.key) == (line, key)
    assert what in problem.fault.what.en
    assert remedy in problem.fault.remedy.en
    place = "telewatt.toml" if line is None else f"telewatt.toml:{line}"
    for language in ("en", "fr"):
        assert problem.describe("telewatt.toml", language).startswith(f"{place}: {key}: ")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = b", 1, "not a value"),
        ("\na = 1\na = 2", 3, "this key was already written"),
        ("[a]\n[b]\n[a]", 3, "this section was already written"),
        ("a", 1, "no = after the key"),
        ("= 1", 1, "neither a key nor a section"),
        ("a = 1 b = 2", 1, "something too much"),
        ("a = 'x", 1, "not closed"),
        ("a = 'x\n", 1, "not closed"),
        ('a = "x\t\x01"', 1, "may not stand here"),
        ('a = """x', 1, "not closed"),
        ("a = [1", 1, "not closed"),
        ("a = { b = 1", 1, "not closed"),
        ("[a", 1, "a section is not closed"),
        ('a = "C:\\z"', 1, "a lone \\"),
        ("a = 2026-99-99", 1, "something too much"),
    ],
)
def test_a_text_that_is_no_toml_is_explained(text, line, what):
    (problem,) = problems(text)
    assert problem.line == line
    assert what in problem.fault.what.en
    assert problem.fault.what.fr != problem.fault.what.en


@pytest.mark.parametrize(
    "value", ["9" * 5000, "0x" + "f" * 5000, "[" * 5000 + "]" * 5000, "{a=" * 5000 + "1"]
)
def test_a_value_beyond_all_reason_is_an_error_of_the_configuration(value):
    (problem,) = problems(f"{HOUSE}[journal]\nmemory_limit_mib = {value}\n")
    assert "thousands of digits" in problem.fault.what.en


def test_all_errors_are_reported_at_once_in_the_order_of_the_lines():
    text = 'lang = "fr"\n[log]\nlevel = 3\n[meters.house]\nspeed = 1\n[journal]\npath = 2\n'
    assert [problem.line for problem in problems(text)] == [1, 3, 4, 5, 7]


def test_two_meters_cannot_share_a_source_or_an_identity():
    other = HOUSE.replace("house", "pv")
    same_source, same_identity = problems(
        HOUSE + 'identity = "021"\n' + other + 'identity = "021"\n'
    )
    assert (same_source.line, same_source.key) == (5, "meters.pv.source")
    assert same_source.fault.what.en == "the same source as meters.house.source"
    assert (same_identity.line, same_identity.key) == (6, "meters.pv.identity")
    assert same_identity.fault.what.fr == "même identité que meters.house.identity"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/dev/ttyUSB0", "/dev//ttyUSB0"),
        ("/dev/ttyUSB0", "//dev/ttyUSB0"),
        ("/dev/./ttyUSB0", "serial:/dev/x/../ttyUSB0"),
        ("file:/var/line.tic", "file:/var//line.tic"),
        ("-", "stdin:"),
        ("socket://bridge:8888", "socket://Bridge:8888"),
    ],
)
def test_a_source_is_the_same_however_it_is_written(one, other):
    (same,) = problems(f'[meters.a]\nsource = "{one}"\n[meters.b]\nsource = "{other}"\n')
    assert same.fault.what.en == "the same source as meters.a.source"


def test_a_port_and_a_capture_are_two_sources():
    config = parse('[meters.a]\nsource = "/var/x"\n[meters.b]\nsource = "file:/var/x"\n')
    assert [meter.source for meter in config.meters.values()] == ["/var/x", "file:/var/x"]


def test_errors_of_sources_come_with_the_others():
    fault = Fault(Text("bad", "mauvais"), Text("better", "mieux"))
    found = problems(HOUSE + "speed = 1\n", check_source=lambda section: ("source", fault))
    assert [(problem.line, problem.key) for problem in found] == [
        (2, "meters.house.source"),
        (3, "meters.house.speed"),
    ]


def test_errors_speak_the_language_the_configuration_asks_for():
    with pytest.raises(ConfigError) as caught:
        parse('language = "fr"\n')
    assert caught.value.language == "fr"
    known = ", ".join(key.name for key in fields(Config))
    assert described("x = 1\n" + HOUSE, "fr") == [
        f"telewatt.toml:1: x: clé inconnue → clés connues ici : {known}"
    ]


def test_braces_in_a_value_do_not_disturb_the_message():
    (problem,) = problems(HOUSE + 'mode = "{key}"\n')
    assert "'{key}' is not possible" in problem.fault.what.en


def test_metrics_that_nobody_would_serve_are_an_error():
    text = HOUSE + "[web]\nenabled = false\n[prometheus]\n"
    [told] = described(text, "en")
    assert "prometheus" in told
    assert "switched off" in told
    assert "take enabled = false out of [web]" in told
    parse(HOUSE + "[prometheus]\n")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost:8086", "no web address"),
        ("ftp://host/", "no web address"),
        ("http://", "no web address"),
        ("http://host/a b", "no web address"),
        ("http://homeassistant..local:8123", "no web address"),
        (f"http://{'a' * 64}/", "no web address"),
        ("http://:8123", "no web address"),
        ("http://[::1", "no web address"),
        ("http://h:99999", "no web address"),
        ("http://me:secret@host/", "does not carry a password"),
    ],
)
def test_an_address_of_the_web_is_checked(url, words):
    [told] = described(f'{HOUSE}[webhook]\nurl = "{url}"\n', "en")
    assert words in told


@pytest.mark.parametrize("url", ["http://h", "https://h:1/p?q=@", "http://[::1]:8086"])
def test_an_address_of_the_web_is_taken(url):
    assert parse(f'{HOUSE}[webhook]\nurl = "{url}"\n').webhook.url == url
