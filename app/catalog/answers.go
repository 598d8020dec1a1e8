package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Answers are the values by field id: dates as YYYY-MM-DD, choices as their enum value, a multiple choice as enum values
// joined by commas, money as "123.45", an address as the code of its division, a space and the rest. The members of a
// repeating group have keys like "family.0.name", see MemberKey. An empty value is no answer, but in a group it begins an entry.
type Answers map[string]string

// MaxEntries is how many entries a repeating group can have at most; a key with a higher number is no answer.
const MaxEntries = 100

// MemberKey is the key of a member of the n-th entry (from 0) of a repeating group.
func MemberKey(group string, n int, member string) string {
	return group + "." + strconv.Itoa(n) + "." + member
}

// splitKey takes a member's key apart.
func splitKey(key string) (group string, n int, member string, ok bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return "", 0, "", false
	}
	n, err := strconv.Atoi(parts[1])
	return parts[0], n, parts[2], err == nil && n >= 0 && n < MaxEntries && strconv.Itoa(n) == parts[1]
}

// numbers lists the entries of a group that have at least one key, in order. There may be gaps.
func (a Answers) numbers(group string) []int {
	var all []int
	for key := range a {
		if g, n, _, ok := splitKey(key); ok && g == group && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

// Entries counts the entries of a repeating group, up to the last that has a key.
func (a Answers) Entries(group string) int {
	all := a.numbers(group)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1] + 1
}

// Drop takes the n-th entry out of a repeating group and closes the gap, in place.
func (a Answers) Drop(group string, n int) {
	moved := Answers{}
	for key, v := range a {
		g, i, member, ok := splitKey(key)
		if !ok || g != group || i < n {
			continue
		}
		delete(a, key)
		if i > n {
			moved[MemberKey(group, i-1, member)] = v
		}
	}
	maps.Copy(a, moved)
}

// walk goes through the form once, in order: what is visible, and the answers to it. A rule looks at earlier fields only,
// so that what is hidden can not decide anything any more when a later rule is judged.
func (f *Form) walk(a Answers) (kept Answers, pages []Page) {
	kept = Answers{}
	for _, p := range f.Pages {
		if !p.When.shows(kept) {
			continue
		}
		seen := p
		seen.Fields = nil
		for _, fd := range p.Fields {
			if !fd.When.shows(kept) {
				continue
			}
			seen.Fields = append(seen.Fields, fd)
			if fd.Input == InputGroup {
				for _, n := range a.numbers(fd.ID) {
					for _, m := range fd.members(a, n) {
						keep(kept, a, m.ID)
					}
				}
				continue
			}
			keep(kept, a, fd.ID)
		}
		if len(seen.Fields) > 0 {
			pages = append(pages, seen)
		}
	}
	return kept, pages
}

func keep(kept, a Answers, key string) {
	if v, ok := a[key]; ok {
		kept[key] = v
	}
}

// members are the visible fields of an entry, with the keys of its answers as ids.
func (fd Field) members(a Answers, n int) []Field {
	var all []Field
	entry := Answers{}
	for _, m := range fd.Members {
		if !m.When.shows(entry) {
			continue
		}
		key := MemberKey(fd.ID, n, m.ID)
		entry[m.ID] = a[key]
		m.ID = key
		all = append(all, m)
	}
	return all
}

// Visible gives the pages and fields that these answers call for. A page without a visible field is left out.
func (f *Form) Visible(a Answers) []Page {
	_, pages := f.walk(a)
	return pages
}

// Members gives the visible fields of the n-th entry (from 0) of a repeating group. Their ids are the keys of its answers.
func (f *Form) Members(a Answers, group string, n int) []Field {
	fd, _, ok := f.Field(group)
	if !ok || fd.Input != InputGroup {
		return nil
	}
	return fd.members(a, n)
}

// Clean gives a copy without the values of hidden fields, empty values and keys that are no field's. Entries of a
// repeating group close up.
func (f *Form) Clean(a Answers) Answers {
	kept, pages := f.walk(a)
	maps.DeleteFunc(kept, func(_, v string) bool { return v == "" })
	for _, p := range pages {
		for _, fd := range p.Fields {
			if fd.Input != InputGroup {
				continue
			}
			for i := kept.Entries(fd.ID) - 1; i >= 0; i-- {
				if !slices.Contains(kept.numbers(fd.ID), i) {
					kept.Drop(fd.ID, i)
				}
			}
		}
	}
	return kept
}

// Document gives the answers as the form's schema wants them: numbers, arrays and objects, and nothing hidden. A value
// that can not be a number stays the text that it is.
func (f *Form) Document(a Answers) map[string]any {
	clean := f.Clean(a)
	doc, _ := f.document(clean, f.Visible(clean))
	return doc
}

// document types what walk kept. entries tells for each group which entry stands at which index of its array.
func (f *Form) document(kept Answers, pages []Page) (doc map[string]any, entries map[string][]int) {
	doc, entries = map[string]any{}, map[string][]int{}
	for _, p := range pages {
		for _, fd := range p.Fields {
			if fd.Input != InputGroup {
				if v := kept[fd.ID]; v != "" {
					doc[fd.ID] = fd.typed(v)
				}
				continue
			}
			numbers := kept.numbers(fd.ID)
			if len(numbers) == 0 {
				continue
			}
			var list []any
			for _, n := range numbers {
				one := map[string]any{}
				for _, m := range fd.Members {
					if v := kept[MemberKey(fd.ID, n, m.ID)]; v != "" {
						one[m.ID] = m.typed(v)
					}
				}
				list = append(list, one)
			}
			doc[fd.ID], entries[fd.ID] = list, numbers
		}
	}
	return doc, entries
}

func (fd Field) typed(v string) any {
	switch fd.Input {
	case InputNumber, InputMoney:
		if n, ok := number(v); ok {
			return n
		}
	case InputMulti:
		var list []any
		for _, one := range strings.Split(v, ",") {
			list = append(list, one)
		}
		return list
	}
	return v
}

// number reads a decimal number as people type it, and writes it as JSON does. It is bounded: no exponent, few digits.
func number(s string) (json.Number, bool) {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, part, point := strings.Cut(s, ".")
	digits := func(s string, most int) bool { return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == "" }
	if !digits(whole, 15) || point && !digits(part, 6) {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if point {
		whole += "." + part
	}
	return json.Number(sign + whole), true
}

// compare gives -1, 0 or 1 for two numbers that number made or a schema holds.
func compare(a, b json.Number) int {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	if !okX || !okY {
		panic(fmt.Sprintf("not a number: %q or %q", a, b)) // both were checked when they were read
	}
	return x.Cmp(y)
}
