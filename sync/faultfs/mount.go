package faultfs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// FS is a mounted file system.
type FS struct {
	disk    *disk
	server  *fuse.Server
	frozen  atomic.Bool
	failing atomic.Bool
}

// Mount shows the folder below, which must be empty, at the folder at.
func Mount(below, at string) (*FS, error) {
	f := &FS{disk: newDisk(below)}
	root := &fs.LoopbackRoot{Path: below}
	root.RootNode = &node{LoopbackNode: fs.LoopbackNode{RootData: root}, fs: f}
	second := time.Second
	var err error
	f.server, err = fs.Mount(at, root.RootNode, &fs.Options{
		EntryTimeout: &second, AttrTimeout: &second, NullPermissions: true,
		MountOptions: fuse.MountOptions{DirectMount: true, FsName: "faultfs", Name: "faultfs"},
	})
	if err != nil {
		return nil, fmt.Errorf("mount: %w", err)
	}
	return f, nil
}

// Cut writes into the folder to, which must not exist, what is left when power goes now. Nothing that comes later reaches
// the disk; whoever still has files open is best killed.
func (f *FS) Cut(to string, seed uint64) error {
	f.frozen.Store(true)
	return f.disk.cut(to, rand.New(rand.NewPCG(seed, seed)))
}

// Fail lets every write, sync and new name end with EIO from now on, as a disk that dies does, or no more. Nothing that was there is
// lost by it.
func (f *FS) Fail(on bool) { f.failing.Store(on) }

// refuses reports whether nothing can be written.
func (f *FS) refuses() bool { return f.frozen.Load() || f.failing.Load() }

// Unmount ends it. Files must not be open.
func (f *FS) Unmount() error {
	if err := f.server.Unmount(); err != nil {
		return fmt.Errorf("unmount: %w", err)
	}
	f.server.Wait()
	return nil
}

// node is a file or a folder.
type node struct {
	fs.LoopbackNode
	fs *FS
}

var (
	_ fs.NodeCreater     = (*node)(nil)
	_ fs.NodeOpener      = (*node)(nil)
	_ fs.NodeMkdirer     = (*node)(nil)
	_ fs.NodeUnlinker    = (*node)(nil)
	_ fs.NodeRmdirer     = (*node)(nil)
	_ fs.NodeRenamer     = (*node)(nil)
	_ fs.NodeSetattrer   = (*node)(nil)
	_ fs.NodeFsyncer     = (*node)(nil)
	_ fs.NodeWrapChilder = (*node)(nil)
)

// WrapChild makes what is in a folder nodes of this kind.
func (n *node) WrapChild(context.Context, fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{LoopbackNode: fs.LoopbackNode{RootData: n.RootData}, fs: n.fs}
}

// rel is the path below the root.
func (n *node) rel(name string) string { return filepath.Join(n.Path(n.Root()), name) }

func (n *node) real(name string) string { return filepath.Join(n.RootData.Path, n.rel(name)) }

// Create makes and opens a file.
func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if n.fs.failing.Load() {
		return nil, nil, 0, syscall.EIO
	}
	_, serr := os.Lstat(n.real(name))
	inode, fh, fuseFlags, errno := n.LoopbackNode.Create(ctx, name, flags&^syscall.O_APPEND, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	if os.IsNotExist(serr) {
		n.fs.disk.made(n.rel(name), false)
	} else {
		n.fs.disk.sized(n.rel(name))
	}
	child, _ := inode.Operations().(*node)
	return inode, &handle{below: fh, node: child}, fuseFlags, 0
}

// Open opens a file.
func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	fh, fuseFlags, errno := n.LoopbackNode.Open(ctx, flags&^syscall.O_APPEND)
	if errno != 0 {
		return nil, 0, errno
	}
	if flags&syscall.O_TRUNC != 0 {
		n.fs.disk.sized(n.rel(""))
	}
	return &handle{below: fh, node: n}, fuseFlags, 0
}

// Mkdir makes a folder.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	inode, errno := n.LoopbackNode.Mkdir(ctx, name, mode, out)
	if errno == 0 {
		n.fs.disk.made(n.rel(name), true)
	}
	return inode, errno
}

// Unlink removes a file.
func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	errno := n.LoopbackNode.Unlink(ctx, name)
	if errno == 0 {
		n.fs.disk.removed(n.rel(name))
	}
	return errno
}

// Rmdir removes a folder.
func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno {
	errno := n.LoopbackNode.Rmdir(ctx, name)
	if errno == 0 {
		n.fs.disk.removed(n.rel(name))
	}
	return errno
}

// Rename renames a file or a folder.
func (n *node) Rename(ctx context.Context, name string, newParent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if n.fs.failing.Load() {
		return syscall.EIO
	}
	from := n.rel(name)
	errno := n.LoopbackNode.Rename(ctx, name, newParent, newName, flags)
	if parent, ok := newParent.(*node); ok && errno == 0 {
		n.fs.disk.renamed(from, parent.rel(newName))
	}
	return errno
}

// Setattr may change a file's size.
func (n *node) Setattr(ctx context.Context, fh fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if h, ok := fh.(*handle); ok {
		fh = h.below
	}
	errno := n.LoopbackNode.Setattr(ctx, fh, in, out)
	if _, ok := in.GetSize(); ok && errno == 0 {
		n.fs.disk.sized(n.rel(""))
	}
	return errno
}

// Fsync makes a file, or a folder's names, durable.
func (n *node) Fsync(ctx context.Context, fh fs.FileHandle, flags uint32) syscall.Errno {
	if h, ok := fh.(*handle); ok {
		return h.Fsync(ctx, flags)
	}
	if n.fs.refuses() {
		return syscall.EIO
	}
	return fs.ToErrno(n.fs.disk.synced(n.rel("")))
}

// handle is an open file.
type handle struct {
	below fs.FileHandle
	node  *node
}

var (
	_ fs.FileReader    = (*handle)(nil)
	_ fs.FileWriter    = (*handle)(nil)
	_ fs.FileFsyncer   = (*handle)(nil)
	_ fs.FileReleaser  = (*handle)(nil)
	_ fs.FileFlusher   = (*handle)(nil)
	_ fs.FileGetattrer = (*handle)(nil)
	_ fs.FileAllocater = (*handle)(nil)
)

// Read reads.
func (h *handle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	return h.below.(fs.FileReader).Read(ctx, dest, off)
}

// Write writes; after the cut, and while the disk fails, nothing.
func (h *handle) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	if h.node.fs.refuses() {
		return 0, syscall.EIO
	}
	n, errno := h.below.(fs.FileWriter).Write(ctx, data, off)
	if errno == 0 {
		h.node.fs.disk.wrote(h.node.rel(""), off, int(n))
	}
	return n, errno
}

// Fsync makes the file durable.
func (h *handle) Fsync(_ context.Context, _ uint32) syscall.Errno {
	if h.node.fs.refuses() {
		return syscall.EIO
	}
	return fs.ToErrno(h.node.fs.disk.synced(h.node.rel("")))
}

// Allocate reserves room; what it reserves reads as zeros.
func (h *handle) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	errno := h.below.(fs.FileAllocater).Allocate(ctx, off, size, mode)
	if errno == 0 {
		h.node.fs.disk.sized(h.node.rel(""))
	}
	return errno
}

// Flush is called at each close.
func (h *handle) Flush(ctx context.Context) syscall.Errno { return h.below.(fs.FileFlusher).Flush(ctx) }

// Release ends the handle.
func (h *handle) Release(ctx context.Context) syscall.Errno {
	return h.below.(fs.FileReleaser).Release(ctx)
}

// Getattr tells size and times.
func (h *handle) Getattr(ctx context.Context, out *fuse.AttrOut) syscall.Errno {
	return h.below.(fs.FileGetattrer).Getattr(ctx, out)
}
