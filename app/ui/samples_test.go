package ui

import (
	"fmt"

	"onedoor/app/kiosk"
)

// sample is a view with a name, as the kiosk makes them.
type sample struct {
	name string
	view kiosk.View
}

// words picks between the two languages.
type words struct{ english bool }

func (w words) of(zh, en string) string {
	if w.english {
		return en
	}
	return zh
}

func (w words) frame(service, step string) kiosk.Frame {
	f := kiosk.Frame{
		Hall:  w.of("番禺区政务服务大厅", "Panyu District Government Service Hall"),
		Clock: "14:26",
		Link:  kiosk.Notice{Tone: kiosk.Caution, Text: w.of("暂时离线，照常收件", "Offline for now, still open")},
		Tools: []kiosk.Tool{
			{Intent: kiosk.Home{}, Icon: "home", Label: w.of("首页", "Home")},
			{Intent: kiosk.Settings{Of: kiosk.PanelLanguage}, Icon: "language", Label: w.of("Language", "语言")},
			{Intent: kiosk.Settings{Of: kiosk.PanelDisplay}, Icon: "text-size", Label: w.of("字号·长者", "Text size")},
			{Intent: kiosk.Speak{On: false}, Icon: "volume", Label: w.of("朗读：开", "Reading aloud"), On: true},
			{Intent: kiosk.Help{}, Icon: "help", Label: w.of("求助", "Help")},
		},
	}
	if service != "" {
		f.Service, f.Step = service, step
	}
	return f
}

func (w words) service() string { return w.of("居住证签注", "Residence permit renewal") }

func (w words) step(n int, name string) string {
	return fmt.Sprintf(w.of("第 %d 步，共 4 步 · %s", "Step %d of 4 · %s"), n, name)
}

func digits(w words) kiosk.Keypad {
	key := func(n string) kiosk.Key { return kiosk.Key{Label: n, Intent: kiosk.Type{Text: n}} }
	return kiosk.Keypad{Rows: [][]kiosk.Key{
		{key("1"), key("2"), key("3"), {Label: w.of("删除", "Delete"), Icon: "backspace", Quiet: true, Intent: kiosk.Erase{}}},
		{key("4"), key("5"), key("6"), {Label: w.of("清空", "Clear"), Quiet: true, Intent: kiosk.Clear{}}},
		{key("7"), key("8"), key("9"), key("0")},
		{{Label: w.of("填好了", "Done"), Wide: 4, Action: true, Intent: kiosk.Done{}}},
	}}
}

func numberKeys(w words) kiosk.Keypad {
	k := digits(w)
	k.Rows[3] = []kiosk.Key{{Label: "X", Intent: kiosk.Type{Text: "X"}}}
	return k
}

func letters(w words) kiosk.Keypad {
	row := func(s string) (out []kiosk.Key) {
		for _, r := range s {
			out = append(out, kiosk.Key{Label: string(r), Intent: kiosk.Type{Text: string(r)}})
		}
		return out
	}
	third := append([]kiosk.Key{{Label: w.of("清空", "Clear"), Wide: 1.5, Quiet: true, Intent: kiosk.Clear{}}}, row("zxcvbnm")...)
	third = append(third, kiosk.Key{Label: w.of("删除", "Delete"), Icon: "backspace", Wide: 1.5, Quiet: true, Intent: kiosk.Erase{}})
	return kiosk.Keypad{Rows: [][]kiosk.Key{
		row("1234567890"), row("qwertyuiop"), row("asdfghjkl"), third,
		{{Label: w.of("空格", "Space"), Wide: 6, Intent: kiosk.Type{Text: " "}}, {Label: w.of("填好了", "Done"), Wide: 4, Action: true, Intent: kiosk.Done{}}},
	}}
}

// samples are all states of all screens in one language.
func samples(english bool) []sample {
	w := words{english}
	back := kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}}
	next := kiosk.Button{Label: w.of("下一步", "Next"), Intent: kiosk.Next{}}
	fill := w.frame(w.service(), w.step(2, w.of("填写", "Your answers")))
	var out []sample
	add := func(name string, f kiosk.Frame, s kiosk.Screen) {
		out = append(out, sample{name, kiosk.View{Frame: f, Screen: s}})
	}

	attract := kiosk.Attract{
		Greeting: w.of("下午好", "Good afternoon"),
		Lead:     w.of("刷身份证办事，一台机器办好，最多跑一次", "Apply here with your ID card, in one place and in one visit"),
		Steps: [3]string{
			w.of("放上身份证", "Lay down your ID card"), w.of("照着屏幕填几项", "Answer a few questions"), w.of("拿走回执", "Take your receipt"),
		},
		Start: kiosk.Button{Label: w.of("触摸屏幕开始", "Touch to start"), Intent: kiosk.Start{}},
	}
	online := w.frame("", "")
	online.Link = kiosk.Notice{Tone: kiosk.Good, Text: w.of("联网正常", "Connected")}
	online.Tools[0].Off = true
	add("attract", online, attract)
	attract.Trouble = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("打印机暂时不能用，仍可办理，编号会显示在屏幕上", "The printer is not working. You can still apply; your number will be on the screen.")}
	add("attract-trouble", online, attract)
	attract.Trouble = kiosk.Notice{
		Tone: kiosk.Stop, Text: w.of("读卡器暂时不能用。高龄津贴申领可以输入身份证号办理，别的事请到人工窗口", "The card reader is not working. You can type your ID number for Old-age allowance; for anything else please go to a counter."),
		Staff: "给工作人员看：READER-UNPLUGGED，14:02 起。读卡器的数据线松脱。请插好，几秒后自动恢复\n给工作人员看：PRINTER-PAPER-LOW，13:40 起。纸快用完了。请备好一卷新纸",
	}
	add("attract-reader", online, attract)
	attract.Lead += "\n" + w.of("有回执？把二维码对准扫码口，就能看办到哪一步", "Got a receipt? Hold its QR code to the scanner to see how far your case is")
	attract.Trouble = kiosk.Notice{Staff: "给工作人员看：PRINTER-PAPER-LOW，13:40 起。纸快用完了。请备好一卷新纸"}
	add("attract-low", online, attract)

	identify := kiosk.Identify{
		Heading: w.of("请把身份证放在读卡区", "Lay your ID card on the reader"),
		Help:    w.of("读卡区在屏幕下方，平放，听到提示前不要拿开", "The reader is below the screen. Lay the card flat and leave it there."),
		Back:    back,
	}
	add("identify", w.frame("", ""), identify)
	identify.Phase, identify.Progress = kiosk.CardReading, 0.6
	identify.Help = w.of("正在读取，请不要拿开身份证", "Reading, please leave the card where it is")
	add("identify-reading", w.frame("", ""), identify)
	identify.Phase, identify.Progress = kiosk.CardFailed, 0
	identify.Trouble = kiosk.Notice{Tone: kiosk.Stop, Text: w.of("没有读到身份证，请拿起来，重新平放一次", "The card could not be read. Please lift it and lay it down flat again.")}
	add("identify-failed", w.frame("", ""), identify)
	identify.Phase = kiosk.ReaderMissing
	identify.Heading = w.of("读卡器暂时不能用", "The card reader is not working")
	identify.Help = w.of("请到人工窗口，或旁边的自助终端办理", "Please go to a counter or use another terminal")
	identify.Trouble = kiosk.Notice{Staff: "给工作人员看：READER-UNPLUGGED，14:02 起。读卡器的数据线松脱。请插好，几秒后自动恢复"}
	add("identify-missing", w.frame("", ""), identify)
	identify.Help = w.of("想办高龄津贴申领，可以输入身份证号。别的事请到人工窗口", "For Old-age allowance you can type your ID number. For anything else please go to a counter.")
	identify.Next = kiosk.Button{Label: w.of("输入身份证号", "Type my ID number"), Intent: kiosk.TypeNumber{}}
	add("identify-typed", w.frame("", ""), identify)

	number := kiosk.Form{
		Heading: w.of("请输入身份证号", "Type your ID number"), Help: w.of("读卡器不能用时，高龄津贴申领可以这样办", "While the card reader is not working, this is a way to apply for: Old-age allowance"),
		Fields: []kiosk.Field{{ID: "number", Kind: kiosk.FieldText, Label: w.of("身份证号", "ID number"), Hint: w.of("18 位，最后一位可能是 X", "18 characters, the last may be X"), Focused: true, Focus: kiosk.Focus{Field: "number"}}},
		Keypad: numberKeys(w), Next: next, Back: back,
	}
	add("number", w.frame("", ""), number)
	number.Fields = []kiosk.Field{number.Fields[0]}
	number.Fields[0].Value, number.Fields[0].Error = "110101 19000101 0015", w.of("这个号码不对，请看着身份证，一位一位再核对", "This can not be an ID number. Please compare it with your card, digit by digit")
	number.Errors = w.of("还有 1 项需要填好，请看每一项下面的字", "Please complete 1 more. See the words below each.")
	add("number-wrong", w.frame("", ""), number)

	tiles := []kiosk.Tile{
		{Icon: "home-check", Title: w.service(), Text: w.of("居住证满一年前 30 日内办理，当场提交，不收费", "Within 30 days before your permit's year ends, free of charge"), Badge: w.of("现在就能提交", "Can be submitted now"), Intent: kiosk.Choice{Service: "residence-permit"}},
		{Icon: "heart-handshake", Title: w.of("高龄津贴申领", "Old-age allowance"), Text: w.of("80 周岁以上本市户籍老人，每月发放", "For residents of 80 and older, paid every month"), Badge: w.of("现在就能提交", "Can be submitted now"), Intent: kiosk.Choice{Service: "old-age-allowance"}},
	}
	choose := kiosk.Choose{
		Heading: w.of("您好，张*三，想办什么？", "Hello 张*三, what would you like to do?"), Help: w.of("点一下要办的事", "Touch what you came for"),
		Services: tiles, Back: back,
	}
	add("choose", w.frame("", ""), choose)
	choose.Services = append([]kiosk.Tile(nil), tiles...)
	choose.Services[0].Off, choose.Services[0].Badge = true, w.of("身份证过期，请到窗口办", "Card expired, please go to a counter")
	add("choose-refused", w.frame("", ""), choose)
	choose.Services = append([]kiosk.Tile(nil), tiles...)
	for i := range 6 {
		t := tiles[i%2]
		t.Intent = kiosk.Choice{Service: fmt.Sprintf("service-%d", i)}
		t.Badge = ""
		choose.Services = append(choose.Services, t)
	}
	add("choose-many", w.frame("", ""), choose)

	add("guide", w.frame(w.service(), w.step(1, w.of("看须知", "Before you start"))), kiosk.Guide{
		Heading: w.service(),
		Help:    w.of("先看一看，材料齐了再填，大约 3 分钟", "Have a look first. Filling in takes about 3 minutes."),
		Facts: []kiosk.Row{
			{Label: w.of("谁可以办", "Who can apply"), Value: w.of("持有本市居住证、居住满一年的人", "Holders of this city's residence permit after one year")},
			{Label: w.of("由谁办理", "Handled by"), Value: w.of("番禺区公安分局人口管理大队", "Panyu Public Security Bureau, Population Office")},
			{Label: w.of("多久办好", "How long it takes"), Value: w.of("5 个工作日", "5 working days")},
			{Label: w.of("收费", "Fee"), Value: w.of("不收费", "Free")},
			{Label: w.of("依据", "Legal basis"), Value: w.of("《居住证暂行条例》（国务院令第 663 号）第十条", "Interim Regulation on Residence Permits (State Council Order No. 663), Article 10")},
		},
		MaterialsTitle: w.of("需要的材料", "What you need"),
		Materials: []kiosk.Material{
			{Name: w.of("居民身份证", "Resident ID card"), Note: w.of("已经读到，不用再交", "Already read, nothing to hand in")},
			{Name: w.of("居住地址证明", "Proof of address"), Note: w.of("租房合同、房产证或单位证明，提交后 5 日内补交即可", "Rental contract, title deed or employer's letter; may follow within 5 days")},
		},
		Next: kiosk.Button{Label: w.of("材料齐了，开始填写", "I have these, start"), Intent: kiosk.Next{}}, Back: back,
	})

	fields := func() []kiosk.Field {
		return []kiosk.Field{
			{ID: "name", Label: w.of("姓名", "Name"), Value: "张*三", Note: w.of("来自身份证", "From your ID card")},
			{ID: "address", Label: w.of("户籍地址", "Registered address"), Value: "广东省广州市番禺区市桥街道大北路 100 号之二 3 座 1802 房", Note: w.of("来自身份证", "From your ID card")},
			{ID: "phone", Kind: kiosk.FieldPhone, Label: w.of("手机号", "Mobile number"), Hint: w.of("例：138 0000 0000", "e.g. 138 0000 0000"), Focus: kiosk.Focus{Field: "phone"}},
			{ID: "since", Kind: kiosk.FieldDate, Label: w.of("从哪天起住在这里", "Living there since"), Hint: w.of("例：2024年05月01日", "e.g. 2024-05-01"), Focus: kiosk.Focus{Field: "since"}},
			{ID: "housing", Kind: kiosk.FieldChoice, Label: w.of("这是您自己的房子吗？", "Whose home is it?"), Options: []kiosk.Option{
				{Label: w.of("租的", "Rented"), Chosen: true, Intent: kiosk.Pick{Field: "housing", Value: "rent"}},
				{Label: w.of("自己的", "My own"), Intent: kiosk.Pick{Field: "housing", Value: "own"}},
				{Label: w.of("单位宿舍", "Company dormitory"), Intent: kiosk.Pick{Field: "housing", Value: "dorm"}},
			}},
		}
	}
	form := kiosk.Form{
		Heading: w.of("您现在住在哪里？", "Where do you live now?"), Help: w.of("填好后点“下一步”，填错了随时可以改", "Then touch “Next”. You can change everything later."),
		Fields: fields(), Next: next, Back: back,
	}
	add("form", fill, form)
	form.Fields = fields()
	form.Fields[2].Focused, form.Fields[2].Value, form.Keypad = true, "138 0000", digits(w)
	add("form-phone", fill, form)
	form.Fields = fields()
	form.Fields = append(form.Fields[:4:4], kiosk.Field{ID: "room", Kind: kiosk.FieldText, Label: w.of("门牌号", "House number"), Focused: true, Value: "100-2 A", Focus: kiosk.Focus{Field: "room"}}, form.Fields[4])
	form.Keypad = letters(w)
	add("form-text", fill, form)
	form.Fields = fields()
	form.Keypad = digits(w)
	form.Errors = w.of("还有 2 项需要填好，已用红字标出", "Please complete 2 more, marked in red")
	form.Fields[2].Error, form.Fields[2].Value, form.Fields[2].Focused = w.of("手机号是 11 位数字，以 1 开头，请再看一看", "A mobile number has 11 digits and starts with 1. Please check it."), "238 00", true
	form.Fields[3].Error = w.of("这一项还没有填", "Please answer this")
	add("form-errors", fill, form)

	add("review", w.frame(w.service(), w.step(3, w.of("核对", "Check"))), kiosk.Review{
		Heading: w.of("请核对，没有错就提交", "Check your answers"), Help: w.of("提交以前都可以修改", "You can change anything before you submit"),
		Groups: []kiosk.Group{
			{Title: w.of("个人信息（来自身份证）", "You (from your ID card)"), Rows: []kiosk.Row{
				{Label: w.of("姓名", "Name"), Value: "张*三"},
				{Label: w.of("公民身份号码", "Identity number"), Value: "1101**********0014"},
				{Label: w.of("户籍地址", "Registered address"), Value: "广东省广州市番禺区市桥街道大北路 100 号之二 3 座 1802 房"},
			}},
			{Title: w.of("居住情况", "Where you live"), Rows: []kiosk.Row{
				{Label: w.of("手机号", "Mobile number"), Value: "138****0000"},
				{Label: w.of("从哪天起住在这里", "Living there since"), Value: w.of("2024年05月01日", "1 May 2024")},
				{Label: w.of("这是您自己的房子吗？", "Whose home is it?"), Value: w.of("租的", "Rented")},
			}, Edit: kiosk.Button{Label: w.of("修改", "Change"), Intent: kiosk.Edit{Page: 0}}},
			{Title: w.of("寄送", "Delivery"), Rows: []kiosk.Row{
				{Label: w.of("怎么取证", "How to collect"), Value: w.of("到窗口领取", "At the counter")},
			}, Edit: kiosk.Button{Label: w.of("修改", "Change"), Intent: kiosk.Edit{Page: 1}}},
		},
		Declaration: w.of("点“确认提交”，表示以上内容真实，同意由番禺区公安分局用于办理本事项", "By touching “Submit” you confirm that this is true and agree that Panyu Public Security Bureau may use it for this case"),
		Confirm:     kiosk.Button{Label: w.of("确认提交", "Submit"), Intent: kiosk.Confirm{}}, Back: back,
	})
	add("accepting", w.frame(w.service(), w.step(3, w.of("核对", "Check"))), kiosk.Accepting{
		Heading: w.of("正在保存", "Saving"), Help: w.of("还没有收件，请稍等，不要离开", "Not received yet. Please wait and do not leave."),
	})

	accepted := kiosk.Accepted{
		Heading:     w.of("已收件，正在打印回执", "Received. Printing your receipt"),
		Help:        w.of("现在离线，材料已安全保存在本机，联网后自动送出", "We are offline. Your case is safe on this machine and will be sent by itself."),
		NumberLabel: w.of("收件编号", "Case number"), Number: "1101 0107 0200 4711 8361",
		QR:      "HTTPS://CENTER.EXAMPLE.GOV.CN/T/ABCDEFGHJKMNPQRSTVWXYZ0123456",
		QRTitle: w.of("扫码查进度", "Scan to follow your case"),
		QRText:  w.of("用手机扫一扫，随时看办到哪一步。没有手机，拿回执到任一窗口查。", "Scan it with your phone to see how far your case is. Without a phone, show your receipt at any counter."),
		Track: []kiosk.Milestone{
			{Label: w.of("保存在本机", "Saved here"), State: kiosk.Reached}, {Label: w.of("送达中心", "At the centre")}, {Label: w.of("部门受理", "Accepted")},
		},
		NextTitle: w.of("接下来", "What happens next"), NextLead: w.of("部门受理后 5 个工作日内有结果", "You will have a decision in 5 working days"),
		NextText: w.of("需要补材料时，部门会按您留的手机号联系您", "If anything is missing, the department calls your number"),
		Receipt:  kiosk.Notice{Tone: kiosk.Neutral, Text: w.of("正在打印回执，请稍等", "Printing your receipt, please wait")}, Printing: true,
		Leave: kiosk.Button{Label: w.of("办好了，离开", "Finish"), Intent: kiosk.Leave{}},
	}
	done := w.frame(w.service(), w.step(4, w.of("收件", "Received")))
	add("accepted", done, accepted)
	accepted.Heading = w.of("已收件，请记下编号", "Received. Please note your number")
	accepted.Receipt = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("回执没有打印：纸用完了。收件不受影响，请抄下或拍下编号", "The receipt was not printed: out of paper. Your case is not affected. Please note or photograph the number.")}
	accepted.Receipt.Staff = "给工作人员看：PRINTER-PAPER-OUT，14:20 起。纸用完了。请打开上盖，换一卷新纸，合上盖子"
	accepted.Printing = false
	accepted.Again = kiosk.Button{Label: w.of("再打一次", "Print again"), Intent: kiosk.Again{}}
	track := accepted.Track
	accepted.Track = append([]kiosk.Milestone(nil), accepted.Track...)
	accepted.Track[1].State = kiosk.Reached
	accepted.Help = w.of("材料已送达中心，等部门受理", "Delivered to the centre, waiting for the department")
	add("accepted-unprinted", done, accepted)

	add("refused", w.frame(w.service(), w.step(3, w.of("核对", "Check"))), kiosk.Refused{
		Heading: w.of("没有收件", "Not received"),
		Help:    w.of("本机现在保存不了材料，您填的内容还在。请再试一次，或到人工窗口办理。", "This machine can not save your case now. Your answers are still here. Please try again, or go to a counter."),
		Code:    w.of("给工作人员看：OUTBOX-REFUSED", "For staff: OUTBOX-REFUSED"), Retry: kiosk.Button{Label: w.of("再试一次", "Try again"), Intent: kiosk.Confirm{}}, Leave: kiosk.Button{Label: w.of("离开，去窗口", "Leave"), Intent: kiosk.Leave{}},
	})
	add("progress", w.frame("", ""), kiosk.Progress{
		Heading: w.of("已收件，保存在本机", "Received, saved on this machine"), Help: w.of("现在离线，材料已安全保存在本机，联网后自动送出", "We are offline. Your case is safe on this machine and will be sent by itself."),
		Service: w.service(), NumberLabel: accepted.NumberLabel, Number: accepted.Number, Track: track,
		AsOf:  w.of("收件时间 2026-11-25 09:12\n本机现在离线，中心那边可能有更新的进展。用手机扫回执上的码最准", "Received 2026-11-25 09:12\nThis machine is offline and the centre may know more. Scan the receipt with your phone for the latest"),
		Leave: kiosk.Button{Label: w.of("看好了，返回", "Back to the start"), Intent: kiosk.Leave{}},
	})
	add("progress-unknown", w.frame("", ""), kiosk.Progress{
		Heading: w.of("本机没有这张回执的记录", "This machine does not know this receipt"),
		Help:    w.of("它可能是在别的机器或窗口收的，不等于没有收件。请用手机扫回执上的码，或凭收件编号到任一窗口查", "It may come from another machine or a counter; that does not mean it was not received. Please scan it with your phone, or ask at any counter"),
		Leave:   kiosk.Button{Label: w.of("看好了，返回", "Back to the start"), Intent: kiosk.Leave{}},
	})
	add("goodbye", w.frame("", ""), kiosk.Goodbye{
		Heading: w.of("请拿好您的东西", "Please take your things"), Help: w.of("您填的内容已清除", "Your answers have been cleared"),
		Reminders: []kiosk.Reminder{{Icon: "attract-card", Text: w.of("身份证还在读卡区", "Your card is still on the reader")}, {Icon: "attract-paper", Text: w.of("回执在出纸口", "Your receipt is in the slot")}},
	})
	add("outofservice", online, kiosk.OutOfService{
		Heading: w.of("本机暂停服务", "Out of service"),
		Help:    w.of("请到人工窗口或旁边的自助终端办理，给您添麻烦了。工作人员已收到提示。", "Please go to a counter or use another terminal. We are sorry; staff have been told."),
		Code:    "E-1203", Since: w.of("自 13:58 起", "Since 13:58"),
	})

	warned := fill
	warned.Warning = &kiosk.Warning{
		Heading: w.of("您还在吗？", "Are you still there?"), Text: w.of("20 秒后会清除填写的内容，回到首页", "Your answers will be cleared in 20 seconds"), Seconds: 20,
		Stay: kiosk.Button{Label: w.of("继续办理", "Continue"), Intent: kiosk.Stay{}}, Leave: kiosk.Button{Label: w.of("不办了", "Stop here"), Intent: kiosk.Home{}},
	}
	add("warning", warned, form)
	helped := fill
	helped.Help = &kiosk.HelpPanel{
		Heading: w.of("需要帮忙？", "Need help?"), Text: w.of("请到大厅服务台，或叫一声身边的工作人员。您填的内容都还在。", "Please ask at the service desk or call a member of staff. Your answers are kept."),
		Close: kiosk.Button{Label: w.of("知道了", "Close"), Intent: kiosk.Help{}},
	}
	add("help", helped, form)
	return append(append(out, moreSamples(w)...), fieldSamples(w)...)
}
