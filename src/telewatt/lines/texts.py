"""What an error of a line says, in both languages: what is wrong, where, and the remedy."""

from telewatt.language import Text

NO_LINE = Text(
    "{address!r} is no output: use pty:PATH, tcp:127.0.0.1:PORT, file:PATH or - (standard output)",
    "{address!r} n'est pas une sortie : utilisez pty:CHEMIN, tcp:127.0.0.1:PORT, file:CHEMIN "
    "ou - (sortie standard)",
)
IN_THE_WAY = Text(
    "pty:{path}: exists and is no link to a pseudo-terminal: remove it or choose another name",
    "pty:{path} : existe et n'est pas un lien vers un pseudo-terminal : supprimez-le ou "
    "choisissez un autre nom",
)
NO_LINK = Text(
    "pty:{path}: cannot make the link ({why}): choose a name in a directory you may write to",
    "pty:{path} : impossible de créer le lien ({why}) : choisissez un nom dans un répertoire "
    "où vous pouvez écrire",
)
NO_PTY = Text(
    "pty:{path}: the system gives no pseudo-terminal ({why}): end other programs, or use tcp:",
    "pty:{path} : le système ne donne pas de pseudo-terminal ({why}) : arrêtez d'autres "
    "programmes, ou utilisez tcp:",
)
NOT_LOOPBACK = Text(
    "tcp:{host}:{port}: other machines could read this meter: use 127.0.0.1, or allow it with "
    "--anywhere",
    "tcp:{host}:{port} : d'autres machines pourraient lire ce compteur : utilisez 127.0.0.1, ou "
    "permettez-le avec --anywhere",
)
CANNOT_LISTEN = Text(
    "tcp:{host}:{port}: cannot listen ({why}): choose another address or port (0: a free one)",
    "tcp:{host}:{port} : écoute impossible ({why}) : choisissez une autre adresse ou un autre "
    "port (0 : un port libre)",
)
CANNOT_WRITE = Text(
    "{path}: cannot write ({why}): make room or choose another file",
    "{path} : écriture impossible ({why}) : faites de la place ou choisissez un autre fichier",
)
