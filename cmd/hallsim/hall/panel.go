package hall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"onedoor/cmd/hallsim/dock"
)

// lever is a row of a lever table: a field of a simulator's levers, and how people are told of it. What kind of lever it is
// follows from the field's type.
type lever struct {
	field string
	text  string
	unit  string   // of numbers; milliseconds and shares have theirs
	most  int      // of numbers, milliseconds and so on; 0 means a million
	of    []choice // for fields that are none of a switch, a number, a time or a share
}

// choice is one value of a lever that has few.
type choice struct {
	value, text string
	put         any
}

type group struct {
	title  string
	levers []lever
}

// panel moves the levers of type L by their names.
type panel[L any] struct {
	groups []group
	pulled func() L
	change func(func(*L))
}

var _ dock.Panel = panel[struct{}]{}

// name is a field's name in the API: paper_out for PaperOut, no_qr for NoQR.
func name(field string) string {
	var b strings.Builder
	lower := false // the letter before is a small one
	for _, c := range field {
		if lower && unicode.IsUpper(c) {
			b.WriteByte('_')
		}
		lower = unicode.IsLower(c)
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// Groups lists the levers as they stand.
func (p panel[L]) Groups() []dock.Group {
	now := p.pulled()
	v := reflect.ValueOf(&now).Elem()
	var out []dock.Group
	for _, g := range p.groups {
		shown := dock.Group{Title: g.title}
		for _, l := range g.levers {
			shown.Levers = append(shown.Levers, l.state(v.FieldByName(l.field)))
		}
		out = append(out, shown)
	}
	return out
}

func (l lever) state(f reflect.Value) dock.Lever {
	s := dock.Lever{Name: name(l.field), Text: l.text, Unit: l.unit, Most: l.limit(), Pulled: !f.IsZero()}
	switch v := f.Interface().(type) {
	case bool:
		s.Kind, s.Most, s.Value = dock.Switch, 0, v
	case time.Duration:
		s.Kind, s.Unit, s.Value = dock.Milliseconds, "毫秒", v.Milliseconds()
	case float64:
		s.Kind, s.Unit, s.Most, s.Value = dock.Percent, "%", 100, math.Round(1e8*v)/1e6
	case int:
		s.Kind, s.Value = dock.Count, v
	case uint16:
		s.Kind, s.Most, s.Value = dock.Count, math.MaxUint16, v
	default:
		s.Kind, s.Most = dock.Choice, 0
		for _, c := range l.of {
			s.Options = append(s.Options, dock.Option{Value: c.value, Text: c.text})
			if reflect.DeepEqual(v, c.put) {
				s.Value = c.value
			}
		}
	}
	return s
}

func (l lever) limit() int {
	if l.most > 0 {
		return l.most
	}
	return 1_000_000
}

// Pull moves the levers that are named, all of them or, when one can not be, none.
func (p panel[L]) Pull(values map[string]json.RawMessage) error {
	var faults []error
	var moves []func(reflect.Value)
	for _, n := range slices.Sorted(maps.Keys(values)) {
		raw := values[n]
		l, ok := p.find(n)
		if !ok {
			faults = append(faults, fmt.Errorf("there is no lever %q", n))
			continue
		}
		var levers L
		move, err := l.parse(reflect.ValueOf(levers).FieldByName(l.field).Interface(), raw)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", n, err))
			continue
		}
		moves = append(moves, move)
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	p.change(func(levers *L) {
		for _, move := range moves {
			move(reflect.ValueOf(levers).Elem())
		}
	})
	return nil
}

// Reset puts every lever back.
func (p panel[L]) Reset() {
	p.change(func(levers *L) {
		var zero L
		*levers = zero
	})
}

func (p panel[L]) find(n string) (lever, bool) {
	for _, g := range p.groups {
		for _, l := range g.levers {
			if name(l.field) == n {
				return l, true
			}
		}
	}
	return lever{}, false
}

// parse reads a value for a field of now's type and gives the move that sets it.
func (l lever) parse(now any, raw json.RawMessage) (func(reflect.Value), error) {
	if string(bytes.TrimSpace(raw)) == "null" {
		return nil, errors.New("want a value")
	}
	set := func(v any) func(reflect.Value) {
		return func(levers reflect.Value) { levers.FieldByName(l.field).Set(reflect.ValueOf(v)) }
	}
	switch now.(type) {
	case bool:
		var on bool
		if err := json.Unmarshal(raw, &on); err != nil {
			return nil, errors.New("want true or false")
		}
		return set(on), nil
	case float64:
		var share float64
		if err := json.Unmarshal(raw, &share); err != nil || share < 0 || share > 100 {
			return nil, errors.New("want a share of 0 to 100 percent")
		}
		return set(share / 100), nil
	case time.Duration, int, uint16:
		most := l.limit()
		if _, short := now.(uint16); short {
			most = math.MaxUint16
		}
		var n int
		if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > most {
			return nil, fmt.Errorf("want a whole number of 0 to %d", most)
		}
		switch now.(type) {
		case time.Duration:
			return set(time.Duration(n) * time.Millisecond), nil
		case uint16:
			return set(uint16(n)), nil
		}
		return set(n), nil
	}
	var value string
	err := json.Unmarshal(raw, &value)
	for _, c := range l.of {
		if err == nil && c.value == value {
			return set(c.put), nil
		}
	}
	return nil, errors.New("want one of its options")
}
