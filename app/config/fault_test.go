package config_test

import (
	"slices"
	"testing"

	"onedoor/app/config"
)

func TestFaultsHaveTheirLines(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []config.Fault // What is not compared
	}{
		"values": {"version: 1\ndata: data\ncentral:\n  url: ftp://x\nreader:\n  baud: 14400\n  port: /dev/a\nprinter: {port: /dev/a}\n",
			[]config.Fault{{Field: "central.url", Line: 4}, {Field: "reader.baud", Line: 6}, {Field: "printer.port", Line: 8}}},
		"missing": {"version: 1\ncentral: {url: 'http://127.0.0.1'}\nreader: {port: /dev/a}\nprinter:\n  profile: generic-80\n",
			[]config.Fault{{Field: "data"}, {Field: "printer.port", Line: 5}}},
		"times": {"version: 1\ndata: data\ncentral: {url: 'http://127.0.0.1'}\nreader: {port: /dev/a}\nprinter: {port: /dev/b}\nhall:\n  opens: half past eight\n  self_test: \"24:10\"\n",
			[]config.Fault{{Field: "hall.opens", Line: 7}, {Field: "hall.self_test", Line: 8}}},
		"days": {"version: 1\ndata: data\ncentral: {url: 'http://127.0.0.1'}\nreader: {port: /dev/a}\nprinter: {port: /dev/b}\nhall:\n  days: [mon, tues]\n  closed:\n  - 2027-02-06\n  - 2027-02-30\n  - 2027-02-06/2027-02-01\n  also_open: [next Saturday]\n",
			[]config.Fault{{Field: "hall.days[1]", Line: 7}, {Field: "hall.closed[1]", Line: 10}, {Field: "hall.closed[2]", Line: 11}, {Field: "hall.also_open[0]", Line: 12}}},
		"unknown field": {"version: 1\nreader:\n  colour: red\n", []config.Fault{{Field: "colour", Line: 3}}},
		"wrong type":    {"version: 1\nscreen: {width: wide}\n", []config.Fault{{Line: 2}}},
		"no YAML":       {"version: 1\ndata: [\n", []config.Fault{{Line: 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse([]byte(c.text))
			got := config.Faults(err)
			for i := range got {
				if got[i].What == "" {
					t.Errorf("fault %+v does not say what is wrong", got[i])
				}
				got[i].What = ""
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %+v\nwant %+v\n%v", got, c.want, err)
			}
		})
	}
}

func TestFaultsOfASoundFile(t *testing.T) {
	_, err := config.Parse([]byte(good))
	if got := config.Faults(err); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}
