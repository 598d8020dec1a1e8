-- Attachments that items name, so that nobody takes their files for forgotten ones.
CREATE TABLE attachments (
    kiosk text COLLATE "C" NOT NULL, -- hall and number, 8 digits
    id    uuid NOT NULL,
    PRIMARY KEY (kiosk, id)
);
