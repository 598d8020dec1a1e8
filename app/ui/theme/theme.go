// Package theme holds the kiosk's colours, sizes and typefaces. It guarantees that text is always set in the bundled
// OTF fonts, whatever the machine has installed, and it is set once: large text is a Scale that screens are given,
// because every change of theme makes Fyne parse the fonts again.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"onedoor/assets/fonts"
)

// Theme is the Fyne theme of the kiosk.
type Theme struct {
	palette       Palette
	regular, bold fyne.Resource
}

var _ fyne.Theme = (*Theme)(nil)

// New returns the theme with the light palette and the bundled fonts.
func New() *Theme {
	return &Theme{
		palette: Light(),
		regular: fyne.NewStaticResource("onedoor-regular.otf", fonts.Main()),
		bold:    fyne.NewStaticResource("onedoor-bold.otf", fonts.Bold()),
	}
}

// Color maps Fyne's names to the palette; the screens themselves use the palette.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	p := t.palette
	switch name {
	case fynetheme.ColorNameBackground:
		return p.Ground
	case fynetheme.ColorNameForeground:
		return p.Text
	case fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameDisabled:
		return p.Text2
	case fynetheme.ColorNamePrimary, fynetheme.ColorNameFocus, fynetheme.ColorNameHyperlink:
		return p.Action
	case fynetheme.ColorNameInputBackground, fynetheme.ColorNameOverlayBackground, fynetheme.ColorNameButton:
		return p.Surface
	case fynetheme.ColorNameInputBorder, fynetheme.ColorNameSeparator:
		return p.Line
	case fynetheme.ColorNamePressed:
		return p.ActionPress
	case fynetheme.ColorNameHover, fynetheme.ColorNameShadow:
		return color.Transparent // a finger leaves no hover behind, and nothing casts a shadow
	case fynetheme.ColorNameError:
		return p.Stop
	case fynetheme.ColorNameWarning:
		return p.Warn
	case fynetheme.ColorNameSuccess:
		return p.OK
	}
	return fynetheme.DefaultTheme().Color(name, variant)
}

// Font returns one of the two bundled weights; there is no italic and no monospaced face for Chinese.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	if style.Symbol {
		return fynetheme.DefaultTheme().Font(style)
	}
	if style.Bold {
		return t.bold
	}
	return t.regular
}

// Icon returns Fyne's own icons; the screens take theirs from assets/icons.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return fynetheme.DefaultTheme().Icon(name)
}

// Size gives body text the normal size and no padding around a window's content.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case fynetheme.SizeNameText:
		return Normal().Body
	case fynetheme.SizeNamePadding, fynetheme.SizeNameInnerPadding:
		return 0
	}
	return fynetheme.DefaultTheme().Size(name)
}
