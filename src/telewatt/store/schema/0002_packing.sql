-- Closed hours are packed: one row holds the entries of many commits (store/packing.py).
-- packed: 0 as committed, 1 as it stays, NULL not looked at (version 1, or salvaged).
-- since_us, until_us: earliest and latest arrival in a packed row, microseconds since 1970, UTC.
-- digest: BLAKE2b, 16 bytes, of the raw bytes of all frames as they were committed.
ALTER TABLE batch ADD COLUMN packed INTEGER;
ALTER TABLE batch ADD COLUMN since_us INTEGER;
ALTER TABLE batch ADD COLUMN until_us INTEGER;
ALTER TABLE batch ADD COLUMN digest BLOB;

-- Commits are not in the index, so that they write no page of it; they are the few newest rows.
DROP INDEX batch_span;
CREATE UNIQUE INDEX batch_span ON batch (first_seq, entries, since_us, until_us, packed)
    WHERE packed IS NOT 0;
