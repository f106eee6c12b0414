-- Times are milliseconds since 1970, UTC.

-- Every meter ever seen. Modes as text, separated by spaces.
CREATE TABLE meter (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    source   TEXT NOT NULL,
    modes    TEXT NOT NULL,
    first_ms INTEGER,
    last_ms  INTEGER
) STRICT;

-- Summaries of one stretch of time, compressed (rollup/chunk.py). Stage 0 is what queries see, 1
-- is being built. Origin 0 is the journal, else an import. Levels: 0 minutes of an hour, 1 quarters
-- of a day, 2 hours of a month, 3 days of a year.
CREATE TABLE chunk (
    stage    INTEGER NOT NULL,
    origin   INTEGER NOT NULL,
    meter    INTEGER NOT NULL REFERENCES meter,
    level    INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    payload  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunk_place ON chunk (stage, origin, meter, level, start_ms);

-- Life events of meters.
CREATE TABLE event (
    id        INTEGER PRIMARY KEY,
    stage     INTEGER NOT NULL,
    origin    INTEGER NOT NULL,
    meter     INTEGER NOT NULL REFERENCES meter,
    at_ms     INTEGER NOT NULL,
    since_ms  INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    before    TEXT NOT NULL,
    after     TEXT NOT NULL,
    text_en   TEXT NOT NULL,
    text_fr   TEXT NOT NULL
) STRICT;
CREATE INDEX event_time ON event (stage, meter, at_ms);

-- Which meters make a site, from when on. A join that was undone keeps its row.
CREATE TABLE joined (
    id           INTEGER PRIMARY KEY,
    site         TEXT NOT NULL,
    meter        INTEGER NOT NULL REFERENCES meter,
    at_ms        INTEGER NOT NULL,
    done_ms      INTEGER NOT NULL,
    done_by      TEXT NOT NULL,
    undone_ms    INTEGER,
    undone_by    TEXT
) STRICT;

-- Files brought in, with their content in compressed pieces. Until it is whole, done_ms is null.
CREATE TABLE import (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    name    TEXT NOT NULL,
    meter   INTEGER NOT NULL REFERENCES meter,
    params  TEXT NOT NULL,
    size    INTEGER NOT NULL,
    done_ms INTEGER
) STRICT;
CREATE TABLE import_piece (
    import  INTEGER NOT NULL REFERENCES import,
    number  INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (import, number)
) STRICT;

-- How far in the journal a stage has come, and with which state of its writer (JSON, compressed).
-- The stage being built keeps what the live one had before cut_ms, and its events until cut_event;
-- meters: the only ones it replaces, as JSON.
CREATE TABLE progress (
    stage      INTEGER PRIMARY KEY,
    place      INTEGER NOT NULL,
    state      BLOB NOT NULL,
    generation INTEGER NOT NULL,
    cut_ms     INTEGER NOT NULL,
    cut_event  INTEGER NOT NULL,
    meters     TEXT
) STRICT;

-- Once a day: place and state of a moment when everything before cut_ms was written and nothing
-- after; event is the last one written then.
CREATE TABLE snapshot (
    stage  INTEGER NOT NULL,
    cut_ms INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    state  BLOB NOT NULL,
    event  INTEGER NOT NULL,
    PRIMARY KEY (stage, cut_ms)
) STRICT;
