"""The help of the command line in both languages: typer takes the English as it stands."""

from telewatt.cli import esphome_help, ha_texts, simulate_help, web_help
from telewatt.language import Text

_HELP = (
    Text(
        "Bring load curves, logs and captures of others into the history, or out of it again.",
        "Importe courbes de charge, journaux et captures dans l'historique, ou les en retire.",
    ),
    Text("What shall be imported.", "Ce qui doit être importé."),
    Text("The meter it tells of.", "Le compteur dont il parle."),
    Text("The site whose meter it tells of.", "Le site dont le compteur est concerné."),
    Text(
        "When the first byte of a capture came.",
        "Quand le premier octet d'une capture est arrivé.",
    ),
    Text(
        "What times without offset in a daily log are.",
        "Ce que sont les heures sans décalage d'un journal quotidien.",
    ),
    Text("Say what would be done, and do nothing.", "Dire ce qui serait fait, et ne rien faire."),
    Text("List what was imported.", "Lister ce qui a été importé."),
    Text("Remove what this import brought in.", "Retirer ce que cet import a apporté."),
    Text(
        "Write frames, roll-ups or raw captures into files for other programs.",
        "Écrit des trames, des cumuls ou des captures brutes dans des fichiers.",
    ),
    Text(
        "frames as they came, or rollups by --step.",
        "frames : les trames reçues ; rollups : les cumuls par --step.",
    ),
    Text("How it is written.", "Sous quelle forme."),
    Text(
        "Where; a FOLDER/ for raw; without it standard output.",
        "Où ; un DOSSIER/ pour raw ; sans elle, la sortie standard.",
    ),
    Text("This meter, line or site only.", "Ce compteur, cette ligne ou ce site seulement."),
    Text(
        "The length of the intervals of rollups; else hour.",
        "La durée des intervalles des cumuls ; sinon hour.",
    ),
    Text("This quantity of rollups only.", "Cette grandeur des cumuls seulement."),
    Text(
        "Replace every identifier by a fictitious one.",
        "Remplacer chaque identifiant par un identifiant fictif.",
    ),
    Text("A secret: the same fictitious ones again.", "Un secret : de nouveau les mêmes fictifs."),
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
    Text(
        "Read every meter of the configuration into the journal, until stopped.",
        "Lit tous les compteurs de la configuration vers le journal, jusqu'à l'arrêt.",
    ),
    Text(
        "Show the meters in the terminal, as they are now; q quits.",
        "Montre les compteurs dans le terminal, en direct ; q pour quitter.",
    ),
    Text(
        "Check the configuration and say what it would start, or every error in it.",
        "Vérifie la configuration : ce qu'elle démarrerait, ou toutes ses erreurs.",
    ),
    Text(
        "List the serial ports and listen on each: which meter, mode and speed, or what is wrong.",
        "Liste les ports série et écoute chacun : compteur, mode et vitesse, ou ce qui ne va pas.",
    ),
    Text(
        "Watch telewatt read two simulated meters, without any hardware.",
        "Montre telewatt qui lit deux compteurs simulés, sans aucun matériel.",
    ),
    Text(
        "Decode the raw bytes again with today's decoder and rebuild all that follows from them.",
        "Redécode les octets bruts avec le décodeur actuel et recalcule tout ce qui en découle.",
    ),
    Text(
        "From then on; without it everything there is.", "À partir de là ; sans cette option, tout."
    ),
    Text("This meter or site only.", "Ce compteur ou ce site seulement."),
    Text(
        "Show energy by day, or any other quantity by any step, in a table.",
        "Montre l'énergie par jour, ou toute autre grandeur par tout intervalle, en tableau.",
    ),
    Text(
        "Tell what happened to the meters: replacements, outages, contracts, doubtful indexes.",
        "Raconte la vie des compteurs : remplacements, coupures, contrats, index douteux.",
    ),
    Text(
        "A site or meter; without it all meters.",
        "Un site ou compteur ; sans lui, tous les compteurs.",
    ),
    Text(
        "List the meters ever seen; join a new meter to the site whose meter it has replaced.",
        "Liste les compteurs vus ; rattache un nouveau compteur au site de celui qu'il remplace.",
    ),
    Text(
        "Join a meter to a site, or undo that; without it list the meters.",
        "Joindre un compteur à un site, ou l'annuler ; sans elle, lister les compteurs.",
    ),
    Text("The site, named like its line.", "Le site, nommé comme sa ligne."),
    Text("The meter.", "Le compteur."),
    Text(
        "It belongs to the site from then on; without it when first seen.",
        "Il appartient au site à partir de là ; sans elle, depuis qu'il a été vu.",
    ),
    Text(
        "Prove that every frame is there bit for bit, and that every sum is right.",
        "Prouve que chaque trame est là bit pour bit, et que chaque somme est juste.",
    ),
    Text("A journal, or the folder of a backup.", "Un journal, ou le dossier d'une sauvegarde."),
    Text(
        "Bring a backup of journal and history up to date, and prove it by restoring it.",
        "Met à jour une sauvegarde du journal et de l'historique, prouvée en la restaurant.",
    ),
    Text(
        "Its folder; made if it is not there. On another disk.",
        "Son dossier ; créé s'il n'existe pas. Sur un autre disque.",
    ),
    Text("Read everything back, or trust the copy.", "Tout relire, ou se fier à la copie."),
    Text(
        "Put a backup in the place of the journal; what is there is set aside.",
        "Met une sauvegarde à la place du journal ; ce qui s'y trouve est mis de côté.",
    ),
    Text("The folder of the backup.", "Le dossier de la sauvegarde."),
    Text(
        "Sites or meters; without them all sites.",
        "Des sites ou compteurs ; sans eux, tous les sites.",
    ),
    Text("What to show; without it import_wh.", "La grandeur à montrer ; sans elle, import_wh."),
    Text(
        "From then on, for example 2026-01-31 or 7d (ago).",
        "À partir de là, par exemple 2026-01-31 ou 7d (il y a 7 jours).",
    ),
    Text("Until then; without it until now.", "Jusque-là ; sans cette option, jusqu'à maintenant."),
    Text("The length of the intervals.", "La durée des intervalles."),
    Text("List the quantities there are instead.", "Liste plutôt les grandeurs qu'il y a."),
    Text("The configuration file.", "Le fichier de configuration."),
    Text("A meter, instead of a file.", "Un compteur, à la place d'un fichier."),
    Text("The journal, wherever it is.", "Le journal, où qu'il soit."),
    Text(
        "Listen on these ports only, for example /dev/ttyS0.",
        "N'écoute que ces ports, par exemple /dev/ttyS0.",
    ),
    Text(
        "Stop after this time; without a terminal 15, else never.",
        "S'arrête après ce temps ; 15 sans terminal, sinon jamais.",
    ),
    Text("Show this message and exit.", "Affiche cette aide."),
    Text("Install completion for the current shell.", "Installe la complétion dans ce shell."),
    Text(
        "Show completion for the current shell, to copy it or customize the installation.",
        "Affiche la complétion de ce shell.",
    ),
)
FRENCH = {
    text.en: text.fr
    for text in (
        *_HELP,
        *simulate_help.TEXTS,
        *esphome_help.TEXTS,
        *ha_texts.TEXTS,
        *web_help.TEXTS,
    )
}
"""The French help by its English text."""
