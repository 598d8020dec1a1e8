package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/assets"
)

// TestEveryCodeHasWords: in every language a cause, and for what is to be mended a remedy; and there is no sentence that
// nobody says.
func TestEveryCodeHasWords(t *testing.T) {
	own, err := text.Load(assets.DoctorText())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, lang := range own.Languages() {
		words, err := LoadWords(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range Codes() {
			f := wrong(CheckConfig, code)
			used["code."+string(code)], used["do."+string(code)] = true, true
			cause, do := words.Cause(f), words.Do(f)
			if cause == "" || strings.Contains(cause, "code.") || strings.Contains(cause, "health.") {
				t.Errorf("%s in %s says %q", code, lang, cause)
			}
			if do == "" && code.Verdict() != Skipped {
				t.Errorf("%s in %s says nothing to do", code, lang)
			}
		}
		for _, c := range Checks() {
			used["check."+string(c)], used["ok."+string(c)], used["ok.clock.alone"] = true, true, true
			if name := words.Name(c); strings.HasPrefix(name, "check.") {
				t.Errorf("%s has no name in %s", c, lang)
			}
		}
	}
	for _, key := range own.Keys() {
		switch head, _, _ := strings.Cut(key, "."); head {
		case "verdict", "do", "detail", "sum", "gl", "kiosk":
			if head != "do" || key == "do" {
				continue
			}
		}
		if !used[key] {
			t.Errorf("the message %q is used nowhere", key)
		}
	}
}

// TestSharedCodesAreTheKiosks: a code without words of the doctor's own is one that the kiosk has, and the doctor says of it
// what the kiosk says.
func TestSharedCodesAreTheKiosks(t *testing.T) {
	own, err := text.Load(assets.DoctorText())
	if err != nil {
		t.Fatal(err)
	}
	common, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[Code]health.Kind{}
	for _, k := range health.Kinds() {
		kinds[Code(k.Code)] = k
	}
	shared := 0
	for _, code := range Codes() {
		if slices.Contains(own.Keys(), "code."+string(code)) {
			continue
		}
		k, known := kinds[code]
		if !known {
			t.Errorf("%s has neither words of its own nor the kiosk's", code)
			continue
		}
		shared++
		for _, lang := range own.Languages() {
			w := Words{own.In(lang), common.In(lang)}
			if cause, do := w.Cause(wrong(CheckOutbox, code)), w.Do(wrong(CheckOutbox, code)); cause != common.In(lang).T(k.Cause()) || do != common.In(lang).T(k.Remedy()) {
				t.Errorf("%s in %s says %q and %q", code, lang, cause, do)
			}
		}
	}
	if shared < len(health.Devices()) {
		t.Errorf("only %d codes are shared", shared)
	}
}

// TestCodesAreOneClosedList: each is in it once, and each device's problem is.
func TestCodesAreOneClosedList(t *testing.T) {
	seen := map[Code]bool{}
	for _, c := range Codes() {
		if seen[c] {
			t.Errorf("%s is there twice", c)
		}
		seen[c] = true
	}
	for _, d := range health.Devices() {
		for _, c := range health.Causes(d) {
			if code := deviceCode(d, c); !seen[code] {
				t.Errorf("%s is not there", code)
			}
		}
	}
	if PaperLow := Code("PRINTER-PAPER-LOW"); PaperLow.Verdict() != Warning || Code("PRINTER-PAPER-OUT").Verdict() != Fault || SkipNotSet.Verdict() != Skipped {
		t.Error("verdicts are wrong")
	}
}

// TestAStuckCheckHoldsNothingUp: it is told as such when its time is over.
func TestAStuckCheckHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		began := time.Now()
		found := within(t.Context(), probe{[]Check{CheckDisk}, 3 * time.Second, func(context.Context) []Finding {
			<-free // a file system that hangs hears of no context
			return nil
		}})
		if len(found) != 1 || found[0].Code != CheckStuck || found[0].Check != CheckDisk || time.Since(began) > 4*time.Second {
			t.Errorf("after %v found %+v", time.Since(began), found)
		}
		close(free)
	})
}

// TestLimitsFitTogether: the first checks and then the slowest end within the whole's promise of 15 s.
func TestLimitsFitTogether(t *testing.T) {
	const grace, promised = time.Second, 15 * time.Second // 0.5 s each
	var slowest time.Duration
	for _, pr := range newPatient(t.Context(), Config{}).probes() {
		slowest = max(slowest, pr.limit)
	}
	if whole := 2*time.Second + slowest + grace; whole > promised {
		t.Errorf("it may take %v", whole)
	}
}

func TestUnit(t *testing.T) {
	for name, c := range map[string]struct {
		said string
		err  error
		want Code // empty: fine
	}{
		"runs":      {"LoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=7\n", nil, ""},
		"failed":    {"LoadState=loaded\nActiveState=failed\nResult=exit-code\nExecMainStatus=2\nNRestarts=0\n", nil, UnitFailed},
		"loops":     {"LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nNRestarts=5\n", nil, UnitRestarts},
		"stopped":   {"LoadState=loaded\nActiveState=inactive\nNRestarts=0\n", nil, UnitStopped},
		"not there": {"LoadState=not-found\nActiveState=inactive\n", nil, SkipNoUnit},
		"none":      {"", errors.New("exit status 1"), SkipNoSystemd},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t.Context(), Config{Unit: "kiosk.service", Machine: Machine{Run: func(context.Context, string, ...string) ([]byte, error) {
				return []byte(c.said), c.err
			}}})
			if got := p.unit(t.Context()); len(got) != 1 || got[0].Code != c.want || c.want == "" && got[0].Verdict != OK {
				t.Errorf("found %+v", got)
			}
		})
	}
}

func TestDataBelongsToOne(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "clock.json")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPatient(t.Context(), Config{Machine: System()})
	p.file.Data, p.read = dir, true
	if got := p.data(t.Context()); len(got) != 1 || got[0].Verdict != OK {
		t.Fatalf("found %+v", got)
	}
	const nobody = 65534
	if err := os.Chown(file, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if got := p.data(t.Context()); len(got) != 1 || got[0].Code != DataOwners {
		t.Errorf("found %+v", got)
	}
	p.file.Data = filepath.Join(dir, "none")
	if got := p.data(t.Context()); len(got) != 1 || got[0].Code != DataMissing {
		t.Errorf("found %+v", got)
	}
}

func TestLanguageOf(t *testing.T) {
	for locale, want := range map[string]text.Language{"zh_CN.UTF-8": text.Chinese, "zh": text.Chinese, "zh-Hant": text.Traditional, "zh_HK": text.Traditional,
		"en_GB.UTF-8": text.English, "C": text.English} {
		if got := LanguageOf(locale); got != want {
			t.Errorf("%s is %s, want %s", locale, got, want)
		}
	}
}

// TestSystemAnswers: the machine that the tests run on can be asked.
func TestSystemAnswers(t *testing.T) {
	m := System()
	if s, err := m.Space(t.TempDir()); err != nil || s.Size == 0 {
		t.Errorf("space %+v, %v", s, err)
	}
	if _, err := m.Synchronised(); err != nil {
		t.Errorf("clock: %v", err)
	}
	if _, err := m.Run(t.Context(), "no-such-program"); !missing(err) {
		t.Errorf("a program that is not there: %v", err)
	}
}
