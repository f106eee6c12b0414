"""What a configuration error says, in both languages: per kind of error, what and which remedy."""

from typing import NamedTuple

from telewatt.language import Text


class Fault(NamedTuple):
    """What is wrong, and what to do about it."""

    what: Text
    remedy: Text

    def fill(self, **values: object) -> "Fault":
        """Both texts with their ``{name}`` replaced."""
        return Fault(self.what.fill(**values), self.remedy.fill(**values))

    @property
    def line(self) -> Text:
        """Both in one line."""
        return Text(*(f"{what} → {remedy}" for what, remedy in zip(*self, strict=True)))


_NUMBER = Text("write a number without quotes", "écrivez un nombre sans guillemets")
_NAME = Text(
    "use 1 to 32 letters without accents, digits, - or _",
    "de 1 à 32 lettres sans accent, chiffres, - ou _",
)
_METER = Text(
    'add a section [meters.NAME] with source = "..."',
    'ajoutez une section [meters.NOM] avec source = "..."',
)
_FORMULA = Text(
    'write formula = "main - heat_pump": names of meters, spaces around + and -',
    'écrivez formula = "principal - pompe" : des noms de compteurs, des espaces autour de + et -',
)
_DOCUMENTATION = Text(
    "see docs/en/configuration.md for what is accepted here",
    "voir docs/fr/configuration.md pour ce qui est accepté ici",
)

NO_METER = Fault(Text("no meter is configured", "aucun compteur n'est configuré"), _METER)
NO_METER_SECTION = Fault(
    Text("a meter must be a section", "un compteur doit être une section"), _METER
)
UNKNOWN_KEY = Fault(
    Text("no such key", "clé inconnue"),
    Text("known here: {known}", "clés connues ici : {known}"),
)
MISSPELT_KEY = Fault(
    Text("no such key", "clé inconnue"),
    Text("did you mean {known}?", "vouliez-vous dire {known} ?"),
)
NO_TOML = Fault(Text("not TOML: {message}", "TOML incorrect : {message}"), _DOCUMENTATION)
ENDLESS = Fault(
    Text(
        "a number of thousands of digits, or hundreds of nested brackets",
        "un nombre de milliers de chiffres, ou des centaines de crochets imbriqués",
    ),
    _DOCUMENTATION,
)

TWICE = {
    "source": Fault(
        Text("the same source as {other}", "même source que {other}"),
        Text(
            "give each meter its own: a port can be read only once",
            "donnez à chaque compteur la sienne : un port ne se lit qu'une fois",
        ),
    ),
    "identity": Fault(
        Text("the same identity as {other}", "même identité que {other}"),
        Text(
            "give each meter its own: two histories would mix",
            "donnez à chaque compteur la sienne : deux historiques se mélangeraient",
        ),
    ),
}

_MISSING = Text("this key is missing", "cette clé manque")
MISSING = {
    "url": Fault(
        _MISSING, Text('add url = "http://HOST:PORT"', 'ajoutez url = "http://HOTE:PORT"')
    ),
    "path": Fault(
        _MISSING,
        Text(
            'add path = "readings.jsonl", or "-" for standard output',
            'ajoutez path = "releves.jsonl", ou "-" pour la sortie standard',
        ),
    ),
    "source": Fault(
        _MISSING,
        Text(
            'add source = "/dev/serial/by-id/..."; `telewatt ports` lists what is there',
            'ajoutez source = "/dev/serial/by-id/..." ; `telewatt ports` liste ce qui est là',
        ),
    ),
    "formula": Fault(_MISSING, _FORMULA),
    "host": Fault(_MISSING, Text('add host = "localhost"', 'ajoutez host = "localhost"')),
    "folder": Fault(_MISSING, Text('add folder = "daily"', 'ajoutez folder = "journaux"')),
}
NO_VIRTUAL_SECTION = Fault(
    Text("a virtual meter must be a section", "un compteur virtuel doit être une section"),
    Text(
        "write [virtual.NAME], and below it a formula",
        "écrivez [virtual.NOM], puis une formule dessous",
    ),
)
NO_FORMULA = Fault(
    Text("{value} is no sum of meters", "{value} n'est pas une somme de compteurs"), _FORMULA
)
UNKNOWN_METER = Fault(
    Text("there is no meter {name}", "il n'y a pas de compteur {name}"),
    Text("use the names of sections: {known}", "employez les noms des sections : {known}"),
)
SAME_NAME = Fault(
    Text("a meter has this name already", "un compteur porte déjà ce nom"),
    Text("choose another name", "choisissez un autre nom"),
)
NO_TEXT = Fault(
    Text("{value} is not a text", "{value} n'est pas un texte"),
    Text('write {key} = "..."', 'écrivez {key} = "..."'),
)
NO_VARIABLE = Fault(
    Text(
        "this is no name of an environment variable",
        "ce n'est pas le nom d'une variable d'environnement",
    ),
    Text(
        'write {key} = "MY_SECRET", and the secret into that variable, not here',
        'écrivez {key} = "MON_SECRET", et le secret dans cette variable, pas ici',
    ),
)
NO_FLAG = Fault(
    Text("{value} is neither true nor false", "{value} n'est ni true, ni false"),
    Text("write true or false, without quotes", "écrivez true ou false, sans guillemets"),
)
NO_LIST = Fault(
    Text("{value} is not a list", "{value} n'est pas une liste"),
    Text('write {key} = ["...", "..."]', 'écrivez {key} = ["...", "..."]'),
)
EMPTY = Fault(
    Text("an empty text", "un texte vide"),
    Text("write a text or remove the line", "écrivez un texte ou ôtez la ligne"),
)
CONTROL = Fault(
    Text("{value} holds a control character", "{value} contient un caractère de contrôle"),
    Text(
        "write the text again, without it",
        "réécrivez le texte sans lui",
    ),
)
NO_NAME = Fault(Text("{value} is not a name", "{value} n'est pas un nom"), _NAME)
NO_WHOLE_NUMBER = Fault(
    Text("{value} is not a whole number", "{value} n'est pas un nombre entier"), _NUMBER
)
NO_NUMBER = Fault(Text("{value} is not a number", "{value} n'est pas un nombre"), _NUMBER)
NO_CHOICE = Fault(
    Text("{value} is not possible", "{value} n'est pas possible"),
    Text("choose one of {choices}", "choisissez parmi {choices}"),
)
NO_TOPIC = Fault(
    Text("{value} is no name of a topic", "{value} n'est pas un nom de sujet MQTT"),
    Text(
        "no + and no #, no / at its ends, no $ at its beginning",
        "ni + ni #, pas de / aux extrémités, pas de $ au début",
    ),
)
TOO_SMALL = Fault(
    Text("{value} is too small", "{value} est trop petit"),
    Text("at least {least}", "au moins {least}"),
)
TOO_BIG = Fault(
    Text("{value} is too big", "{value} est trop grand"),
    Text("at most {most}", "au plus {most}"),
)
NO_SECTION = Fault(
    Text("{value} is not a section", "{value} n'est pas une section"),
    Text("write a section [{path}]", "écrivez une section [{path}]"),
)

_OPEN_TEXT = Fault(
    Text("a text is not closed", "un texte n'est pas fermé"),
    Text("close the quotes", "fermez les guillemets"),
)
SYNTAX = {
    "Invalid value": Fault(
        Text("not a value", "valeur incorrecte"),
        Text('put texts between quotes: "text"', 'mettez les textes entre guillemets : "texte"'),
    ),
    "Cannot overwrite a value": Fault(
        Text("this key was already written above", "cette clé est déjà écrite plus haut"),
        Text("keep one of the two lines", "gardez une des deux lignes"),
    ),
    "Cannot declare": Fault(
        Text("this section was already written above", "cette section est déjà écrite plus haut"),
        Text("put both parts together", "réunissez les deux parties"),
    ),
    "Expected '='": Fault(
        Text("no = after the key", "il manque = après la clé"),
        Text("write key = value", "écrivez clé = valeur"),
    ),
    "Invalid statement": Fault(
        Text("neither a key nor a section", "ni une clé, ni une section"),
        Text("write key = value or [section]", "écrivez clé = valeur ou [section]"),
    ),
    "Expected newline": Fault(
        Text("something too much on this line", "quelque chose de trop sur cette ligne"),
        Text(
            "one key = value a line; # starts a comment",
            "une seule clé = valeur par ligne ; # commence un commentaire",
        ),
    ),
    "Unterminated string": _OPEN_TEXT,
    "Illegal character": Fault(
        Text("a character that may not stand here", "un caractère interdit ici"),
        Text("close the quotes on the same line", "fermez les guillemets sur la même ligne"),
    ),
    "Unclosed": Fault(
        Text("a list or table is not closed", "une liste ou une table n'est pas fermée"),
        Text("add ] or }}", "ajoutez ] ou }}"),
    ),
    "Expected ']'": Fault(
        Text("a section is not closed", "une section n'est pas fermée"), Text("add ]", "ajoutez ]")
    ),
    'Expected "': _OPEN_TEXT,
    "Expected '": _OPEN_TEXT,
    "Unescaped": Fault(
        Text("a lone \\ in a text", "un \\ seul dans un texte"),
        Text("write \\\\ or use 'single quotes'", "écrivez \\\\ ou des 'apostrophes'"),
    ),
}
"""By the first words of tomllib's message."""
NO_URL = Fault(
    Text("{value} is no web address", "{value} n'est pas une adresse web"),
    Text(
        'write "http://HOST:PORT" or "https://HOST"', 'écrivez "http://HOTE:PORT" ou "https://HOTE"'
    ),
)
NO_HOST = Fault(
    Text("{value} is no name or address", "{value} n'est ni un nom, ni une adresse"),
    Text(
        'write it alone, without "mqtt://", port or path, such as "192.168.1.10"',
        'écrivez-le seul, sans « mqtt:// », port ni chemin, comme "192.168.1.10"',
    ),
)
NO_NETWORK = Fault(
    Text("{value} is no address and no network", "{value} n'est ni une adresse, ni un réseau"),
    Text(
        'write "127.0.0.1", or a network such as "172.30.32.0/23"',
        'écrivez "127.0.0.1", ou un réseau comme "172.30.32.0/23"',
    ),
)
NO_PATH = Fault(
    Text("{value} is no path of a page", "{value} n'est pas un chemin de page"),
    Text(
        'write letters, digits and -, such as "/telewatt"',
        'écrivez lettres, chiffres et -, comme "/telewatt"',
    ),
)
SECRET_URL = Fault(
    Text("an address does not carry a password", "une adresse ne porte pas de mot de passe"),
    Text(
        "take USER:PASSWORD@ out; the keys that end with _file or _env name a secret",
        "enlevez UTILISATEUR:MOTDEPASSE@ ; les clés en _file ou _env nomment un secret",
    ),
)
QUERY_URL = Fault(
    Text("? does not belong into this address", "? n'a pas sa place dans cette adresse"),
    Text("end it before the ?; telewatt adds the rest", "arrêtez-la avant ? ; telewatt complète"),
)
NOBODY_SERVES = Fault(
    Text(
        "/metrics is part of the page, which is switched off",
        "/metrics fait partie de la page, qui est désactivée",
    ),
    Text(
        "take enabled = false out of [web], or this section",
        "enlevez enabled = false de [web], ou cette section",
    ),
)
