package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Invent makes up a valid set of answers: for demonstrations, training data and tests. pick gives a number from 0 to below
// its argument, at random or not; facts are what the card says. Whatever looks like a person's number has a region and a
// birth that nobody alive has. Optional fields are answered now and then.
func (f *Form) Invent(pick func(n int) int, facts map[CardFact]string, today time.Time) Answers {
	v := inventor{pick, facts, today}
	a := Answers{}
	for _, p := range f.Pages {
		if !p.When.shows(a) {
			continue
		}
		for _, fd := range p.Fields {
			switch {
			case !fd.When.shows(a):
			case fd.Input == InputGroup:
				for n := range fd.MinItems + pick(min(3, fd.MaxItems-fd.MinItems+1)) {
					v.entry(a, fd, n)
				}
			case fd.Required || fd.Input == InputFixed || pick(3) > 0:
				if value := v.value(fd); value != "" {
					a[fd.ID] = value
				}
			}
		}
	}
	return a
}

type inventor struct {
	pick  func(n int) int
	facts map[CardFact]string
	today time.Time
}

func (v inventor) entry(a Answers, group Field, n int) {
	entry := Answers{}
	for _, m := range group.Members {
		if m.When.shows(entry) && (m.Required || v.pick(3) > 0) {
			entry[m.ID] = v.value(m)
			a[MemberKey(group.ID, n, m.ID)] = entry[m.ID]
		}
	}
}

func (v inventor) value(fd Field) string {
	switch fd.Input {
	case InputFixed:
		return v.facts[fd.Prefill]
	case InputChoice:
		return fd.Options[v.pick(len(fd.Options))]
	case InputMulti:
		return v.several(fd)
	case InputPhone:
		return "139" + v.digits(8)
	case InputDate:
		return v.day(fd).Format(time.DateOnly)
	case InputNumber, InputMoney:
		return v.number(fd)
	case InputAddress:
		return fmt.Sprintf("440113%03d 大北路%d号", 1+v.pick(9), 1+v.pick(200))
	}
	return v.text(fd)
}

func (v inventor) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + v.pick(10))
	}
	return string(b)
}

// several takes options in their order, from one on.
func (v inventor) several(fd Field) string {
	least := max(1, fd.MinItems)
	n := least + v.pick(max(1, min(fd.MaxItems, len(fd.Options))-least+1))
	from := v.pick(len(fd.Options) - n + 1)
	return strings.Join(fd.Options[from:from+n], ",")
}

func (v inventor) day(fd Field) time.Time {
	if fd.NotBefore {
		return v.today.AddDate(0, 0, v.pick(90))
	}
	return v.today.AddDate(0, 0, -v.pick(2000))
}

func (v inventor) number(fd Field) string {
	low, _ := strconv.ParseFloat(fd.Min, 64)  // both were read by number
	high, _ := strconv.ParseFloat(fd.Max, 64) // and need not be met exactly
	n := int(low) + v.pick(max(1, min(int(high-low), 20000)))
	if fd.Input == InputMoney && n < int(high) && n > 0 {
		return fmt.Sprintf("%d.%02d", n, v.pick(100))
	}
	return strconv.Itoa(n)
}

func (v inventor) text(fd Field) string {
	switch fd.Format {
	case FormatCitizen:
		s := "9901011900" + fmt.Sprintf("%02d%02d", 1+v.pick(12), 1+v.pick(28)) + v.digits(3)
		return s + string(citizenCheck(s))
	case FormatCompany:
		s := "91990101MA" + v.digits(7)
		return s + string(companyCheck(s))
	case FormatBankCard:
		s := "622202" + v.digits(12)
		return s + strconv.Itoa((10-luhn(s+"0")%10)%10)
	case FormatPlate:
		return "粤A" + v.digits(5)
	}
	switch {
	case len(fd.examples) > 0:
		return fd.examples[v.pick(len(fd.examples))]
	case fd.Keypad == "address":
		return fmt.Sprintf("%d栋%d室", 1+v.pick(30), 101+v.pick(2400))
	case fd.Keypad == "code":
		return "A" + v.digits(8)
	case fd.Keypad == "name":
		return "张小三"
	}
	return "无"
}
