package outbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/sync/faultfs"
)

var crashRounds = flag.Int("crash.rounds", 1, "rounds of each kind in TestCrash")

// tally is what one kind of crash did.
type tally struct {
	rounds, accepted          int
	lost, doubled, undetected int
	repaired, died            int
}

func (c tally) String() string {
	return fmt.Sprintf("%6d rounds %8d accepted %4d lost %4d doubled %4d undetected (%d mended, %d starts died)", c.rounds, c.accepted, c.lost, c.doubled,
		c.undetected, c.repaired, c.died)
}

// TestCrash kills, cuts the power, fills, flips, cuts short and removes, and counts what became of what was accepted: I1, I7,
// I13. With -crash.rounds it goes on for as long as wanted, and prints a line for each kind.
func TestCrash(t *testing.T) {
	for _, kind := range []struct {
		rows string // of the catalogue of faults
		name string
		run  func(*testing.T, *tally)
	}{
		{"D1 D2", "kill at random", killAtRandom},
		{"D1 D2", "kill at a system call", killAtCall},
		{"D9 D10", "failed system call", failCall},
		{"D3 D4 D5", "power cut", powerCut},
		{"D6 D7", "full medium", fullMedium},
		{"D12", "flipped bit", flippedBit},
		{"D13", "cut short", cutShort},
		{"D14", "file missing", fileMissing},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var c tally
			for range *crashRounds {
				kind.run(t, &c)
				c.rounds++
				if t.Failed() {
					break
				}
			}
			t.Logf("crash: %-8s %-22s %s", kind.rows, kind.name, c)
			if c.lost+c.doubled+c.undetected > 0 || c.accepted == 0 {
				t.Error("something was lost, doubled or not seen; or nothing was tried")
			}
		})
	}
}

// judge opens what a crash left and counts. Items may be gone only if the damage says so.
func (c *tally) judge(t *testing.T, b *bench, acknowledged []Accepted) {
	t.Helper()
	var damage []Damage
	if b.mayDie {
		damage = c.start(t, b)
	}
	o, err := Open(b.cfg)
	if err != nil {
		t.Fatalf("open after the crash: %v", err)
	}
	defer func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}()
	c.accepted += len(acknowledged)
	told := 0
	for _, d := range append(damage, o.Damage()...) {
		told += d.Lost
		if d.Mended {
			c.repaired++
		}
	}
	gone := 0
	for _, a := range acknowledged {
		e, err := o.Get(a.ID)
		if err != nil || e.Sequence != a.Sequence || e.Item.ReceiptNo != a.ReceiptNo || len(e.Item.Data) == 0 {
			gone++
			t.Logf("acknowledged %+v is %+v, %v; damage %+v", a, e, err, o.Damage())
		}
	}
	c.lost += gone
	c.undetected += max(0, gone-told)
	ids, numbers := map[string]bool{}, map[string]bool{}
	for seq := uint64(1); seq <= o.Stats().LastSequence; seq++ {
		r, err := o.readRecord(seq)
		if err != nil {
			t.Fatal(err)
		}
		if r.ID == "" {
			continue
		}
		if ids[r.ID] || r.ReceiptNo != "" && numbers[r.ReceiptNo] {
			c.doubled++
		}
		ids[r.ID], numbers[r.ReceiptNo] = true, true
	}
	next, err := o.Accept(t.Context(), submission())
	if err != nil || numbers[next.ReceiptNo] {
		t.Errorf("after the crash the next is %+v, %v", next, err)
	}
}

// start opens the outbox in a process of its own until that survives it, as a supervisor does: damage in Badger's files ends
// the program.
func (c *tally) start(t *testing.T, b *bench) []Damage {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(b.child())
	if err != nil {
		t.Fatal(err)
	}
	var last string
	for range maxAttempts + 2 {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env, cmd.Stdin = append(os.Environ(), childEnv+"=open"), strings.NewReader(string(in))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		said, err := cmd.Output()
		var damage []Damage
		if err == nil {
			err = json.Unmarshal(said, &damage)
		}
		if err == nil {
			return damage
		}
		c.died++
		last = stderr.String()
	}
	t.Errorf("it does not come up: %.2000s", last)
	return nil
}

// fresh is a bench whose outbox is closed; dir is where.
func fresh(t testing.TB, dir string) *bench {
	t.Helper()
	b := &bench{t: t, keys: newKeys(t), now: new(start)}
	b.cfg = config(dir, b.keys.sealPub, b.keys.signPriv)
	b.cfg.MinFree, b.cfg.Ballast = 1<<20, -1
	b.cfg.fileSize = 256 << 10
	return b
}

func killAtRandom(t *testing.T, c *tally) {
	b := fresh(t, filepath.Join(t.TempDir(), "o"))
	var all []Accepted
	for least := range 2 { // the first may be killed before it has accepted anything
		got := child{lines: least + rand.IntN(80)}.run(t, b)
		all = append(all, got...)
	}
	c.judge(t, b, all)
}

// strace runs the child under strace with an injection.
func strace(t *testing.T, inject string) []string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	return []string{path, "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + strings.SplitN(inject, ":", 2)[0], "-e", "inject=" + inject}
}

var calls = []string{"fdatasync", "fsync", "pwrite64", "write", "renameat", "ftruncate", "openat", "msync", "unlinkat", "fallocate"}

func killAtCall(t *testing.T, c *tally) {
	for try := 0; try < 4 || c.accepted == 0 && try < 100; try++ { // many a kill comes before anything was accepted
		call := calls[rand.IntN(len(calls))]
		b := fresh(t, filepath.Join(t.TempDir(), "o"))
		all := child{under: strace(t, fmt.Sprintf("%s:signal=KILL:when=%d", call, 1+rand.IntN(12))), lines: 60, mayEnd: true}.run(t, b)
		c.judge(t, b, all)
	}
}

func failCall(t *testing.T, c *tally) {
	all := []string{"fdatasync", "fsync", "pwrite64", "msync", "ftruncate"}
	for _, fault := range []string{"EIO", "ENOSPC"} {
		for range 2 {
			call := all[rand.IntN(len(all))]
			b := fresh(t, filepath.Join(t.TempDir(), "o"))
			got := child{under: strace(t, fmt.Sprintf("%s:error=%s:when=%d+", call, fault, 2+rand.IntN(30))), lines: 60, mayEnd: true}.run(t, b)
			c.judge(t, b, got)
		}
	}
}

func powerCut(t *testing.T, c *tally) {
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("there is no /dev/fuse")
	}
	base := t.TempDir()
	below, at, left := filepath.Join(base, "below"), filepath.Join(base, "at"), filepath.Join(base, "left")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Mkdir(at, 0o700)); err != nil {
		t.Fatal(err)
	}
	fs, err := faultfs.Mount(below, at)
	if err != nil {
		t.Skipf("can not mount: %v", err)
	}
	defer func() {
		if err := fs.Unmount(); err != nil {
			t.Error(err)
		}
	}()
	b := fresh(t, filepath.Join(at, "o"))
	all := child{lines: 1 + rand.IntN(150), before: func() {
		if err := fs.Cut(left, rand.Uint64()); err != nil {
			t.Error(err)
		}
	}}.run(t, b)
	b.cfg.Dir = filepath.Join(left, "o")
	c.judge(t, b, all)
}

func fullMedium(t *testing.T, c *tally) {
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	at := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=32m"); err != nil {
		t.Skipf("can not mount: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	b := fresh(t, filepath.Join(at, "o"))
	b.cfg.MinFree, b.cfg.Ballast = 20<<20, 4<<20
	all := child{lines: 1 << 20, mayEnd: true}.run(t, b)
	// Now somebody else fills it to the brim, and what is left of the outbox must not be opened on it.
	f, err := os.Create(filepath.Join(at, "other"))
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := f.Write(make([]byte, 1<<16)); err != nil {
			break
		}
	}
	if o, err := Open(b.cfg); !errors.Is(err, ErrNoSpace) {
		t.Errorf("open on a full medium: %v", err)
		if err == nil {
			o.Close()
		}
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		t.Fatal(err)
	}
	b.cfg.MinFree = 1 << 20
	c.judge(t, b, all)
}

// small is a closed outbox of a few items, and its files.
func small(t *testing.T) (b *bench, all []Accepted, files map[string][]byte) {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "outbox")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	b = fresh(t, filepath.Join(dir, "o"))
	b.mayDie = true
	b.open()
	for range 3 {
		all = append(all, b.accept(submission()))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	err = filepath.WalkDir(b.cfg.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "spare") {
			return err
		}
		files[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, all, files
}

// again puts the small outbox back, with one file changed.
func again(t *testing.T, b *bench, files map[string][]byte, path string, content []byte) {
	t.Helper()
	if err := os.RemoveAll(b.cfg.Dir); err != nil {
		t.Fatal(err)
	}
	for p, whole := range files {
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if p == path {
			whole = content
		}
		if whole == nil {
			continue
		}
		if err := os.WriteFile(p, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tries is how many places of each file a round looks at.
const tries = 1

func flippedBit(t *testing.T, c *tally) {
	b, all, files := small(t)
	for path, whole := range files {
		used := len(strings.TrimRight(string(whole), "\x00"))
		for range min(tries, used) {
			flipped := append([]byte(nil), whole...)
			flipped[rand.IntN(used)] ^= 1 << rand.IntN(8)
			again(t, b, files, path, flipped)
			c.judge(t, b, all)
		}
	}
}

func cutShort(t *testing.T, c *tally) {
	b, all, files := small(t)
	for path, whole := range files {
		if strings.HasSuffix(path, "LOCK") || filepath.Base(path) == "lock" || len(whole) == 0 {
			continue
		}
		used := len(strings.TrimRight(string(whole), "\x00"))
		for range min(tries, used) {
			again(t, b, files, path, whole[:rand.IntN(used)])
			c.judge(t, b, all)
		}
	}
}

func fileMissing(t *testing.T, c *tally) {
	b, all, files := small(t)
	for path := range files {
		again(t, b, files, path, nil)
		c.judge(t, b, all)
	}
}

// child is a process that accepts until it is killed.
type child struct {
	under  []string // a program that runs it, with arguments
	lines  int      // acknowledgements after which it is killed
	mayEnd bool     // it may also end by itself
	before func()   // called before the kill; what is acknowledged from then on does not count

	files, data uint64 // limits of the process
	payload     int    // bytes; 0 for a small one
}

func (c child) run(t *testing.T, b *bench) []Accepted {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	conf := b.child()
	conf.Files, conf.Data, conf.Payload = c.files, c.data, c.payload
	in, err := json.Marshal(conf)
	if err != nil {
		t.Fatal(err)
	}
	args := append(append([]string(nil), c.under...), self)
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stdin = strings.NewReader(string(in))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	stuck := time.AfterFunc(time.Minute, kill)
	defer stuck.Stop()
	if c.lines == 0 {
		time.AfterFunc(rand.N(60*time.Millisecond), kill)
	}
	var got []Accepted
	killed := false
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var a Accepted
		if _, err := fmt.Sscanf(line, "%s %d %s", &a.ID, &a.Sequence, &a.ReceiptNo); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if !killed || c.before == nil {
			got = append(got, a)
		}
		if len(got) >= c.lines && !killed && c.lines > 0 {
			if c.before != nil {
				c.before()
			}
			kill()
			killed = true
		}
	}
	_ = cmd.Wait() // it was killed, or a fault ended it
	if !killed && !c.mayEnd && c.lines > 0 {
		t.Fatalf("the child ended by itself after %d lines", len(got))
	}
	return got
}
