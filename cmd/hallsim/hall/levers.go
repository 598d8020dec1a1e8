package hall

import (
	"fmt"

	"onedoor/device/sim"
)

func lineLevers() group {
	return group{"线路", []lever{
		{field: "Damage", text: "出错的字节"},
		{field: "Dribble", text: "每个字节之后停顿", most: 2000},
		{field: "HalfAt", text: "每次只发出前面一段", unit: "字节"},
		{field: "Baud", text: "设备换成这个波特率", unit: "波特", most: 921_600},
		{field: "Strict", text: "两边波特率不同就成乱码"},
		{field: "Taken", text: "串口被另一个程序占用"},
	}}
}

func readerPanel(r *sim.Reader) panel[sim.ReaderLevers] {
	codes := []choice{{"", "按步骤（81、41）", byte(0)}}
	for _, c := range []byte{0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x40, 0x41, 0x47, 0x60, 0x66, 0x80, 0x81, 0x91} {
		code := fmt.Sprintf("%02X", c)
		codes = append(codes, choice{code, code, c})
	}
	cards := []choice{{"", "不换", (*sim.CardData)(nil)}}
	for i, c := range sim.Cards() {
		cards = append(cards, choice{cardID(i), fmt.Sprintf("第 %d 张", i+1), &c})
	}
	return panel[sim.ReaderLevers]{pulled: r.Pulled, change: r.Levers, groups: []group{
		{"读卡器", []lever{
			{field: "Silent", text: "不应答"},
			{field: "Boot", text: "插上后听不见", most: 60_000},
			{field: "SelfTest", text: "安全模块自检不通过（60）"},
			{field: "NoKeys", text: "安全模块没有授权（66）"},
			{field: "WrongSAM", text: "接下来报出别的模块号", unit: "次", most: 1000},
			{field: "Echo", text: "原样送回（接错了设备）"},
			{field: "Lag", text: "每次应答之前等待", most: 60_000},
			{field: "Think", text: "读卡再多等", most: 60_000},
		}},
		{"卡", []lever{
			{field: "OtherCard", text: "不是身份证（40）"},
			{field: "TwoCards", text: "两张卡叠放"},
			{field: "Swap", text: "中途换成托盘里的", of: cards},
			{field: "SwapAfter", text: "在哪一步之后换", of: []choice{
				{"find", "寻卡", sim.AfterFind}, {"select", "选卡", sim.AfterSelect}, {"read", "读卡", sim.AfterRead},
			}},
			{field: "PullAt", text: "读到半路拿走卡，在第", unit: "字节"},
			{field: "KeepsFound", text: "读过的卡还能找到"},
			{field: "MissesAfterRead", text: "读完后说没有卡", unit: "次", most: 1000},
			{field: "NoAddress", text: "不会读追加地址（21）"},
			{field: "Numbered", text: "寻卡、选卡带卡的序号"},
			{field: "NoPhoto", text: "没有照片"},
			{field: "BadNumber", text: "号码的校验位不对"},
			{field: "BadBirth", text: "出生日期不存在"},
		}},
		{"应答", []lever{
			{field: "SelectFails", text: "接下来选卡失败", unit: "次"},
			{field: "ReadFails", text: "接下来读卡失败", unit: "次"},
			{field: "FailCode", text: "失败时的代码", of: codes},
			{field: "UnplugAt", text: "读到半路断线，在第", unit: "字节"},
			{field: "RestartAt", text: "读到半路重启，在第", unit: "字节"},
			{field: "FlipAt", text: "读卡应答里出错的是第", unit: "字节"},
			{field: "BadChecksum", text: "接下来应答校验错", unit: "次"},
			{field: "Noise", text: "应答前有杂字节", unit: "字节", most: 10_000},
			{field: "NoiseAfter", text: "应答后有杂字节", unit: "字节", most: 10_000},
			{field: "Stale", text: "先送上一次的应答"},
			{field: "Glued", text: "每个应答送两遍，中间不停"},
			{field: "Lies", text: "应答的长度不对，报成下一项"},
			{field: "Length", text: "报出的长度", unit: "字节"},
		}},
		lineLevers(),
	}}
}

func printerPanel(p *sim.Printer) panel[sim.PrinterLevers] {
	return panel[sim.PrinterLevers]{pulled: p.Pulled, change: p.Levers, groups: []group{
		{"纸和机械", []lever{
			{field: "PaperOut", text: "纸用完"},
			{field: "PaperLow", text: "纸快用完"},
			{field: "CoverOpen", text: "上盖打开"},
			{field: "CutterJam", text: "切刀卡住"},
			{field: "Latches", text: "切刀的错要主机清除"},
			{field: "PaperJam", text: "卡纸"},
			{field: "Overheated", text: "打印头过热"},
			{field: "Unrecoverable", text: "不可恢复的故障"},
			{field: "Off", text: "断电"},
			{field: "Forgets", text: "停下时丢掉缓冲区"},
			{field: "LineTime", text: "打一行要", most: 10_000},
		}},
		{"打到一半", []lever{
			{field: "PaperOutAt", text: "纸用完，再收到", unit: "字节"},
			{field: "CoverOpenAt", text: "上盖打开，再收到", unit: "字节"},
			{field: "CutterJamAt", text: "切刀卡住，再收到", unit: "字节"},
			{field: "PaperJamAt", text: "卡纸，再收到", unit: "字节"},
			{field: "OverheatAt", text: "过热，再收到", unit: "字节"},
			{field: "PowerLossAt", text: "断电又来电，再收到", unit: "字节"},
			{field: "UnplugAt", text: "断线，再收到", unit: "字节"},
		}},
		{"应答和流控", []lever{
			{field: "Mute", text: "照样打印，什么都不答"},
			{field: "MuteQueued", text: "只答实时查询"},
			{field: "AllWell", text: "总说一切正常"},
			{field: "Late", text: "应答晚到", most: 60_000},
			{field: "DeafFor", text: "接下来听不见查询", unit: "次"},
			{field: "NoiseBytes", text: "应答前有杂字节", unit: "字节", most: 10_000},
			{field: "Stalled", text: "不收字节（流控卡死）"},
			{field: "StallsAtFault", text: "有故障时不收字节"},
			{field: "XonXoff", text: "用 XON/XOFF 流控"},
			{field: "XoffStuck", text: "发了 XOFF 就不放行"},
			{field: "FlowNoise", text: "应答里夹 XOFF、XON"},
			{field: "Buffer", text: "缓冲区（0 为 64K）", unit: "字节"},
			{field: "Glitch", text: "来电时线上多一个零字节"},
		}},
		{"机型", []lever{
			{field: "NoCutter", text: "没有切刀"},
			{field: "NoQR", text: "不认识二维码命令"},
			{field: "PoorFont", text: "字库只有 GB 2312"},
		}},
		lineLevers(),
	}}
}

func scannerPanel(s *sim.Scanner) panel[sim.ScannerLevers] {
	return panel[sim.ScannerLevers]{pulled: s.Pulled, change: s.Levers, groups: []group{
		{"扫码器", []lever{
			{field: "Mute", text: "什么都不送"},
			{field: "NoRead", text: "不送码，送 %%NoRead"},
			{field: "Repeats", text: "同一个码多送", unit: "遍", most: 100},
			{field: "Every", text: "两遍之间停顿（0 为 200）", most: 10_000},
			{field: "Glued", text: "两遍之间不停"},
			{field: "NoSuffix", text: "不送结束符"},
			{field: "UnplugAt", text: "送到半路断线，在第", unit: "字节"},
		}},
		lineLevers(),
	}}
}
