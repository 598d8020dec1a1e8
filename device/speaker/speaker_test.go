package speaker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program is a stand-in that keeps what it was told, tells that it has begun, and speaks until its input ends, or for ever.
func program(t *testing.T, forever bool) (s *Speaker, begun func() string, heard string) {
	t.Helper()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "begun")
	heard = filepath.Join(dir, "heard")
	script := "#!/bin/sh\nprintf '%s' \"$*\" >" + dir + "/args\ncat >" + heard + "\necho $$ >>" + pipe + "\n"
	if forever {
		script += "exec sleep 1000\n"
	}
	path := filepath.Join(dir, "espeak-ng")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Command: path})
	if err != nil {
		t.Fatal(err)
	}
	return s, func() string {
		t.Helper()
		limit := time.After(20 * time.Second)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			if b, err := os.ReadFile(pipe); err == nil && strings.HasSuffix(string(b), "\n") {
				if err := os.Remove(pipe); err != nil {
					t.Fatal(err)
				}
				return strings.TrimSpace(string(b))
			}
			select {
			case <-tick.C:
			case <-limit:
				t.Fatal("nothing is said")
			}
		}
	}, heard
}

func TestWordsGoThroughStandardInput(t *testing.T) {
	s, begun, heard := program(t, false)
	s.Say("请把身份证放在读卡区", Mandarin)
	begun()
	s.Close()
	got, err := os.ReadFile(heard)
	if err != nil || string(got) != "请把身份证放在读卡区" {
		t.Errorf("heard %q, %v", got, err)
	}
	args, err := os.ReadFile(filepath.Join(filepath.Dir(heard), "args"))
	if err != nil || strings.Contains(string(args), "身份证") || !strings.Contains(string(args), "cmn-latn-pinyin") {
		t.Errorf("arguments %q, %v", args, err)
	}
	s.Say("later", English) // says nothing, and does not hang
}

// TestTheNewestIsSaid: a new screen is not spoken behind the old one, and no process stays.
func TestTheNewestIsSaid(t *testing.T) {
	s, begun, heard := program(t, true)
	s.Say("first", English)
	begun()
	s.Say("second", Cantonese)
	begun()
	if got, err := os.ReadFile(heard); err != nil || string(got) != "second" {
		t.Errorf("heard %q, %v", got, err)
	}
	s.Hush()
	s.Close()
}

func TestNoProgram(t *testing.T) {
	if _, err := New(Config{Command: filepath.Join(t.TempDir(), "espeak-ng")}); !errors.Is(err, ErrNoVoice) {
		t.Errorf("%v", err)
	}
}
