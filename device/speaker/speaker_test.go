package speaker_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device/speaker"
	"onedoor/device/speaker/wav"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// studio is a voice and a player that tell what they hear instead of making it heard. The voice says its words in brackets.
// Each program tells when another one that plays is still alive.
type studio struct {
	testing.TB
	dir    string
	events *bufio.Reader
}

const (
	voiceScript = `#!/bin/sh
echo $$ >>DIR/voices
printf '%s\n' "$*" >>DIR/args
words=$(cat)
case "$*" in
*--stdout*) printf '[%s]' "$words" ;;
*) echo "said $words" >DIR/events ;;
esac
[ ! -e DIR/hang-voice ] || exec sleep 1000 >&-
`
	playerScript = `#!/bin/sh
printf '%s\n' "$*" >>DIR/args
for p in $(cat DIR/pids 2>/dev/null); do
	! kill -0 $p 2>/dev/null || echo "overlap" >DIR/events
done
echo $$ >>DIR/pids
if [ -e DIR/tape ]; then
	cat >DIR/heard
	echo "played $(wc -c <DIR/heard)" >DIR/events
else
	words=$(cat)
	echo "played $words" >DIR/events
fi
[ ! -e DIR/fail ] || exit 1
[ ! -e DIR/hang ] || exec sleep 1000
`
)

func newStudio(t testing.TB) *studio {
	t.Helper()
	s := &studio{TB: t, dir: t.TempDir()}
	for name, script := range map[string]string{"voice": voiceScript, "player": playerScript} {
		if err := os.WriteFile(s.path(name), []byte(strings.ReplaceAll(script, "DIR", s.dir)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(s.path("events"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(s.path("events"), os.O_RDWR, 0) // never at its end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	s.events = bufio.NewReader(f)
	return s
}

func (s *studio) path(name string) string { return filepath.Join(s.dir, name) }

// set makes the programs behave as a file of that name tells them.
func (s *studio) set(name string) {
	s.Helper()
	if err := os.WriteFile(s.path(name), nil, 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *studio) speaker(r speaker.Recordings) *speaker.Speaker {
	sp := speaker.New(speaker.Config{Voice: s.path("voice"), Player: []string{s.path("player"), "-q", "-"}, Recordings: r})
	s.Cleanup(sp.Close)
	return sp
}

// next is what was heard next.
func (s *studio) next(want string) {
	s.Helper()
	line, err := s.events.ReadString('\n')
	if got := strings.TrimSuffix(line, "\n"); err != nil || got != want {
		s.Fatalf("heard %q, %v; want %q", got, err, want)
	}
}

func (s *studio) read(name string) string {
	s.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return string(data)
}

// alive are the programs that have not ended.
func (s *studio) alive() (pids []string) {
	for _, p := range strings.Fields(s.read("pids") + s.read("voices")) {
		if exec.Command("kill", "-0", p).Run() == nil {
			pids = append(pids, p)
		}
	}
	return pids
}

// shelf is recordings by their words; each file holds "record of" and the words.
type shelf struct {
	dir   string
	words map[string]bool
}

func (s shelf) Open(voice speaker.Voice, words string) (*os.File, bool) {
	if !s.words[string(voice)+" "+words] {
		return nil, false
	}
	path := filepath.Join(s.dir, "recording")
	if err := os.WriteFile(path, []byte("record of "+words), 0o600); err != nil {
		return nil, false
	}
	f, err := os.Open(path)
	return f, err == nil
}

// TestRecordedAndSynthesisedInOrder: each sentence at its place, neighbours that are synthesised in one breath, and nothing
// of it in the arguments of a process.
func TestRecordedAndSynthesisedInOrder(t *testing.T) {
	s := newStudio(t)
	sp := s.speaker(shelf{t.TempDir(), map[string]bool{"cmn 请签名": true, "cmn 返回": true, "yue 收件编号": true}})
	sp.Say(speaker.Mandarin, "请签名", "收件编号", "4401 1107", "返回", "完")
	for _, want := range []string{"record of 请签名", "[收件编号。4401 1107]", "record of 返回", "[完]"} {
		s.next("played " + want)
	}
	sp.Close()
	args := s.read("args")
	for _, never := range []string{"签", "4401", "完", "recording"} {
		if strings.Contains(args, never) {
			t.Errorf("arguments hold %q: %s", never, args)
		}
	}
	if !strings.Contains(args, "-v cmn-latn-pinyin ") || !strings.Contains(args, "-q -\n") {
		t.Errorf("arguments are %q", args)
	}
	sp.Say(speaker.English, "later") // says nothing, and does not hang
	sp.Play([]byte("later"))
}

// TestLoudness: the voice is told, and a recording is made louder; one that can not be read as sound is none.
func TestLoudness(t *testing.T) {
	s := newStudio(t)
	s.set("tape")
	dir := t.TempDir()
	spoken := wav.Sound{Rate: 22050, Samples: []int16{100, -100}}
	sp := s.speaker(tape{dir, wav.Encode(spoken)})
	for _, percent := range []int{speaker.Usual, speaker.Loudest, 2 * speaker.Loudest, 50} {
		sp.SetLoudness(percent)
		sp.Say(speaker.Mandarin, "请签名")
		want := wav.Encode(spoken.Louder(float64(min(percent, speaker.Loudest)) / speaker.Usual))
		s.next(fmt.Sprintf("played %d", len(want)))
		if got := s.read("heard"); got != string(want) {
			t.Errorf("at %d %% the player gets % x, want % x", percent, got, want)
		}
	}
	sp.Say(speaker.English, "done")
	s.next("played 6")
	sp.Close()
	if args := s.read("args"); !strings.Contains(args, " -a 50 ") {
		t.Errorf("arguments are %q", args)
	}
}

// tape holds one recording of everything that is said in Mandarin.
type tape struct {
	dir  string
	file []byte
}

func (s tape) Open(voice speaker.Voice, _ string) (*os.File, bool) {
	path := filepath.Join(s.dir, "recording")
	if voice != speaker.Mandarin || os.WriteFile(path, s.file, 0o600) != nil {
		return nil, false
	}
	f, err := os.Open(path)
	return f, err == nil
}

// TestVoiceWithoutAPlayer finds the loudspeaker by itself, and says what is recorded too.
func TestVoiceWithoutAPlayer(t *testing.T) {
	s := newStudio(t)
	sp := speaker.New(speaker.Config{Voice: s.path("voice"), Recordings: shelf{t.TempDir(), map[string]bool{"cmn 请签名": true}}})
	sp.Play([]byte("press"))
	sp.Say(speaker.Mandarin, "请签名", "完")
	s.next("said 请签名。完")
	sp.Close()
}

// TestTheNewestIsSaid: a new screen is not spoken over or behind the old one, and no process stays.
func TestTheNewestIsSaid(t *testing.T) {
	s := newStudio(t)
	s.set("hang")
	s.set("hang-voice")
	sp := s.speaker(shelf{t.TempDir(), map[string]bool{"en second": true}})
	sp.Say(speaker.English, "first", "and more")
	s.next("played [first。and more]")
	sp.Say(speaker.English, "never heard")
	sp.Say(speaker.English, "second", "third")
	s.next("played record of second")
	sp.Hush()
	sp.Say(speaker.Cantonese, "last")
	s.next("played [last]")
	sp.Close()
	if left := s.alive(); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

// TestNoSoundOverSpeech: a sound is left out while anything is heard, and speech cuts one short instead of speaking over it.
func TestNoSoundOverSpeech(t *testing.T) {
	s := newStudio(t)
	s.set("hang")
	sp := s.speaker(nil)
	sp.Play([]byte("first"))
	s.next("played first")
	sp.Play([]byte("left out, for the first is still heard"))
	sp.Say(speaker.English, "hello")
	s.next("played [hello]") // and no overlap before it
	sp.Play([]byte("left out, for somebody speaks"))
	sp.Say(speaker.English, "bye")
	s.next("played [bye]")
	sp.Close()
	if left := s.alive(); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

// TestSoundsGoOnAfterSpeech: and one that could not be played is not tried again at every press.
func TestSoundsGoOnAfterSpeech(t *testing.T) {
	s := newStudio(t)
	sp := s.speaker(nil)
	sp.Say(speaker.English, "hello")
	s.next("played [hello]")
	sp.Settle()
	s.set("fail")
	sp.Play([]byte("one"))
	s.next("played one")
	sp.Settle()
	sp.Play([]byte("two"))
	sp.Settle()
	sp.Say(speaker.English, "hello")
	s.next("played [hello]")
}

func TestFind(t *testing.T) {
	if _, err := speaker.FindVoice(filepath.Join(t.TempDir(), "espeak-ng")); !errors.Is(err, speaker.ErrNoVoice) {
		t.Errorf("%v", err)
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if got, err := speaker.FindPlayer(speaker.AnyPlayer); !errors.Is(err, speaker.ErrNoPlayer) {
		t.Errorf("found %q, %v", got, err)
	}
	paplay := filepath.Join(dir, "paplay")
	if err := os.WriteFile(paplay, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := speaker.FindPlayer(speaker.AnyPlayer); err != nil || len(got) != 1 || got[0] != paplay {
		t.Errorf("found %q, %v", got, err)
	}
	if got, err := speaker.FindPlayer("paplay --device hall"); err != nil || strings.Join(got, " ") != paplay+" --device hall" {
		t.Errorf("found %q, %v", got, err)
	}
}

// TestRealVoice: espeak-ng speaks all three languages, as a sound that can be recorded.
func TestRealVoice(t *testing.T) {
	path, err := speaker.FindVoice("espeak-ng")
	if err != nil {
		t.Skip("espeak-ng is not installed: ", err)
	}
	for voice, words := range map[speaker.Voice]string{speaker.Mandarin: "请把身份证放在读卡区", speaker.Cantonese: "請把身份證放在讀卡區", speaker.English: "Lay down your ID card"} {
		file, err := speaker.Synthesise(t.Context(), path, voice, words)
		if err != nil {
			t.Errorf("%s: %v", voice, err)
			continue
		}
		s, err := wav.Decode(file)
		if err != nil && !errors.Is(err, wav.ErrCut) || s.Level() < -45 || len(s.Samples) < s.Rate || len(s.Samples) > 10*s.Rate {
			t.Errorf("%s: %d samples at %d, %.0f dB, %v", voice, len(s.Samples), s.Rate, s.Level(), err)
		}
	}
}
