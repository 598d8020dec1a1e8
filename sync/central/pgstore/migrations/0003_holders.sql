-- Whose a case is, as a keyed hash that only central's keys can make; null when its submission does not tell. indexed is
-- false for cases of before, until somebody has looked.
ALTER TABLE cases
    ADD COLUMN holder text COLLATE "C",
    ADD COLUMN indexed boolean NOT NULL DEFAULT false;
CREATE INDEX cases_holder ON cases (holder, position) WHERE holder IS NOT NULL;
CREATE INDEX cases_unindexed ON cases (position) WHERE NOT indexed;
