package journal

import (
	"os"
	"path/filepath"
	"sync"
)

// spare makes the next file ahead of time, full of zeros: overwriting needs one flush of the medium where growing needs
// two, and making the file would hold an Append up.
type spare struct {
	dir  string
	size int64
	want chan struct{}
	quit chan struct{}
	done chan struct{}
	once sync.Once
	mu   sync.Mutex // held while the file is made or taken
}

func newSpare(cfg Config) *spare {
	s := &spare{dir: cfg.Dir, size: cfg.FileSize, want: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

// need has the spare file made, if there is none.
func (s *spare) need() {
	select {
	case s.want <- struct{}{}:
	default:
	}
}

func (s *spare) path() string { return filepath.Join(s.dir, spareName) }

func (s *spare) run() {
	defer close(s.done)
	for {
		select {
		case <-s.quit:
			return
		case <-s.want:
			s.make()
		}
	}
}

// make does nothing when there is one. Without room on the medium there is none, which take can do without.
func (s *spare) make() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if info, err := os.Stat(s.path()); err == nil && info.Size() == s.size {
		return
	}
	if f, err := s.create(s.size); err == nil {
		_ = f.Close()
	}
}

// create makes the file with n zeros in it.
func (s *spare) create(n int64) (*os.File, error) {
	f, err := os.OpenFile(s.path()+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	zeros := make([]byte, 256<<10)
	for at := int64(0); at < n && err == nil; at += int64(len(zeros)) {
		_, err = f.WriteAt(zeros[:min(int64(len(zeros)), n-at)], at)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), s.path())
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(s.path() + ".new")
		return nil, err
	}
	return f, nil
}

// take makes the spare file the one at path, beginning with head, and has the next one made. Without a spare it makes an
// empty file, which will grow.
func (s *spare) take(path string, head []byte) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.need()
	f, err := os.OpenFile(s.path(), os.O_RDWR, 0)
	if err != nil {
		if f, err = s.create(0); err != nil {
			return nil, err
		}
	}
	if _, err = f.WriteAt(head, 0); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(s.path(), path)
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// close ends the goroutine. It may be called twice.
func (s *spare) close() {
	s.once.Do(func() { close(s.quit) })
	<-s.done
}
