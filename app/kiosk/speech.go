package kiosk

import (
	"strings"

	"onedoor/app/text"
	"onedoor/app/visit"
)

// speak reads a screen aloud when it has become another one, for whoever asked for that.
func (k *Kiosk) speak(v View) {
	if k.cfg.Voice == nil {
		return
	}
	var sentences []string
	said := ""
	if k.visit.speak && k.state != visit.Attract {
		sentences = spoken(v)
	}
	if len(sentences) > 0 {
		said = string(k.visit.tongue()) + "\n" + strings.Join(sentences, "\n") // in another tongue it is said again
	}
	if said == k.said {
		return
	}
	k.said = said
	if said == "" {
		k.cfg.Voice.Hush()
		return
	}
	k.cfg.Voice.Say(k.visit.tongue(), sentences...)
}

// tongue is the language that is spoken.
func (s *settings) tongue() text.Language {
	if s.cantonese && s.lang != text.English {
		return Cantonese
	}
	return s.lang
}

// Cantonese is a language that is spoken only.
const Cantonese text.Language = "yue"

// spoken is what a screen says, sentence by sentence in the order of their importance. What somebody filled in is not among
// it: others listen too. A sentence of the message catalogue stands by itself, so that a recording of it can be found.
func spoken(v View) []string {
	var all []string
	add := func(words ...string) {
		for _, w := range words {
			for line := range strings.SplitSeq(w, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					all = append(all, line)
				}
			}
		}
	}
	if w := v.Frame.Warning; w != nil {
		add(w.Heading, w.Stay.Label, w.Leave.Label)
		return all
	}
	if h := v.Frame.Help; h != nil {
		add(h.Heading, h.Text)
		return all
	}
	if c := v.Frame.Choices; c != nil {
		add(c.Heading)
		for _, g := range c.Groups {
			add(g.Title)
			for _, o := range g.Options {
				add(o.Label)
			}
		}
		return all
	}
	switch s := v.Screen.(type) {
	case Menu:
		if !s.Named {
			add(s.Heading)
		}
		add(s.Help, s.Trouble.Text)
		addTiles(add, s.Tiles)
		add(s.Popular)
		addTiles(add, s.Services)
	case Choose:
		add(s.Heading, s.Help, s.Empty.Text)
		addTiles(add, s.Services)
	case Guide:
		add(s.Heading, s.Help)
		for _, r := range s.Facts {
			add(r.Label, r.Value)
		}
		add(s.MaterialsTitle)
		for _, m := range s.Materials {
			add(m.Name)
		}
		add(s.Next.Label)
	case Identify:
		add(s.Heading, s.Help, s.Trouble.Text)
	case Check:
		add(s.Heading, s.Help)
		for _, i := range s.Items {
			add(i.Name)
		}
		add(s.Missing.Text, s.Next.Label)
	case Form:
		add(s.Heading, s.Progress, s.Help, s.Errors)
		for _, f := range s.Fields {
			add(f.Label, f.Error)
			if f.Kind == FieldMulti {
				add(f.Note) // that it may be more than one is seen from the boxes only
			}
			for _, o := range f.Options {
				add(o.Label)
			}
		}
	case List:
		add(s.Heading, s.Help, s.Path)
		for _, o := range s.Options {
			add(o.Label)
		}
	case Review:
		add(s.Heading, s.Help, s.Declaration, s.Confirm.Label)
	case Sign:
		add(s.Heading, s.Help, s.Statement)
		if _, unable := s.Clear.Intent.(Unable); unable {
			add(s.Clear.Label)
		}
	case Accepting:
		add(s.Heading, s.Help)
	case Accepted:
		add(s.Heading, s.Help, s.NumberLabel, s.Number, s.Receipt.Text, s.NextTitle, s.NextLead, s.NextText)
	case Refused:
		add(s.Heading, s.Help)
	case Evaluate:
		add(s.Heading, s.Help)
		for _, l := range s.Levels {
			add(l.Label)
		}
	case Track:
		add(s.Heading, s.Card, s.Help, s.Scan, s.Trouble.Text, s.Number.Error)
	case CaseList:
		add(s.Help, s.Note.Text)    // the heading says whose they are
		for _, c := range s.Cases { // not what they are about: others listen too
			add(c.Badge)
		}
	case Progress:
		add(s.Heading, s.Help, s.AsOf)
	case Goodbye:
		add(s.Heading, s.Help)
		for _, r := range s.Reminders {
			add(r.Text)
		}
	case OutOfService:
		add(s.Heading, s.Help)
	}
	return all
}

func addTiles(add func(...string), tiles []Tile) {
	for _, t := range tiles {
		add(t.Title)
		if t.Off {
			add(t.Badge)
		}
	}
}
