"""Words of the findings about files, the device, names and secrets: (English, French) each."""

Pair = tuple[str, str]

FILE_ROWS: tuple[tuple[str, Pair, Pair, Pair], ...] = (
    (
        "not-text",
        ("this is no text file", "ce n'est pas un fichier texte"),
        ("ESPHome reads YAML in UTF-8", "ESPHome lit du YAML en UTF-8"),
        (
            "save it as UTF-8, or give the .yaml file",
            "enregistrez-le en UTF-8, ou donnez le fichier .yaml",
        ),
    ),
    (
        "too-large",
        ("this file is larger than a megabyte", "ce fichier dépasse un mégaoctet"),
        (
            "no configuration of a device is so long",
            "aucune configuration d'appareil n'est aussi longue",
        ),
        ("give the .yaml file of the device", "donnez le fichier .yaml de l'appareil"),
    ),
    (
        "not-yaml",
        ("this is no YAML: {problem}", "ce n'est pas du YAML : {problem}"),
        (
            "ESPHome reads nothing beyond this line",
            "ESPHome ne lit rien au-delà de cette ligne",
        ),
        (
            "look at the indentation, quotes and colons of this line and the one before",
            "regardez le retrait, les guillemets et les deux-points de cette ligne et de la "
            "précédente",
        ),
    ),
    (
        "tab",
        ("a tab indents this line", "une tabulation met cette ligne en retrait"),
        ("YAML allows spaces only", "YAML n'accepte que des espaces"),
        ("replace every tab by two spaces", "remplacez chaque tabulation par deux espaces"),
    ),
    (
        "key-twice",
        ("{key}: stands twice in one section", "{key} : figure deux fois dans une section"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        (
            "put both under one {key}:, as a list",
            "mettez les deux sous un seul {key}:, en liste",
        ),
    ),
    (
        "not-esphome",
        ("this is no ESPHome configuration", "ce n'est pas une configuration ESPHome"),
        (
            "it has neither esphome: nor anything that reads a meter",
            "elle n'a ni esphome: ni rien qui lise un compteur",
        ),
        ("give the .yaml file of the device", "donnez le fichier .yaml de l'appareil"),
    ),
    (
        "no-meter",
        ("nothing here reads a meter", "rien ici ne lit de compteur"),
        (
            "there is neither teleinfo: nor serial_proxy:",
            "il n'y a ni teleinfo: ni serial_proxy:",
        ),
        (
            "add them, or let `telewatt esphome generate` write them",
            "ajoutez-les, ou laissez `telewatt esphome generate` les écrire",
        ),
    ),
    (
        "include-missing",
        ("{path} cannot be read", "{path} est illisible"),
        ("this file includes it", "ce fichier l'inclut"),
        (
            "write its path from the folder of this file",
            "écrivez son chemin depuis le dossier de ce fichier",
        ),
    ),
    (
        "include-loop",
        ("{path} is one include too many", "{path} est un include de trop"),
        ("files seem to include each other", "des fichiers semblent s'inclure l'un l'autre"),
        ("break the circle", "rompez le cercle"),
    ),
    (
        "secret-missing",
        ("secrets.yaml has no {name}", "secrets.yaml n'a pas de {name}"),
        ("this line asks for it", "cette ligne le demande"),
        ("add it to secrets.yaml", "ajoutez-le à secrets.yaml"),
    ),
    (
        "secret-in-clear",
        ("{key} stands here in clear", "{key} figure ici en clair"),
        (
            "who sees this file (a forum, a repository) gets into your network or device",
            "qui voit ce fichier (un forum, un dépôt) entre dans votre réseau ou votre appareil",
        ),
        (
            "write `{key}: !secret {name}`, put the value into secrets.yaml, and change it if it "
            "was ever published",
            "écrivez `{key}: !secret {name}`, mettez la valeur dans secrets.yaml, et changez-la si "
            "elle a été publiée",
        ),
    ),
    (
        "api-open",
        ("the API has no encryption", "l'API n'est pas chiffrée"),
        (
            "everybody in the network reads your meter and can command the device",
            "chacun sur le réseau lit votre compteur et peut commander l'appareil",
        ),
        (
            "add encryption: key: !secret api_encryption_key",
            "ajoutez encryption: key: !secret api_encryption_key",
        ),
    ),
    (
        "api-password",
        ("password: under api: is gone", "password: sous api: n'existe plus"),
        ("ESPHome 2026.1 and newer refuse it", "ESPHome 2026.1 et suivants le refusent"),
        (
            "write encryption: key: !secret api_encryption_key instead",
            "écrivez plutôt encryption: key: !secret api_encryption_key",
        ),
    ),
    (
        "api-key",
        ("the key of the API is none", "la clé de l'API n'en est pas une"),
        (
            "ESPHome wants 32 bytes in base64, 44 characters",
            "ESPHome veut 32 octets en base64, 44 caractères",
        ),
        (
            "take what `openssl rand -base64 32` prints",
            "prenez ce qu'affiche `openssl rand -base64 32`",
        ),
    ),
    (
        "ota-old",
        ("ota: without platform: is gone", "ota: sans platform: n'existe plus"),
        ("ESPHome 2024.6 and newer refuse it", "ESPHome 2024.6 et suivants le refusent"),
        ("write ota: - platform: esphome", "écrivez ota: - platform: esphome"),
    ),
    (
        "platform-old",
        ("{key}: under esphome: is gone", "{key}: sous esphome: n'existe plus"),
        (
            "ESPHome 2025 and newer want a section for the chip",
            "ESPHome 2025 et suivants veulent une section pour la puce",
        ),
        (
            "write esp32: board: ... (or esp8266:) as a section of its own",
            "écrivez esp32: board: ... (ou esp8266:) comme section à part",
        ),
    ),
    (
        "platform-missing",
        ("the chip is not said", "la puce n'est pas indiquée"),
        ("ESPHome does not know what to compile for", "ESPHome ne sait pas pour quoi compiler"),
        (
            "add esp32: board: esp32dev (or esp8266: board: d1_mini)",
            "ajoutez esp32: board: esp32dev (ou esp8266: board: d1_mini)",
        ),
    ),
    (
        "platform-twice",
        ("two chips are said: {names}", "deux puces sont indiquées : {names}"),
        ("a device has one", "un appareil en a une"),
        ("remove one of the sections", "retirez une des sections"),
    ),
    (
        "framework",
        ("the {chip} has no {framework} in ESPHome", "la {chip} n'a pas {framework} dans ESPHome"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("write framework: type: esp-idf", "écrivez framework: type: esp-idf"),
    ),
    (
        "network-missing",
        ("the device has no network", "l'appareil n'a pas de réseau"),
        ("nobody can read it", "personne ne peut le lire"),
        ("add wifi: or ethernet:", "ajoutez wifi: ou ethernet:"),
    ),
    (
        "network-twice",
        ("wifi: and ethernet: together", "wifi: et ethernet: ensemble"),
        ("ESPHome refuses both at once", "ESPHome refuse les deux à la fois"),
        ("keep one", "gardez-en un"),
    ),
    (
        "reader-missing",
        ("nobody reads this device", "personne ne lit cet appareil"),
        (
            "there is neither api: nor mqtt: nor web_server:",
            "il n'y a ni api: ni mqtt: ni web_server:",
        ),
        ("add api: (for Home Assistant) or mqtt:", "ajoutez api: (pour Home Assistant) ou mqtt:"),
    ),
    (
        "portal-without-ap",
        ("captive_portal: without ap:", "captive_portal: sans ap:"),
        (
            "the portal lives in the device's own Wi-Fi, which ap: opens",
            "le portail vit dans le Wi-Fi de l'appareil, qu'ouvre ap:",
        ),
        ("add ap: under wifi:", "ajoutez ap: sous wifi:"),
    ),
    (
        "device-name",
        ("{name} is no name for a device", "{name} n'est pas un nom d'appareil"),
        (
            "ESPHome wants small letters, digits and -, at most 31 of them",
            "ESPHome veut des minuscules, des chiffres et -, 31 au plus",
        ),
        (
            "write it so, and the name for people under friendly_name:",
            "écrivez-le ainsi, et le nom pour les gens sous friendly_name:",
        ),
    ),
    (
        "id-invalid",
        ("{name} is no id", "{name} n'est pas un id"),
        (
            "an id is a name of C++: letters, digits and _, no digit first",
            "un id est un nom de C++ : lettres, chiffres et _, pas de chiffre d'abord",
        ),
        ("write {better}", "écrivez {better}"),
    ),
    (
        "id-reserved",
        ("the id {name} is taken", "l'id {name} est pris"),
        (
            "C++, the C library or ESPHome has something of that name: it is refused or does not "
            "compile",
            "C++, la bibliothèque C ou ESPHome a quelque chose de ce nom : c'est refusé ou ne "
            "compile pas",
        ),
        (
            "write {name}_value, or index_base for an index",
            "écrivez {name}_value, ou index_base pour un index",
        ),
    ),
    (
        "id-twice",
        ("the id {name} stands twice", "l'id {name} figure deux fois"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("give each its own", "donnez le sien à chacun"),
    ),
    (
        "name-twice",
        ("two {platform}s are named {name}", "deux {platform} se nomment {name}"),
        (
            "ESPHome refuses it: Home Assistant could not tell them apart",
            "ESPHome le refuse : Home Assistant ne les distinguerait pas",
        ),
        (
            "give each its own name, for example with that of the meter",
            "donnez à chacun son nom, par exemple avec celui du compteur",
        ),
    ),
    (
        "name-missing",
        ("this {platform} has neither name: nor id:", "ce {platform} n'a ni name: ni id:"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("add name:", "ajoutez name:"),
    ),
    (
        "option-unknown",
        ("{option}: is no option of {section}", "{option}: n'est pas une option de {section}"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("{better}", "{better}"),
    ),
)
