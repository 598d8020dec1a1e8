package backroom

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// TestRecentIsBounded: by number and by age.
func TestRecentIsBounded(t *testing.T) {
	var r recent
	for i := range recentMost + 50 {
		r.add(kiosk.Acceptance{Number: fmt.Sprint(i), At: noon.Add(time.Duration(i) * time.Second)}, noon)
	}
	if len(r.all) != recentMost {
		t.Errorf("%d are kept", len(r.all))
	}
	if _, ok := r.of("49", noon); ok {
		t.Error("the oldest is kept")
	}
	if _, ok := r.of("50", noon); !ok {
		t.Error("one of the newest is gone")
	}
	if _, ok := r.of("50", noon.Add(50*time.Second+recentAge)); ok {
		t.Error("one is kept for more than a day")
	}
}

// TestADamagedDoorStaysClosed: somebody wanted it to be, and a file that was not written to is no word of staff.
func TestADamagedDoorStaysClosed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "door.json")
	d, err := OpenDoor(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, closed := d.Closed(); closed {
		t.Error("without a file it is closed")
	}
	if err := d.Close(noon, "nonsense"); err == nil {
		t.Error("it closes with a notice that there is not")
	}
	if err := d.Close(noon, "paper"); err != nil {
		t.Fatal(err)
	}
	again, err := OpenDoor(file)
	if err != nil {
		t.Fatal(err)
	}
	if since, notice, closed := again.Closed(); !closed || !since.Equal(noon) || notice != "paper" {
		t.Errorf("it was closed %v, %q, %v", since, notice, closed)
	}
	if err := os.WriteFile(file, []byte("{\"since\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err = OpenDoor(file); err != nil {
		t.Fatal(err)
	}
	if _, notice, closed := again.Closed(); !closed || noticeKey(notice) == "" {
		t.Errorf("damaged, it is closed: %v, with %q", closed, notice)
	}
	if err := again.Open(); err != nil {
		t.Fatal(err)
	}
	if again, err = OpenDoor(file); err != nil {
		t.Fatal(err)
	}
	if _, _, closed := again.Closed(); closed {
		t.Error("opened, it is closed after a restart")
	}
}

func TestChoicesAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "choices.json")
	c, err := OpenChoices(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, set := c.Volume(); set || c.Language() != text.Chinese {
		t.Error("something is set before anybody did")
	}
	if err := c.SetLanguage(text.English); err != nil {
		t.Fatal(err)
	}
	if err := c.SetVolume(0); err != nil {
		t.Fatal(err)
	}
	if c, err = OpenChoices(file); err != nil {
		t.Fatal(err)
	}
	if v, set := c.Volume(); v != 0 || !set || c.Language() != text.English {
		t.Errorf("kept are %d, %v, %s", v, set, c.Language())
	}
}

// TestBacklight: by the kernel, by a command, and honestly not at all; never so dark that nobody finds the way back.
func TestBacklight(t *testing.T) {
	dir := t.TempDir()
	none := &Backlight{Dir: filepath.Join(dir, "none")}
	if _, err := none.Get(); err == nil {
		t.Error("there is a backlight where there is none")
	}
	one := filepath.Join(dir, "class", "panel")
	if err := os.MkdirAll(one, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, v := range map[string]string{"max_brightness": "937\n", "brightness": "468\n"} {
		if err := os.WriteFile(filepath.Join(one, file), []byte(v), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l := &Backlight{Dir: filepath.Join(dir, "class")}
	if p, err := l.Get(); p != 50 || err != nil {
		t.Errorf("it is at %d, %v", p, err)
	}
	for set, want := range map[int]int{0: leastLight, 70: 70, 300: 100} {
		if err := l.Set(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		if p, err := l.Get(); p != want || err != nil {
			t.Errorf("set to %d it is at %d, %v", set, p, err)
		}
	}
	said := filepath.Join(dir, "said")
	c := &Backlight{Command: []string{"sh", "-c", "echo {percent} > " + said}}
	if err := c.Set(context.Background(), 30); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(said); string(got) != "30\n" || err != nil {
		t.Errorf("the command was given %q, %v", got, err)
	}
	if p, err := c.Get(); p != 30 || err != nil {
		t.Errorf("it is at %d, %v", p, err)
	}
	if err := (&Backlight{Command: []string{"sh", "-c", "exit 3"}}).Set(context.Background(), 30); err == nil {
		t.Error("a command that failed is no error")
	}
}

// TestTheIDBeginsWithALetter: and the PIN holds digits alone, so many and no more.
func TestTheIDBeginsWithALetter(t *testing.T) {
	e := entry{field: fieldID}
	for _, s := range []string{"1", "-", "s", "A", "1", "-", "é", "xy"} {
		e.typed(s)
	}
	if string(e.id) != "s1-" {
		t.Errorf("the id is %q", e.id)
	}
	e.field = fieldPIN
	for _, s := range []string{"a", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "1", "2", "3"} {
		e.typed(s)
	}
	if string(e.pin) != "123456789012" {
		t.Errorf("the PIN is %q", e.pin)
	}
	pin := e.pin
	e.wipe()
	for _, b := range pin {
		if b != 0 {
			t.Errorf("in memory is %q", pin)
		}
	}
}
