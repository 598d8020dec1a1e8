package cardreader_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"

	"onedoor/device/cardreader"
)

// portrait is a picture in the size of a card's.
func portrait(w, h int) image.Image { return image.NewGray(image.Rect(0, 0, w, h)) }

// TestPhotoProgram is the decoder itself: the test binary, started with the name of what it is to do behind its flags.
func TestPhotoProgram(t *testing.T) {
	if flag.NArg() != 1 {
		t.Skip("only as a decoder")
	}
	photo, err := io.ReadAll(os.Stdin)
	if err != nil || len(photo) != 1024 || photo[0] != 'W' || len(os.Environ()) != 1 || os.Getenv("PATH") == "" {
		fmt.Fprintln(os.Stderr, "not what a decoder is given")
		os.Exit(3)
	}
	switch flag.Arg(0) {
	case "bmp":
		err = bmp.Encode(os.Stdout, portrait(102, 126))
	case "jpeg":
		err = jpeg.Encode(os.Stdout, portrait(102, 126), nil)
	case "png":
		err = png.Encode(os.Stdout, portrait(102, 126))
	case "huge":
		err = png.Encode(os.Stdout, portrait(4000, 4000))
	case "torn":
		var b bytes.Buffer
		err = bmp.Encode(&b, portrait(102, 126))
		_, _ = os.Stdout.Write(b.Bytes()[:b.Len()-1])
	case "text":
		_, err = os.Stdout.WriteString("licence expired for 110101190001010014")
	}
	if err != nil {
		os.Exit(4)
	}
	os.Exit(0)
}

func photo() []byte { return bytes.Repeat([]byte("W"), 1024) }

// program is the test binary as a decoder.
func program(what string) []string {
	return []string{os.Args[0], "-test.run=^TestPhotoProgram$", what}
}

// script is a decoder as sites write them.
func script(t *testing.T, lines string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "decode")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return []string{path, "an argument with spaces"}
}

func decoder(t *testing.T, c cardreader.PhotoConfig) *cardreader.PhotoDecoder {
	t.Helper()
	d, err := cardreader.NewPhotoDecoder(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPhotoIsDecodedByAProgram(t *testing.T) {
	for _, format := range []string{"bmp", "png", "jpeg"} {
		given := photo()
		p, err := decoder(t, cardreader.PhotoConfig{Command: program(format), Time: time.Minute}).Decode(t.Context(), given)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		img, kind, err := image.Decode(bytes.NewReader(p.Data))
		if err != nil || kind != format || img.Bounds().Dx() != 102 || p.Format != format || p.Width != 102 || p.Height != 126 {
			t.Errorf("%s: %s of %d by %d, %v", format, p.Format, p.Width, p.Height, err)
		}
		data := p.Data
		p.Wipe()
		if len(bytes.Trim(data, "\x00")) > 0 || p.Data != nil {
			t.Errorf("%s: not wiped", format)
		}
	}
}

func TestPhotoScriptGetsItsArgumentsAndPathOnly(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "portrait.png")
	var b bytes.Buffer
	if err := png.Encode(&b, portrait(102, 126)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ONEDOOR_SECRET", "1")
	d := decoder(t, cardreader.PhotoConfig{Time: time.Minute, Command: script(t,
		`[ "$1" = "an argument with spaces" ] && [ -z "$ONEDOOR_SECRET$HOME" ] && [ "$(pwd)" = / ] && [ "$(wc -c)" -eq 1024 ] && exec cat `+picture)})
	p, err := d.Decode(t.Context(), photo())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.Data, b.Bytes()) {
		t.Error("another picture came out")
	}
}

func TestPhotoProgramsThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  cardreader.PhotoConfig
		says string
	}{
		"exit status":      {cardreader.PhotoConfig{Command: script(t, "exit 7")}, "7"},
		"nothing":          {cardreader.PhotoConfig{Command: script(t, "exit 0")}, "no BMP"},
		"no picture":       {cardreader.PhotoConfig{Command: program("text")}, "no BMP"},
		"torn":             {cardreader.PhotoConfig{Command: program("torn")}, "not whole"},
		"broken":           {cardreader.PhotoConfig{Command: script(t, "printf BM1234")}, "broken bmp"},
		"too many pixels":  {cardreader.PhotoConfig{Command: program("huge")}, "4000 by 4000"},
		"too many bytes":   {cardreader.PhotoConfig{Command: script(t, "cat /dev/zero"), Bytes: 100_000}, "more than 100000"},
		"hangs":            {cardreader.PhotoConfig{Command: script(t, "sleep 1000"), Time: 300 * time.Millisecond}, "longer than"},
		"leaves a child":   {cardreader.PhotoConfig{Command: script(t, "sleep 1000 & exit 0"), Time: 300 * time.Millisecond}, "longer than"},
		"closes and hangs": {cardreader.PhotoConfig{Command: script(t, "exec >&-; sleep 1000"), Time: 300 * time.Millisecond}, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.cfg.Time == 0 {
				c.cfg.Time = time.Minute
			}
			p, err := decoder(t, c.cfg).Decode(t.Context(), photo())
			if !errors.Is(err, cardreader.ErrPhoto) || !strings.Contains(err.Error(), c.says) || p != nil {
				t.Errorf("%v, %v; want one that says %q", p, err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "1101") {
				t.Errorf("it tells what the program said: %v", err)
			}
		})
	}
}

func TestPhotoDecodingEndsWithItsContext(t *testing.T) {
	begun := filepath.Join(t.TempDir(), "begun")
	d := decoder(t, cardreader.PhotoConfig{Command: script(t, "echo > "+begun+"; sleep 1000"), Time: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := d.Decode(ctx, photo())
		ended <- err
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for {
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			return
		case <-tick.C:
			if _, err := os.Stat(begun); err == nil {
				cancel()
			}
		case <-limit:
			t.Fatal("it goes on")
		}
	}
}

func TestPhotoDecoderRefusesNonsense(t *testing.T) {
	for name, c := range map[string]cardreader.PhotoConfig{
		"no command": {}, "no such program": {Command: []string{"/no/such/program"}}, "not by its name": {Command: []string{"no-such-program"}},
		"negative": {Command: []string{"cat"}, Bytes: -1},
	} {
		if _, err := cardreader.NewPhotoDecoder(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := decoder(t, cardreader.PhotoConfig{Command: []string{"cat"}}).Decode(t.Context(), nil); !errors.Is(err, cardreader.ErrPhoto) {
		t.Errorf("no photo: %v", err)
	}
}
