package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/kiosk"
)

// pictures is the folder that pictures of the page are written to, for people to look at; empty: none are.
var pictures = os.Getenv("ONEDOOR_CONSOLE")

// screen is a kind of device that the page is read on.
type screen struct {
	name          string
	width, height int64
	phone, dark   bool
	lang          string
}

func screens() []screen {
	return []screen{{name: "phone", width: 360, height: 740, phone: true, lang: "zh-Hans"}, {name: "desk", width: 1280, height: 800, lang: "zh-Hans"},
		{name: "phone-dark", width: 360, height: 740, phone: true, dark: true, lang: "en"}, {name: "desk-dark", width: 1280, height: 800, dark: true, lang: "zh-Hant"}}
}

// chromium is a real browser with a page open.
type chromium struct {
	*desk
	ctx context.Context
	screen
}

// browse starts a browser; it trusts the console's own key and nothing else.
func (d *desk) browse(s screen) *chromium {
	d.Helper()
	file, err := exec.LookPath("chromium")
	if err != nil {
		d.Skip("there is no chromium here")
	}
	spki := sha256.Sum256(d.leaf.RawSubjectPublicKeyInfo)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(file), chromedp.NoSandbox, chromedp.Flag("lang", s.lang),
		chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(spki[:])), chromedp.WindowSize(int(s.width), int(s.height)),
		chromedp.UserDataDir(d.TempDir()), chromedp.Env("FONTCONFIG_FILE="+d.typefaces()))
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	tab, endTab := chromedp.NewContext(alloc)
	d.Cleanup(func() {
		_ = chromedp.Cancel(tab) // waits for the browser's end
		endTab()
		endAlloc()
	})
	if err := chromedp.Do(tab); err != nil { // starts the browser
		d.Fatal(err)
	}
	c := &chromium{d, tab, s}
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, media); err != nil {
		d.Fatal(err)
	}
	c.run(chromedp.EmulateViewport(s.width, s.height), chromedp.Navigate(d.url+"/?lang="+s.lang))
	return c
}

// typefaces writes down that the product's own are all there are, so that the page is the same on every machine, also on one
// without Chinese.
func (d *desk) typefaces() string {
	d.Helper()
	dir, err := filepath.Abs("../../assets/fonts")
	if err != nil {
		d.Fatal(err)
	}
	file := filepath.Join(d.TempDir(), "fonts.conf")
	own := fmt.Sprintf("<fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>", html.EscapeString(dir), html.EscapeString(d.TempDir()))
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		d.Fatal(err)
	}
	return file
}

func (c *chromium) run(steps ...chromedp.Action[chromedp.Void]) {
	c.Helper()
	limited, cancel := context.WithTimeout(c.ctx, limit)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		c.Fatal(err)
	}
}

// ask runs what has an answer.
func ask[T any](c *chromium, a chromedp.Action[T]) T {
	c.Helper()
	limited, cancel := context.WithTimeout(c.ctx, limit)
	defer cancel()
	v, err := chromedp.Run(limited, a)
	if err != nil {
		c.Fatal(err)
	}
	return v
}

// sees waits until the page says something.
func (c *chromium) sees(words string) {
	c.Helper()
	c.until("the page says "+words, func() bool { return strings.Contains(c.text(), words) })
}

func (c *chromium) text() string {
	c.Helper()
	return ask(c, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
}

// unfit is what does not fit a screen of a page: what can be touched and is less than 44 pixels high or wide, and what sticks out at
// the side. Before its style has come a page has neither size nor place.
const unfit = `document.readyState !== "complete" ? "loading" : [...document.querySelectorAll("a, button, input:not([type=hidden])")].filter((e) => e.offsetParent)
	.map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width < 44 || r.height < 44)
	.map(([e, r]) => e.outerHTML.slice(0, 80) + " " + r.width + "×" + r.height + " is for no finger")
	.concat(document.documentElement.scrollWidth > window.innerWidth ? ["it is " + document.documentElement.scrollWidth + " wide"] : []).join("\n")`

// picture looks at the whole page: nothing may stick out at the side, or be too small for a finger.
func (c *chromium) picture(name string) {
	c.Helper()
	found := ""
	c.until("the page has loaded", func() bool {
		found = ask(c, chromedp.Evaluate[string](unfit))
		return found != "loading"
	})
	if found != "" {
		c.Errorf("%s %s does not fit:\n%s", c.name, name, found)
	}
	if pictures == "" {
		return
	}
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pictures, c.name+"-"+name+".png"), ask(c, chromedp.FullScreenshot(100)), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c *chromium) signIn(id string) {
	c.Helper()
	c.run(chromedp.WaitVisible("#id"))
	c.picture("sign-in")
	c.run(chromedp.SendKeys("#id", id), chromedp.SendKeys("#pin", "86420"+id), chromedp.Submit("#pin"), chromedp.WaitVisible("#verdict"))
}

// TestInABrowser: staff sign in, see a citizen's call come, answer it, and the kiosk's screen says so.
func TestInABrowser(t *testing.T) {
	for _, s := range screens() {
		t.Run(s.name, func(t *testing.T) {
			var standing func() hall.Standing
			d := open(t, func(c *console.Config) {
				c.Standing = func() hall.Standing { return standing() }
			})
			k := newKiosk(d)
			standing = k.Standing
			d.machine.set(fill(d.clock.now()))
			c := d.browse(s)
			c.signIn("1003")
			words := d.words(s.lang)
			c.sees(words("visit.none"))
			c.until("the live page", func() bool { return d.console.Readers() == 1 })

			k.send(kiosk.Start{}, kiosk.Choice{Service: "old-age-allowance"}, kiosk.Help{}, kiosk.CallStaff{})
			k.until("staff have been called", func(v kiosk.View) bool {
				return v.Frame.Help != nil && v.Frame.Help.Heading == "已经呼叫工作人员"
			})
			c.sees(words("call.waiting"))
			if title := ask(c, chromedp.Title()); !strings.HasPrefix(title, "(1) ") {
				t.Errorf("the title is %q", title)
			}
			c.picture("call")
			c.run(chromedp.Click("#answer-1"))
			k.until("staff are on the way", func(v kiosk.View) bool {
				return v.Frame.Help != nil && v.Frame.Help.Heading == "工作人员马上过来"
			})
			c.sees(words("call.answered"))
			c.picture("answered")
			c.run(chromedp.Click("#done-1"))
			k.until("the offer again", func(v kiosk.View) bool { return v.Frame.Help != nil && v.Frame.Help.Heading == "需要帮忙？" })
			c.until("the call has gone", func() bool { return !strings.Contains(c.text(), words("call.answered")) })
			for _, entry := range []string{"sign-in ok 1003", "help-asked old-age-allowance", "help-answered 1003", "help-done 1003"} {
				if !d.audit.has(entry) {
					t.Errorf("the log lacks %q: %q", entry, d.audit.all())
				}
			}
		})
	}
}

// TestTroubleInABrowser: what is wrong is seen as it comes, and that the line is cut is said.
func TestTroubleInABrowser(t *testing.T) {
	for _, s := range screens() {
		t.Run(s.name, func(t *testing.T) {
			d := open(t, nil)
			words := d.words(s.lang)
			c := d.browse(s)
			c.signIn("1003")
			c.sees(words("verdict.well"))
			c.picture("well")
			d.machine.set(fill(d.clock.now()))
			d.machine.set(trouble(d.clock.now()))
			c.sees(words("verdict.partly"))
			c.sees("PRINTER-PAPER-OUT")
			c.picture("trouble")
			closed, _ := health.KindOf(health.OutboxNoSpace)
			d.machine.set(func(m *machine) {
				m.problems = append(health.Problems{{Kind: closed, Since: d.clock.now().Add(-3 * time.Minute)}}, m.problems...)
				m.standing.Out = string(health.OutboxNoSpace)
			})
			c.sees(words("verdict.closed"))
			c.picture("closed")
			d.clock.forward(20 * time.Minute)
			c.sees(words("locked"))
			c.picture("locked")
			c.run(chromedp.SendKeys("#pin", "864201003"), chromedp.Submit("#pin"))
			c.until("the page is open again", func() bool {
				now := c.text()
				return strings.Contains(now, words("verdict.closed")) && !strings.Contains(now, words("locked")) && d.console.Readers() == 1
			})
			d.stop()
			c.sees(words("lost"))
			c.picture("lost")
		})
	}
}

// TestACallIsHeard: staff are asked once whether they want it; the browser lets the page be heard after it was touched; what they
// chose is remembered, and each call rings once in a window.
func TestACallIsHeard(t *testing.T) {
	d := open(t, nil)
	words := d.words("zh-Hans")
	c := d.browse(screen{name: "sound", width: 360, height: 740, phone: true, lang: "zh-Hans"})
	c.signIn("1003")
	count := func() {
		ask(c, chromedp.Evaluate[bool](`window.rung = 0; { const start = OscillatorNode.prototype.start;
			OscillatorNode.prototype.start = function (when) { if (this.context.state === "running") window.rung++; return start.call(this, when); }; } true`))
	}
	rung := func() int { return ask(c, chromedp.Evaluate[int](`window.rung`)) }
	shown := func(id string) bool {
		return ask(c, chromedp.Evaluate[bool](`!document.getElementById("`+id+`").hidden`))
	}
	count()
	c.sees(words("sound.ask"))
	c.picture("ask")
	c.until("the live page", func() bool { return d.console.Readers() == 1 })
	place := func() hall.Call { return d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, d.clock.now()) }
	first := place()
	c.sees(words("call.waiting"))
	if n := rung(); n != 0 {
		t.Errorf("%d tones before anybody wanted them", n)
	}
	d.calls.Withdraw(first.ID, false, d.clock.now())
	c.run(chromedp.WaitVisible("#ask-on"), chromedp.Click("#ask-on")) // it is not asked while somebody waits
	c.until("two tones to try", func() bool { return rung() == 2 })
	if shown("ask") || shown("quiet") || ask(c, chromedp.Evaluate[string](`document.getElementById("bell").textContent`)) != words("sound.on") {
		t.Errorf("after turning it on the page says\n%s", c.text())
	}
	second := place()
	c.until("the second call", func() bool { return rung() == 4 })
	d.calls.Withdraw(second.ID, false, d.clock.now())
	c.until("its end", func() bool { return !strings.Contains(c.text(), words("call.waiting")) })

	// A new page is silent until it is touched, and says so; what was chosen is remembered.
	c.run(chromedp.Reload())
	count()
	c.sees(words("sound.on"))
	c.until("that it is quiet", func() bool { return shown("quiet") })
	if shown("ask") {
		t.Error("it is asked again")
	}
	c.picture("quiet")
	c.run(chromedp.Click("#verdict"))
	c.until("that it is heard", func() bool { return !shown("quiet") })
	third := place()
	c.until("the third call", func() bool { return rung() == 2 })
	c.run(chromedp.Click("#bell"))
	c.sees(words("sound.off"))
	d.calls.Withdraw(third.ID, false, d.clock.now())
	fourth := place()
	c.run(chromedp.WaitVisible(fmt.Sprintf("#answer-%d", fourth.ID)))
	if n := rung(); n != 2 {
		t.Errorf("%d tones after it was turned off", n)
	}
}

// TestByKeyboard: with nothing but the tab key and space a call is answered, and it is seen where one is.
func TestByKeyboard(t *testing.T) {
	d := open(t, nil)
	c := d.browse(screen{name: "keys", width: 1280, height: 800, lang: "en"})
	c.signIn("1003")
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, d.clock.now())
	c.sees(d.words("en")("call.waiting"))
	for n := 0; ask(c, chromedp.Evaluate[string](`document.activeElement.id`)) != "answer-1"; n++ {
		if n > 20 {
			t.Fatal("the tab key does not lead to the answer")
		}
		c.run(chromedp.KeyEvent("\t"))
		if ring := ask(c, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`)); ring != "solid" {
			t.Errorf("the focus is not seen at %s", ask(c, chromedp.Evaluate[string](`document.activeElement.outerHTML.slice(0, 80)`)))
		}
	}
	c.picture("focus")
	c.run(chromedp.KeyEvent(" "))
	c.sees(d.words("en")("call.answered"))
	if call, _ := d.calls.Call(1); call.State != hall.CallAnswered {
		t.Errorf("the call is %s", call.State)
	}
}

// TestWithoutAScript: everything can be done, and the page asks for itself.
func TestWithoutAScript(t *testing.T) {
	d := open(t, nil)
	c := d.browse(screen{name: "plain", width: 390, height: 844, phone: true, lang: "zh-Hans"})
	if _, err := chromedp.Call(c.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	c.run(chromedp.Navigate(d.url))
	c.run(chromedp.SendKeys("#id", "1003"), chromedp.SendKeys("#pin", "864201003"), chromedp.Click("main button"))
	c.run(chromedp.WaitVisible("#verdict"))
	if !d.console.Attended() {
		t.Error("nobody seems to look")
	}
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, d.clock.now())
	c.run(chromedp.WaitVisible("#answer-1")) // by its own refresh
	c.run(chromedp.Click("#answer-1"), chromedp.WaitVisible(".call.answered"))
	if call, _ := d.calls.Call(1); call.State != hall.CallAnswered {
		t.Errorf("the call is %s", call.State)
	}
}
