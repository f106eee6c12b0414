"""The help of the command line in both languages: typer takes the English as it stands."""

from telewatt.language import Text

_HELP = (
    Text(
        "Read the TIC output of French electricity meters: verified, durable, for every use.",
        "Lit la TIC des compteurs électriques français : vérifiée, durable, pour tous les usages.",
    ),
    Text(
        "Language of messages; without it that of LANG.",
        "Langue des messages ; sans elle, celle de LANG.",
    ),
    Text("Show the version.", "Affiche la version."),
    Text(
        "Decode captures of a TIC line: verified datasets, and what had to be rejected.",
        "Décode des captures d'une TIC : groupes vérifiés, et ce qui a dû être rejeté.",
    ),
    Text("Captures; - is standard input.", "Captures ; - est l'entrée standard."),
    Text("The mode of the line; auto recognises it.", "Le mode de la TIC ; auto le reconnaît."),
    Text(
        "For people, one object a frame, or one row a dataset.",
        "Pour lire, un objet par trame, ou une ligne par groupe.",
    ),
    Text("Install completion for the current shell.", "Installe la complétion dans ce shell."),
    Text(
        "Show completion for the current shell, to copy it or customize the installation.",
        "Affiche la complétion de ce shell.",
    ),
)
FRENCH = {text.en: text.fr for text in _HELP}
"""The French help by its English text."""
