package console_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/assets/web"
)

// TestWords: every key that page and code name is there, none is left over, and each state of a visit has its words.
func TestWords(t *testing.T) {
	files, err := fs.Sub(web.FS, "console/text")
	if err != nil {
		t.Fatal(err)
	}
	all, err := text.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(all.Languages()); got != 3 {
		t.Errorf("%d languages", got)
	}
	known := map[string]bool{}
	for _, k := range all.Keys() {
		known[k] = true
	}
	named := map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range sources {
		if !strings.HasSuffix(name, "_test.go") {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(raw)
		}
	}
	for _, name := range []string{"page.html", "live.html"} {
		raw, err := web.FS.ReadFile("console/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\.T "([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
			named[m[1]] = true
		}
		if found := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script[^>]*>[^<]|https?://`).FindString(string(raw)); found != "" {
			t.Errorf("%s has %q, which would not run under the policy", name, found)
		}
	}
	for _, m := range regexp.MustCompile(`"([a-z]+(?:[.-][a-z]+)*)"`).FindAllStringSubmatch(code.String(), -1) {
		if known[m[1]] {
			named[m[1]] = true
		}
	}
	for s := visit.Attract; s <= visit.Operator; s++ {
		named["step."+s.String()] = true
	}
	for _, d := range health.Devices() {
		named["device."+string(d)] = true
	}
	for _, key := range []string{"step.out", "said.answered", "said.ended", "said.late"} {
		named[key] = true
	}
	for _, kind := range []string{"submission", "withdrawal", "evaluation", "ticket", "print", "help", "audit", "health"} {
		named["item."+kind] = true
	}
	for _, s := range []string{"accepted", "sending", "held", "stored-edge", "rejected", "conflict", "lost"} {
		named["item.state."+s] = true
	}
	for key := range named {
		if !known[key] {
			t.Errorf("there are no words for %s", key)
		}
	}
	for key := range known {
		if !named[key] {
			t.Errorf("nobody says %s", key)
		}
	}
}

// TestNothingPersonal: the page has nowhere to put anything of a citizen; what it shows of a visit, a call and an item are words of
// closed lists, times and numbers.
func TestNothingPersonal(t *testing.T) {
	d := open(t, nil)
	now := d.clock.now()
	d.machine.set(fill(now))
	d.machine.set(trouble(now))
	d.machine.set(func(m *machine) {
		m.outbox.Items = append(m.outbox.Items, console.Item{Sequence: 99, Type: "of a later program", State: "accepted", Since: now, Answer: `<script>alert("x")</script>`})
	})
	d.calls.Place(hall.Place{Kiosk: "107", Service: "no such service", Step: "fill"}, now)
	b := d.browser()
	b.signIn("1003")
	if strings.Contains(b.body, "<script>alert") || strings.Contains(b.body, "no such service") {
		t.Error("the page takes over what is none of its words")
	}
	for _, want := range []string{"纸用完了", "请打开上盖", "PRINTER-PAPER-OUT", "影响 17 件事", "17 件里有 0 件", "14 件待送", "1 件要人处理", "其他", "正在办理", "高龄津贴申领", "离线"} {
		if !strings.Contains(b.body, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if regexp.MustCompile(`\d{15,}`).MatchString(b.body) {
		t.Error("the page has a number as long as a card's or a case's")
	}
}

// TestWhatHasRecovered: what has ended within a day, by code, with how often and when the last time; not what still lasts.
func TestWhatHasRecovered(t *testing.T) {
	d := open(t, nil)
	d.machine.set(trouble(d.clock.now()))
	b := d.browser()
	b.signIn("1003")
	b.get("/")
	_, past, found := strings.Cut(b.body, `id="recovered"`)
	past, _, _ = strings.Cut(past, "</section>")
	if !found || strings.Count(past, "<li>") != 2 || strings.Count(past, "READER-UNPLUGGED") != 1 || !strings.Contains(past, "2 次") ||
		strings.Index(past, "READER-UNPLUGGED") > strings.Index(past, "POWER-BATTERY") {
		t.Errorf("the page says %s", past)
	}
	d.machine.set(func(m *machine) { m.recovered = nil })
	if b.get("/"); strings.Contains(b.body, `id="recovered"`) {
		t.Error("a card for what never was")
	}
}

// TestWhyAServiceCanNotBeHad: the reason is what takes it away, not what merely makes it less.
func TestWhyAServiceCanNotBeHad(t *testing.T) {
	d := open(t, nil)
	d.machine.set(trouble(d.clock.now()))
	b := d.browser()
	b.signIn("1003")
	services := b.body[strings.Index(b.body, `id="services"`):strings.Index(b.body, `id="outbox"`)]
	not := strings.Index(services, "不能办")
	if before := strings.LastIndex(services[:not], "<b>"); !strings.HasPrefix(services[before:], "<b>连不上中心</b>") {
		t.Errorf("not to be had because\n%s", services)
	}
}

func TestLanguages(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	for wish, want := range map[string]string{"zh-CN,zh;q=0.9": `lang="zh-Hans"`, "zh-TW": `lang="zh-Hant"`, "zh-HK": `lang="zh-Hant"`, "en-GB": `lang="en"`, "fr": `lang="zh-Hans"`, "": `lang="zh-Hans"`} {
		if b.ask(http.MethodGet, "/", nil, func(r *http.Request) { r.Header.Set("Accept-Language", wish) }); !strings.Contains(b.body, "<html "+want) {
			t.Errorf("%q gets %.60s", wish, b.body)
		}
	}
	b.get("/?lang=en")
	b.signIn("1003")
	if !strings.Contains(b.body, "All is well") {
		t.Errorf("the chosen language is not kept:\n%.300s", b.body)
	}
	b.get("/?lang=zh-Hant")
	if b.get("/"); !strings.Contains(b.body, "登出") {
		t.Errorf("the other language is not kept:\n%.300s", b.body)
	}
}

// TestOwnCertificate: it is made once, stays over restarts, is made anew with the same key before it ends, and nobody else reads
// the key.
func TestOwnCertificate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "console")
	if _, err := console.OwnFingerprint(dir); err == nil {
		t.Error("a fingerprint of nothing")
	}
	now := time.Now()
	first, err := console.OwnCertificate(dir, "107", now)
	if err != nil {
		t.Fatal(err)
	}
	print, err := console.OwnFingerprint(dir)
	if err != nil || print != console.Fingerprint(first.Certificate[0]) || len(print) != 32*3-1 {
		t.Errorf("fingerprint %q, %v", print, err)
	}
	again, err := console.OwnCertificate(dir, "107", now.Add(300*24*time.Hour))
	if err != nil || string(again.Certificate[0]) != string(first.Certificate[0]) {
		t.Errorf("another certificate after some months, %v", err)
	}
	late, err := console.OwnCertificate(dir, "107", now.Add(780*24*time.Hour))
	if err != nil || string(late.Certificate[0]) == string(first.Certificate[0]) {
		t.Fatalf("the certificate is not made anew: %v", err)
	}
	if fmt.Sprint(late.Leaf.PublicKey) != fmt.Sprint(first.Leaf.PublicKey) || late.Leaf.NotAfter.Sub(late.Leaf.NotBefore) > 825*24*time.Hour {
		t.Errorf("new key, or until %s", late.Leaf.NotAfter)
	}
	info, err := os.Stat(filepath.Join(dir, "console.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "console.key"), []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := console.OwnCertificate(dir, "107", now); err == nil {
		t.Error("a spoiled key is replaced without a word")
	}
}
