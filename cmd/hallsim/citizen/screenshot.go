package citizen

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math/bits"

	"github.com/jezek/xgb/xproto"
)

// stripRows is how many rows one request fetches: 2 MB of a 1920 pixel wide screen.
const stripRows = 256

// bytesPerPixel holds for screens of 24 and 32 bits; formatOf checks it.
const bytesPerPixel = 4

// Screenshot takes a picture of the whole screen, in which every pixel is opaque. No other program draws while the strips
// are fetched, so that the picture shows one moment.
func (h *Hands) Screenshot() (image.Image, error) {
	var picture *image.RGBA
	err := h.do(context.Background(), func(context.Context) error {
		xproto.GrabServer(h.conn)
		defer xproto.UngrabServer(h.conn)
		img := image.NewRGBA(h.bounds)
		for top := 0; top < h.bounds.Dy(); top += stripRows {
			rows := min(stripRows, h.bounds.Dy()-top)
			reply, err := xproto.GetImage(h.conn, xproto.ImageFormatZPixmap, xproto.Drawable(h.screen.Root),
				0, int16(top), uint16(h.bounds.Dx()), uint16(rows), ^uint32(0)).Reply()
			if err != nil {
				return fmt.Errorf("get rows from %d: %w", top, err)
			}
			want := rows * h.bounds.Dx() * bytesPerPixel
			if len(reply.Data) < want {
				return fmt.Errorf("get rows from %d: %d bytes, want %d", top, len(reply.Data), want)
			}
			h.format.decode(img.Pix[top*img.Stride:], reply.Data[:want])
		}
		picture = img
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take a picture of the screen: %w", err)
	}
	return picture, nil
}

// pixelFormat says where in a pixel of 32 bits the colours are.
type pixelFormat struct {
	order            binary.ByteOrder
	red, green, blue int // how far each colour's eight bits are shifted up
}

func formatOf(setup *xproto.SetupInfo, screen xproto.ScreenInfo) (pixelFormat, error) {
	width := byte(0)
	for _, f := range setup.PixmapFormats {
		if f.Depth == screen.RootDepth {
			width = f.BitsPerPixel
		}
	}
	if width != 8*bytesPerPixel {
		return pixelFormat{}, fmt.Errorf("the screen has %d bits a pixel (depth %d), want 32", width, screen.RootDepth)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if setup.ImageByteOrder == xproto.ImageOrderMSBFirst {
		order = binary.BigEndian
	}
	for _, depth := range screen.AllowedDepths {
		for _, v := range depth.Visuals {
			if v.VisualId != screen.RootVisual {
				continue
			}
			f := pixelFormat{order: order}
			for _, c := range []struct {
				to   *int
				mask uint32
			}{{&f.red, v.RedMask}, {&f.green, v.GreenMask}, {&f.blue, v.BlueMask}} {
				if bits.OnesCount32(c.mask) != 8 || c.mask>>bits.TrailingZeros32(c.mask) != 0xff {
					return pixelFormat{}, fmt.Errorf("colour mask %#x does not have eight bits in a row", c.mask)
				}
				*c.to = bits.TrailingZeros32(c.mask)
			}
			return f, nil
		}
	}
	return pixelFormat{}, errors.New("the screen does not describe its colours")
}

// decode turns the server's pixels into RGBA. dst must have room for as many pixels as src holds.
func (f pixelFormat) decode(dst, src []byte) {
	for i := 0; i+bytesPerPixel <= len(src); i += bytesPerPixel {
		p := f.order.Uint32(src[i:])
		dst[i], dst[i+1], dst[i+2], dst[i+3] = byte(p>>f.red), byte(p>>f.green), byte(p>>f.blue), 0xff
	}
}
