package ui

import (
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// look is one way in which every state of the tours is looked at.
type look struct {
	variant
	lang text.Language
}

// looks are three languages, ordinary, in elder mode and in high contrast, upright and across; and the other ways that
// people with special needs choose.
func looks() []look {
	var all []look
	for _, lang := range languages {
		for _, size := range sizes() {
			for _, v := range []variant{{}, {elder: true}, {contrast: true}} {
				v.size = size
				all = append(all, look{v, lang})
			}
		}
	}
	return append(all,
		look{variant{size: portrait, low: true}, text.Chinese}, look{variant{size: portrait, low: true, elder: true}, text.English},
		look{variant{size: portrait, text: 3}, text.Chinese}, look{variant{size: portrait, text: 3, low: true}, text.Traditional},
		look{variant{size: landscape, text: 3}, text.English}, look{variant{size: landscape, elder: true, contrast: true}, text.English},
		look{variant{size: portrait, text: 1}, text.English}, look{variant{size: portrait, dim: true}, text.Chinese},
	)
}

// states are the states as the kiosk makes them for this look. The settings of a visit end with it, so that the screens of
// staff have the ordinary look alone.
func (l look) states(t *testing.T) []sample {
	all := toured(t, l.lang, l.elder)
	if l.variant == (variant{size: l.size}) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(s sample) bool { return s.view.Frame.Staff != "" })
}

func (l look) String() string {
	return strings.Replace(l.variant.String(), "-zh", "-"+string(l.lang), 1)
}

// of gives a view the settings of the look that are the screen's alone. The kiosk itself has made what it is in elder mode.
func (l look) of(v kiosk.View) kiosk.View {
	f := &v.Frame
	f.Contrast, f.Low, f.Dim = l.contrast, l.low, l.dim
	if l.text > 0 {
		f.Size = l.text
	}
	return v
}
