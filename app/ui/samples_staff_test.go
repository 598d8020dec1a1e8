package ui

import "onedoor/app/kiosk"

// staffSamples are the screens behind those of citizens.
func staffSamples(w words, add adder) {
	f := w.frame("", "")
	f.Tools, f.Staff = nil, w.of("工作人员界面 · 一号机", "Staff side · machine 001")
	keys := digits(w)
	back := kiosk.Button{Label: w.of("退出", "Leave"), Intent: kiosk.Back{}}
	signIn := kiosk.StaffSignIn{
		Heading: w.of("工作人员登录", "Staff sign-in"), Help: w.of("请输入工号和口令", "Your staff number and your PIN"),
		Fields: []kiosk.Field{
			{ID: "id", Kind: kiosk.FieldText, Label: w.of("工号", "Staff number"), Value: "1007", Focus: kiosk.Focus{Field: "id"}},
			{ID: "pin", Kind: kiosk.FieldText, Label: w.of("口令", "PIN"), Value: "●●●●", Focused: true, Focus: kiosk.Focus{Field: "pin"}},
		},
		Keypad: keys, Next: kiosk.Button{Label: w.of("登录", "Sign in"), Intent: kiosk.Next{}}, Back: back,
	}
	add("staff-signin", f, signIn)
	signIn.Trouble = kiosk.Notice{Tone: kiosk.Stop, Text: w.of("工号或口令不对。再错 2 次要等 15 秒", "Number or PIN is wrong. After 2 more you have to wait for 15 seconds")}
	signIn.Next.Off = true
	add("staff-signin-wrong", f, signIn)

	page := kiosk.Staff{
		Heading: w.of("概况", "Overview"), Who: w.of("李四维 · 主管", "Li Siwei · supervisor"), Until: w.of("4 分钟不操作就退出", "Signs out after 4 minutes without a touch"),
		Back: kiosk.Button{Label: w.of("退出", "Sign out"), Intent: kiosk.Back{}},
	}
	sections := func(chosen int) (out []kiosk.Option) {
		for i, label := range []string{w.of("概况", "Overview"), w.of("设备", "Devices"), w.of("补打回执", "Receipts"), w.of("待送达", "Outbox"), w.of("设置", "Settings")} {
			out = append(out, kiosk.Option{Label: label, Chosen: i == chosen, Intent: kiosk.Section{ID: label}})
		}
		return out
	}
	do := func(label, id string) kiosk.Button {
		return kiosk.Button{Label: label, Intent: kiosk.Act{ID: id}}
	}
	page.Sections = sections(0)
	page.Summary = kiosk.Notice{Tone: kiosk.Stop, Text: w.of("打印机缺纸：12 项服务只能办一部分", "The printer is out of paper: 12 services can be done in part only")}
	page.Cards = []kiosk.StaffCard{
		{Icon: "printer", Tone: kiosk.Stop, Title: w.of("回执打印机", "Receipt printer"), State: w.of("缺纸", "Out of paper"),
			Lines:   []string{w.of("14:03 起 · PRINTER-PAPER-OUT", "Since 14:03 · PRINTER-PAPER-OUT"), w.of("打开前门，换上新纸卷，按进纸键", "Open the front, put a new roll in, press feed")},
			Buttons: []kiosk.Button{do(w.of("纸换好了", "Paper changed"), "paper"), do(w.of("打印测试页", "Print a test page"), "print")}},
		{Icon: "wifi-off", Tone: kiosk.Caution, Title: w.of("与中心的连接", "Link to the centre"), State: w.of("离线", "Offline"),
			Lines: []string{w.of("13:40 起 · LINK-NO-ADDRESS", "Since 13:40 · LINK-NO-ADDRESS"), w.of("网线没有插好，或者交换机停电", "The cable is out, or the switch has no power")}},
		{Icon: "clipboard-list", Tone: kiosk.Good, Title: w.of("现在能办什么", "What can be done now"), State: w.of("5 项照常", "5 as usual"),
			Lines: []string{w.of("12 项不能当场打印回执", "12 without a printed receipt"), w.of("无犯罪记录证明要等联网", "No-crime record has to wait for the link")}},
		{Icon: "clock", Title: w.of("今天", "Today"), Lines: []string{w.of("来了 63 人，办成 51 件", "63 visits, 51 finished")}},
	}
	add("staff-overview", f, page)

	page.Heading, page.Sections, page.Summary = w.of("待送达", "Outbox"), sections(3), kiosk.Notice{Tone: kiosk.Caution, Text: w.of("12 件等着送到中心，最早的从 13:41 等起", "12 items wait for the centre, the first since 13:41")}
	page.Cards = []kiosk.StaffCard{
		{Icon: "send", Tone: kiosk.Caution, Title: w.of("12 件在等", "12 are waiting"), State: w.of("暂时送不出", "Can not be sent now"),
			Lines:   []string{w.of("最后一次回答：13:40，找不到中心的地址", "Last answer: 13:40, the centre's address was not found"), w.of("下一次：1 分钟后", "Next try: in 1 minute")},
			Buttons: []kiosk.Button{do(w.of("现在就送", "Send now"), "send")}},
		{Icon: "file-text", Tone: kiosk.Stop, Title: "1101 0107 0200 4711 8361", State: w.of("中心退回", "Refused"),
			Lines:   []string{w.of("居住证签注 · 11 月 25 日 09:12", "Residence permit renewal · 25 Nov 09:12"), w.of("原因：服务已停办。请告诉申请人到 3 号窗口重新办理", "Reason: the service has ended. Please tell the applicant to go to counter 3")},
			Buttons: []kiosk.Button{do(w.of("再送一次", "Send again"), "retry"), do(w.of("作废", "Void"), "void")}},
	}
	page.Page, page.Earlier, page.Later = [2]int{1, 2}, kiosk.Button{Label: w.of("上一页", "Before"), Intent: kiosk.Turn{By: -1}, Off: true}, kiosk.Button{Label: w.of("下一页", "More"), Intent: kiosk.Turn{By: 1}}
	add("staff-outbox", f, page)

	page.Heading, page.Sections, page.Summary = w.of("补打回执", "Print a receipt again"), sections(2), kiosk.Notice{}
	page.Page, page.Earlier, page.Later = [2]int{}, kiosk.Button{}, kiosk.Button{}
	page.Query = kiosk.Query{Value: "1101 0107 02", Hint: w.of("收件编号", "Case number"), Focused: true, Focus: kiosk.Focus{Field: "receipt"}}
	page.Keypad = keys
	again := func(subject string) kiosk.Button {
		return kiosk.Button{Label: w.of("补打", "Print again"), Intent: kiosk.Act{ID: "reprint", Subject: subject}}
	}
	page.Cards = []kiosk.StaffCard{
		{Icon: "receipt", Title: w.of("14:12 居住证签注", "14:12 Residence permit renewal"), Lines: []string{"1101 0107 0200 4711 8361"}, Buttons: []kiosk.Button{again("1")}},
		{Icon: "receipt", Title: w.of("13:58 高龄津贴申领", "13:58 Old-age allowance"), Lines: []string{"1101 0107 0200 4701 2247"}, Buttons: []kiosk.Button{again("2")}},
	}
	add("staff-receipts", f, page)

	test := kiosk.TouchTest{
		Heading: w.of("触摸测试", "Touch test"), Help: w.of("点每一个圆；点不中的地方要重新校准", "Touch each circle. Where none fills, the screen has to be calibrated"),
		Back: kiosk.Button{Label: w.of("完成", "Done"), Intent: kiosk.Back{}},
	}
	test.Hits = [9]bool{true, true, false, true}
	add("staff-touch", f, test)
	add("staff-cleaning", f, kiosk.Cleaning{Heading: w.of("正在清洁屏幕", "The screen is being cleaned"), Help: w.of("现在触摸没有反应", "Touching does nothing now"), Seconds: 24})
}
