package cardreader

// ValidNumber18 checks an 18-character number by GB 11643: ISO 7064 MOD 11-2 over the first 17 digits. It holds for
// citizens, for residence permits and for the foreigner's numbers of 2023.
func ValidNumber18(number []byte) bool {
	if len(number) != 18 {
		return false
	}
	want, ok := Check18(number[:17])
	return ok && (number[17] == want || want == 'X' && number[17] == 'x')
}

// Check18 is the check character for the first 17 digits of a GB 11643 number.
func Check18(digits []byte) (byte, bool) {
	if len(digits) != 17 {
		return 0, false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		sum += int(d-'0') * weights[i]
	}
	return "10X98765432"[sum%11], true
}

// ValidForeigner15 checks the number of a 2017 foreigner's card: three letters, eleven digits, and a check digit made as
// in passports.
func ValidForeigner15(number []byte) bool {
	if len(number) != 15 {
		return false
	}
	for i, c := range number {
		if letter := c >= 'A' && c <= 'Z'; letter != (i < 3) || !letter && (c < '0' || c > '9') {
			return false
		}
	}
	return number[14] == passportCheck(number[:14])
}

// passportCheck weighs 7 3 1 repeating, with A as 10 up to Z as 35.
func passportCheck(b []byte) byte {
	weights := [3]int{7, 3, 1}
	sum := 0
	for i, c := range b {
		v := 0
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * weights[i%3]
	}
	return byte('0' + sum%10)
}

// EthnicGroup is the Chinese name for a two-digit code of GB/T 3304, or the code itself when the table has no such entry.
func EthnicGroup(code string) string {
	names := [...]string{
		"汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣",
		"黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗",
		"撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固",
		"京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
	}
	switch code {
	case "97":
		return "其他"
	case "98":
		return "外国血统中国籍人士"
	}
	if len(code) == 2 && code[0] >= '0' && code[0] <= '9' && code[1] >= '0' && code[1] <= '9' {
		if n := int(code[0]-'0')*10 + int(code[1]-'0'); n >= 1 && n <= len(names) {
			return names[n-1]
		}
	}
	return code
}
