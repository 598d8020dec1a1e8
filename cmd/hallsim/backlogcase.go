package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/sync/attach"
)

// invention makes up people, each from nothing but the seed and a number. All were born in 1900, so that nobody alive is
// meant: their numbers are well formed, and given to no one here.
type invention struct{ *rand.Rand }

// region is a place and how numbers from there begin.
type region struct{ code, place string }

func regions() []region {
	return []region{
		{"110101", "北京市东城区和平里北街"}, {"310101", "上海市黄浦区方浜中路"}, {"430104", "湖南省长沙市岳麓区麓山南路"},
		{"440104", "广东省广州市越秀区北京路"}, {"450103", "广西壮族自治区南宁市青秀区民族大道"}, {"653101", "新疆维吾尔自治区喀什市诺尔贝希路"},
	}
}

const (
	surnames   = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
	givenNames = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
	remarks    = "已带材料原件与复印件请核对住址变更后尚未登记如需补正电话联系本人办理委托家属代领上午方便路近工作单位在附近"
)

func (v invention) rune(of string) string {
	all := []rune(of)
	return string(all[v.IntN(len(all))])
}

// birth is a day of 1900.
func (v invention) birth() string {
	return time.Date(1900, 1, 1+v.IntN(365), 0, 0, 0, 0, time.UTC).Format("20060102")
}

// number is a resident's number with its check digit (GB 11643).
func (v invention) number(region string) string {
	s := region + v.birth() + fmt.Sprintf("%03d", 1+v.IntN(999))
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + string("10X98765432"[sum%11])
}

// applicant is what a card says.
type applicant struct {
	Name    string `json:"name,omitempty"`
	Number  string `json:"number"`
	Address string `json:"address,omitempty"`
	Kind    string `json:"card_kind"`
}

func (v invention) applicant() applicant {
	from := regions()[v.IntN(len(regions()))]
	return applicant{
		Name: v.rune(surnames) + v.rune(givenNames) + v.rune(givenNames), Number: v.number(from.code),
		Address: fmt.Sprintf("%s%d号院%d号楼%d单元%d室", from.place, 1+v.IntN(200), 1+v.IntN(20), 1+v.IntN(6), 101+v.IntN(2400)),
		Kind:    string(catalog.CardCitizen),
	}
}

// inventedCase has the form of what a kiosk sends (app/kiosk, session.payload). Remark is what it is filled up with.
type inventedCase struct {
	Service     inventedService `json:"service"`
	Applicant   applicant       `json:"applicant"`
	Form        map[string]any  `json:"form"`
	Next        text.Local      `json:"next"`
	Language    text.Language   `json:"language"`
	Attachments []attach.Ref    `json:"attachments,omitempty"`
	Remark      string          `json:"remark,omitempty"`
}

type inventedService struct {
	ID         string     `json:"id"`
	Title      text.Local `json:"title"`
	Department text.Local `json:"department"`
}

// inventCase is the n-th submission of a seed, as large as size wants or as its form is.
func inventCase(s *catalog.Service, seed, n uint64, size int, files ...attach.Ref) ([]byte, error) {
	v := invention{rand.New(rand.NewPCG(seed, n))}
	who := v.applicant()
	c := inventedCase{Service: inventedService{s.ID, s.Title, s.Department}, Applicant: who, Next: text.Local{},
		Language: text.Chinese, Attachments: files}
	for lang, promise := range s.Promise {
		stop := "。"
		if lang == text.English {
			stop = ". "
		}
		c.Next[lang] = promise + stop + s.Next[lang]
	}
	facts := map[catalog.CardFact]string{catalog.CardName: who.Name, catalog.CardNumber: who.Number, catalog.CardAddress: who.Address}
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	answers := s.Form.Invent(v.IntN, facts, day)
	if faults := s.Form.Validate(answers, day); len(faults) > 0 {
		return nil, fmt.Errorf("invent a case of %s: %v", s.ID, faults)
	}
	c.Form = s.Form.Document(answers)
	b, err := json.Marshal(c)
	if missing := size - len(b) - len(`,"remark":""`); err == nil && missing > 0 {
		c.Remark = v.remark(missing)
		b, err = json.Marshal(c)
	}
	if err != nil {
		return nil, fmt.Errorf("invent case: %w", err)
	}
	return b, nil
}

// remark is text of at most so many bytes, and hardly fewer.
func (v invention) remark(bytes int) string {
	out := make([]byte, 0, bytes)
	for bytes-len(out) >= len("一") {
		out = append(out, v.rune(remarks)...)
	}
	return string(out)
}
