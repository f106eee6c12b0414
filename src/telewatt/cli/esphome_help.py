"""The help of ``telewatt esphome``, in both languages."""

from telewatt.language import Text

GROUP = Text(
    "Write and check ESPHome configurations: one ESP32 or ESP8266, one to three meters.",
    "Écrit et contrôle des configurations ESPHome : un ESP32 ou ESP8266, un à trois compteurs.",
)
GENERATE = Text(
    "Write the ESPHome configuration of a device that reads these meters.",
    "Écrit la configuration ESPHome d'un appareil qui lit ces compteurs.",
)
NAME = Text("The name of the device, for example linky.", "Le nom de l'appareil, par ex. linky.")
METER = Text(
    "A meter in words: house=standard,tempo,tri,producer; may be repeated.",
    "Un compteur en mots : maison=standard,tempo,tri,producer ; répétable.",
)
CAPTURE = Text(
    "A meter as a capture shows it: house=FILE; may be repeated.",
    "Un compteur tel qu'une capture le montre : maison=FICHIER ; répétable.",
)
SEEN = Text(
    "A meter as telewatt reads it: its name in the configuration; may be repeated.",
    "Un compteur tel que telewatt le lit : son nom dans la configuration ; répétable.",
)
BOARD = Text("The board; --boards lists them.", "La carte ; --boards les liste.")
BOARDS = Text("List the boards and their pins.", "Lister les cartes et leurs broches.")
FRAMEWORK = Text("arduino or esp-idf.", "arduino ou esp-idf.")
STYLE = Text(
    "decode: the ESP decodes; bridge: it forwards the bytes and telewatt decodes.",
    "decode : l'ESP décode ; bridge : il transmet les octets et telewatt décode.",
)
NETWORK = Text("How it reaches your network.", "Comment il rejoint votre réseau.")
API = Text("For Home Assistant and telewatt.", "Pour Home Assistant et telewatt.")
MQTT = Text("For an MQTT broker.", "Pour un broker MQTT.")
WEB_SERVER = Text("A page of its own.", "Une page à lui.")
OTA = Text("Updates over the network.", "Mises à jour par le réseau.")
CAPTIVE_PORTAL = Text("Wi-Fi of its own when lost.", "Son propre Wi-Fi s'il est perdu.")
STATUS_LED = Text(
    "Blink the board's LED in trouble.", "La DEL de la carte clignote en cas d'ennui."
)
LAMP = Text("LEDs that show Tempo or EJP.", "Des DEL qui montrent Tempo ou EJP.")
TITLE = Text("Its name for people.", "Son nom pour les gens.")
TO = Text("The folder of the files.", "Le dossier des fichiers.")
FORCE = Text("Overwrite files that are there.", "Écraser les fichiers présents.")
VALIDATE = Text(
    "Explain what is wrong with ESPHome configurations that read a meter.",
    "Explique ce qui ne va pas dans des configurations ESPHome qui lisent un compteur.",
)
FILES = Text(
    "The .yaml file of a device, or more.", "Le fichier .yaml d'un appareil, ou plusieurs."
)

TEXTS = tuple(value for value in list(vars().values()) if isinstance(value, Text))
