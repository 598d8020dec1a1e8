package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What a place costs at most, by its level.
const (
	provinceCost = 1000
	cityCost     = 1100
	countyCost   = 1300
	placePlus    = 0  // a place as often as the word lists have it: the mode for places raises it
	shortCost    = 20 // on top, for the short form of a name
)

// How many towns and subdistricts the middle one of a level has.
const (
	provinceTowns = 1300
	cityTowns     = 110
	countyTowns   = 13
)

// sizeSkew is how much cheaper twice as many towns make a place: people live in towns, and write where they live.
const sizeSkew = 50

func (d *dictionary) readProvinces(r io.Reader) error {
	return d.readPlaces(r, provinceCost, provinceTowns)
}

func (d *dictionary) readCities(r io.Reader) error { return d.readPlaces(r, cityCost, cityTowns) }

func (d *dictionary) readCounties(r io.Reader) error { return d.readPlaces(r, countyCost, countyTowns) }

// readTowns counts the lines as 440106,石牌街道,44,01,06,004000 by county, city and province.
func (d *dictionary) readTowns(r io.Reader) error {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	for {
		line, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if code := line[0]; len(code) == 6 {
			d.towns[code]++
			d.towns[code[:4]]++
			d.towns[code[:2]]++
		}
	}
}

// size is what the towns of a place with this code add to its cost; the source has none for some whose code is new.
func (d *dictionary) size(code string, middle float64) int {
	n := d.towns[strings.TrimSuffix(strings.TrimSuffix(code, "00"), "00")]
	if n == 0 {
		return 0
	}
	return -int(math.Round(sizeSkew * math.Log2(min(max(float64(n)/middle, 0.25), 4))))
}

// readPlaces reads lines as 440106,天河区,44,01,06.
func (d *dictionary) readPlaces(r io.Reader, cost int, towns float64) error {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	all, err := c.ReadAll()
	if err != nil {
		return err
	}
	for _, line := range all[1:] {
		if len(line) < 2 || strings.Contains(line[1], "直辖县级") {
			continue // a heading
		}
		name := line[1]
		readings := d.read(name, true)
		if len(readings) == 0 || utf8.RuneCountInString(name) < 2 {
			return fmt.Errorf("the place %q has no reading", name)
		}
		cost := cost + d.size(line[0], towns)
		d.set(name, cost, placePlus, kindPlace, readings)
		if short := shortPlace(name); short != "" {
			d.set(short, cost+shortCost, placePlus, kindPlace, d.read(short, true))
		}
	}
	return nil
}

// peoples are in the names of autonomous places, before what kind of place it is.
const peoples = `满族|蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|` +
	`东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|怒族|独龙族|鄂温克族|鄂伦春|保安族|裕固族|塔吉克|普米族|各族`

// shortPlace takes 省, 市, 县 or the peoples of an autonomous place off; it gives "" where less than two characters are left.
func shortPlace(name string) string {
	for _, end := range []string{`(?:` + peoples + `)*自治(?:区|州|县|旗)$`, `自治区$`, `(?:特别行政区|省|市|地区|盟|县|区|旗|州)$`} {
		short := regexp.MustCompile(end).ReplaceAllString(name, "")
		if short != name && utf8.RuneCountInString(short) > 1 {
			return short
		}
	}
	return ""
}
