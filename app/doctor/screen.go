package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// display joins the X server, asks for its size and for OpenGL, and leaves.
func (p *patient) display(ctx context.Context) []Finding {
	name, sockets := p.Display, p.displays()
	if name == "" {
		name = p.Machine.Env("DISPLAY")
	}
	guessed := name == ""
	if guessed {
		if len(sockets) == 0 {
			return []Finding{wrong(CheckDisplay, DisplayNone, "display", "DISPLAY")}
		}
		name = sockets[0]
	}
	type screen struct {
		width, height int
		gl            bool
		err           error
	}
	seen := make(chan screen, 1)
	go func() {
		w, h, gl, err := askX(name)
		seen <- screen{w, h, gl, err}
	}()
	var s screen
	select {
	case s = <-seen:
	case <-ctx.Done():
		return []Finding{wrong(CheckDisplay, DisplayNone, "display", name).because(ctx.Err())}
	}
	args := []string{"display", name, "width", strconv.Itoa(s.width), "height", strconv.Itoa(s.height), "gl", p.rendering()}
	switch {
	case s.err != nil && slices.Contains(sockets, strings.SplitN(name, ".", 2)[0]) && refused(s.err):
		return []Finding{wrong(CheckDisplay, DisplayNotAllowed, "display", name, "user", userName()).because(s.err)}
	case s.err != nil:
		return []Finding{wrong(CheckDisplay, DisplayNone, "display", name).because(s.err)}
	case !s.gl:
		return []Finding{wrong(CheckDisplay, DisplayNoGL, args...)}
	case p.read && p.file.Screen.Fullscreen && (s.width != p.file.Screen.Width || s.height != p.file.Screen.Height):
		return []Finding{wrong(CheckDisplay, DisplaySize, append(args, "want", fmt.Sprintf("%d × %d", p.file.Screen.Width, p.file.Screen.Height))...)}
	}
	return []Finding{fine(CheckDisplay, args...)}
}

// displays are the X servers of this machine, as :0.
func (p *patient) displays() []string {
	all, err := filepath.Glob(p.Machine.at("tmp", ".X11-unix", "X*"))
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range all {
		names = append(names, ":"+strings.TrimPrefix(filepath.Base(s), "X"))
	}
	return names
}

// refused says whether the X server is there and does not want this user.
func refused(err error) bool {
	s := strings.ToLower(err.Error())
	return strings.Contains(s, "authori") || strings.Contains(s, "permission") || strings.Contains(s, "not allowed")
}

// rendering is who draws: a graphics chip that this machine shows, or the processor.
func (p *patient) rendering() string {
	nodes, err := filepath.Glob(p.Machine.at("dev", "dri", "renderD*"))
	if err != nil || len(nodes) == 0 {
		return "software"
	}
	return "hardware"
}

func askX(name string) (width, height int, gl bool, err error) {
	xgb.Logger.SetOutput(io.Discard) // what it writes there comes back as an error too
	conn, err := xgb.NewConnDisplay(name)
	if err != nil {
		return 0, 0, false, err
	}
	defer hangUp(conn)
	s := xproto.Setup(conn).DefaultScreen(conn)
	ext, err := xproto.QueryExtension(conn, uint16(len("GLX")), "GLX").Reply()
	if err != nil {
		return 0, 0, false, err
	}
	return int(s.WidthInPixels), int(s.HeightInPixels), ext.Present, nil
}

// hangUp leaves the X server and waits, for a limited time, until the connection's goroutines have ended.
func hangUp(conn *xgb.Conn) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		conn.Close()
		for {
			if event, fault := conn.WaitForEvent(); event == nil && fault == nil {
				return
			}
		}
	}()
	select {
	case <-left:
	case <-time.After(time.Second):
	}
}

// touch looks for a device that the kernel calls direct: one that is touched where the picture is.
func (p *patient) touch(context.Context) []Finding {
	list, err := os.ReadFile(p.Machine.at("proc", "bus", "input", "devices"))
	if err != nil {
		return []Finding{wrong(CheckTouch, TouchNone).because(err)}
	}
	for device := range strings.SplitSeq(string(list), "\n\n") {
		name, direct := "", false
		for line := range strings.Lines(device) {
			line = strings.TrimSpace(line)
			if rest, ok := strings.CutPrefix(line, "N: Name="); ok {
				name = strings.Trim(rest, `"`)
			}
			if bits, ok := strings.CutPrefix(line, "B: PROP="); ok {
				n, err := strconv.ParseUint(bits, 16, 64)
				const isDirect = 1 << 1 // INPUT_PROP_DIRECT
				direct = err == nil && n&isDirect != 0
			}
		}
		if direct {
			return []Finding{fine(CheckTouch, "name", name)}
		}
	}
	return []Finding{wrong(CheckTouch, TouchNone)}
}

// voice looks for the program that reads the screen aloud, and lets it say its version.
func (p *patient) voice(ctx context.Context) []Finding {
	switch {
	case !p.read:
		return []Finding{wrong(CheckVoice, SkipNoConfig)}
	case p.file.Voice == "":
		return []Finding{wrong(CheckVoice, SkipNotSet)}
	}
	said, err := p.Machine.Run(ctx, p.file.Voice, "--version")
	switch {
	case missing(err):
		return []Finding{wrong(CheckVoice, VoiceMissing, "program", p.file.Voice)}
	case err != nil:
		return []Finding{wrong(CheckVoice, VoiceFails, "program", p.file.Voice).because(err)}
	}
	version, _, _ := strings.Cut(string(said), "\n")
	return []Finding{fine(CheckVoice, "program", p.file.Voice, "version", version)}
}
