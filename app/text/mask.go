package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masks are what screens and paper show of personal data. They are the floor: a hall may hide more, never less.

// MaskName keeps the first and last character of a Chinese name (张*三, 张*), and the first letter of each word of a
// Latin one.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	if r[0] < unicode.MaxLatin1 {
		words := strings.Fields(name)
		for i, w := range words {
			_, n := utf8.DecodeRuneInString(w)
			words[i] = w[:n] + "***"
		}
		return strings.Join(words, " ")
	}
	if len(r) <= 2 {
		return string(r[:1]) + "*"
	}
	return string(r[0]) + "*" + string(r[len(r)-1])
}

// MaskNumber keeps the first and the last two characters. Keeping six and four would leave only some three thousand
// numbers to guess.
func MaskNumber(number string) string {
	if len(number) < 6 {
		return strings.Repeat("*", len(number))
	}
	return number[:1] + strings.Repeat("*", len(number)-3) + number[len(number)-2:]
}

// MaskPhone keeps the first three and the last four digits.
func MaskPhone(digits string) string {
	if len(digits) != 11 {
		return strings.Repeat("*", len(digits))
	}
	return digits[:3] + "****" + digits[7:]
}

// MaskAddress keeps an address down to the district or county.
func MaskAddress(address string) string {
	// The last unit that is matched ends what is shown; 自治 units end in 州, 旗, 盟 or 县 as well.
	m := regexp.MustCompile(`^(?:[^省市区县旗]{1,12}(?:省|自治区))?(?:[^市区县旗盟]{1,12}?(?:市|自治州|地区|盟))?(?:[^市区县旗]{1,12}(?:区|县|旗|市))?`).FindString(address)
	if m == "" {
		r := []rune(address)
		m = string(r[:min(2, len(r))])
	}
	return m + "***"
}
