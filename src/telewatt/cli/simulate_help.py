"""The help of ``telewatt simulate`` in both languages; `TEXTS` is all of it."""

from inspect import cleandoc

from telewatt.language import Text

COMMAND = Text(
    cleandoc("""Simulate meters: their TIC bytes, in real wire timing or faster.

    \b
    A Linky in standard mode, as if it were a serial port:
        telewatt simulate --meter "contract=tempo&kva=12" --to pty:/tmp/linky
    Two meters at the same time, one of them in historic mode on TCP:
        telewatt simulate --meter "" --to pty:/tmp/house
                          --meter "mode=historic" --to tcp:127.0.0.1:4000
    A day of three phases and solar panels in a file, with line noise:
        telewatt simulate --meter "phases=3&producer=yes&pv=3000"
                          --to file:day.tic --duration 1d --noise flip:0.0001
    An hour of a meter, decoded:
        telewatt simulate --duration 1h | telewatt decode -

    Ctrl-C ends it. What nobody reads is lost, as on a real line.
    """),
    cleandoc("""Simule des compteurs : leur TIC, au rythme réel de la ligne ou plus vite.

    \b
    Un Linky en mode standard, comme s'il était un port série :
        telewatt simulate --meter "contract=tempo&kva=12" --to pty:/tmp/linky
    Deux compteurs à la fois, dont un en mode historique sur TCP :
        telewatt simulate --meter "" --to pty:/tmp/maison
                          --meter "mode=historic" --to tcp:127.0.0.1:4000
    Une journée en triphasé avec panneaux solaires dans un fichier, avec des parasites :
        telewatt simulate --meter "phases=3&producer=yes&pv=3000"
                          --to file:jour.tic --duration 1d --noise flip:0.0001
    Une heure d'un compteur, décodée :
        telewatt simulate --duration 1h | telewatt decode -

    Ctrl-C l'arrête. Ce que personne ne lit est perdu, comme sur une vraie ligne.
    """),
)
SCENARIO = Text(
    "A TOML file with a section meters.NAME for each meter: to = its output, and its settings; "
    "settings before the first section hold for all. In the place of --meter and --to.",
    "Un fichier TOML avec une section meters.NOM par compteur : to = sa sortie, et ses réglages ; "
    "ceux d'avant la première section valent pour tous. À la place de --meter et --to.",
)
METER = Text(
    "One meter, key=value&key=value: mode=historic|standard, "
    "contract=base|hc|ejp|tempo|weekend|sale|free, phases=1|3, kva=, pcoup=, producer=yes|no, "
    "meter=linky|cbe|cbe_icc, address=, prm=, index=WH,..., offpeak=2200-0600, calendar=, curve=, "
    "every=, step=; the house in watts: base=, life=, heater=, heatpump=, ev=, pv=; "
    "and what the options below say for all: seed=, start=, speed=, parity=, noise=, events=. "
    "May be repeated.",
    "Un compteur, clé=valeur&clé=valeur : mode=historic|standard, "
    "contract=base|hc|ejp|tempo|weekend|sale|free, phases=1|3, kva=, pcoup=, producer=yes|no, "
    "meter=linky|cbe|cbe_icc, address=, prm=, index=WH,..., offpeak=2200-0600, calendar=, curve=, "
    "every=, step= ; la maison en watts : base=, life=, heater=, heatpump=, ev=, pv= ; "
    "et ce que les options suivantes disent pour tous : seed=, start=, speed=, parity=, noise=, "
    "events=. Peut être répété.",
)
TO = Text(
    "The output of the meter at the same place: pty:PATH (a link to a pseudo-terminal), "
    "tcp:127.0.0.1:PORT (a server), file:PATH, or - (standard output, the default).",
    "La sortie du compteur au même rang : pty:CHEMIN (un lien vers un pseudo-terminal), "
    "tcp:127.0.0.1:PORT (un serveur), file:CHEMIN, ou - (sortie standard, par défaut).",
)
SPEED = Text(
    "Simulated seconds per second; 0 is as fast as the reader takes it, without loss. "
    "Usual: 1 on a line or a terminal, 0 into a file or a pipe.",
    "Secondes simulées par seconde ; 0 : aussi vite que le lecteur suit, sans perte. "
    "D'habitude : 1 sur une ligne ou un terminal, 0 vers un fichier ou un tube.",
)
PARITY = Text(
    "With the parity in bit 7, as a port read 8N1 gives it; without it, as one read 7E1 does.",
    "Avec la parité au bit 7, comme un port lu en 8N1 ; sans elle, comme un port lu en 7E1.",
)
DURATION = Text(
    "How long, in simulated time: 90s, 10m, 2h, 1d. Without it, until Ctrl-C.",
    "Durée en temps simulé : 90s, 10m, 2h, 1d. Sans elle, jusqu'à Ctrl-C.",
)
SEED = Text(
    "Another seed is another house, address and life; each next meter takes the next seed.",
    "Une autre graine est une autre maison, adresse et vie ; chaque compteur suivant prend la "
    "graine suivante.",
)
START = Text(
    "Date and time at the start, such as 2025-01-15T18:00 (French civil time). Without it, now.",
    "Date et heure du début, par exemple 2025-01-15T18:00 (heure légale). Sans elles, maintenant.",
)
SCRIPT = Text(
    "A file of events, one a line, e.g. '+10m outage for=90s': mode, contract, power, replace, "
    "outage, clock, overcurrent, voltage, cutoff, peak, message, ultrashort, idle.",
    "Un fichier d'événements, un par ligne, p. ex. '+10m outage for=90s' : mode, contract, power, "
    "replace, outage, clock, overcurrent, voltage, cutoff, peak, message, ultrashort, idle.",
)
NOISE = Text(
    "Line noise, NAME:RATE,...: flip, fade, bit6, burst, drop, framing, lose, repeat, newline, "
    "nosum, pair, absurd, malformed, cut, nul, eighth, speed, interference.",
    "Parasites, NOM:TAUX,... : flip, fade, bit6, burst, drop, framing, lose, repeat, newline, "
    "nosum, pair, absurd, malformed, cut, nul, eighth, speed, interference.",
)
STRICT_SPEED = Text(
    "A reader of a pty that set the wrong speed hears garbage, as on a real line.",
    "Un lecteur d'un pty réglé à la mauvaise vitesse reçoit du bruit, comme sur une vraie ligne.",
)
ANYWHERE = Text(
    "Allow TCP addresses that other machines reach: anybody there can read the meter.",
    "Permet des adresses TCP joignables par d'autres machines : chacun pourra y lire le compteur.",
)
TEXTS = (
    *(COMMAND, SCENARIO, METER, TO, SPEED, PARITY, DURATION, SEED, START, SCRIPT, NOISE),
    *(STRICT_SPEED, ANYWHERE),
)
