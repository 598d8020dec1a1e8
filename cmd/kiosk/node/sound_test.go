package node_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/app/backroom"
	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/cmd/kiosk/node"
	"onedoor/device/speaker"
	"onedoor/device/speaker/prompts"
	"onedoor/device/speaker/tone"
	"onedoor/device/speaker/wav"
)

// ear is a voice and a player in place of the real ones. The player tells the digest of what it was given; the voice gives its
// words in brackets.
type ear struct {
	testing.TB
	dir    string
	events *bufio.Reader
}

func newEar(t testing.TB, player string) *ear {
	t.Helper()
	e := &ear{TB: t, dir: t.TempDir()}
	for name, script := range map[string]string{
		"voice":  "#!/bin/sh\necho \"$*\" >>DIR/args\nprintf '[%s]' \"$(cat)\"\n",
		"player": player,
	} {
		if err := os.WriteFile(e.path(name), []byte(strings.ReplaceAll(script, "DIR", e.dir)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(e.path("events"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(e.path("events"), os.O_RDWR, 0) // never at its end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.SetReadDeadline(time.Now().Add(10 * limit)); err != nil {
		t.Fatal(err)
	}
	e.events = bufio.NewReader(f)
	return e
}

func (e *ear) path(name string) string { return filepath.Join(e.dir, name) }

// digester is a player that tells the digest of all it was given.
const digester = "#!/bin/sh\necho \"$*\" >>DIR/args\nsha256sum >DIR/events\n"

// hears waits until exactly this is played; what is played before is passed over.
func (e *ear) hears(what string, sound []byte) {
	e.Helper()
	want := fmt.Sprintf("%x", sha256.Sum256(sound))
	for {
		line, err := e.events.ReadString('\n')
		if err != nil {
			e.Fatalf("never heard %s: %v", what, err)
		}
		if strings.HasPrefix(line, want) {
			return
		}
	}
}

// recording is a second of a hum.
func recording() []byte {
	s := wav.Sound{Rate: 22050, Samples: make([]int16, 22050)}
	for i := range s.Samples {
		s.Samples[i] = int16(8000 * math.Sin(float64(i)/20))
	}
	return wav.Encode(s)
}

// record makes a directory of recordings in which one sentence is recorded.
func record(t testing.TB, key string, sound []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	p := prompts.New(key, string(text.Chinese), sentence(t, key))
	if err := os.Mkdir(prompts.Folder(dir, speaker.Mandarin), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(prompts.Folder(dir, speaker.Mandarin), p.File), sound, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := prompts.WriteManifest(dir, speaker.Mandarin, []prompts.Prompt{p}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func sentence(t testing.TB, key string) string {
	t.Helper()
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	return texts.In(text.Chinese).T(key)
}

// TestAVisitIsHeard: the sounds at the volume that is set, the recorded sentence and then the synthesised ones; and when the
// citizen has gone nothing of it is left, neither said nor in the arguments of a process nor in a file.
func TestAVisitIsHeard(t *testing.T) {
	e := newEar(t, digester)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	w := build(t)
	w.file.Voice, w.file.Sound.Player = e.path("voice"), e.path("player")+" -q -"
	w.file.Sound.Volume, w.file.Sound.QuietFrom, w.file.Sound.QuietUntil = 70, 0, 0
	w.file.Sound.Prompts = record(t, "menu.heading", recording())
	w.start()
	send := w.node.Kiosk.Send
	w.until("the attract screen", on[kiosk.Attract])
	send(kiosk.Start{})
	e.hears("the press", wav.Encode(tone.Make(tone.Press, 0.7)))
	send(kiosk.Speak{On: true})
	e.hears("the recorded heading", recording())
	menu := w.until("the menu", on[kiosk.Menu]).Screen.(kiosk.Menu)
	said := []string{menu.Help}
	for _, tile := range append(menu.Tiles, kiosk.Tile{Title: menu.Popular}) {
		said = append(said, tile.Title)
	}
	for _, tile := range menu.Services {
		if said = append(said, tile.Title); tile.Off {
			said = append(said, tile.Badge)
		}
	}
	e.hears("the rest of the menu", []byte("["+strings.Join(said, "。")+"]"))
	send(kiosk.Speak{})
	send(kiosk.Abandon{})
	done := w.submit("card-1")
	e.hears("the card", wav.Encode(tone.Make(tone.Card, 0.7))) // of later ones some fall into the sound of a touch, and are left out
	send(kiosk.Speak{On: true})
	w.leave()
	send(kiosk.Start{})
	w.until("the attract screen", on[kiosk.Attract])
	w.stop()
	args, err := os.ReadFile(e.path("args"))
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{done.Number, strings.ReplaceAll(done.Number, " ", ""), "收件", "申请", "110101", "13800138000"} {
		if bytes.Contains(args, []byte(never)) {
			t.Errorf("arguments hold %q", never)
		}
	}
	if !bytes.Contains(args, []byte("-v cmn-latn-pinyin")) {
		t.Errorf("nothing was synthesised: %s", args)
	}
	if err := filepath.WalkDir(temporary, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("the file %s is left", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestEachCueHasItsSound, at the volume that is set.
func TestEachCueHasItsSound(t *testing.T) {
	e := newEar(t, digester)
	for cue, sound := range map[kiosk.Cue]tone.Sound{kiosk.CuePress: tone.Press, kiosk.CueCard: tone.Card, kiosk.CueAccepted: tone.Accepted,
		kiosk.CueMistake: tone.Mistake, kiosk.CueCountdown: tone.Countdown} {
		end := node.Ring(config.Sound{Player: e.path("player"), Effects: true, Volume: 70}, cue)
		e.hears(string(rune('0'+cue)), wav.Encode(tone.Make(sound, 0.7)))
		end()
	}
}

// TestNothingIsHeardAtNight, nor where nothing that could make a sound is there; the visit goes on all the same.
func TestNothingIsHeardAtNight(t *testing.T) {
	e := newEar(t, "#!/bin/sh\necho \"$*\" >>DIR/args\n")
	for name, set := range map[string]func(w *world){
		"at night": func(w *world) {
			w.file.Sound.QuietFrom = time.Now().Hour()
			w.file.Sound.QuietUntil = (time.Now().Hour() + 2) % 24
		},
		"turned off": func(w *world) { w.file.Sound.Effects = false },
		"no volume":  func(w *world) { w.file.Sound.Volume = 0 },
		"no program": func(w *world) { w.file.Sound.Player = filepath.Join(e.dir, "none") },
	} {
		w := build(t)
		w.file.Sound.Player = e.path("player")
		set(w)
		w.start()
		w.until("the attract screen", on[kiosk.Attract])
		w.node.Kiosk.Send(kiosk.Start{})
		w.until("the menu", on[kiosk.Menu])
		w.node.Kiosk.Send(kiosk.Abandon{})
		w.until("the goodbye", on[kiosk.Goodbye])
		w.stop()
		if args, err := os.ReadFile(e.path("args")); err == nil {
			t.Errorf("%s something is played: %s", name, args)
		}
	}
}

// TestStaffSetHowLoudAllIs: soft sounds, recorded and synthesised sentences together, and it holds over a restart.
func TestStaffSetHowLoudAllIs(t *testing.T) {
	e := newEar(t, digester)
	w := build(t)
	w.file.Voice, w.file.Sound.Player = e.path("voice"), e.path("player")+" -q -"
	w.file.Sound.Volume, w.file.Sound.QuietFrom, w.file.Sound.QuietUntil = 70, 0, 0
	w.file.Sound.Prompts = record(t, "menu.heading", recording())
	choices, err := backroom.OpenChoices(filepath.Join(w.file.Data, "staff", "choices.json"))
	if err == nil {
		if err = os.MkdirAll(filepath.Join(w.file.Data, "staff"), 0o700); err == nil {
			err = choices.SetVolume(35)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	w.start()
	w.until("the attract screen", on[kiosk.Attract])
	w.node.Kiosk.Send(kiosk.Start{})
	e.hears("the press", wav.Encode(tone.Make(tone.Press, 0.35)))
	w.node.Kiosk.Send(kiosk.Speak{On: true})
	spoken, err := wav.Decode(recording())
	if err != nil {
		t.Fatal(err)
	}
	e.hears("the recorded heading at half", wav.Encode(spoken.Louder(0.5)))
	w.eventually("the voice to be told how loud it is", func() bool {
		args, err := os.ReadFile(e.path("args"))
		return err == nil && bytes.Contains(args, []byte(" -a 50 "))
	})
	w.stop()
}

// BenchmarkReadAloud is from the touch on 朗读 to the first sound that the player is given, recorded beside synthesised by the
// real espeak-ng in the same run. x-synthesised is the part of the latter's time that a recording takes.
func BenchmarkReadAloud(b *testing.B) {
	espeak, err := speaker.FindVoice("espeak-ng")
	if err != nil {
		b.Skip("espeak-ng is not installed: ", err)
	}
	file, err := speaker.Synthesise(b.Context(), espeak, speaker.Mandarin, sentence(b, "menu.heading"))
	if err != nil {
		b.Fatal(err)
	}
	s, err := wav.Decode(file)
	if len(s.Samples) == 0 {
		b.Fatal(err)
	}
	e := newEar(b, "#!/bin/sh\nhead -c 1000 >/dev/null\necho >DIR/events\nexec sleep 1000\n") // as a real one it is not done before it is stopped
	measure := func(recorded string) (run func(n int) time.Duration, stop func()) {
		w := build(b)
		w.file.Voice, w.file.Sound.Player, w.file.Sound.Effects, w.file.Sound.Prompts = espeak, e.path("player"), false, recorded
		w.start()
		w.until("the attract screen", on[kiosk.Attract])
		w.node.Kiosk.Send(kiosk.Start{})
		w.until("the menu", on[kiosk.Menu])
		return func(n int) (total time.Duration) {
			for range n {
				begin := time.Now()
				w.node.Kiosk.Send(kiosk.Speak{On: true})
				if _, err := e.events.ReadString('\n'); err != nil {
					b.Fatal(err)
				}
				total += time.Since(begin)
				w.node.Kiosk.Send(kiosk.Speak{})
				w.until("silence", func(v kiosk.View) bool { return !speaking(v) && v.Frame.Warning == nil })
			}
			return total
		}, w.stop
	}
	recorded, stopRecorded := measure(record(b, "menu.heading", wav.Encode(s)))
	synthesised, stopSynthesised := measure("")
	defer stopRecorded()
	defer stopSynthesised()
	var fast, slow time.Duration
	for b.Loop() {
		fast += recorded(1)
		slow += synthesised(1)
	}
	b.ReportMetric(float64(fast.Milliseconds())/float64(b.N), "ms-recorded")
	b.ReportMetric(float64(slow.Milliseconds())/float64(b.N), "ms-synthesised")
	b.ReportMetric(float64(fast)/float64(slow), "x-synthesised")
}

// speaking is whether the screen is read aloud.
func speaking(v kiosk.View) bool {
	for _, t := range v.Frame.Tools {
		if t.Icon == "volume" {
			return t.On
		}
	}
	return false
}
