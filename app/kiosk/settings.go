package kiosk

import (
	"slices"

	"onedoor/app/text"
	"onedoor/app/visit"
)

// settings are how one visitor wants to see and hear. They end with the visit.
type settings struct {
	lang      text.Language
	elder     bool
	size      int // 0 to largest
	contrast  bool
	low       bool
	speak     bool
	cantonese bool // what is read aloud, where that is Chinese
	silent    bool // without sounds
	panel     Panel
}

// largest is the largest size of text; elder mode begins at elderSize.
const (
	largest   = 3
	elderSize = 2
)

// set takes an intent that changes a setting; false for any other.
func (s *settings) set(in Intent, languages []text.Language) bool {
	switch in := in.(type) {
	case Elder:
		s.elder = !s.elder
		if s.size = 0; s.elder {
			s.size = elderSize
		}
	case Size:
		s.size = max(0, min(in.To, largest))
		if s.size < elderSize {
			s.elder = false
		}
	case Contrast:
		s.contrast = in.On
	case Low:
		s.low = in.On
	case Speak:
		s.speak, s.cantonese = in.On, in.Cantonese
	case Quiet:
		s.silent = in.On
	case Language:
		if slices.Contains(languages, in.To) {
			s.lang, s.panel = in.To, PanelNone
		}
	case Settings:
		if s.panel = in.Of; in.Of != PanelLanguage && in.Of != PanelDisplay {
			s.panel = PanelNone
		}
	default:
		return false
	}
	return true
}

// tools is the bottom strip.
func (k *Kiosk) tools(say text.Printer) []Tool {
	s := &k.visit.settings
	tools := []Tool{{Intent: Home{}, Icon: "home", Label: say.T("tool.home"), Off: !k.state.CanLeave() || k.state == visit.Menu}}
	languages := k.cfg.Texts.Languages()
	if len(languages) > 2 {
		tools = append(tools, Tool{Intent: Settings{Of: PanelLanguage}, Icon: "language", Label: say.T("tool.languages")})
	} else {
		other := text.English
		if s.lang == text.English {
			other = text.Chinese
		}
		tools = append(tools, Tool{Intent: Language{To: other}, Icon: "language", Label: say.T("tool.language")})
	}
	tools = append(tools, Tool{Intent: Settings{Of: PanelDisplay}, Icon: "text-size", Label: say.T("tool.display"), On: s.elder || s.size > 0})
	if k.cfg.Voice != nil {
		label := "tool.speak"
		if s.speak {
			label = "tool.hush"
		}
		tools = append(tools, Tool{Intent: Speak{On: !s.speak, Cantonese: s.cantonese}, Icon: "volume", Label: say.T(label), On: s.speak})
	}
	return append(tools, k.helpTool(say))
}

// choices is the panel that is open.
func (k *Kiosk) choices(say text.Printer) *ChoicePanel {
	s := &k.visit.settings
	p := &ChoicePanel{Close: Button{say.T("settings.close"), Settings{}, false}}
	switch s.panel {
	case PanelLanguage:
		p.Heading = say.T("settings.language")
		var g ChoiceGroup
		for _, lang := range k.cfg.Texts.Languages() {
			g.Options = append(g.Options, Option{k.cfg.Texts.In(lang).T("language.name"), lang == s.lang, Language{To: lang}})
		}
		p.Groups = []ChoiceGroup{g}
	case PanelDisplay:
		p.Heading = say.T("settings.display")
		sizes := ChoiceGroup{Title: say.T("settings.size")}
		for i := range largest + 1 {
			sizes.Options = append(sizes.Options, Option{say.T(sizeKey(i)), i == s.size, Size{To: i}})
		}
		yes, no := say.T("settings.on"), say.T("settings.off")
		p.Groups = []ChoiceGroup{
			{Title: say.T("settings.elder"), Options: []Option{{yes, s.elder, turn(s.elder, true)}, {no, !s.elder, turn(s.elder, false)}}},
			sizes,
			{Title: say.T("settings.contrast"), Options: []Option{{yes, s.contrast, Contrast{On: true}}, {no, !s.contrast, Contrast{On: false}}}},
			{Title: say.T("settings.low"), Options: []Option{{yes, s.low, Low{On: true}}, {no, !s.low, Low{On: false}}}},
		}
		if k.cfg.Voice != nil {
			g := ChoiceGroup{Title: say.T("settings.speak"), Options: []Option{{no, !s.speak, Speak{}}}}
			if s.lang == text.English {
				g.Options = append(g.Options, Option{yes, s.speak, Speak{On: true}})
			} else {
				g.Options = append(g.Options, Option{say.T("settings.mandarin"), s.speak && !s.cantonese, Speak{On: true}},
					Option{say.T("settings.cantonese"), s.speak && s.cantonese, Speak{On: true, Cantonese: true}})
			}
			p.Groups = append(p.Groups, g)
		}
		if k.cfg.Sounds != nil {
			p.Groups = append(p.Groups, ChoiceGroup{Title: say.T("settings.sounds"), Options: []Option{{yes, !s.silent, Quiet{}}, {no, s.silent, Quiet{On: true}}}})
		}
	default:
		return nil
	}
	return p
}

func sizeKey(size int) string {
	return [largest + 1]string{"settings.size.normal", "settings.size.large", "settings.size.larger", "settings.size.largest"}[size]
}

// turn is the intent that makes elder mode what is wanted.
func turn(is, want bool) Intent {
	if is == want {
		return Touch{}
	}
	return Elder{}
}
