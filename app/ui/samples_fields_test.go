package ui

import (
	"fmt"
	"strings"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// modes are the tabs of a keypad for Chinese, with one chosen.
func modes(w words, chosen kiosk.Mode) (out []kiosk.Option) {
	for _, m := range []struct {
		to     kiosk.Mode
		zh, en string
	}{
		{kiosk.ModePinyin, "拼音", "Pinyin"}, {kiosk.ModeInk, "手写", "Write"}, {kiosk.ModeLetters, "字母", "Letters"},
		{kiosk.ModeDigits, "数字", "Digits"}, {kiosk.ModeSymbols, "符号", "Symbols"}, {kiosk.ModeRare, "生僻字", "Rare"},
	} {
		out = append(out, kiosk.Option{Label: w.of(m.zh, m.en), Chosen: m.to == chosen, Intent: kiosk.KeyMode{To: m.to}})
	}
	return out
}

func candidatesOf(all string) (out []kiosk.Candidate) {
	for i, c := range strings.Fields(all) {
		out = append(out, kiosk.Candidate{Label: c, Intent: kiosk.Take{Candidate: i}})
	}
	return out
}

// pinyin is a keypad for Chinese, in the middle of a word when letters are given.
func pinyin(w words, compose, words string) kiosk.Keypad {
	k := letters(w)
	k.Modes, k.Compose, k.Candidates = modes(w, kiosk.ModePinyin), compose, candidatesOf(words)
	if len(k.Candidates) > 0 {
		k.More = kiosk.Button{Label: w.of("下一页", "More"), Intent: kiosk.Turn{By: 1}}
		k.Less = kiosk.Button{Label: w.of("上一页", "Less"), Intent: kiosk.Turn{By: -1}, Off: true}
	}
	return k
}

// fieldSamples are the kinds of fields, keypads and panels.
func fieldSamples(w words) []sample {
	back := kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}}
	next := kiosk.Button{Label: w.of("下一步", "Next"), Intent: kiosk.Next{}}
	f := w.frame(w.service(), w.step(2, w.of("填写", "Your answers")))
	var out []sample
	add := func(name string, f kiosk.Frame, s kiosk.Screen) {
		out = append(out, sample{name, kiosk.View{Frame: f, Screen: s}})
	}

	written := kiosk.Field{ID: "employer", Kind: kiosk.FieldText, Label: w.of("工作单位", "Employer"), Hint: w.of("单位的全称", "Full name"), Value: "广州市", Compose: "tianheq", Focused: true, Focus: kiosk.Focus{Field: "employer"}}
	phone := kiosk.Field{ID: "phone", Kind: kiosk.FieldPhone, Label: w.of("手机号", "Mobile number"), Value: "138 **** 0000", Focus: kiosk.Focus{Field: "phone"}, Reveal: kiosk.Reveal{Field: "phone"}}
	form := kiosk.Form{
		Heading: w.of("您在哪里工作？", "Where do you work?"), Help: w.of("写单位的全称，和合同上的一样", "The full name, as in your contract"),
		Fields: []kiosk.Field{phone, written}, Keypad: pinyin(w, "tian'he'q", "天河区 天和 填 天 田 甜 添 恬"), Next: next, Back: back,
	}
	add("form-pinyin", f, form)
	form.Keypad = pinyin(w, "shi'jie'mao'yi'zu'zhi", "世界贸易组织 世界贸易 世界 视界 十届 时节 使节 史记 事迹 实际 是 时 市")
	add("form-pinyin-long", f, form)
	written.Value, written.Compose = "", ""
	form.Fields = []kiosk.Field{phone, written}
	form.Keypad = pinyin(w, "", "")
	add("form-pinyin-empty", f, form)
	form.Keypad = pinyin(w, "", "张 弛 驰 弓 引 弘 强 弥")
	form.Keypad.Rows = [][]kiosk.Key{{
		{Label: w.of("重写", "Again"), Quiet: true, Wide: 2, Intent: kiosk.Wipe{}}, {Label: w.of("删除", "Delete"), Icon: "backspace", Wide: 2, Quiet: true, Intent: kiosk.Erase{}},
		{Label: w.of("填好了", "Done"), Wide: 3, Intent: kiosk.Done{}},
	}}
	form.Keypad.Modes, form.Keypad.Ink = modes(w, kiosk.ModeInk), &kiosk.Ink{Hint: w.of("用手指在这里写一个字", "Write one character here"), Drawing: 0}
	add("form-ink", f, form)

	form.Keypad = pinyin(w, "", "")
	form.Keypad.Modes = modes(w, kiosk.ModeSymbols)
	form.Keypad.Rows = [][]kiosk.Key{form.Keypad.Rows[0][:8], {{Label: w.of("填好了", "Done"), Wide: 8, Intent: kiosk.Done{}}}}
	add("form-symbols", f, form)

	kinds := kiosk.Form{
		Heading: w.of("您的家人", "Your family"), Help: w.of("一起住的都要写上", "Everybody who lives with you"), Next: next, Back: back,
		Fields: []kiosk.Field{
			{ID: "number", Label: w.of("公民身份号码", "Identity number"), Value: "1101**********0014", Note: w.of("来自身份证", "From your ID card"), Reveal: kiosk.Reveal{Field: "number"}},
			{ID: "region", Kind: kiosk.FieldList, Label: w.of("现在住的地方", "Where you live"), Value: w.of("广东省广州市天河区", "Tianhe, Guangzhou, Guangdong"), Focus: kiosk.Focus{Field: "region"}},
			{ID: "street", Kind: kiosk.FieldList, Label: w.of("街道", "Street"), Hint: w.of("点这里选择", "Touch to choose"), Focus: kiosk.Focus{Field: "street"}, Error: w.of("这一项还没有选", "Please choose")},
			{ID: "help", Kind: kiosk.FieldMulti, Label: w.of("需要哪些帮助？可以选几样", "What help do you need? Choose any"), Options: []kiosk.Option{
				{Label: w.of("上门办理", "A visit at home"), Chosen: true, Intent: kiosk.Pick{Field: "help", Value: "visit"}},
				{Label: w.of("手语翻译", "Sign language"), Intent: kiosk.Pick{Field: "help", Value: "sign"}},
				{Label: w.of("盲文材料", "Papers in Braille"), Intent: kiosk.Pick{Field: "help", Value: "braille"}},
			}},
			{ID: "family", Kind: kiosk.FieldGroup, Label: w.of("家庭成员", "Members of the family"), Entries: []kiosk.Entry{
				{Title: "张*四", Text: w.of("儿子，1990年出生", "Son, born in 1990"), Edit: kiosk.Button{Label: w.of("修改", "Change"), Intent: kiosk.EditEntry{Field: "family"}}, Dismiss: kiosk.Button{Label: w.of("删除", "Remove"), Intent: kiosk.DropEntry{Field: "family"}}},
				{Title: "李*", Text: w.of("儿媳", "Daughter-in-law"), Error: w.of("还没有填出生日期", "The date of birth is missing"), Edit: kiosk.Button{Label: w.of("修改", "Change"), Intent: kiosk.EditEntry{Field: "family", N: 1}}, Dismiss: kiosk.Button{Label: w.of("删除", "Remove"), Intent: kiosk.DropEntry{Field: "family", N: 1}}},
			}, Add: kiosk.Button{Label: w.of("再加一个人", "Add a person"), Intent: kiosk.AddEntry{Field: "family"}}},
		},
	}
	add("form-kinds", f, kinds)
	kinds.Fields = kinds.Fields[3:]
	add("form-group", f, kinds)

	add("review-reveal", w.frame(w.service(), w.step(3, w.of("核对", "Check"))), kiosk.Review{
		Heading: w.of("请核对，没有错就提交", "Check your answers"), Help: w.of("提交以前都可以修改", "You can change anything before you submit"),
		Groups: []kiosk.Group{
			{Title: w.of("个人信息（来自身份证）", "You (from your ID card)"), Rows: []kiosk.Row{
				{Label: w.of("姓名", "Name"), Value: "张*三", Reveal: kiosk.Reveal{Field: "name"}},
				{Label: w.of("公民身份号码", "Identity number"), Value: "1101**********0014", Note: w.of("来自身份证", "From your ID card"), Reveal: kiosk.Reveal{Field: "number"}},
				{Label: w.of("性别", "Sex"), Value: w.of("女", "Female")},
			}},
		},
		Declaration: w.of("点“确认提交”，表示以上内容真实", "By touching “Submit” you confirm that this is true"),
		Confirm:     kiosk.Button{Label: w.of("确认提交", "Submit"), Intent: kiosk.Confirm{}}, Back: back,
	})
	return append(append(out, chooseSamples(w)...), panelSamples(w)...)
}

// chooseSamples are services to search and to narrow.
func chooseSamples(w words) []sample {
	back := kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}}
	f := w.frame("", "")
	c := kiosk.Choose{
		Heading: w.of("您好，张*三，想办什么？", "Hello 张*三, what would you like to do?"), Help: w.of("点一下要办的事", "Touch what you came for"), Back: back,
		Query: kiosk.Query{Hint: w.of("说说您要办的事，比如“居住证”", "What would you like to do?"), Focus: kiosk.Focus{Field: "query"}},
	}
	for i, g := range []string{w.of("全部", "All"), w.of("公安", "Police"), w.of("人社", "Employment"), w.of("民政", "Civil affairs"), w.of("医保", "Health insurance"), w.of("住建", "Housing"), w.of("市场监管", "Market supervision"), w.of("教育", "Schools")} {
		c.Groups = append(c.Groups, kiosk.Option{Label: g, Chosen: i == 1, Intent: kiosk.Browse{Department: fmt.Sprint(i)}})
	}
	tile := func(i int) kiosk.Tile {
		return kiosk.Tile{Icon: "home-check", Title: w.of("居住证签注", "Residence permit renewal"), Text: w.of("住满一年前 30 日内办理，不收费", "Within 30 days before the year ends, free of charge"), Badge: w.of("现在就能提交", "Can be submitted now"), Intent: kiosk.Choice{Service: fmt.Sprint("s", i)}}
	}
	for i := range 12 {
		c.Services = append(c.Services, tile(i))
	}
	c.Services[1].Off, c.Services[1].Badge = true, w.of("身份证过期，请到窗口办", "Card expired, please go to a counter")
	many := sample{"choose-groups", kiosk.View{Frame: f, Screen: c}}
	c.Services, c.Query.Value, c.Query.Focused, c.Keypad = []kiosk.Tile{tile(0), tile(1), tile(2)}, "juzhuz", true, letters(w)
	found := sample{"choose-search", kiosk.View{Frame: f, Screen: c}}
	c.Services, c.Query.Focused, c.Keypad = nil, false, kiosk.Keypad{}
	c.Empty = kiosk.Notice{Text: w.of("没有找到这件事。换个说法试试，或到服务台问一问", "Nothing found. Try other words, or ask at the service desk")}
	none := sample{"choose-none", kiosk.View{Frame: f, Screen: c}}
	return []sample{many, found, none}
}

// panelSamples are the panels of settings.
func panelSamples(w words) []sample {
	f := w.frame("", "")
	closing := kiosk.Button{Label: w.of("好了", "Done"), Intent: kiosk.Settings{}}
	screen := kiosk.Attract{Greeting: w.of("下午好", "Good afternoon"), Start: kiosk.Button{Label: w.of("触摸屏幕开始", "Touch to start"), Intent: kiosk.Start{}}}
	show := f
	show.Choices = &kiosk.ChoicePanel{Heading: w.of("字号和显示", "Text and display"), Close: closing, Groups: []kiosk.ChoiceGroup{
		{Title: w.of("字的大小", "Size of text"), Options: []kiosk.Option{
			{Label: w.of("标准", "Normal"), Chosen: true, Intent: kiosk.Size{}}, {Label: w.of("大", "Large"), Intent: kiosk.Size{To: 1}},
			{Label: w.of("长者", "Larger"), Intent: kiosk.Size{To: 2}}, {Label: w.of("最大", "Largest"), Intent: kiosk.Size{To: 3}},
		}},
		{Title: w.of("颜色", "Colours"), Options: []kiosk.Option{
			{Label: w.of("标准", "Normal"), Chosen: true, Intent: kiosk.Contrast{}}, {Label: w.of("黑底白字", "White on black"), Intent: kiosk.Contrast{On: true}},
		}},
		{Title: w.of("按钮的位置", "Place of the buttons"), Options: []kiosk.Option{
			{Label: w.of("标准", "Normal"), Chosen: true, Intent: kiosk.Low{}}, {Label: w.of("低位（轮椅）", "Low (wheelchair)"), Intent: kiosk.Low{On: true}},
		}},
	}}
	speak := f
	speak.Choices = &kiosk.ChoicePanel{Heading: "语言 · Language", Close: closing, Groups: []kiosk.ChoiceGroup{{Options: []kiosk.Option{
		{Label: "简体中文", Chosen: !w.english, Intent: kiosk.Language{To: text.Chinese}}, {Label: "繁體中文", Intent: kiosk.Language{To: "zh-Hant"}},
		{Label: "English", Chosen: w.english, Intent: kiosk.Language{To: text.English}},
	}}}}
	return []sample{{"settings-display", kiosk.View{Frame: show, Screen: screen}}, {"settings-language", kiosk.View{Frame: speak, Screen: screen}}}
}
