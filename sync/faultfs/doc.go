// Package faultfs is a file system for tests that can lose power, and fail for a while: it passes everything through to a
// folder, and notes what was made durable.
//
// It guarantees that what Cut leaves is something that a real disk could have left:
//   - Of data, all that was synced, and of each sector of 512 bytes written since the last sync of its file either the old
//     content or the new.
//   - Of names (making, renaming, removing), all that came before the last sync of anything, as ext4 commits them, and any
//     number of those after it, in their order.
//
// It needs Linux, /dev/fuse and the right to mount.
package faultfs
