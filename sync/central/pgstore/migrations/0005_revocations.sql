-- A version from before this step does not look whether a device was revoked and would let it in. It refuses a database that is
-- ahead of it, so this step keeps it out.
COMMENT ON COLUMN devices.body IS 'with revoked_at once the device is turned away';
