package ui

import (
	"fmt"

	"onedoor/app/kiosk"
)

// moreSamples are the states of the screens before and around a form.
func moreSamples(w words) []sample {
	var out []sample
	add := func(name string, f kiosk.Frame, s kiosk.Screen) {
		out = append(out, sample{name, kiosk.View{Frame: f, Screen: s}})
	}
	menuSamples(w, add)
	checkSamples(w, add)
	listSamples(w, add)
	signSamples(w, add)
	evaluateSamples(w, add)
	trackSamples(w, add)
	casesSamples(w, add)
	return out
}

type adder func(name string, f kiosk.Frame, s kiosk.Screen)

func menuSamples(w words, add adder) {
	f := w.frame("", "")
	f.Link = kiosk.Notice{Tone: kiosk.Good, Text: w.of("联网正常", "Connected")}
	tile := func(icon, title, text string, what kiosk.Errand) kiosk.Tile {
		return kiosk.Tile{Icon: icon, Title: title, Text: text, Intent: kiosk.Open{What: what}}
	}
	service := func(icon, title, text, id string) kiosk.Tile {
		return kiosk.Tile{Icon: icon, Title: title, Text: text, Intent: kiosk.Choice{Service: id}}
	}
	menu := kiosk.Menu{
		Heading: w.of("下午好，您想办什么事？", "Good afternoon. What would you like to do?"),
		Help:    w.of("点一下，或者直接把身份证放在读卡区", "Touch one, or just lay your ID card on the reader"),
		Tiles: []kiosk.Tile{
			tile("file-plus", w.of("申请办事", "Apply for a service"), w.of("32 件事可以在这里当场提交", "32 services can be submitted here"), kiosk.Apply),
			tile("list-search", w.of("查进度", "Track my case"), w.of("凭回执、编号或身份证", "Receipt, number or ID card"), kiosk.Follow),
			tile("list-check", w.of("看办事指南", "What I need"), w.of("要带什么，多久办好", "What to bring, how long"), kiosk.Guides),
			tile("ticket", w.of("取号", "Take a number"), w.of("前面 6 人，约 15 分钟", "6 waiting, about 15 min"), "ticket"),
			tile("star", w.of("评价服务", "Rate our service"), w.of("不用留名字", "No name needed"), kiosk.Rating),
		},
		Search:  kiosk.Button{Label: w.of("搜一搜要办的事", "Search for a service"), Intent: kiosk.Open{What: kiosk.Find}},
		Popular: w.of("大家常办", "Most people come for"),
		Services: []kiosk.Tile{
			service("home-check", w.service(), w.of("满一年前 30 日内办", "Due every year"), "residence-permit"),
			service("heart-handshake", w.of("高龄津贴申领", "Old-age allowance"), w.of("80 岁以上，每月发放", "80 and older, monthly"), "old-age-allowance"),
			service("shield-check", w.of("社保参保证明", "Insurance record"), w.of("当场打印", "Printed at once"), "insurance-record"),
			service("certificate", w.of("无房证明", "No-property certificate"), w.of("当场打印", "Printed at once"), "no-property"),
		},
		Back: kiosk.Button{Label: w.of("结束", "Leave"), Intent: kiosk.Back{}},
	}
	add("menu", f, menu)
	few := menu
	few.Tiles, few.Services, few.Search = menu.Tiles[:2:2], menu.Services[:2:2], kiosk.Button{}
	add("menu-few", f, few)
	three := menu
	three.Tiles, three.Services = menu.Tiles[:4:4], menu.Services[:3:3]
	add("menu-four", f, three)
	trouble := menu
	trouble.Trouble = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("打印机暂时不能用，仍可办理，编号会显示在屏幕上", "The printer is not working. You can still apply; your number will be on the screen.")}
	trouble.Services = append([]kiosk.Tile(nil), menu.Services...)
	for _, i := range []int{2, 3} {
		trouble.Services[i].Off, trouble.Services[i].Badge = true, w.of("现在打印不了", "Can not be printed now")
	}
	add("menu-trouble", f, trouble)
}

func checkSamples(w words, add adder) {
	f := w.frame(w.service(), w.step(1, w.of("备材料", "What you need")))
	item := func(i int, have bool, name, note string) kiosk.CheckItem {
		return kiosk.CheckItem{Name: name, Note: note, Have: have, Tick: kiosk.Tick{Material: i}}
	}
	check := kiosk.Check{
		Heading: w.of("材料带齐了吗？", "Do you have these with you?"),
		Help:    w.of("带了的，点一下打勾", "Touch each thing that you have here"),
		Items: []kiosk.CheckItem{
			{Name: w.of("居民身份证", "Resident ID card"), Note: w.of("已经读到，不用再交", "Already read, nothing to hand in"), Have: true, Fixed: true},
			item(1, true, w.of("居住地址证明", "Proof of address"), w.of("租房合同、房产证或单位证明，任一种", "Rental contract, title deed or a letter from your employer")),
			item(2, true, w.of("近期白底证件照 1 张", "One recent photo"), w.of("一寸，在大厅 3 号照相机可以拍", "White ground; the photo booth is at gate 3")),
			item(3, true, w.of("用人单位营业执照复印件，加盖公章", "Copy of your employer's business licence, stamped with the company seal"), ""),
		},
		Next: kiosk.Button{Label: w.of("带齐了，开始填写", "I have these, start"), Intent: kiosk.Next{}},
		Back: kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}},
	}
	add("check", f, check)
	check.Items = append([]kiosk.CheckItem(nil), check.Items...)
	check.Items[2].Have, check.Items[3].Have = false, false
	check.Missing = kiosk.Notice{Tone: kiosk.Neutral, Text: w.of("还差 2 样。可以先提交，5 个工作日内补交到 3 号窗口；也可以打印一张清单带回去", "2 are missing. You can submit now and hand them in at counter 3 within 5 working days, or take a printed list home.")}
	check.Next.Label = w.of("先填写，以后补交", "Start now, bring them later")
	check.Print = kiosk.Button{Label: w.of("打印清单", "Print the list"), Intent: kiosk.PrintNotice{}}
	add("check-missing", f, check)
	check.Items = check.Items[:3:3]
	for i := range 6 {
		check.Items = append(check.Items, item(3+i, i%2 == 0, w.of("家庭成员户口簿", "Household register")+fmt.Sprintf(" %d", i+1), w.of("原件，每人一本", "The original, one for each person")))
	}
	check.Next.Off = true
	check.Next.Label = w.of("开始填写", "Start")
	check.Missing = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("差 4 样，这件事要带齐才能办。打印一张清单，备齐了再来", "4 are missing, and all are needed for this service. Print the list and come again with them.")}
	add("check-many", f, check)
}

func listSamples(w words, add adder) {
	f := w.frame(w.service(), w.step(2, w.of("填写", "Your answers")))
	option := func(label string) kiosk.Option {
		return kiosk.Option{Label: label, Intent: kiosk.ChooseFrom{Option: label}}
	}
	provinces := []string{
		"北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省", "上海市", "江苏省", "浙江省", "安徽省",
		"福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "广西壮族自治区", "海南省", "重庆市", "四川省", "贵州省",
		"云南省", "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区", "香港特别行政区", "澳门特别行政区", "台湾省",
	}
	if w.english {
		provinces = []string{
			"Beijing", "Tianjin", "Hebei", "Shanxi", "Inner Mongolia", "Liaoning", "Jilin", "Heilongjiang", "Shanghai", "Jiangsu", "Zhejiang", "Anhui",
			"Fujian", "Jiangxi", "Shandong", "Henan", "Hubei", "Hunan", "Guangdong", "Guangxi Zhuang Region", "Hainan", "Chongqing", "Sichuan", "Guizhou",
			"Yunnan", "Tibet", "Shaanxi", "Gansu", "Qinghai", "Ningxia Hui Region", "Xinjiang Uygur Autonomous Region", "Hong Kong SAR", "Macao SAR", "Taiwan",
		}
	}
	back := kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}}
	list := kiosk.List{Heading: w.of("您的老家在哪个省？", "Which province are you from?"), Help: w.of("点一下，再选市和区", "Then choose the city and the district"), Back: back}
	for _, p := range provinces {
		list.Options = append(list.Options, option(p))
	}
	add("list", f, list)
	city := kiosk.List{
		Heading: w.of("哪个区、县？", "Which district or county?"), Help: w.of("选错了，点“返回”重选", "Touch “Back” to choose again"),
		Path: w.of("广东省 › 河源市", "Guangdong › Heyuan"), Back: back,
	}
	for _, o := range [][2]string{{"源城区", "Yuancheng"}, {"紫金县", "Zijin County"}, {"龙川县", "Longchuan County"}, {"连平县", "Lianping County"}, {"和平县", "Heping County"}, {"东源县", "Dongyuan County"}} {
		city.Options = append(city.Options, option(w.of(o[0], o[1])))
	}
	city.Options[2].Chosen = true
	add("list-path", f, city)
}

func signSamples(w words, add adder) {
	f := w.frame(w.service(), w.step(3, w.of("签名", "Sign")))
	sign := kiosk.Sign{
		Heading:   w.of("请签名", "Please sign"),
		Help:      w.of("用手指写，写得大一些没关系", "Write with your finger. Large is fine."),
		Statement: w.of("本人 张*三 确认：以上填写的内容真实，同意由番禺区公安分局用于办理居住证签注。", "I, 张*三, confirm that what I have entered is true and agree that Panyu Public Security Bureau may use it for my residence permit renewal."),
		Place:     w.of("请在这条线上签名", "Sign on this line"),
		Clear:     kiosk.Button{Label: w.of("擦掉重写", "Clear"), Intent: kiosk.Wipe{}, Off: true},
		Next:      kiosk.Button{Label: w.of("签好了", "I have signed"), Intent: kiosk.Next{}, Off: true},
		Back:      kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}},
	}
	add("sign", f, sign)
	sign.Drawing, sign.Clear.Off, sign.Next.Off = 3, false, false
	add("sign-drawn", f, sign)
}

func evaluateSamples(w words, add adder) {
	f := w.frame("", "")
	icons := []string{"mood-happy", "mood-smile", "mood-empty", "mood-sad", "mood-angry"}
	labels := []string{w.of("非常满意", "Very satisfied"), w.of("满意", "Satisfied"), w.of("基本满意", "Neutral"), w.of("不满意", "Dissatisfied"), w.of("非常不满意", "Very dissatisfied")}
	levels := func(chosen int) (out []kiosk.Level) {
		for i, l := range labels {
			out = append(out, kiosk.Level{Icon: icons[i], Label: l, Chosen: i == chosen, Intent: kiosk.Rate{Level: 5 - i}})
		}
		return out
	}
	evaluate := kiosk.Evaluate{
		Heading: w.of("今天的服务，您满意吗？", "How was our service today?"),
		Help:    w.of("评价不留名字，也可以不评", "Your answer carries no name. You need not answer."),
		Levels:  levels(-1),
		Send:    kiosk.Button{Label: w.of("提交评价", "Send"), Intent: kiosk.Next{}, Off: true},
		Skip:    kiosk.Button{Label: w.of("不评了", "Skip"), Intent: kiosk.Leave{}},
	}
	add("evaluate", f, evaluate)
	evaluate.Levels, evaluate.Send.Off = levels(0), false
	add("evaluate-good", f, evaluate)
	evaluate.Levels = levels(3)
	evaluate.ReasonsTitle = w.of("哪里没做好？可以选几项", "What went wrong? Choose any.")
	for i, r := range []string{
		w.of("等得太久", "The wait was too long"), w.of("说不清楚要带什么", "Nobody could tell me what to bring"), w.of("机器不好用", "The machine was hard to use"),
		w.of("工作人员态度不好", "Staff were not friendly"), w.of("跑了不止一次", "I had to come more than once"), w.of("别的原因", "Something else"),
	} {
		evaluate.Reasons = append(evaluate.Reasons, kiosk.Option{Label: r, Chosen: i == 0 || i == 4, Intent: kiosk.Reason{ID: fmt.Sprint(i)}})
	}
	add("evaluate-bad", f, evaluate)
	add("evaluate-thanks", f, kiosk.Evaluate{
		Heading: w.of("谢谢您的评价", "Thank you"), Help: w.of("我们每天都看，会改的", "We read every answer, every day"),
		Thanks: kiosk.Notice{Tone: kiosk.Good, Text: w.of("评价已经收下，没有留下您的名字", "Your answer is saved, without your name")},
		Skip:   kiosk.Button{Label: w.of("好了，离开", "Finish"), Intent: kiosk.Leave{}},
	})
}

func trackSamples(w words, add adder) {
	f := w.frame("", "")
	track := kiosk.Track{
		Heading: w.of("请输入收件编号", "Type your case number"),
		Help:    w.of("编号在回执上面，20 位数字。也可以把回执上的二维码对准扫码口", "It is at the top of your receipt, 20 digits. Or hold the QR code of the receipt under the scanner."),
		Number:  kiosk.Field{ID: "number", Kind: kiosk.FieldText, Label: w.of("收件编号", "Case number"), Hint: w.of("例：1101 0107 …", "e.g. 1101 0107 …"), Focused: true, Focus: kiosk.Focus{Field: "number"}},
		Keypad:  digits(w),
		Next:    kiosk.Button{Label: w.of("查进度", "Look it up"), Intent: kiosk.Next{}, Off: true},
		Back:    kiosk.Button{Label: w.of("返回", "Back"), Intent: kiosk.Back{}},
	}
	add("track", f, track)
	track.Number.Value = "1101 0107 0200 47"
	add("track-typing", f, track)
	track.Number.Value, track.Next.Off = "1101 0107 0200 4711 8361", false
	track.Number.Error = w.of("这个编号不对，请对着回执再看一遍", "This is no case number. Please compare it with your receipt.")
	track.Trouble = kiosk.Notice{Tone: kiosk.Caution, Text: w.of("本机现在离线，只能查在这里收的件", "This machine is offline and knows only what it received itself.")}
	add("track-trouble", f, track)
	track.Number.Error, track.Number.Focused, track.Keypad = "", false, kiosk.Keypad{}
	add("track-rest", f, track)
}
