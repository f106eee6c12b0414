"""`telewatt events`."""

from tests.cli.house import BARN_METER, MAIN_METER, NEW_METER, telewatt


def events(journal, *arguments, lang="en"):
    return telewatt("events", "--journal", journal, *arguments, lang=lang)


def test_events_are_told_in_order_in_the_language_asked_for(house):
    result = events(house, lang="fr")
    titles = [line for line in result.stdout.splitlines() if not line.startswith("  ")]
    assert titles == [f"2026-10-25 08:20  main ({MAIN_METER})", f"2026-10-25 18:30  {NEW_METER}"]
    assert "Rien n'a été reçu du compteur pendant 5" in result.stdout
    assert f"{NEW_METER} au lieu de {BARN_METER}" in " ".join(result.stdout.split())
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_events_of_one_site_are_those_of_its_meters_and_of_its_line(house):
    assert events(house, "main").stdout.count("2026-10-25") == 1
    assert NEW_METER in events(house, "barn").stdout
    assert MAIN_METER not in events(house, "barn").stdout


def test_events_of_a_time_alone(house):
    assert "main" not in events(house, "--since", "2026-10-25T12:00").stdout
    assert "main" in events(house, "--until", "2026-10-25T12:00").stdout
    nothing = events(house, "--since", "2026-10-26")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "no event is known of that time" in nothing.stderr


def test_an_unknown_name_is_explained(house):
    result = events(house, "nobody")
    assert result.exit_code == 1
    assert "nobody is no meter, site or virtual meter" in result.stderr
