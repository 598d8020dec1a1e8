package kiosk_test

import (
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device/cardreader"
	"onedoor/sync/engine"
)

// finds opens the search from the menu.
func finds(t *testing.T) *hall {
	t.Helper()
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.link.set(engine.Status{Link: engine.Online})
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Find})
	if c := now[kiosk.Choose](h); !c.Query.Focused || len(c.Keypad.Rows) == 0 {
		t.Fatalf("the search has no keys: %+v", c.Query)
	}
	return h
}

func titles(tiles []kiosk.Tile) []string {
	var all []string
	for _, t := range tiles {
		all = append(all, t.Title)
	}
	return all
}

// TestServicesAreFoundByWhatPeopleType: the title, its sounds, their first letters, none of which has to become words, and
// what people call it.
func TestServicesAreFoundByWhatPeopleType(t *testing.T) {
	h := finds(t)
	for query, want := range map[string]string{
		"社保卡补领": "社保卡补领换领", "补社保卡": "社保卡补领换领", "shebaoka": "社保卡补领换领", "sbkbl": "社保卡补领换领", "SBKBL": "社保卡补领换领",
		"jiehun": "结婚登记预约", "jhdj": "结婚登记预约", "结婚": "结婚登记预约", "jzz": "居住证签注",
	} {
		h.types(query)
		c := now[kiosk.Choose](h)
		if len(c.Services) == 0 || c.Services[0].Title != want || c.Empty.Text != "" || c.Groups != nil {
			t.Errorf("%q finds %v with the groups %v, want %s first", query, titles(c.Services), c.Groups, want)
		}
		for range query {
			h.send(kiosk.Erase{})
		}
		if c := now[kiosk.Choose](h); c.Query.Value != "" || c.Keypad.Compose != "" || len(c.Services) < 15 {
			t.Fatalf("after erasing %q the query is %q and %q, with %d services", query, c.Query.Value, c.Keypad.Compose, len(c.Services))
		}
	}
	h.send(kiosk.Language{To: text.English})
	h.types("marry")
	if c := now[kiosk.Choose](h); len(c.Services) != 1 || c.Query.Value != "marry" || c.Services[0].Title != "Appointment to marry" {
		t.Errorf("in English %q finds %v", c.Query.Value, titles(c.Services))
	}
}

// TestLettersStayWhatTheyAre: whoever puts the keys away, or looks at a service and comes back, still sees what the initials
// found; and a candidate makes words of them.
func TestLettersStayWhatTheyAre(t *testing.T) {
	h := finds(t)
	h.types("sbkbl")
	h.send(kiosk.Done{})
	if c := now[kiosk.Choose](h); c.Query.Value != "sbkbl" || c.Query.Focused || c.Keypad.Rows != nil || !slices.Equal(titles(c.Services), []string{"社保卡补领换领"}) {
		t.Errorf("without keys %q finds %v", c.Query.Value, titles(c.Services))
	}
	h.send(c0(h).Focus)
	h.types("x")
	if c := now[kiosk.Choose](h); len(c.Services) != 0 {
		t.Errorf("one letter more finds %v", titles(c.Services))
	}
	h.send(kiosk.Erase{}, kiosk.Choice{Service: "social-card-replacement"})
	screen[kiosk.Guide](h)
	h.send(kiosk.Back{})
	if c := now[kiosk.Choose](h); c.Query.Value != "sbkbl" || len(c.Services) != 1 {
		t.Errorf("after the guide %q finds %v", c.Query.Value, titles(c.Services))
	}
	for range "sbkbl" {
		h.send(kiosk.Erase{})
	}
	h.types("jzz")
	h.send(kiosk.Choice{Service: "residence-permit"})
	screen[kiosk.Guide](h)
	h.send(kiosk.Back{})
	if c := now[kiosk.Choose](h); c.Query.Value != "jzz" || len(c.Services) != 1 {
		t.Errorf("after another guide %q finds %v", c.Query.Value, titles(c.Services))
	}
	h.send(kiosk.Clear{})
	h.types("jiehun")
	c := now[kiosk.Choose](h)
	if c.Keypad.Compose != "jie'hun" || len(c.Keypad.Candidates) == 0 || c.Keypad.Candidates[0].Label != "结婚" {
		t.Fatalf("the letters %q offer %v", c.Keypad.Compose, c.Keypad.Candidates)
	}
	h.send(c.Keypad.Candidates[0].Intent)
	if c := now[kiosk.Choose](h); c.Query.Value != "结婚" || c.Keypad.Compose != "" || len(c.Services) != 1 {
		t.Errorf("the word %q with %q finds %v", c.Query.Value, c.Keypad.Compose, titles(c.Services))
	}
}

// c0 is the search field.
func c0(h *hall) kiosk.Query { return now[kiosk.Choose](h).Query }

// TestNothingFoundIsSaid: with what to do now, and erasing leads back.
func TestNothingFoundIsSaid(t *testing.T) {
	h := finds(t)
	h.types("zzzzq")
	if c := now[kiosk.Choose](h); len(c.Services) != 0 || !strings.Contains(c.Empty.Text, "没有找到") {
		t.Errorf("finds %v and says %q", titles(c.Services), c.Empty.Text)
	}
	h.types(strings.Repeat("好", 40))
	if c := now[kiosk.Choose](h); len([]rune(c.Query.Value)) > 20 {
		t.Errorf("the query grew to %d characters", len([]rune(c.Query.Value)))
	}
	h.send(kiosk.Wipe{}, kiosk.Clear{})
	if c := now[kiosk.Choose](h); len(c.Services) < 15 || c.Empty.Text != "" {
		t.Errorf("after clearing there are %d services, and %q", len(c.Services), c.Empty.Text)
	}
}

// TestDepartmentsAndEventsLeadToServices: each group has some, and together the departments have all.
func TestDepartmentsAndEventsLeadToServices(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Apply})
	all := now[kiosk.Choose](h)
	if len(all.Groups) < 10 || !all.Groups[0].Chosen || len(all.Services) < 15 {
		t.Fatalf("%d services in %d groups", len(all.Services), len(all.Groups))
	}
	seen := map[string]bool{}
	for _, g := range all.Groups[1:] {
		h.send(g.Intent)
		c := now[kiosk.Choose](h)
		if len(c.Services) == 0 || len(c.Services) == len(all.Services) {
			t.Errorf("%s has %d services of %d", g.Label, len(c.Services), len(all.Services))
		}
		chosen := 0
		for _, o := range c.Groups {
			if o.Chosen {
				chosen++
			}
			if o.Chosen != (o.Label == g.Label && o.Intent == g.Intent) {
				t.Errorf("under %s the group %s is chosen: %v", g.Label, o.Label, o.Chosen)
			}
		}
		if g.Intent.(kiosk.Browse).Department != "" {
			for _, s := range titles(c.Services) {
				if seen[s] {
					t.Errorf("%s belongs to two departments", s)
				}
				seen[s] = true
			}
		}
		if chosen != 1 {
			t.Errorf("%d groups are chosen", chosen)
		}
	}
	if len(seen) != len(all.Services) {
		t.Errorf("the departments have %d of %d services", len(seen), len(all.Services))
	}
}

// TestReadingLeadsIntoNoClosedForm: every guide can be read, whatever stands against applying; and reading leads no further.
func TestReadingLeadsIntoNoClosedForm(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil) // offline
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Guides})
	for _, s := range now[kiosk.Choose](h).Services {
		if s.Off || s.Badge != "" {
			t.Errorf("the guide of %s is off: %q", s.Title, s.Badge)
		}
	}
	h.send(kiosk.Choice{Service: "social-card-replacement"})
	if g := screen[kiosk.Guide](h); len(g.Materials) != 3 || g.Next.Off {
		t.Errorf("the guide shows %v", g.Materials)
	}
	for range 3 {
		h.send(kiosk.Next{})
		if g := now[kiosk.Guide](h); !g.Next.Off || !strings.Contains(g.Help, "12333") {
			t.Errorf("going on is off: %v, and why: %q", g.Next.Off, g.Help)
		}
	}
	h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Guides})
	now[kiosk.Choose](h)
	h.send(kiosk.Back{})
	for _, s := range now[kiosk.Menu](h).Services {
		if refuses := s.Title == "社保卡补领换领" || s.Title == "身份证换领"; s.Off != refuses {
			t.Errorf("back from the guides %s is off: %v, %q", s.Title, s.Off, s.Badge)
		}
	}
	h.send(kiosk.Choice{Service: "social-card-replacement"})
	now[kiosk.Menu](h)
	h.send(kiosk.Open{What: kiosk.Guides}, kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	if i := now[kiosk.Identify](h); i.Phase != kiosk.CardAwaited {
		t.Errorf("the guide of an open service leads to %+v", i)
	}
}

// TestAServiceThatRefusesOffline: it is off with words while the link is down, and opens by itself when it returns.
func TestAServiceThatRefusesOffline(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{})
	off := func(v kiosk.View) (tile kiosk.Tile, ok bool) {
		m, isMenu := v.Screen.(kiosk.Menu)
		for _, s := range m.Services {
			if s.Title == "社保卡补领换领" {
				return s, isMenu
			}
		}
		return kiosk.Tile{}, false
	}
	v := h.look()
	if s, ok := off(v); !ok || !s.Off || !strings.Contains(s.Badge, "离线") {
		t.Fatalf("offline it says %+v", s)
	}
	h.send(kiosk.Choice{Service: "social-card-replacement"})
	now[kiosk.Menu](h)
	h.link.set(engine.Status{Link: engine.Online})
	h.wait("the open service", func(v kiosk.View) bool { s, ok := off(v); return ok && !s.Off && !strings.Contains(s.Badge, "离线") })
	h.send(kiosk.Choice{Service: "social-card-replacement"})
	if g := screen[kiosk.Guide](h); g.Next.Off {
		t.Error("online the guide leads nowhere")
	}
	h.link.set(engine.Status{Link: engine.Offline})
	h.wait("the words", func(v kiosk.View) bool {
		g, ok := v.Screen.(kiosk.Guide)
		return ok && g.Next.Off && strings.Contains(g.Help, "12333")
	})
	h.send(kiosk.Next{})
	now[kiosk.Guide](h)
	h.link.set(engine.Status{Link: engine.Online})
	h.send(kiosk.Next{})
	screen[kiosk.Identify](h)
}

// TestACardThatTheServiceDoesNotTake: laid down where the service waits for one, it is refused with the reason.
func TestACardThatTheServiceDoesNotTake(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	now[kiosk.Identify](h)
	expired := card() // which others take
	expired.ValidTo = []byte("20200101")
	h.lay(expired)
	v := h.wait("the reason", func(v kiosk.View) bool { i, ok := v.Screen.(kiosk.Identify); return ok && i.Phase == kiosk.CardFailed })
	if i := v.Screen.(kiosk.Identify); !strings.Contains(i.Trouble.Text, "过有效期") || len(expired.Name) != 0 {
		t.Errorf("says %q, and the card holds %q", i.Trouble.Text, expired.Name)
	}
	h.reader.events <- cardreader.Removed{}
	h.lay(card())
	screen[kiosk.Check](h)
}
