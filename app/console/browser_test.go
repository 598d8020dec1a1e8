package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
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
	return []screen{{name: "phone", width: 390, height: 844, phone: true, lang: "zh-Hans"}, {name: "desk", width: 1280, height: 800, lang: "zh-Hans"},
		{name: "phone-dark", width: 390, height: 844, phone: true, dark: true, lang: "zh-Hant"}, {name: "desk-dark", width: 1280, height: 800, dark: true, lang: "en"}}
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
		chromedp.UserDataDir(d.TempDir()))
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

// picture looks at the whole page: nothing may stick out at the side.
func (c *chromium) picture(name string) {
	c.Helper()
	if out := ask(c, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`)); out > 0 {
		c.Errorf("%s %s is %d wider than the screen", c.name, name, out)
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
