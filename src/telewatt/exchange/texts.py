"""What is wrong with a table somebody wants to import, and what to do about it."""

from telewatt.config import Fault
from telewatt.language import Text

AGAIN = Text("download the file again", "téléchargez de nouveau le fichier")

TOO_LARGE = Fault(
    Text(
        "text of more than {mib} MiB: no load curve, index table or day log is that large",
        "du texte de plus de {mib} Mio : aucune courbe, table d'index ou journal n'est si grand",
    ),
    Text(
        "import what Enedis or EDF let you download; frames come in as a raw capture "
        "(telewatt export frames --format raw)",
        "importez ce qu'Enedis ou EDF font télécharger ; des trames s'importent en capture brute "
        "(telewatt export frames --format raw)",
    ),
)
NO_TABLE = Fault(
    Text(
        "no table with columns telewatt knows; it begins with {found!r}",
        "aucun tableau dont telewatt connaisse les colonnes ; il commence par {found!r}",
    ),
    Text(
        "import what Enedis or EDF let you download, unchanged; see docs/en/exchange.md",
        "importez ce qu'Enedis ou EDF font télécharger, tel quel ; voir docs/fr/exchange.md",
    ),
)
PEAK_POWER = Fault(
    Text(
        "these are highest powers, not energies",
        "ce sont des puissances maximales, pas des énergies",
    ),
    Text(
        "download the load curve (hourly consumption) or the daily energies",
        "téléchargez la courbe de charge (consommation horaire) ou les énergies quotidiennes",
    ),
)
TWO_TABLES = Fault(
    Text(
        "a second table of the same energy; the first one begins at line {other}",
        "un second tableau de la même énergie ; le premier commence à la ligne {other}",
    ),
    Text(
        "import each table as a file of its own", "importez chaque tableau dans son propre fichier"
    ),
)
NO_VALUES = Fault(
    Text("the table holds no value", "le tableau ne contient aucune valeur"),
    Text(
        "download a period with measures; the load curve must have been enabled in your account",
        "téléchargez une période mesurée ; la courbe de charge doit être activée dans votre compte",
    ),
)
REACTIVE = Fault(
    Text("these are reactive energies", "ce sont des énergies réactives"),
    Text("download the active energy", "téléchargez l'énergie active"),
)
NO_UNIT = Fault(
    Text("unit {unit}: neither W, kW, Wh nor kWh", "unité {unit} : ni W, ni kW, ni Wh, ni kWh"),
    Text(
        "import the file as it was downloaded, with the lines above the table",
        "importez le fichier tel que téléchargé, avec les lignes au-dessus du tableau",
    ),
)
NO_TIME = Fault(
    Text("{found!r} is no date and time", "{found!r} n'est pas une date et heure"),
    Text(
        "download the file again; a spreadsheet may have changed its dates",
        "téléchargez de nouveau le fichier ; un tableur a pu changer ses dates",
    ),
)
NO_NUMBER = Fault(
    Text("{found!r} is no number", "{found!r} n'est pas un nombre"),
    AGAIN,
)
NEGATIVE = Fault(
    Text("{found} is negative", "{found} est négatif"),
    Text(
        "drawn and injected energy are two files: import each as downloaded",
        "énergie soutirée et injectée font deux fichiers : importez chacun tel que téléchargé",
    ),
)
TOO_MUCH = Fault(
    Text(
        "{found} is more than any meter measures: the unit is wrong",
        "{found} dépasse ce que mesure un compteur : l'unité est fausse",
    ),
    Text(
        "correct the unit at the top of the file, or download it again",
        "corrigez l'unité en haut du fichier, ou téléchargez-le de nouveau",
    ),
)
NO_STEP = Fault(
    Text("a step of {minutes} minutes", "un pas de {minutes} minutes"),
    Text(
        "steps are 5 to 60 minutes; import daily values from the daily file",
        "les pas vont de 5 à 60 minutes ; les valeurs quotidiennes ont leur propre fichier",
    ),
)
NO_DAY = Fault(
    Text(
        "a daily value that does not begin at midnight",
        "une valeur quotidienne qui ne commence pas à minuit",
    ),
    AGAIN,
)
NO_REGISTER = Fault(
    Text(
        "column {found!r} is no register telewatt knows",
        "colonne {found!r} : index inconnu de telewatt",
    ),
    Text("remove the column, and report its name", "ôtez la colonne, et signalez son nom"),
)
ESTIMATED = Text(
    "{count} values are estimated or corrected by the grid operator",
    "{count} valeurs sont estimées ou corrigées par le distributeur",
)
NO_DATA = Fault(
    Text("no line of this log holds a measure (DATA)", "aucune ligne ne contient de mesure (DATA)"),
    Text("import the log of another day", "importez le journal d'un autre jour"),
)
NO_LINE = Fault(
    Text(
        "{found!r} is no line of a daily log",
        "{found!r} n'est pas une ligne d'un journal quotidien",
    ),
    Text(
        "remove what is damaged from the line, or the line",
        "ôtez de la ligne ce qui est abîmé, ou la ligne",
    ),
)
CUT_LINE = Fault(
    Text("the last line is cut off", "la dernière ligne est coupée"),
    Text(
        "import the log when its day is over, or remove that line",
        "importez le journal une fois le jour fini, ou ôtez cette ligne",
    ),
)
TIME_BACK = Fault(
    Text(
        "its time lies before that of the line above",
        "son heure précède celle de la ligne au-dessus",
    ),
    Text(
        "import what is above and below as two files, or correct the time",
        "importez ce qui est au-dessus et en dessous en deux fichiers, ou corrigez l'heure",
    ),
)
NO_FRAME = Fault(
    Text(
        "neither a table, nor a daily log, nor a capture with a good dataset",
        "ni un tableau, ni un journal quotidien, ni une capture avec un groupe intact",
    ),
    Text(
        "import what Enedis or EDF let you download, or what was captured from a TIC line",
        "importez ce qu'Enedis ou EDF font télécharger, ou ce qui a été capturé d'une TIC",
    ),
)
NO_START = Fault(
    Text(
        "a capture that does not tell when it was made: no DATE of a meter whose clock is right",
        "une capture qui ne dit pas quand elle a été faite : aucune DATE d'un compteur à l'heure",
    ),
    Text(
        "say when its first byte came: --start 2024-01-31T18:00:00+01:00",
        "dites quand son premier octet est arrivé : --start 2024-01-31T18:00:00+01:00",
    ),
)
CLOCK_BACK = Fault(
    Text(
        "the meter's clock goes back from {before} to {after} at byte {offset}",
        "l'horloge du compteur recule de {before} à {after} à l'octet {offset}",
    ),
    Text(
        "cut the capture there and import its parts",
        "coupez la capture à cet endroit et importez ses parties",
    ),
)
FILLED = Text(
    "{count} short holes are filled with the mean power around them; the {kept} longest stay holes",
    "{count} trous courts sont comblés par la puissance moyenne autour d'eux ; les {kept} plus "
    "longs restent des trous",
)
