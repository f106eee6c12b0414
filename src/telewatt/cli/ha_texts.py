"""What ``telewatt ha`` says, in both languages."""

from telewatt.language import Text

GROUP = Text(
    "Home Assistant: write the past into its statistics, set its Energy dashboard.",
    "Home Assistant : écrit le passé dans ses statistiques, règle son tableau de bord Énergie.",
)
BACKFILL = Text(
    "Write the hours of energy that Home Assistant misses into its statistics.",
    "Écrit dans les statistiques de Home Assistant les heures d'énergie qui lui manquent.",
)
DRY_RUN = Text(
    "Say what would be written, and write nothing.", "Dit ce qui serait écrit, sans écrire."
)
ENERGY = Text(
    "Show which energies belong into the Energy dashboard; set them with --set.",
    "Montre quelles énergies ont leur place dans le tableau de bord Énergie ; --set les y met.",
)
SET = Text(
    "Add those that are missing; all else stays.",
    "Ajoute celles qui manquent ; rien d'autre ne change.",
)
TEXTS = (GROUP, BACKFILL, DRY_RUN, ENERGY, SET)

NO_SECTION = Text(
    'no section [homeassistant] → add it with url = "http://homeassistant.local:8123" and '
    "token_file",
    'pas de section [homeassistant] → ajoutez-la avec url = "http://homeassistant.local:8123" et '
    "token_file",
)
NOTHING_THERE = Text(
    "Home Assistant knows none of the meters → add the integration MQTT there and a section [mqtt] "
    'here, or write statistics = "external" into [homeassistant]',
    "Home Assistant ne connaît aucun des compteurs → ajoutez-y l'intégration MQTT et ici une "
    'section [mqtt], ou écrivez statistics = "external" dans [homeassistant]',
)
COMPLETE = Text("{id}: complete", "{id} : complet")
UNRECORDED = Text(
    "{id}: Home Assistant has not recorded anything yet → again in five minutes",
    "{id} : Home Assistant n'a encore rien enregistré → réessayez dans cinq minutes",
)
WOULD = Text(
    "{id}: hours that would be written: {new}, corrected: {corrected}, {first} to {last}",
    "{id} : heures qui seraient écrites : {new}, corrigées : {corrected}, de {first} à {last}",
)
DONE = Text(
    "{id}: hours written: {new}, corrected: {corrected}, {first} to {last}",
    "{id} : heures écrites : {new}, corrigées : {corrected}, de {first} à {last}",
)
NO_ENERGY = Text(
    "no meter with energy is known yet → start `telewatt run`",
    "aucun compteur avec de l'énergie n'est encore connu → lancez `telewatt run`",
)
EXPECTED = Text(
    "as Home Assistant will call them; with a section [homeassistant] its own names are asked:",
    "tels que Home Assistant les nommera ; une section [homeassistant] lui demande ses noms :",
)
DRAWN = Text("drawn from the grid", "soutiré du réseau")
INJECTED = Text("injected into the grid", "injecté dans le réseau")
FLOW = Text("{id}  {title}{mark}", "{id}  {title}{mark}")
MISSING = Text(
    "  (not in the dashboard yet: --set)", "  (pas encore dans le tableau de bord : --set)"
)
ADDED = Text("added to the dashboard: {count}", "ajoutées au tableau de bord : {count}")
ALL_THERE = Text("all of them are in the dashboard", "toutes sont dans le tableau de bord")
