package catalog

import (
	"errors"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The string formats of our own that a form may name.
const (
	FormatMobile   = "cn-mobile"       // 11 digits of mainland China
	FormatResident = "resident-number" // of any card; its check digit is judged where the card is read
	FormatCitizen  = "citizen-number"  // GB 11643, typed: 18 characters with birth and check character
	FormatCompany  = "uscc"            // unified social credit code, GB 32100
	FormatBankCard = "bank-card"       // 12 to 19 digits, Luhn
	FormatPlate    = "cn-plate"        // of a vehicle, GA 36, new-energy ones too
	FormatAddress  = "cn-address"      // code of a division, 6 to 12 digits, a space, the rest
)

// Neither names the value: it is personal.
var (
	errFormat = errors.New("wrong format")
	errCheck  = errors.New("wrong check digit")
)

func formats() []*jsonschema.Format {
	var all []*jsonschema.Format
	for name, judge := range map[string]func(string) error{
		FormatMobile: mobile, FormatResident: resident, FormatCitizen: citizen, FormatCompany: company, FormatBankCard: bankCard,
		FormatPlate: plate, FormatAddress: address,
	} {
		all = append(all, &jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok {
				return judge(s)
			}
			return nil // the type says what is wrong
		}})
	}
	return all
}

func when(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// citizenChecks are the check characters of GB 11643.
const citizenChecks = "0123456789X"

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func mobile(s string) error {
	return when(len(s) == 11 && digits(s) && s[0] == '1' && s[1] >= '3', errFormat)
}

// resident accepts what stands on a resident identity card, a residence permit (both GB 11643) or a foreigner's permanent
// residence card of either edition.
func resident(s string) error {
	s = strings.ToUpper(s)
	switch len(s) {
	case 18:
		return when(digits(s[:17]) && strings.Contains(citizenChecks, s[17:]), errFormat)
	case 15:
		return when(strings.Trim(s[:3], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && digits(s[3:]), errFormat)
	}
	return errFormat
}

func citizen(s string) error {
	if len(s) != 18 || !digits(s[:17]) || !strings.Contains(citizenChecks, s[17:]) {
		return errFormat
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil || s[6] == '0' {
		return errFormat
	}
	return when(s[17] == citizenCheck(s), errCheck)
}

// citizenCheck is the check character of GB 11643 for the first 17 digits: ISO 7064, MOD 11-2.
func citizenCheck(s string) byte {
	sum, weight := 0, 1
	for i := 16; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += weight * int(s[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// companyAlphabet are the 31 characters of GB 32100: no I, O, S, V or Z.
const companyAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

func company(s string) error {
	if len(s) != 18 || strings.Trim(s, companyAlphabet) != "" || !digits(s[2:8]) {
		return errFormat
	}
	return when(s[17] == companyCheck(s), errCheck)
}

// companyCheck is the check character for the first 17: the weights are the powers of 3 modulo 31.
func companyCheck(s string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += weight * strings.IndexByte(companyAlphabet, s[i])
		weight = weight * 3 % 31
	}
	return companyAlphabet[(31-sum%31)%31]
}

func bankCard(s string) error {
	if len(s) < 12 || len(s) > 19 || !digits(s) {
		return errFormat
	}
	return when(luhn(s)%10 == 0, errCheck)
}

// luhn is the sum of ISO/IEC 7812 over digits, the last of which is the check digit.
func luhn(s string) int {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

// Plates have no I and no O.
const (
	plateLetters   = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
)

func plate(s string) error {
	r := []rune(s)
	if len(r) < 7 || len(r) > 8 || !strings.ContainsRune(plateProvinces, r[0]) || !strings.ContainsRune(plateLetters, r[1]) {
		return errFormat
	}
	rest, all := string(r[2:]), plateLetters+"0123456789"
	if len(r) == 7 {
		last := string(r[6])
		return when(strings.Trim(string(r[2:6]), all) == "" && strings.Contains(all+"挂学警港澳", last), errFormat)
	}
	const energy = "ABCDEFGHJK" // kinds of drive
	small := strings.Contains(energy, rest[:1]) && strings.Contains(all, rest[1:2]) && digits(rest[2:])
	large := len(rest) == 6 && digits(rest[:5]) && strings.Contains(energy, rest[5:])
	return when(len(rest) == 6 && (small || large), errFormat)
}

func address(s string) error {
	code, rest, _ := strings.Cut(s, " ")
	ok := (len(code) == 6 || len(code) == 9 || len(code) == 12) && digits(code) && code[0] != '0'
	return when(ok && strings.TrimSpace(rest) != "" && strings.TrimSpace(rest) == rest, errFormat)
}
