package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onedoor/app/config"
	"onedoor/app/health/observe"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// config reads the file as the kiosk does, and what it points at.
func (p *patient) config() []Finding {
	file, err := p.load()
	p.file, p.read = file, file.Data != "" // the rest may be looked at beside a field with a fault
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{wrong(CheckConfig, ConfigMissing, "file", p.File)}
	case errors.Is(err, fs.ErrPermission):
		return []Finding{wrong(CheckConfig, ConfigUnreadable, "file", p.File)}
	case err != nil:
		var all []Finding
		for _, f := range config.Faults(err) {
			line, field := "—", f.Field
			if f.Line > 0 {
				line = strconv.Itoa(f.Line)
			}
			if field == "" {
				field = "—"
			}
			all = append(all, wrong(CheckConfig, ConfigFault, "file", p.File, "line", line, "field", field, "what", f.What))
		}
		if len(all) == 0 {
			all = append(all, wrong(CheckConfig, ConfigUnreadable, "file", p.File).because(err))
		}
		return all
	}
	found := p.authority()
	p.serves = p.account()
	for path, code := range map[string]Code{p.File: ConfigUnreadable, file.Central.CA: ConfigCA} {
		if info, err := os.Stat(path); path != "" && err == nil && !p.serves.may(info, 4) && !listed(path) {
			found = append(found, wrong(CheckConfig, code, "file", path).because(fmt.Errorf("%s may not read it", p.serves.name)))
		}
	}
	if found == nil {
		found = []Finding{fine(CheckConfig, "file", p.File)}
	}
	return found
}

func (p *patient) load() (config.Config, error) {
	if p.Parsed != nil {
		return *p.Parsed, nil
	}
	return config.Load(p.File)
}

// authority looks at the file of central.ca.
func (p *patient) authority() []Finding {
	ca := p.file.Central.CA
	if _, err := config.Trust(ca); err != nil {
		return []Finding{wrong(CheckConfig, ConfigCA, "file", ca).because(err)}
	}
	if ca == "" {
		return nil
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return []Finding{wrong(CheckConfig, ConfigCA, "file", ca).because(err)}
	}
	var last time.Time
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && c.NotAfter.After(last) {
			last = c.NotAfter
		}
	}
	code, now := Code(""), p.Machine.Now()
	switch {
	case last.IsZero():
		return nil
	case now.After(last):
		code = CAExpired
	case last.Sub(now) < expiresSoon:
		code = CAExpires
	default:
		return nil
	}
	return []Finding{wrong(CheckConfig, code, "file", ca, "day", last.Local().Format(time.DateOnly))}
}

// expiresSoon is how long before its end a certificate is told of: getting a new one takes an office some weeks.
const expiresSoon = 30 * 24 * time.Hour

// kiosk looks whether it runs.
func (p *patient) kiosk() Finding {
	if !p.read {
		return wrong(CheckKiosk, SkipNoConfig)
	}
	pid, err := outbox.Holder(filepath.Join(p.file.Data, "outbox"))
	if err != nil {
		return fine(CheckKiosk, "state", "unknown").because(err)
	}
	if p.holder = pid; pid == 0 {
		return fine(CheckKiosk, "state", "stopped")
	}
	return fine(CheckKiosk, "state", "runs", "program", p.program(pid), "pid", strconv.Itoa(pid))
}

// program is the name of a process.
func (p *patient) program(pid int) string {
	name, err := os.ReadFile(p.Machine.at("proc", strconv.Itoa(pid), "comm"))
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(name))
}

// data looks at the directory's owner and permissions.
func (p *patient) data(context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckData, SkipNoConfig)}
	}
	dir := p.file.Data
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return []Finding{wrong(CheckData, DataMissing, "dir", dir).because(err)}
	}
	owner := ownerOf(info)
	var found []Finding
	// Whoever is not the owner, and not root, can not tell what the owner may do.
	if id := os.Geteuid(); id == 0 || strconv.Itoa(id) == owner.id {
		if err := p.Machine.Allowed(dir, unix.R_OK|unix.W_OK|unix.X_OK); err != nil && !errors.Is(err, unix.EROFS) {
			found = append(found, wrong(CheckData, DataNotWritable, "dir", dir, "owner", owner.name).because(err))
		}
	}
	if info.Mode().Perm()&0o200 == 0 {
		found = append(found, wrong(CheckData, DataNotWritable, "dir", dir, "owner", owner.name))
	}
	if info.Mode().Perm()&0o007 != 0 {
		found = append(found, wrong(CheckData, DataExposed, "dir", dir, "mode", fmt.Sprintf("%04o", info.Mode().Perm())))
	}
	if name, other, ok := stranger(dir, owner); ok {
		found = append(found, wrong(CheckData, DataOwners, "dir", dir, "owner", owner.name, "file", name, "other", other.name))
	}
	if found == nil {
		found = []Finding{fine(CheckData, "dir", dir, "owner", owner.name)}
	}
	return found
}

// owner is a user by number and, where it has one, by name.
type owner struct{ id, name string }

func ownerOf(info fs.FileInfo) owner {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{"?", "?"}
	}
	id := strconv.Itoa(int(s.Uid))
	if u, err := user.LookupId(id); err == nil {
		return owner{id, u.Username}
	}
	return owner{id, id}
}

// account is whom the kiosk runs as, by the owner of its data. Root, who may do everything, is told what that one may not. nil
// when the doctor is that one, or can not tell.
func (p *patient) account() *account {
	info, err := os.Stat(p.file.Data)
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	o := ownerOf(info)
	u, err := user.LookupId(o.id)
	if err != nil || o.id == "0" {
		return nil
	}
	groups, err := u.GroupIds()
	if err != nil {
		return nil
	}
	return &account{o, groups}
}

// account is a user with groups.
type account struct {
	owner
	groups []string
}

// may reports whether the account has some of read (4), write (2) and search (1) by a file's mode. What can not be told
// is allowed.
func (a *account) may(info fs.FileInfo, want fs.FileMode) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	if a == nil || !ok {
		return true
	}
	mode := info.Mode().Perm()
	switch {
	case strconv.Itoa(int(s.Uid)) == a.id:
		mode >>= 6
	case slices.Contains(a.groups, strconv.Itoa(int(s.Gid))):
		mode >>= 3
	}
	return mode&want == want
}

// listed reports whether a file has an access list of its own.
func listed(path string) bool {
	n, err := unix.Getxattr(path, "system.posix_acl_access", nil)
	return err == nil && n > 0
}

// stranger finds a file that belongs to another than its directory, as after a start by root.
func stranger(dir string, mine owner) (name string, other owner, ok bool) {
	const most = 5000 // files; a kiosk has some dozens
	looked := 0
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if looked++; err != nil || looked > most {
			return fs.SkipAll
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // it has gone meanwhile
		}
		if o := ownerOf(info); o.id != mine.id {
			name, other, ok = path, o, true
			return fs.SkipAll
		}
		return nil
	})
	return name, other, ok
}

// Below these a disk is told of. The kiosk itself stops accepting at outbox.DefaultMinFree.
const (
	scarceBytes = observe.DefaultLow // as the kiosk has it
	scarceFiles = 1000
)

// disk looks at the file system of the data directory.
func (p *patient) disk(context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckDisk, SkipNoConfig)}
	}
	dir := p.file.Data
	s, err := p.Machine.Space(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []Finding{wrong(CheckDisk, SkipNoData)}
	}
	if err != nil {
		return []Finding{wrong(CheckDisk, DiskUnknown, "dir", dir).because(err)}
	}
	args := []string{"dir", dir, "free", strconv.FormatUint(s.Free>>20, 10), "size", strconv.FormatUint(s.Size>>20, 10), "files", strconv.FormatUint(s.Unused, 10)}
	var found []Finding
	if s.ReadOnly {
		found = append(found, wrong(CheckDisk, DiskReadOnly, args...))
	}
	if s.Volatile {
		found = append(found, wrong(CheckDisk, DiskVolatile, args...))
	}
	switch {
	case s.Free < outbox.DefaultMinFree:
		found = append(found, wrong(CheckDisk, OutboxNoSpace, args...))
	case s.Free < scarceBytes:
		found = append(found, wrong(CheckDisk, DiskLow, args...))
	}
	if s.Files > 0 && s.Unused < scarceFiles {
		found = append(found, wrong(CheckDisk, DiskInodes, args...))
	}
	if found == nil {
		found = []Finding{fine(CheckDisk, args...)}
	}
	return found
}

// keys looks at what enrolment left.
func (p *patient) keys(context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckKeys, SkipNoConfig)}
	}
	path := config.IdentityPath(p.file.Data)
	id, err := config.LoadIdentity(p.file.Data)
	switch {
	case errors.Is(err, config.ErrNotEnrolled):
		return []Finding{wrong(CheckKeys, KeysNotEnrolled, "file", p.File)}
	case errors.Is(err, fs.ErrPermission):
		return []Finding{wrong(CheckKeys, KeysUnreadable, "file", path)}
	case err != nil:
		return []Finding{wrong(CheckKeys, KeysDamaged, "file", path).because(err)}
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return []Finding{wrong(CheckKeys, KeysExposed, "file", path, "mode", fmt.Sprintf("%04o", info.Mode().Perm()))}
	}
	if _, err := item.SuiteNamed(id.Device.Suite); err != nil {
		return []Finding{wrong(CheckKeys, KeysSuite, "suite", id.Device.Suite)}
	}
	return []Finding{fine(CheckKeys, "kiosk", id.Device.Kiosk, "hall", id.Device.HallName, "incarnation", id.Device.Incarnation)}
}

// Waiting for longer than this is told of: the link is promised to be back within seconds.
const waitsLong = 24 * time.Hour

// outbox looks at the queue and reads every item, without touching it.
func (p *patient) outbox(ctx context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckOutbox, SkipNoConfig)}
	}
	dir := filepath.Join(p.file.Data, "outbox")
	x, err := outbox.Inspect(ctx, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{fine(CheckOutbox, "items", "0", "waiting", "0")}
	case err != nil:
		return []Finding{wrong(CheckOutbox, OutboxUnreadable, "dir", dir).because(err)}
	}
	var found []Finding
	if x.Ends > 0 {
		found = append(found, wrong(CheckOutbox, OutboxLost, "dir", dir, "count", strconv.FormatUint(x.Ends, 10)))
	}
	if x.Damaged > 0 {
		found = append(found, wrong(CheckOutbox, OutboxDamaged, "dir", dir, "count", strconv.Itoa(x.Damaged)))
	}
	if id, err := config.LoadIdentity(p.file.Data); err == nil && x.Source != "" && x.Source != id.Device.Source().String() {
		found = append(found, wrong(CheckOutbox, OutboxOther, "dir", dir, "source", x.Source))
	}
	if x.Fenced != "" {
		found = append(found, wrong(CheckOutbox, OutboxFenced))
	}
	for state, code := range map[outbox.State]Code{outbox.StateRejected: OutboxRejected, outbox.StateConflict: OutboxConflict} {
		if n := x.ByState[state]; n > 0 {
			found = append(found, wrong(CheckOutbox, code, "dir", p.file.Data, "count", strconv.Itoa(n)))
		}
	}
	items, waiting := strconv.Itoa(x.Items), strconv.Itoa(x.Waiting)
	if x.Waiting > 0 && p.Machine.Now().Sub(x.Oldest) > waitsLong {
		found = append(found, wrong(CheckOutbox, OutboxWaits, "waiting", waiting, "since", x.Oldest.Local().Format("2006-01-02 15:04")))
	}
	switch {
	case x.Holder != 0:
		found = append(found, wrong(CheckOutbox, OutboxInUse, "items", items, "program", p.program(x.Holder), "pid", strconv.Itoa(x.Holder)))
	case !x.Counted:
		found = append(found, wrong(CheckOutbox, OutboxUncounted, "items", items, "dir", p.file.Data).because(x.Uncount))
	case found == nil:
		found = append(found, fine(CheckOutbox, "items", items, "waiting", waiting))
	}
	return found
}
