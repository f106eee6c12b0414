"""Help texts of ``telewatt web`` and of the demo's page, in both languages."""

from telewatt.language import Text

GROUP = Text(
    "Who may open the web page; a page for the first start.",
    "Qui peut ouvrir la page web ; une page pour le premier démarrage.",
)
TEXTS = (
    GROUP,
    Text(
        "Set the password of the web page; without a terminal, it is the first line of the input.",
        "Fixe le mot de passe de la page web ; sans terminal, c'est la première ligne de l'entrée.",
    ),
    Text("Remove it: the page is open again.", "L'enlève : la page est de nouveau ouverte."),
    Text(
        "Make a token for a program that asks the API; it is shown this once.",
        "Crée un jeton pour un programme qui interroge l'API ; il n'est montré qu'une fois.",
    ),
    Text("Its name, for example grafana.", "Son nom, par exemple grafana."),
    Text("Remove the token of this name.", "Supprime le jeton de ce nom."),
    Text(
        "Serve a page without a configuration: the serial ports, and what is heard on each.",
        "Sert une page sans configuration : les ports série, et ce qu'on entend sur chacun.",
    ),
    Text("Of the web page; 0 is any free one.", "Celui de la page web ; 0 en prend un libre."),
    Text("Stop after this time; else never.", "S'arrête après ce temps ; sinon jamais."),
    Text(
        "So many days of history are prepared first.",
        "Autant de jours d'historique sont d'abord préparés.",
    ),
)
