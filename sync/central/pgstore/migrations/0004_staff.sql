-- The staff of each hall, as central last said. The feed of every kiosk of the hall has it at feed_pos.
CREATE TABLE rosters (
    hall     text COLLATE "C" PRIMARY KEY, -- 5 digits
    version  bigint NOT NULL,
    feed_pos bigint NOT NULL,
    body     json NOT NULL
);

-- Checkpoints of kiosks' audit logs: evidence that is never changed.
CREATE TABLE checkpoints (
    source   text COLLATE "C" NOT NULL,
    count    bigint NOT NULL,
    sequence bigint NOT NULL, -- of the item that brought it
    body     json NOT NULL,
    PRIMARY KEY (source, count, sequence)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();
