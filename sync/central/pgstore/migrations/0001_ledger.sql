-- The numbers given out last, in one row. Whoever writes anything that is numbered holds this row until the commit, so
-- that numbers become visible in their order and without gaps: a reader never skips one that is committed later.
CREATE TABLE head (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    ledger bigint NOT NULL DEFAULT 0,
    feed   bigint NOT NULL DEFAULT 0,
    cases  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO head DEFAULT VALUES;

-- Which ledger this is, and on which server it was seen last.
CREATE TABLE identity (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch    text NOT NULL,
    server   text NOT NULL, -- system identifier of the cluster
    timeline text NOT NULL,
    keys     text           -- fingerprint of the keys that the ledger belongs to
);

-- The ledger. Rows are written once. Sequences are kept as the 64 bits that they are, so that those above 2^63 are
-- negative; nothing is ordered by them but the run from 1 up.
CREATE TABLE ledger (
    position   bigint PRIMARY KEY,
    at         timestamptz NOT NULL,
    source     text COLLATE "C" NOT NULL,
    sequence   bigint NOT NULL,
    id         uuid NOT NULL,
    digest     bytea NOT NULL,
    kiosk      text COLLATE "C" NOT NULL, -- hall and number, 8 digits
    case_id    uuid,
    case_seq   integer,
    device     integer NOT NULL,
    effect     text NOT NULL,
    meaning    json,             -- facts and print, as central understood them when the item came
    applied    boolean NOT NULL, -- took effect when it came; see released
    attributes json NOT NULL,    -- the item without its data
    data       bytea NOT NULL,
    CONSTRAINT ledger_sequence UNIQUE (source, sequence),
    CONSTRAINT ledger_id UNIQUE (source, id)
) WITH (toast_tuple_target = 8160);
ALTER TABLE ledger ALTER COLUMN data SET STORAGE EXTERNAL; -- sealed bytes do not compress
CREATE UNIQUE INDEX ledger_place ON ledger (kiosk, case_id, case_seq) WHERE case_id IS NOT NULL;
CREATE INDEX ledger_unknown ON ledger (position) WHERE effect = 'unknown';

-- What a row means, where central learned it after the row had come.
CREATE TABLE readings (
    position bigint PRIMARY KEY REFERENCES ledger,
    effect   text NOT NULL,
    meaning  json
);

-- Rows that took effect after their sender had been told that they are held.
CREATE TABLE released (
    position bigint PRIMARY KEY REFERENCES ledger,
    kiosk    text COLLATE "C" NOT NULL,
    feed_pos bigint NOT NULL
);
CREATE UNIQUE INDEX released_feed ON released (kiosk, feed_pos);

-- Items that were kept aside.
CREATE TABLE conflicts (
    digest     bytea PRIMARY KEY,
    at         timestamptz NOT NULL,
    why        text NOT NULL,
    attributes json NOT NULL,
    data       bytea NOT NULL
);

CREATE FUNCTION onedoor_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON released FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON conflicts FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();

-- How far each source's items have come. through is the last of the run from 1 without a gap.
CREATE TABLE sources (
    source  text COLLATE "C" PRIMARY KEY,
    through bigint NOT NULL,
    highest bigint NOT NULL
);

CREATE TABLE cases (
    case_id      uuid PRIMARY KEY,
    kiosk        text COLLATE "C" NOT NULL,
    position     bigint NOT NULL UNIQUE, -- of the row that opened it
    feed_pos     bigint NOT NULL,
    receipt_no   text COLLATE "C" UNIQUE, -- null when another case had it first; so are the two below
    track_device integer,
    track_hash   bytea,
    body         json NOT NULL,
    UNIQUE (track_device, track_hash)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX cases_feed ON cases (kiosk, feed_pos);

CREATE TABLE devices (
    source text COLLATE "C" PRIMARY KEY,
    number integer NOT NULL UNIQUE,
    kiosk  text COLLATE "C" NOT NULL,
    body   json NOT NULL
);
CREATE INDEX devices_kiosk ON devices (kiosk);

CREATE TABLE codes (
    handle text COLLATE "C" PRIMARY KEY,
    body   json NOT NULL
);

CREATE TABLE sessions (
    id    text COLLATE "C" PRIMARY KEY,
    until timestamptz NOT NULL
);
