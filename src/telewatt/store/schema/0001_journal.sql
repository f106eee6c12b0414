-- One row a commit. The payload is compressed and self-checked (store/batch.py).
CREATE TABLE batch (
    first_seq INTEGER PRIMARY KEY,
    entries   INTEGER NOT NULL,
    payload   BLOB NOT NULL
) STRICT;

-- Every number in a few pages: the audit at start never reads the payloads.
CREATE UNIQUE INDEX batch_span ON batch (first_seq, entries);

-- The last entry each reader has dealt with.
CREATE TABLE reader (
    name TEXT PRIMARY KEY,
    seq  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers without an entry, and why. Times are microseconds since 1970, UTC.
CREATE TABLE gap (
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    since_us  INTEGER,
    until_us  INTEGER,
    PRIMARY KEY (first_seq, last_seq, reason)
) STRICT, WITHOUT ROWID;

-- One row: 1 after a proper close, 0 while a service writes.
CREATE TABLE closing (clean INTEGER NOT NULL) STRICT;
INSERT INTO closing VALUES (1);
