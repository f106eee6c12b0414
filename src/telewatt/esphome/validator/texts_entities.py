"""Words of the findings about sensors: (English, French) each."""

from telewatt.esphome.validator.texts_files import Pair

ENTITY_ROWS: tuple[tuple[str, Pair, Pair, Pair], ...] = (
    (
        "tag-missing",
        ("tag_name: is missing", "tag_name: manque"),
        ("nothing says which label it shows", "rien ne dit quelle étiquette il montre"),
        (
            "add tag_name: with a label of the meter",
            "ajoutez tag_name: avec une étiquette du compteur",
        ),
    ),
    (
        "tag-unknown",
        ("no meter sends {tag}", "aucun compteur n'émet {tag}"),
        (
            "ESPHome accepts it, and the sensor stays unknown for ever",
            "ESPHome l'accepte, et le capteur reste inconnu pour toujours",
        ),
        ("write {better}", "écrivez {better}"),
    ),
    (
        "tag-mode",
        ("{tag} is a label of the {mode}", "{tag} est une étiquette du {mode}"),
        (
            "this meter is read in the other mode, and never sends it",
            "ce compteur est lu dans l'autre mode, et ne l'émet jamais",
        ),
        (
            "{better}",
            "{better}",
        ),
    ),
    (
        "tag-phases",
        ("{tag} beside {other}", "{tag} à côté de {other}"),
        (
            "one is sent by single-phase meters, the other by three-phase meters",
            "l'une vient des compteurs monophasés, l'autre des triphasés",
        ),
        ("keep those of your meter", "gardez celles de votre compteur"),
    ),
    (
        "text-as-number",
        ("{tag} is a text", "{tag} est un texte"),
        (
            "a sensor shows 0, or a number that means nothing",
            "un sensor montre 0, ou un nombre qui ne veut rien dire",
        ),
        ("move it to text_sensor:", "déplacez-la sous text_sensor:"),
    ),
    (
        "index-float",
        ("the index {tag} is a sensor", "l'index {tag} est un sensor"),
        (
            "ESPHome keeps numbers in single precision: above 16 777 216 Wh some Wh are wrong, "
            "whatever the unit and the filters",
            "ESPHome garde les nombres en simple précision : au-delà de 16 777 216 Wh il est "
            "faux de quelques Wh, quels que soient l'unité et les filtres",
        ),
        (
            "read it as text_sensor: and make the number in Home Assistant; `telewatt esphome "
            "generate` writes both",
            "lisez-le comme text_sensor: et faites le nombre dans Home Assistant ; `telewatt "
            "esphome generate` écrit les deux",
        ),
    ),
    (
        "unit-wrong",
        ("{tag} in {unit}", "{tag} en {unit}"),
        ("the meter sends it in {right}", "le compteur l'émet en {right}"),
        ("write unit_of_measurement: {right}{how}", "écrivez unit_of_measurement: {right}{how}"),
    ),
    (
        "class-wrong",
        ("{tag} with device_class: {given}", "{tag} avec device_class: {given}"),
        (
            "that class is not for {unit}: Home Assistant complains, or shows it as what it is not",
            "cette classe n'est pas pour des {unit} : Home Assistant se plaint, ou le montre comme "
            "ce qu'il n'est pas",
        ),
        ("write device_class: {right}", "écrivez device_class: {right}"),
    ),
    (
        "state-wrong",
        ("{tag} with state_class: {given}", "{tag} avec state_class: {given}"),
        (
            "it rises and falls: Home Assistant would add it up as if it were an index",
            "elle monte et descend : Home Assistant l'additionnerait comme un index",
        ),
        ("write state_class: measurement", "écrivez state_class: measurement"),
    ),
    (
        "reader-unknown",
        ("there is no teleinfo {reader}", "il n'y a pas de teleinfo {reader}"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        ("write one of: {known}", "écrivez parmi : {known}"),
    ),
    (
        "reader-ambiguous",
        (
            "teleinfo_id: is missing, and there are {count} meters",
            "teleinfo_id: manque, et il y a {count} compteurs",
        ),
        (
            "ESPHome refuses it: it cannot choose",
            "ESPHome le refuse : il ne peut pas choisir",
        ),
        ("write teleinfo_id: with one of: {known}", "écrivez teleinfo_id: parmi : {known}"),
    ),
    (
        "hub-missing",
        ("there is no teleinfo: section", "il n'y a pas de section teleinfo:"),
        (
            "since ESPHome 2021.3 the reader is a section, and sensors refer to it",
            "depuis ESPHome 2021.3 le lecteur est une section, à laquelle les capteurs se réfèrent",
        ),
        (
            "add teleinfo: with id, uart_id, historical_mode and update_interval",
            "ajoutez teleinfo: avec id, uart_id, historical_mode et update_interval",
        ),
    ),
    (
        "tags-old",
        ("tags: is gone", "tags: n'existe plus"),
        (
            "since ESPHome 2021.3 every label is a sensor of its own",
            "depuis ESPHome 2021.3 chaque étiquette est un capteur à part",
        ),
        (
            "write one `- platform: teleinfo` with tag_name: and name: a label",
            "écrivez un `- platform: teleinfo` avec tag_name: et name: par étiquette",
        ),
    ),
    (
        "text-option",
        ("a text_sensor has no {option}:", "un text_sensor n'a pas de {option}:"),
        ("ESPHome refuses it", "ESPHome le refuse"),
        (
            "remove it: a unit belongs to the template sensor in Home Assistant",
            "retirez-la : une unité va au capteur template de Home Assistant",
        ),
    ),
)
