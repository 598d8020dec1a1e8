package ui

import (
	"fmt"

	"onedoor/app/kiosk"
)

// casesSamples are the states of the list of a card's cases.
func casesSamples(w words, add adder) {
	f := w.frame("", "")
	online := f
	online.Link = kiosk.Notice{Tone: kiosk.Good, Text: w.of("联网正常", "Connected")}
	tile := func(icon, title, number, at, state, next string) kiosk.Tile {
		return kiosk.Tile{Icon: icon, Title: title, Text: number + "\n" + fmt.Sprintf(w.of("收件时间 %s", "Received %s"), at) + "\n" + next, Badge: state, Intent: kiosk.OpenCase{Number: number}}
	}
	saved := tile("file-text", w.service(), "1101 0107 0200 4711 8361", "2026-11-25 09:12", w.of("已收件，保存在本机", "Received, saved on this machine"),
		w.of("现在离线，材料已安全保存在本机，联网后自动送出", "We are offline. Your case is safe on this machine and will be sent by itself."))
	list := kiosk.CaseList{
		Heading: w.of("张*三的办件", "Cases of 张*三"), Help: w.of("点一件，看办到哪一步", "Touch a case to see how far it is"),
		Note: kiosk.Notice{Text: w.of("这是中心在 2026-11-25 14:26 的记录", "As the centre knew it at 2026-11-25 14:26")},
		Cases: []kiosk.Tile{
			tile("file-text", w.service(), "1101 0107 0200 4711 8361", "2026-11-25 09:12", w.of("已收件，送到了中心", "Received, delivered to the centre"),
				w.of("部门受理后 5 个工作日内有结果。需要补材料时，部门会按您留的手机号联系您", "You will have a decision in 5 working days. If anything is missing, the department calls your number")),
			tile("alert-circle", w.of("高龄津贴申领", "Old-age allowance"), "1101 0108 0100 0093 2042", "2026-11-20 15:40", w.of("需要您补充材料", "Something is missing"),
				w.of("请到人工窗口，说出收件编号，问清要补什么", "Please go to a counter, give your case number and ask what is missing")),
			tile("file-text", w.of("无房证明", "No-property certificate"), "1101 0203 0100 0711 5519", "2026-11-02 10:05", w.of("部门已受理", "Accepted by the department"),
				w.of("部门正在办理，请等结果", "The department is working on it. Please wait for the result")),
			tile("circle-check", w.of("城乡居民基本养老保险参保登记", "Enrolment in the basic pension insurance for urban and rural residents"), "1101 0107 0200 0012 7700", "2026-09-14 11:31", w.of("已经办好", "Completed"),
				w.of("想问结果，请到人工窗口，说出收件编号", "For the result, please give your case number at a counter")),
		},
		Next: kiosk.Button{Label: w.of("输入收件编号", "Type a case number"), Intent: kiosk.Next{}},
		Back: kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}},
	}
	list.Cases[1].Tone = kiosk.Caution
	add("cases", online, list)
	few := list
	few.Cases = list.Cases[1:2:2]
	few.Note.Text += "\n" + w.of("可能还有更早的办件，没有列在这里\n别的办件，请扫回执上的码，或输入收件编号", "There may be older cases that are not listed\nFor any other case, scan the code on its receipt or type its number")
	add("cases-more", online, few)
	offline := list
	offline.Cases = []kiosk.Tile{saved}
	offline.Note = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("网络从 2026-11-25 13:58 起断开，现在问不到中心\n这里只有这台机器 24 小时内收的件\n别的办件，请扫回执上的码，或输入收件编号",
		"The link has been down since 2026-11-25 13:58, so the centre can not be asked\nThese are only the cases of the last 24 hours on this machine\nFor any other case, scan the code on its receipt or type its number")}
	offline.Again = kiosk.Button{Label: w.of("再问一次", "Ask again"), Intent: kiosk.Again{}}
	add("cases-offline", f, offline)
	none := offline
	none.Cases, none.Help = nil, ""
	none.Note.Text = w.of("网络从 2026-11-25 13:58 起断开，现在问不到中心\n这台机器 24 小时内没有您的件的记录，不等于没有办过\n别的办件，请扫回执上的码，或输入收件编号",
		"The link has been down since 2026-11-25 13:58, so the centre can not be asked\nThis machine knows of no case of yours in the last 24 hours. That does not mean that there is none\nFor any other case, scan the code on its receipt or type its number")
	add("cases-none-here", f, none)
	none.Again = kiosk.Button{}
	none.Note = kiosk.Notice{Text: w.of("中心 2026-11-25 14:26 的记录里没有您的办件。办过却查不到，请扫回执上的码，或输入收件编号，或问人工窗口",
		"At 2026-11-25 14:26 the centre had no case of yours. If you have handed one in, scan the code on its receipt, type its number, or ask at a counter")}
	add("cases-none", online, none)
	asking := none
	asking.Note = kiosk.Notice{Text: w.of("正在问中心，最多几秒钟", "Asking the centre. This takes a few seconds at most")}
	add("cases-asking", online, asking)

	track := kiosk.Track{
		Heading: w.of("查办到哪一步", "How far is your case?"), Help: w.of("没带身份证，请输入回执上的 20 位收件编号", "Without the card, type the 20 digits of the case number on your receipt"),
		Scan:   w.of("也可以把回执上的二维码对准扫码口", "Or hold the code on the receipt to the scanner"),
		Card:   w.of("带了身份证，放在读卡区，就会列出您的办件", "Lay your ID card on the reader to see a list of your cases"),
		Number: kiosk.Field{ID: "case", Kind: kiosk.FieldText, Label: w.of("收件编号", "Case number"), Hint: w.of("20 位数字", "20 digits"), Focused: true, Focus: kiosk.Focus{Field: "case"}},
		Keypad: digits(w),
		Next:   kiosk.Button{Label: w.of("查一查", "Look it up"), Intent: kiosk.Next{}}, Back: list.Back,
	}
	add("track-card", online, track)
	track.Trouble = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("没有读到。请把卡拿起来，重新平放。还是不行，请到人工窗口办理", "The card could not be read. Please lift it and lay it down flat again, or go to a counter.")}
	add("track-card-failed", online, track)
}
