package cardreader

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/image/bmp"
)

// The limits of a PhotoDecoder, unless others are set.
const (
	DefaultPhotoTime   = 5 * time.Second
	DefaultPhotoBytes  = 1 << 20
	DefaultPhotoPixels = 1 << 20
)

// photoLength is what a card holds of its owner's picture.
const photoLength = 1024

// PhotoConfig says how photos are decoded. Their coding is known to licensed libraries only, so it is done by a program that
// the site has from the maker of its reader, or not at all.
type PhotoConfig struct {
	// Command is the program, by its full path or looked up in PATH, and its arguments. It is given the 1024 bytes on standard
	// input and writes a picture, as BMP, PNG or JPEG, to standard output. Of the environment it gets PATH only; it runs in
	// the root folder. Required.
	Command []string
	// Time is how long it may take; 0 means DefaultPhotoTime.
	Time time.Duration
	// Bytes is how long the picture's file may be; 0 means DefaultPhotoBytes.
	Bytes int
	// Pixels is how large the picture may be; 0 means DefaultPhotoPixels.
	Pixels int
}

// PhotoDecoder makes pictures of cards' photos. It may be used by several goroutines.
type PhotoDecoder struct {
	cfg     PhotoConfig
	program string
}

// Picture is a decoded photo. Whoever gets one wipes it when done.
type Picture struct {
	Format        string // bmp, png or jpeg
	Width, Height int    // pixels
	Data          []byte // the file
}

// Wipe overwrites the picture and empties it.
func (p *Picture) Wipe() {
	clear(p.Data[:cap(p.Data)])
	*p = Picture{}
}

// ErrPhoto is returned when a photo could not be decoded: the program failed, took too long, or gave no picture within the
// limits. What the program said is not told, for it may be of a person.
var ErrPhoto = errors.New("card reader: photo not decoded")

// NewPhotoDecoder checks the configuration and looks the program up.
func NewPhotoDecoder(c PhotoConfig) (*PhotoDecoder, error) {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return nil, errors.New("photo decoder: Command is required")
	}
	if c.Time < 0 || c.Bytes < 0 || c.Pixels < 0 {
		return nil, errors.New("photo decoder: a limit is negative")
	}
	if c.Time == 0 {
		c.Time = DefaultPhotoTime
	}
	if c.Bytes == 0 {
		c.Bytes = DefaultPhotoBytes
	}
	if c.Pixels == 0 {
		c.Pixels = DefaultPhotoPixels
	}
	program, err := exec.LookPath(c.Command[0])
	if err == nil {
		program, err = filepath.Abs(program)
	}
	if err != nil {
		return nil, fmt.Errorf("photo decoder: %w", err)
	}
	return &PhotoDecoder{cfg: c, program: program}, nil
}

// Decode makes a picture of the 1024 bytes of a photo. The errors are ErrPhoto, with the reason, and that of ctx.
func (d *PhotoDecoder) Decode(ctx context.Context, photo []byte) (*Picture, error) {
	if len(photo) != photoLength {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrPhoto, len(photo))
	}
	data, err := d.run(ctx, photo)
	if err != nil {
		clear(data[:cap(data)])
		if ctx.Err() != nil {
			return nil, fmt.Errorf("decode photo: %w", ctx.Err())
		}
		return nil, fmt.Errorf("%w: %w", ErrPhoto, err)
	}
	p, err := d.inspect(data)
	if err != nil {
		clear(data[:cap(data)])
		return nil, fmt.Errorf("%w: %w", ErrPhoto, err)
	}
	return p, nil
}

// run has the program decode. It and all that it has started are gone on return, unless they have left its process group.
func (d *PhotoDecoder) run(ctx context.Context, photo []byte) ([]byte, error) {
	deadline := time.Now().Add(d.cfg.Time)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.program, d.cfg.Command[1:]...)
	cmd.Env, cmd.Dir = []string{"PATH=" + os.Getenv("PATH")}, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// Pipes of our own: those of os/exec are copied through buffers that nobody wipes.
	in, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	out, said, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	defer out.Close()
	cmd.Stdin, cmd.Stdout = in, said
	err = cmd.Start()
	if err = errors.Join(err, in.Close(), said.Close()); err != nil {
		return nil, err
	}
	data, err := d.talk(ctx, feed, out, photo, deadline)
	if err != nil {
		cancel() // it is not waited for
	}
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = werr
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it has left behind; usually nothing
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("the program took longer than %v", d.cfg.Time)
	}
	return data, err
}

// talk writes the photo and reads the picture.
func (d *PhotoDecoder) talk(ctx context.Context, feed, out *os.File, photo []byte, deadline time.Time) ([]byte, error) {
	if err := errors.Join(feed.SetDeadline(deadline), out.SetDeadline(deadline)); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = out.SetDeadline(time.Unix(1, 0)) }) // whoever still holds the pipe open
	defer stop()
	// A pipe takes that much at once; a program that does not want it will show by its picture.
	if _, err := feed.Write(photo); err != nil && !errors.Is(err, syscall.EPIPE) {
		return nil, err
	}
	if err := feed.Close(); err != nil {
		return nil, err
	}
	data := make([]byte, 0, min(64<<10, d.cfg.Bytes+1))
	for {
		if len(data) == cap(data) {
			bigger := make([]byte, len(data), min(2*cap(data), d.cfg.Bytes+1))
			copy(bigger, data)
			clear(data)
			data = bigger
		}
		n, err := out.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return data, err
		case len(data) > d.cfg.Bytes:
			return data, fmt.Errorf("the program gave more than %d bytes", d.cfg.Bytes)
		}
	}
}

// inspect looks at a picture's head and end. It is not decoded here: that would leave copies.
func (d *PhotoDecoder) inspect(data []byte) (*Picture, error) {
	var head image.Config
	var err error
	p := &Picture{Data: data}
	whole := false
	switch {
	case bytes.HasPrefix(data, []byte("BM")):
		p.Format = "bmp"
		head, err = bmp.DecodeConfig(bytes.NewReader(data))
		whole = err == nil && wholeBMP(data, head)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		p.Format = "png"
		whole = bytes.HasSuffix(data, []byte("IEND\xaeB`\x82"))
		head, err = png.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte{0xFF, 0xD8}):
		p.Format = "jpeg"
		whole = bytes.HasSuffix(data, []byte{0xFF, 0xD9})
		head, err = jpeg.DecodeConfig(bytes.NewReader(data))
	default:
		return nil, fmt.Errorf("the program gave %d bytes that are no BMP, PNG or JPEG", len(data))
	}
	switch {
	case err != nil:
		return nil, errors.New("the program gave a broken " + p.Format)
	case !whole:
		return nil, errors.New("the program gave a " + p.Format + " that is not whole")
	case head.Width < 1 || head.Height < 1 || head.Width > d.cfg.Pixels/head.Height:
		return nil, fmt.Errorf("the program gave a picture of %d by %d pixels", head.Width, head.Height)
	}
	p.Width, p.Height = head.Width, head.Height
	return p, nil
}

// wholeBMP says whether all rows are there. The length that stands in the file is not asked: makers' programs write any.
func wholeBMP(data []byte, head image.Config) bool {
	if len(data) < 30 || head.Width > 1<<16 || head.Height > 1<<16 {
		return false
	}
	start, bits := int(binary.LittleEndian.Uint32(data[10:])), int(binary.LittleEndian.Uint16(data[28:]))
	return start+(head.Width*bits+31)/32*4*head.Height <= len(data)
}
