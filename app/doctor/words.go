package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/assets"
)

// Words are the doctor's sentences in one language.
type Words struct{ own, common text.Printer }

// LoadWords reads them. What the devices' codes mean is said in the kiosk's own words.
func LoadWords(lang text.Language) (Words, error) {
	all, err := LoadVoices()
	if err != nil {
		return Words{}, err
	}
	w, ok := all[lang]
	if !ok {
		return Words{}, fmt.Errorf("there are no words in %q", lang)
	}
	return w, nil
}

// LanguageOf picks the language that a locale such as zh_CN.UTF-8 asks for.
func LanguageOf(locale string) text.Language {
	l := strings.ToLower(strings.ReplaceAll(locale, "-", "_"))
	switch {
	case strings.HasPrefix(l, "zh_tw"), strings.HasPrefix(l, "zh_hk"), strings.HasPrefix(l, "zh_mo"), strings.HasPrefix(l, "zh_hant"):
		return text.Traditional
	case strings.HasPrefix(l, "zh"):
		return text.Chinese
	}
	return text.English
}

// Name says what was looked at.
func (w Words) Name(c Check) string { return w.own.T("check." + string(c)) }

// Verdict says how it ended.
func (w Words) Verdict(v Verdict) string { return w.own.T("verdict." + string(v)) }

// Cause says what was found, and Do what to do about it; Do is empty where there is nothing to do.
func (w Words) Cause(f Finding) string {
	if f.Code == "" {
		key := "ok." + string(f.Check)
		if f.Check == CheckClock && slices.Contains(f.Args, unknown) {
			key += ".alone"
		}
		return w.own.T(key, w.args(f)...)
	}
	if key := "code." + string(f.Code); w.own.T(key) != key {
		return w.own.T(key, w.args(f)...)
	}
	cause, _ := w.shared(f)
	return cause
}

// Do says what to do.
func (w Words) Do(f Finding) string {
	if f.Code == "" {
		return ""
	}
	if key := "do." + string(f.Code); w.own.T(key) != key {
		return w.own.T(key, w.args(f)...)
	}
	if w.own.T("code."+string(f.Code)) != "code."+string(f.Code) {
		return ""
	}
	_, do := w.shared(f)
	return do
}

// shared is the kiosk's own sentence for a code that the doctor shares with it: the cause, and what to do.
func (w Words) shared(f Finding) (cause, do string) {
	k, known := health.KindOf(health.Code(f.Code))
	if !known {
		return string(f.Code), ""
	}
	cause = w.common.T(k.Cause())
	for i := 0; i+1 < len(f.Args); i += 2 {
		if f.Args[i] == "path" || f.Args[i] == "program" {
			cause += " [" + f.Args[i+1] + "]"
		}
	}
	return cause, w.common.T(k.Remedy())
}

// args puts words in the place of what is named by its key: a step by its name, a state by its word.
func (w Words) args(f Finding) []string {
	out := make([]string, len(f.Args))
	copy(out, f.Args)
	for i := 0; i+1 < len(out); i += 2 {
		switch out[i] {
		case "step":
			out[i+1] = w.Name(Check(out[i+1]))
		case "gl":
			out[i+1] = w.own.T("gl." + out[i+1])
		}
	}
	if f.Check == CheckKiosk && f.Code == "" {
		return append(out, "is", w.own.T("kiosk."+out[1], out...))
	}
	return out
}

// Sum is the last sentence of a report.
func (w Words) Sum(faults, warnings int, took time.Duration) string {
	key := "sum.ok"
	if faults+warnings > 0 {
		key = "sum.wrong"
	}
	return w.own.T(key, "faults", strconv.Itoa(faults), "warnings", strconv.Itoa(warnings), "seconds", strconv.FormatFloat(took.Seconds(), 'f', 1, 64))
}

// ToDo is a remedy as a line of its own.
func (w Words) ToDo(what string) string { return w.own.T("do") + what }

// Said is what the system said, as a line of its own.
func (w Words) Said(what string) string { return w.own.T("detail") + what }

// Voices are the words of every language, for what is kept and read later. What has no words is nil.
type Voices map[text.Language]Words

// LoadVoices reads them.
func LoadVoices() (Voices, error) {
	own, err := text.Load(assets.DoctorText())
	if err != nil {
		return nil, err
	}
	common, err := text.Load(assets.Text())
	if err != nil {
		return nil, err
	}
	v := Voices{}
	for _, lang := range own.Languages() {
		v[lang] = Words{own.In(lang), common.In(lang)}
	}
	return v, nil
}

// Name says what was looked at.
func (v Voices) Name(c Check) text.Local {
	return v.each(func(w Words) string { return w.Name(c) })
}

// Cause says what was found.
func (v Voices) Cause(f Finding) text.Local {
	return v.each(func(w Words) string { return w.Cause(f) })
}

// Do says what to do.
func (v Voices) Do(f Finding) text.Local { return v.each(func(w Words) string { return w.Do(f) }) }

func (v Voices) each(say func(Words) string) text.Local {
	all := text.Local{}
	for lang, w := range v {
		if s := say(w); s != "" {
			all[lang] = s
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
