package visits

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"onedoor/device/sim"
)

// Quick is the n-th of many short visits that file a case; the telephone number tells them apart.
func Quick(n int) Visit {
	phone := fmt.Sprintf("138%08d", n)
	return of("card-1", Visit{
		Name: "quick", Service: "residence-permit", CardFirst: true, Hurry: true,
		Pages: [][]Answer{
			{{Field: "phone", Keys: phone}},
			{{Field: "housing", Pick: []string{"rented"}}, {Field: "room", Text: []Part{{Text: "8号"}}}, {Field: "since", Keys: "20250102"}},
		},
		Want: map[string]string{"phone": phone, "housing": "rented", "room": "8号", "since": "2025-01-02"},
	})
}

// of lets the owner of a card of the tray do a visit: the form gets what the card knows.
func of(card string, v Visit) Visit {
	v.Card, v.Hurry = card, true
	v.Want = maps.Clone(v.Want)
	n, err := strconv.Atoi(strings.TrimPrefix(card, "card-"))
	if all := sim.Cards(); err == nil && n >= 1 && n <= len(all) {
		c := all[n-1]
		v.Want["name"], v.Want["number"], v.Want["address"] = c.Name, c.Number, c.Address
		if c.NewAddress != "" {
			v.Want["address"] = c.NewAddress
		}
	}
	return v
}

func named(name string, v Visit) Visit {
	v.Name = name
	return v
}

// Fingers are ten visits by touch: six services, with and without signature, situation and words.
func Fingers() []Visit {
	first := residence()
	first.CardFirst = true
	early := allowance()
	early.CardFirst = true
	return []Visit{
		named("residence permit, card first", of("card-1", first)), named("residence permit", of("card-5", residence())),
		named("old-age allowance", of("card-2", allowance())), named("old-age allowance, card first", of("card-4", early)),
		named("damaged social card", of("card-1", socialCard())), named("lost social card", of("card-3", lostCard())),
		named("ID card renewal", of("card-2", renewal())), named("no criminal record", of("card-5", record())),
		named("pension, abroad", of("card-1", pension(Part{"新加坡", "xinjiapo"}))), named("care elsewhere", of("card-4", elsewhere())),
	}
}

// Keys are two visits by a pad of keys alone; the second one spells a word.
func Keys() []Visit {
	all := []Visit{named("residence permit by keys", of("card-1", residence())), named("pension by keys", of("card-2", pension(Part{"新加坡", "xinjiapo"})))}
	for i := range all {
		all[i].Manner = ByKeys
	}
	return all
}

// Speller is a visit whose address and name are spelled.
func Speller() Visit {
	v := elsewhere()
	v.Pages = [][]Answer{v.Pages[0], append(v.Pages[1][:len(v.Pages[1]):len(v.Pages[1])],
		Answer{Field: "contact", Text: []Part{{"李", "li"}, {"明", "ming"}}})}
	v.Want["contact"] = "李明"
	return named("care elsewhere, spelled", of("card-5", v))
}

// Writer is a visit whose words are written by hand.
func Writer() Visit {
	v := pension(Part{"日本", "riben"})
	v.Pages[1] = append(v.Pages[1], Answer{Field: "relative", Text: []Part{{"李明", "liming"}}})
	v.Want["relative"] = "李明"
	v.Words = Written
	return named("pension, written", of("card-1", v))
}

func phone(number string) []Answer { return []Answer{{Field: "phone", Keys: number}} }

func residence() Visit {
	return Visit{
		Service: "residence-permit",
		Pages: [][]Answer{phone("13800138000"), {
			{Field: "housing", Pick: []string{"owned"}}, {Field: "room", Text: []Part{{Text: "3栋201号"}}}, {Field: "since", Keys: "20240229"},
		}},
		Want: map[string]string{"phone": "13800138000", "housing": "owned", "room": "3栋201号", "since": "2024-02-29"},
	}
}

func allowance() Visit {
	return Visit{
		Service: "old-age-allowance",
		Pages: [][]Answer{phone("13900139000"), {
			{Field: "contact", Pick: []string{"child"}}, {Field: "card", Keys: "A12345678"}, {Field: "resident", Keys: "20010203"},
		}},
		Want: map[string]string{"phone": "13900139000", "contact": "child", "card": "A12345678", "resident": "2001-02-03"},
	}
}

func socialCard() Visit {
	return Visit{
		Service: "social-card-replacement", Signed: true, Situation: []Answer{{Field: "reason", Pick: []string{"damaged"}}},
		Pages: [][]Answer{phone("13700137000"), {{Field: "bank", Pick: []string{"ccb"}}, {Field: "delivery", Pick: []string{"counter"}}}},
		Want:  map[string]string{"reason": "damaged", "phone": "13700137000", "bank": "ccb", "delivery": "counter"},
	}
}

func lostCard() Visit {
	v := socialCard()
	v.Situation = []Answer{{Field: "reason", Pick: []string{"lost"}}}
	v.Pages[1] = append([]Answer{{Field: "lost_on", Keys: "20250607"}, {Field: "reported", Pick: []string{"yes"}}}, v.Pages[1]...)
	v.Want["reason"], v.Want["lost_on"], v.Want["reported"] = "lost", "2025-06-07", "yes"
	return v
}

func renewal() Visit {
	return Visit{
		Service: "id-card-renewal", Signed: true, Situation: []Answer{{Field: "reason", Pick: []string{"expiry"}}},
		Pages: [][]Answer{phone("13600136000"), {{Field: "temporary", Pick: []string{"no"}}, {Field: "delivery", Pick: []string{"counter"}}}},
		Want:  map[string]string{"reason": "expiry", "phone": "13600136000", "temporary": "no", "delivery": "counter"},
	}
}

func record() Visit {
	return Visit{
		Service: "no-criminal-record", Signed: true, Situation: []Answer{{Field: "purpose", Pick: []string{"adoption"}}},
		Pages: [][]Answer{phone("13500135000"), {{Field: "copies", Keys: "2"}, {Field: "delivery", Pick: []string{"counter"}}}},
		Want:  map[string]string{"purpose": "adoption", "phone": "13500135000", "copies": "2", "delivery": "counter"},
	}
}

func pension(country Part) Visit {
	return Visit{
		Service: "pension-check",
		Pages:   [][]Answer{phone("13400134000"), {{Field: "lives", Pick: []string{"abroad"}}, {Field: "country", Text: []Part{country}}}},
		Want:    map[string]string{"phone": "13400134000", "lives": "abroad", "country": country.Text},
	}
}

func elsewhere() Visit {
	return Visit{
		Service: "medical-elsewhere", Situation: []Answer{{Field: "kind", Pick: []string{"living"}}},
		Pages: [][]Answer{phone("13300133000"), {
			{Field: "place", Place: []string{"110000", "110101", "110101001"}, Text: []Part{{"建国门", "jianguomen"}, {Text: "12号"}}},
			{Field: "from", Keys: "20250708"},
		}},
		Want: map[string]string{"kind": "living", "phone": "13300133000", "place": "110101001 建国门12号", "from": "2025-07-08"},
	}
}
