package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing that is wrong with a file, and where. It is an ErrConfig.
type Fault struct {
	Field string // as in the file, such as reader.baud; empty where the text is no YAML
	Line  int    // from 1; of the field, or of what stands around a missing one; 0 when nothing of it is there
	What  string // one sentence without field and line
}

// Error implements error.
func (f *Fault) Error() string {
	s := ErrConfig.Error() + ": "
	if f.Line > 0 {
		s += fmt.Sprintf("line %d: ", f.Line)
	}
	if f.Field != "" {
		s += f.Field + ": "
	}
	return s + f.What
}

// Is makes it an ErrConfig.
func (f *Fault) Is(target error) bool { return target == ErrConfig }

// Faults lists the faults in an error of Load or Parse, by their lines. An error that is none of the file's text gives none.
func Faults(err error) []Fault {
	var all []Fault
	var walk func(error)
	walk = func(err error) {
		if f, ok := err.(*Fault); ok { //nolint:errorlint // the tree is walked here
			all = append(all, *f)
			return
		}
		switch e := err.(type) { //nolint:errorlint // as above
		case interface{ Unwrap() []error }:
			for _, part := range e.Unwrap() {
				walk(part)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		}
	}
	walk(err)
	slices.SortStableFunc(all, func(a, b Fault) int { return a.Line - b.Line })
	return all
}

// syntax is what the decoder found, which stops at the first fault.
func syntax(err error) error {
	f := &Fault{What: err.Error()}
	var told yaml.Error
	if errors.As(err, &told) {
		f.What = told.GetMessage()
		if at := told.GetToken(); at != nil && at.Position != nil {
			f.Line = at.Position.Line
		}
		var unknown *yaml.UnknownFieldError
		if errors.As(err, &unknown) && told.GetToken() != nil {
			f.Field = told.GetToken().Value
			f.What = "there is no such field"
		}
	}
	return f
}

// place finds the lines of fields in a file that could be decoded.
type place struct{ file *ast.File }

func newPlace(data []byte) place {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return place{} // then faults are told without their lines
	}
	return place{file}
}

// line of a field such as reader.baud, or else of the nearest thing around it; 0 when nothing of it is there.
func (p place) line(field string) int {
	for ; p.file != nil && field != ""; field = parent(field) {
		path, err := yaml.PathString("$." + field)
		if err != nil {
			continue
		}
		if node, err := path.FilterFile(p.file); err == nil && node != nil && node.GetToken() != nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}

func parent(field string) string {
	i := strings.LastIndexByte(field, '.')
	return field[:max(i, 0)]
}
