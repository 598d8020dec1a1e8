// Package audit is a kiosk's log of who did what: staff, the machine itself, and citizens without their names.
//
// It guarantees that an entry is of a closed list and holds no personal data: there is no field for a name, a citizen's
// number or free text. Entries are chained: each holds the digest of the line before it, and signed checkpoints of the chain
// travel to central with the items. So an entry that was altered, removed, put in or put elsewhere is found by Verify: at
// once when its successor or a checkpoint contradicts it. What alone can go unseen is that the last entries, since the last
// checkpoint that central has (at most CheckpointEvery entries, one day, or the time offline), were taken away or made anew by
// somebody who also has the device's key.
//
// Record returns when its entry is on the disk. Note does not wait: a power cut takes what was noted while the disk was
// syncing the entries before it, and never an entry from between others. A torn end is cut off at the next opening, kept
// aside, and the log says so. Entries are kept for Config.Keep and then dropped by whole files; the checkpoint at the end of
// what was dropped stays as the anchor of the rest. A log has one writer.
package audit
