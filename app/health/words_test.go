package health_test

import (
	"strings"
	"testing"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
)

func texts(t *testing.T) *text.Catalogue {
	t.Helper()
	c, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEveryProblemHasWords: nobody is ever shown a bare key, in no language, and there are no words for what does not exist.
func TestEveryProblemHasWords(t *testing.T) {
	all := texts(t)
	used := map[string]bool{}
	for _, lang := range all.Languages() {
		say := all.In(lang)
		for _, k := range health.Kinds() {
			for _, key := range []string{k.Citizen, k.Cause(), k.Remedy()} {
				used[key] = true
				if words := say.T(key); words == key || strings.Contains(words, "{") {
					t.Errorf("%s of %s says %q in %s", key, k.Code, words, lang)
				}
			}
		}
	}
	for _, key := range all.Keys() {
		if strings.HasPrefix(key, "health.") && !used[key] {
			t.Errorf("the message %q is used nowhere", key)
		}
	}
}

// TestTheListIsWhole: each code is there once, weighs what it takes away, and every problem of a driver has one.
func TestTheListIsWhole(t *testing.T) {
	seen := map[health.Code]bool{}
	lost := map[health.Capability]bool{}
	for _, k := range health.Kinds() {
		if seen[k.Code] || string(k.Code) != strings.ToUpper(string(k.Code)) || k.Code == "" {
			t.Errorf("%q is there twice, or is no code", k.Code)
		}
		seen[k.Code] = true
		if (k.Severity >= health.Blocks) != (len(k.Takes) > 0) {
			t.Errorf("%s is of severity %s and takes %v", k.Code, k.Severity, k.Takes)
		}
		for _, c := range k.Takes {
			lost[c] = true
		}
	}
	for _, c := range health.Capabilities() {
		if !lost[c] {
			t.Errorf("nothing takes %s away", c)
		}
	}
	for _, d := range health.Devices() {
		for _, c := range health.Causes(d) {
			o, ok := health.Of(d, device.Status{State: device.StateReady, Problem: c})
			if k, known := health.KindOf(o.Code); !ok || !known || k.Device != d {
				t.Errorf("%s %s becomes %+v, %v", d, c, o, ok)
			}
		}
	}
}
