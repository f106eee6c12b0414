"""Words of the findings about pins, UARTs, readers and bridges: (English, French) each."""

from telewatt.esphome.validator.texts_files import Pair

LINE_ROWS: tuple[tuple[str, Pair, Pair, Pair], ...] = (
    (
        "uart-parity",
        ("the parity is {parity}", "la parité est {parity}"),
        ("a meter sends 7 bits and EVEN parity", "un compteur émet 7 bits et une parité EVEN"),
        ("write parity: EVEN", "écrivez parity: EVEN"),
    ),
    (
        "uart-bits",
        ("{bits} data bits", "{bits} bits de données"),
        ("a meter sends 7 bits and EVEN parity", "un compteur émet 7 bits et une parité EVEN"),
        ("write data_bits: 7", "écrivez data_bits: 7"),
    ),
    (
        "uart-stop",
        ("{bits} stop bits", "{bits} bits de stop"),
        ("a meter sends one", "un compteur en émet un"),
        ("write stop_bits: 1", "écrivez stop_bits: 1"),
    ),
    (
        "uart-speed",
        ("{baud} baud", "{baud} bauds"),
        (
            "a meter sends at 1200 baud (historic mode) or 9600 (standard mode)",
            "un compteur émet à 1200 bauds (mode historique) ou 9600 (mode standard)",
        ),
        (
            "write baud_rate: 1200 or 9600; the meter's display names its mode",
            "écrivez baud_rate: 1200 ou 9600 ; l'afficheur du compteur nomme son mode",
        ),
    ),
    (
        "uart-rx",
        ("this UART receives nothing", "cet UART ne reçoit rien"),
        (
            "it has no rx_pin:, and a meter only speaks",
            "il n'a pas de rx_pin:, et un compteur ne fait que parler",
        ),
        (
            "add rx_pin: with the pin of the opto-coupler",
            "ajoutez rx_pin: avec la broche de l'optocoupleur",
        ),
    ),
    (
        "uart-shared",
        ("{count} readers share the UART {uart}", "{count} lecteurs partagent l'UART {uart}"),
        (
            "each takes some of the bytes, and none gets a whole frame",
            "chacun prend une partie des octets, et aucun n'a de trame entière",
        ),
        (
            "give each meter a UART and name it by uart_id:",
            "donnez un UART à chaque compteur et nommez-le par uart_id:",
        ),
    ),
    (
        "uart-unknown",
        ("there is no UART {uart}", "il n'y a pas d'UART {uart}"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("write one of: {known}", "écrivez parmi : {known}"),
    ),
    (
        "uart-ambiguous",
        (
            "uart_id: is missing, and there are {count} UARTs",
            "uart_id: manque, et il y a {count} UART",
        ),
        ("ESPHome refuses it: it cannot choose", "ESPHome le refuse : il ne peut pas choisir"),
        ("write uart_id: with one of: {known}", "écrivez uart_id: parmi : {known}"),
    ),
    (
        "uart-missing",
        ("there is no uart:", "il n'y a pas de uart:"),
        ("the meter's bytes come through one", "les octets du compteur passent par là"),
        (
            "add uart: with rx_pin, baud_rate, data_bits: 7, parity: EVEN",
            "ajoutez uart: avec rx_pin, baud_rate, data_bits: 7, parity: EVEN",
        ),
    ),
    (
        "uart-many",
        (
            "{count} UARTs, but the {chip} has {most} left",
            "{count} UART, mais la {chip} en a {most}",
        ),
        (
            "the last one fails when the device starts, and its meter is never read",
            "le dernier échoue au démarrage, et son compteur n'est jamais lu",
        ),
        (
            "write logger: baud_rate: 0 to free the logger's, or take a chip with more",
            "écrivez logger: baud_rate: 0 pour libérer celui du journal, ou prenez une autre puce",
        ),
    ),
    (
        "uart-software",
        (
            "GPIO{pin} is read by software on an ESP8266",
            "GPIO{pin} est lu par logiciel sur un ESP8266",
        ),
        (
            "that is good enough for 1200 baud; at 9600 the Wi-Fi makes it lose bits",
            "cela suffit à 1200 bauds ; à 9600 le Wi-Fi lui fait perdre des bits",
        ),
        (
            "receive on GPIO13 (D7), or GPIO3 with logger: baud_rate: 0",
            "recevez sur GPIO13 (D7), ou GPIO3 avec logger: baud_rate: 0",
        ),
    ),
    (
        "uart-logger",
        ("GPIO{pin} is the logger's UART too", "GPIO{pin} est aussi l'UART du journal"),
        (
            "the logger sets it to its own speed, and the meter reads as noise, or not at all",
            "le journal le règle à sa vitesse, et le compteur n'est que bruit, ou rien",
        ),
        (
            "write logger: baud_rate: 0, or receive on another pin",
            "écrivez logger: baud_rate: 0, ou recevez sur une autre broche",
        ),
    ),
    (
        "uart-buffer",
        (
            "the buffer of this UART holds {bytes} bytes",
            "le tampon de cet UART tient {bytes} octets",
        ),
        (
            "between two looks of the reader (update_interval and the Wi-Fi's pauses) {needed} "
            'come: the rest is lost, as "bad crc" in the log',
            "entre deux regards du lecteur (update_interval et pauses du Wi-Fi) il en vient "
            "{needed} : le reste est perdu, « bad crc » dans le journal",
        ),
        ("write rx_buffer_size: {better}", "écrivez rx_buffer_size: {better}"),
    ),
    (
        "uart-dummy",
        ("dummy_receiver: eats the bytes", "dummy_receiver: mange les octets"),
        ("the reader gets none of them", "le lecteur n'en reçoit aucun"),
        ("write dummy_receiver: false", "écrivez dummy_receiver: false"),
    ),
    (
        "pin-unknown",
        ("the {chip} has no GPIO{pin}", "la {chip} n'a pas de GPIO{pin}"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("{better}", "{better}"),
    ),
    (
        "pin-flash",
        ("GPIO{pin} belongs to the flash memory", "GPIO{pin} appartient à la mémoire flash"),
        (
            "the device does not start, or ESPHome refuses it",
            "l'appareil ne démarre pas, ou ESPHome le refuse",
        ),
        ("{better}", "{better}"),
    ),
    (
        "pin-strapping",
        ("GPIO{pin} decides how the {chip} starts", "GPIO{pin} décide comment la {chip} démarre"),
        (
            "the opto-coupler sets its level at reset: the chip may wait for a firmware for ever",
            "l'optocoupleur impose son niveau au reset : la puce peut attendre un firmware",
        ),
        ("{better}", "{better}"),
    ),
    (
        "pin-usb",
        ("GPIO{pin} belongs to the USB port", "GPIO{pin} appartient au port USB"),
        ("the meter and the USB disturb each other", "le compteur et l'USB se gênent"),
        ("{better}", "{better}"),
    ),
    (
        "pin-input-only",
        ("GPIO{pin} can only receive", "GPIO{pin} ne peut que recevoir"),
        (
            "it has no output and no pull-up: {use}",
            "elle n'a ni sortie ni résistance de rappel : {use}",
        ),
        ("take another pin for this", "prenez une autre broche pour cela"),
    ),
    (
        "pin-no-receive",
        ("GPIO{pin} of an ESP8266 receives nothing", "GPIO{pin} d'un ESP8266 ne reçoit rien"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("receive on GPIO13 (D7)", "recevez sur GPIO13 (D7)"),
    ),
    (
        "pin-twice",
        ("GPIO{pin} is used twice", "GPIO{pin} est utilisée deux fois"),
        ("one of the two never works", "l'un des deux ne marche jamais"),
        ("take another pin for one of them", "prenez une autre broche pour l'un des deux"),
    ),
    (
        "mode-missing",
        ("historical_mode: is missing", "historical_mode: manque"),
        (
            "1200 baud is historic mode, but without it ESPHome expects standard mode at 9600",
            "1200 bauds est le mode historique, mais sans lui ESPHome attend le standard à 9600",
        ),
        ("write historical_mode: true", "écrivez historical_mode: true"),
    ),
    (
        "mode-wrong",
        ("historical_mode: {mode} at {baud} baud", "historical_mode: {mode} à {baud} bauds"),
        (
            "historic mode is 1200 baud, standard mode 9600",
            "le mode historique est à 1200 bauds, le standard à 9600",
        ),
        (
            "write historical_mode: true with 1200, false with 9600, as the meter's display says",
            "écrivez historical_mode: true avec 1200, ou false avec 9600, selon l'afficheur",
        ),
    ),
    (
        "interval-slow",
        ("update_interval: {interval}", "update_interval: {interval}"),
        (
            "of all the frames between, nothing is read: no ADPS, no short frame, no message, and "
            'what is left in the buffer reads as "bad crc"',
            "des trames d'entre-temps, rien n'est lu : ni ADPS, ni trame courte, ni message, "
            "et le reste du tampon donne « bad crc »",
        ),
        (
            "write update_interval: 200ms; to send less, filter the sensors (throttle, delta)",
            "écrivez update_interval: 200ms ; pour envoyer moins, filtrez (throttle, delta)",
        ),
    ),
    (
        "interval-missing",
        ("update_interval: is missing", "update_interval: manque"),
        (
            "then it is 60s: one frame in some forty is read, ADPS and short frames hardly ever",
            "il vaut alors 60s : une trame sur une quarantaine est lue, ADPS presque jamais",
        ),
        ("write update_interval: 200ms", "écrivez update_interval: 200ms"),
    ),
    (
        "bridge-bits",
        ("the bridge's UART is not 8N1", "l'UART du pont n'est pas en 8N1"),
        (
            "the chip removes the parity bit, and telewatt can neither check nor repair with it",
            "la puce retire le bit de parité, et telewatt ne peut ni contrôler ni réparer avec",
        ),
        ("write data_bits: 8 and parity: NONE", "écrivez data_bits: 8 et parity: NONE"),
    ),
    (
        "bridge-api",
        ("serial_proxy: without api:", "serial_proxy: sans api:"),
        ("its bytes go through the API", "ses octets passent par l'API"),
        ("add api: with encryption:", "ajoutez api: avec encryption:"),
    ),
    (
        "bridge-option",
        ("this serial_proxy has no {option}:", "ce serial_proxy n'a pas de {option}:"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("add {option}:", "ajoutez {option}:"),
    ),
)
