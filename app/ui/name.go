package ui

import (
	"reflect"

	"onedoor/app/kiosk"
)

// Name is the name of the screen that is shown, for instance "Form"; empty before the first.
func (u *UI) Name() string { return u.name }

// nameOf keeps the kind of a state and nothing that is in it.
func nameOf(s kiosk.Screen) string {
	if s == nil {
		return ""
	}
	return reflect.TypeOf(s).Name()
}
