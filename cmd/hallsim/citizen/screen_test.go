package citizen_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"onedoor/cmd/hallsim/citizen"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = time.Minute // only ends what hangs

func startXvfb(t *testing.T, width, height int) string {
	t.Helper()
	display, stop, err := citizen.StartXvfb(t.Context(), width, height)
	if errors.Is(err, citizen.ErrNoXvfb) {
		t.Skip("Xvfb is not installed: apt-get install xvfb")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return display
}

func dial(t *testing.T, display string) *citizen.Hands {
	t.Helper()
	hands, err := citizen.Dial(display)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hands.Close)
	return hands
}

// window is a real window of one colour that keeps what happens to it.
type window struct {
	conn   *xgb.Conn
	id     xproto.Window
	events chan xgb.Event
}

func openWindow(t *testing.T, display string, place image.Rectangle, rgb uint32) *window {
	t.Helper()
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{conn: conn, events: make(chan xgb.Event, 256)}
	ended := make(chan struct{})
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			event, fault := conn.WaitForEvent()
			if event == nil && fault == nil {
				return
			}
			if event != nil {
				w.events <- event
			}
		}
	}()
	screen := xproto.Setup(conn).DefaultScreen(conn)
	id, err := xproto.NewWindowId(conn)
	if err != nil {
		t.Fatal(err)
	}
	err = xproto.CreateWindowChecked(conn, screen.RootDepth, id, screen.Root, int16(place.Min.X), int16(place.Min.Y),
		uint16(place.Dx()), uint16(place.Dy()), 0, xproto.WindowClassInputOutput, screen.RootVisual,
		xproto.CwBackPixel|xproto.CwEventMask, []uint32{rgb, xproto.EventMaskButtonPress | xproto.EventMaskButtonRelease |
			xproto.EventMaskPointerMotion | xproto.EventMaskExposure |
			xproto.EventMaskKeyPress | xproto.EventMaskKeyRelease}).Check()
	if err != nil {
		t.Fatal(err)
	}
	w.id = id
	if err := xproto.MapWindowChecked(conn, id).Check(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, drawn := w.next(t).(xproto.ExposeEvent); drawn {
			return w
		}
	}
}

func (w *window) next(t *testing.T) xgb.Event {
	t.Helper()
	select {
	case event := <-w.events:
		return event
	case <-time.After(limit):
		t.Fatal("the window saw nothing more")
		return nil
	}
}

// tap waits for a press and its release and says where in the window they and the last motion between them were.
func (w *window) tap(t *testing.T) (press xproto.ButtonPressEvent, slid int, release xproto.ButtonReleaseEvent) {
	t.Helper()
	pressed := false
	for {
		switch e := w.next(t).(type) {
		case xproto.ButtonPressEvent:
			press, pressed = e, true
		case xproto.MotionNotifyEvent:
			if pressed {
				slid++
			}
		case xproto.ButtonReleaseEvent:
			return press, slid, e
		}
	}
}

func TestTapReachesTheWindow(t *testing.T) {
	display := startXvfb(t, 640, 480)
	w := openWindow(t, display, image.Rect(100, 50, 500, 350), 0x0B57A4)
	hands := dial(t, display)
	if got := hands.Bounds(); got != image.Rect(0, 0, 640, 480) {
		t.Fatalf("bounds %v", got)
	}
	for _, slip := range []image.Point{{}, {X: 1}, {X: 7}, {X: -5}, {X: 9, Y: -12}} {
		if err := hands.Tap(t.Context(), image.Pt(240, 130), slip); err != nil {
			t.Fatalf("slip %v: %v", slip, err)
		}
		press, slid, release := w.tap(t)
		if press.Detail != 1 || press.EventX != 140 || press.EventY != 80 || press.RootX != 240 || press.RootY != 130 {
			t.Errorf("slip %v: press %+v", slip, press)
		}
		if release.Detail != 1 || release.EventX != int16(140+slip.X) || release.EventY != int16(80+slip.Y) {
			t.Errorf("slip %v: release %+v", slip, release)
		}
		if (slid > 0) != (slip != image.Point{}) {
			t.Errorf("slip %v: %d motions while the finger was down", slip, slid)
		}
		if release.Time <= press.Time {
			t.Errorf("slip %v: the finger was lifted at %d, put down at %d", slip, release.Time, press.Time)
		}
	}
}

func TestFingerIsLiftedWhenTheContextEnds(t *testing.T) {
	display := startXvfb(t, 640, 480)
	w := openWindow(t, display, image.Rect(0, 0, 640, 480), 0)
	hands := dial(t, display)
	ctx, cancel := context.WithCancel(t.Context())
	tapped := make(chan error, 1)
	go func() { tapped <- hands.Tap(ctx, image.Pt(10, 10), image.Point{}) }()
	for {
		if _, down := w.next(t).(xproto.ButtonPressEvent); down {
			break
		}
	}
	cancel()
	for {
		if _, up := w.next(t).(xproto.ButtonReleaseEvent); up {
			break
		}
	}
	if err := <-tapped; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := hands.Tap(t.Context(), image.Pt(20, 20), image.Point{}); err != nil {
		t.Errorf("the next tap: %v", err)
	}
}

func TestTapOffTheScreen(t *testing.T) {
	hands := dial(t, startXvfb(t, 320, 240))
	for _, p := range []struct{ x, y, slip int }{{320, 10, 0}, {10, 240, 0}, {-1, 10, 0}, {318, 10, 4}, {1 << 20, 0, 0}} {
		if err := hands.Tap(t.Context(), image.Pt(p.x, p.y), image.Pt(p.slip, 0)); !errors.Is(err, citizen.ErrOffScreen) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

func TestScreenshotShowsWhatIsDrawn(t *testing.T) {
	// Higher than one strip, with a remainder.
	display := startXvfb(t, 300, 700)
	place := image.Rect(40, 200, 260, 640)
	openWindow(t, display, place, 0x12A4E7)
	picture, err := dial(t, display).Screenshot()
	if err != nil {
		t.Fatal(err)
	}
	if picture.Bounds() != image.Rect(0, 0, 300, 700) {
		t.Fatalf("bounds %v", picture.Bounds())
	}
	inside, outside := color.RGBA{R: 0x12, G: 0xA4, B: 0xE7, A: 0xff}, color.RGBA{A: 0xff}
	for y := range 700 {
		for x := range 300 {
			want := outside
			if image.Pt(x, y).In(place) {
				want = inside
			}
			if got := picture.At(x, y); got != want {
				t.Fatalf("pixel (%d,%d) is %v, want %v", x, y, got, want)
			}
		}
	}
}

func TestManyServersAtOnce(t *testing.T) {
	displays := make(chan string, 4)
	for range cap(displays) {
		go func() {
			display, stop, err := citizen.StartXvfb(t.Context(), 64, 64)
			if err != nil {
				displays <- err.Error()
				return
			}
			t.Cleanup(stop)
			displays <- display
		}()
	}
	seen := make(map[string]bool)
	for range cap(displays) {
		d := <-displays
		if strings.Contains(d, citizen.ErrNoXvfb.Error()) {
			t.Skip("Xvfb is not installed: apt-get install xvfb")
		}
		if !strings.HasPrefix(d, ":") || seen[d] {
			t.Errorf("display %q, after %v", d, seen)
		}
		seen[d] = true
	}
}

func TestStoppedServerIsGone(t *testing.T) {
	display, stop, err := citizen.StartXvfb(t.Context(), 64, 64)
	if errors.Is(err, citizen.ErrNoXvfb) {
		t.Skip("Xvfb is not installed: apt-get install xvfb")
	}
	if err != nil {
		t.Fatal(err)
	}
	hands := dial(t, display)
	server := serverOf(t, display)
	stop()
	stop()
	if err := hands.Tap(t.Context(), image.Pt(1, 1), image.Point{}); err == nil {
		t.Error("tapped on a server that is gone")
	}
	if _, err := hands.Screenshot(); err == nil {
		t.Error("took a picture of a server that is gone")
	}
	if err := unix.Kill(server, 0); !errors.Is(err, unix.ESRCH) { // its display may be another's by now
		t.Errorf("the server still runs: %v", err)
	}
	hands.Close()
	hands.Close()
}

// serverOf is the process that listens at a display.
func serverOf(t *testing.T, display string) (pid int) {
	t.Helper()
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(display, ":"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return int(peer.Pid)
}

func TestStartXvfbRefusesImpossibleScreens(t *testing.T) {
	for _, size := range []image.Point{{0, 10}, {10, -1}, {1 << 15, 10}} {
		if _, _, err := citizen.StartXvfb(t.Context(), size.X, size.Y); err == nil {
			t.Errorf("%v: started", size)
		}
	}
}

func TestDialWithoutServer(t *testing.T) {
	if _, err := citizen.Dial(":59999"); err == nil {
		t.Error("joined a server that is not there")
	}
}
