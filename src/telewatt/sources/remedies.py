"""What each state of a line means and what to do about it: the one table of these texts."""

from telewatt.language import Text

REMEDIES = {
    "opening": Text(
        en="opening {port}",
        fr="ouverture de {port}",
    ),
    "probing": Text(
        en="listening on {port} for the speed and the mode",
        fr="écoute de {port} pour trouver la vitesse et le mode",
    ),
    "reading": Text(
        en="reading {port}",
        fr="lecture de {port}",
    ),
    "silent": Text(
        en="not one byte on {port}: no carrier: check the wires on I1-I2 of the meter, "
        "then the adapter's power",
        fr="pas un octet sur {port} : pas de porteuse : vérifiez les fils sur I1-I2 du "
        "compteur, puis l'alimentation de l'adaptateur",
    ),
    "silent: source": Text(
        en="nothing comes from {port} at the moment; reading goes on by itself",
        fr="rien ne vient de {port} en ce moment ; la lecture reprend toute seule",
    ),
    "silent: shared": Text(
        en="not one byte on {port}: {holder} reads the same port and takes them; stop it",
        fr="pas un octet sur {port} : {holder} lit le même port et les prend ; arrêtez-le",
    ),
    "noise": Text(
        en="bytes arrive on {port}, but not one verified dataset: check the wiring on I1-I2, "
        "the adapter (in standard mode it often needs other resistors) and sources of interference",
        fr="des octets arrivent sur {port}, mais aucun groupe d'information vérifié : vérifiez "
        "le câblage sur I1-I2, l'adaptateur (le mode standard demande souvent d'autres "
        "résistances) et les parasites",
    ),
    "noise: source": Text(
        en="bytes come from {port}, but not one verified dataset: this is no meter, or a line "
        "recorded at the wrong speed; give another source",
        fr="des octets viennent de {port}, mais aucun groupe d'information vérifié : ce n'est pas "
        "un compteur, ou une ligne enregistrée à la mauvaise vitesse ; donnez une autre source",
    ),
    "noise: messages": Text(
        en="messages come from {port}, but none of a meter that telewatt understands, the last one "
        "in {topic}: give the topic of the values (docs/en/sources.md lists what is understood)",
        fr="des messages viennent de {port}, mais aucun d'un compteur que telewatt comprenne, le "
        "dernier dans {topic} : donnez le topic des valeurs (docs/fr/sources.md dit ce qui est "
        "compris)",
    ),
    "noise: shared": Text(
        en="bytes arrive on {port}, but not one verified dataset: {holder} reads the same port "
        "and takes a part of them; stop it",
        fr="des octets arrivent sur {port}, mais aucun groupe d'information vérifié : {holder} "
        "lit le même port et en prend une partie ; arrêtez-le",
    ),
    "wrong_speed": Text(
        en="the meter on {port} sends at {heard} Bd, but {speed} Bd is configured: "
        "remove the speed (it is found by itself) or set {heard}",
        fr="le compteur sur {port} émet à {heard} Bd, mais {speed} Bd est configuré : "
        "supprimez la vitesse (elle est trouvée toute seule) ou mettez {heard}",
    ),
    "unplugged": Text(
        en="{port} is not there: plug the adapter in; reading goes on by itself",
        fr="{port} est absent : branchez l'adaptateur ; la lecture reprend toute seule",
    ),
    "permission_denied": Text(
        en='you ({user}) are not in group {group}, which owns {port}: "sudo usermod -aG {group} '
        '{user}", then log in again (or restart the service)',
        fr="vous ({user}) n'êtes pas dans le groupe {group}, propriétaire de {port} : "
        "« sudo usermod -aG {group} {user} », puis ouvrez une nouvelle session (ou redémarrez le "
        "service)",
    ),
    "permission_denied: login": Text(
        en="{user} is in group {group}, but was not yet when this program started: "
        "log in again (or restart the service)",
        fr="{user} est dans le groupe {group}, mais ne l'était pas encore au démarrage de ce "
        "programme : ouvrez une nouvelle session (ou redémarrez le service)",
    ),
    "permission_denied: owner": Text(
        en="{port} belongs to {owner} alone: give it to a group, "
        'for example "sudo chgrp dialout {port} && sudo chmod g+rw {port}"',
        fr="{port} n'est accessible qu'à {owner} : donnez-le à un groupe, "
        "par exemple « sudo chgrp dialout {port} && sudo chmod g+rw {port} »",
    ),
    "permission_denied: wrong key": Text(
        en="{port} refuses this key: put the key of its api: encryption: into key_file (or "
        "key_env), 44 characters that end in =",
        fr="{port} refuse cette clé : mettez celle de son api: encryption: dans key_file (ou "
        "key_env), 44 caractères qui finissent par =",
    ),
    "permission_denied: key wanted": Text(
        en="{port} speaks encrypted only: put the key of its api: encryption: into a file and "
        "write key_file (or key_env)",
        fr="{port} ne parle que chiffré : mettez la clé de son api: encryption: dans un fichier "
        "et écrivez key_file (ou key_env)",
    ),
    "permission_denied: key unwanted": Text(
        en="{port} does not speak encrypted, but a key is configured: remove key_file (key_env), "
        "or better add encryption: to its api:",
        fr="{port} ne parle pas chiffré, mais une clé est configurée : ôtez key_file (key_env), "
        "ou mieux, ajoutez encryption: à son api:",
    ),
    "permission_denied: wrong password": Text(
        en="{port} refuses user or password: write the user into the address "
        "(mqtt://user@host/...) and its password into password_file (or password_env)",
        fr="{port} refuse l'utilisateur ou le mot de passe : écrivez l'utilisateur dans l'adresse "
        "(mqtt://utilisateur@hôte/...) et son mot de passe dans password_file (ou password_env)",
    ),
    "permission_denied: topic": Text(
        en="{port}: the broker lets this user not read {topic}: allow it in its access list",
        fr="{port} : le serveur n'autorise pas cet utilisateur à lire {topic} : autorisez-le dans "
        "sa liste d'accès",
    ),
    "permission_denied: no secret": Text(
        en="the secret for {port} cannot be read: {detail}",
        fr="le secret pour {port} est illisible : {detail}",
    ),
    "busy": Text(
        en="{port} is in use by {holder}: stop it, or give telewatt the port",
        fr="{port} est utilisé par {holder} : arrêtez-le, ou laissez le port à telewatt",
    ),
    "busy: twice": Text(
        en="{port} is in use by another meter of this configuration: "
        "give each meter its own port, or remove one of the two",
        fr="{port} est utilisé par un autre compteur de cette configuration : "
        "donnez à chaque compteur son propre port, ou supprimez l'un des deux",
    ),
    "busy: console": Text(
        en="{port} is the login console of this machine ({holder}): disable it, "
        'for example "sudo systemctl disable --now serial-getty@{name}"',
        fr="{port} est la console de cette machine ({holder}) : désactivez-la, "
        "par exemple « sudo systemctl disable --now serial-getty@{name} »",
    ),
    "busy: proxy": Text(
        en="{port} is in use by another client of the device (Home Assistant, another telewatt): "
        "give each port one reader",
        fr="{port} est utilisé par un autre client de l'appareil (Home Assistant, un autre "
        "telewatt) : donnez à chaque port un seul lecteur",
    ),
    "unreachable": Text(
        en="nobody answers at {port} ({detail}): check the address, the port number and that "
        "the bridge is powered",
        fr="personne ne répond à {port} ({detail}) : vérifiez l'adresse, le numéro de port et "
        "l'alimentation du pont",
    ),
    "unreachable: lost": Text(
        en="{port} closed the connection ({detail}): it is called again; if this repeats, "
        "another client may hold it",
        fr="{port} a fermé la connexion ({detail}) : elle est rappelée ; si cela se répète, "
        "un autre client l'occupe peut-être",
    ),
    "unusable": Text(
        en="{port} cannot be read: {detail}",
        fr="{port} est illisible : {detail}",
    ),
    "unusable: not installed": Text(
        en="{port} cannot be read: a package is missing: pip install 'telewatt[{extra}]'",
        fr="{port} est illisible : il manque un paquet : pip install 'telewatt[{extra}]'",
    ),
    "unusable: no proxy": Text(
        en="{port}: the device has no serial_proxy: add one to its configuration, or read its "
        "sensors with esphome+values:",
        fr="{port} : l'appareil n'a pas de serial_proxy : ajoutez-en un à sa configuration, ou "
        "lisez ses capteurs avec esphome+values:",
    ),
    "unusable: no such port": Text(
        en="{port}: the device has no serial_proxy of this name; it has: {known}",
        fr="{port} : l'appareil n'a pas de serial_proxy de ce nom ; il a : {known}",
    ),
    "unusable: TLS": Text(
        en="{port} cannot be trusted ({detail}): if its certificate is your own, write ca_file; it "
        "must be in date and name this host",
        fr="{port} n'est pas digne de confiance ({detail}) : si son certificat est le vôtre, "
        "écrivez ca_file ; il doit être valide et nommer cet hôte",
    ),
    "unusable: no values": Text(
        en="{port}: no sensor behind the prefix {prefix!r} is named after a label (EAST, PAPP...); "
        "the device has: {known}",
        fr="{port} : aucun capteur derrière le préfixe {prefix!r} ne porte le nom d'une étiquette "
        "(EAST, PAPP...) ; l'appareil a : {known}",
    ),
    "unusable: mixed": Text(
        en="{port} tells of several meters in turn ({meters}): give the one of a single meter, or "
        'write its address as identity = "..."',
        fr="{port} parle de plusieurs compteurs à tour de rôle ({meters}) : donnez celui d'un seul "
        'compteur, ou écrivez son adresse : identity = "..."',
    ),
    "unusable: terminal": Text(
        en="{port} is no serial port: for a capture write file:{port}",
        fr="{port} n'est pas un port série : pour une capture, écrivez file:{port}",
    ),
    "unusable: no file": Text(
        en="{port} is no file of bytes: for a serial port write its path without file:, "
        "for a pipe write - and give it as standard input",
        fr="{port} n'est pas un fichier d'octets : pour un port série, écrivez son chemin sans "
        "file: ; pour un tube, écrivez - et donnez-le comme entrée standard",
    ),
    "ended": Text(
        en="{port} has been read to its end",
        fr="{port} a été lu jusqu'à la fin",
    ),
}
