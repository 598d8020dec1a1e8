package citizen

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"image"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/xproto"
)

// Watch sees every time that something is painted on an X server's screen. It has a connection of its own, so that it can be
// used while Hands are busy. Make one with OpenWatch; it does one thing at a time.
type Watch struct {
	conn   *xgb.Conn
	screen xproto.ScreenInfo
	seed   maphash.Seed
	paints chan time.Time
	over   chan struct{}
}

// underWay is how many paints may wait to be looked at; of more than that only the newest are lost, and they come in bursts.
const underWay = 1024

// OpenWatch joins the X server at display, which must have the DAMAGE extension. Close ends the connection.
func OpenWatch(display string) (*Watch, error) {
	conn, err := connect(display)
	if err != nil {
		return nil, err
	}
	w, err := newWatch(conn)
	if err != nil {
		hangUp(conn)
		return nil, fmt.Errorf("watch X server %q: %w", display, err)
	}
	return w, nil
}

func newWatch(conn *xgb.Conn) (*Watch, error) {
	if err := damage.Init(conn); err != nil {
		return nil, fmt.Errorf("find the DAMAGE extension: %w", err)
	}
	if _, err := damage.QueryVersion(conn, 1, 1).Reply(); err != nil {
		return nil, fmt.Errorf("agree on the DAMAGE extension: %w", err)
	}
	screen := *xproto.Setup(conn).DefaultScreen(conn)
	id, err := damage.NewDamageId(conn)
	if err != nil {
		return nil, err
	}
	if err := damage.CreateChecked(conn, id, xproto.Drawable(screen.Root), damage.ReportLevelRawRectangles).Check(); err != nil {
		return nil, fmt.Errorf("ask for what is painted: %w", err)
	}
	w := &Watch{conn: conn, screen: screen, seed: maphash.MakeSeed(), paints: make(chan time.Time, underWay), over: make(chan struct{})}
	go w.listen()
	return w, nil
}

// listen notes when something is painted, until the connection ends.
func (w *Watch) listen() {
	defer close(w.over)
	for {
		event, fault := w.conn.WaitForEvent()
		if event == nil && fault == nil {
			return
		}
		if _, painted := event.(damage.NotifyEvent); painted {
			select {
			case w.paints <- time.Now():
			default:
			}
		}
	}
}

// Forget drops what was painted so far.
func (w *Watch) Forget() {
	for {
		select {
		case <-w.paints:
		default:
			return
		}
	}
}

// Sum is a sum of what is shown in a rectangle of the screen; another picture has another one. What lies off the screen is
// left out.
func (w *Watch) Sum(r image.Rectangle) (uint64, error) {
	r = r.Intersect(image.Rect(0, 0, int(w.screen.WidthInPixels), int(w.screen.HeightInPixels)))
	if r.Empty() {
		return 0, ErrOffScreen
	}
	reply, err := xproto.GetImage(w.conn, xproto.ImageFormatZPixmap, xproto.Drawable(w.screen.Root),
		int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()), ^uint32(0)).Reply()
	if err != nil {
		return 0, fmt.Errorf("look at %v: %w", r, err)
	}
	return maphash.Bytes(w.seed, reply.Data), nil
}

// ErrNotPainted says that nothing changed in time.
var ErrNotPainted = errors.New("not painted")

// Changed waits until the sum of a rectangle is another than before, and says when that was painted. ErrNotPainted: not within
// limit.
func (w *Watch) Changed(ctx context.Context, r image.Rectangle, before uint64, limit time.Duration) (time.Time, error) {
	over := time.NewTimer(limit)
	defer over.Stop()
	for {
		select {
		case at := <-w.paints:
			now, err := w.Sum(r)
			if err != nil || now != before {
				return at, err
			}
		case <-over.C: // who was held up has not looked at what was painted in time
			for range len(w.paints) {
				at := <-w.paints
				if now, err := w.Sum(r); err != nil || now != before {
					return at, err
				}
			}
			return time.Time{}, ErrNotPainted
		case <-w.over:
			return time.Time{}, errors.New("the X server has gone")
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// Rest waits until nothing was painted for the time of quiet, or for limit, and says when the last paint was; zero: there was
// none.
func (w *Watch) Rest(ctx context.Context, quiet, limit time.Duration) (last time.Time, err error) {
	over, still := time.NewTimer(limit), time.NewTimer(quiet)
	defer over.Stop()
	defer still.Stop()
	for {
		select {
		case last = <-w.paints:
			still.Reset(quiet - time.Since(last))
		case <-still.C:
			if len(w.paints) == 0 {
				return last, nil
			}
			still.Reset(quiet) // something was painted all the same, and not looked at yet
		case <-over.C:
			return last, nil
		case <-w.over:
			return last, errors.New("the X server has gone")
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
}

// Close leaves the X server.
func (w *Watch) Close() {
	w.conn.Close()
	select {
	case <-w.over:
	case <-time.After(answerLimit):
	}
}
