package sim

import (
	"encoding/binary"
	"unicode/utf16"
)

// CardData is what a simulated card holds. The zero values leave fields blank. Kind is the layout: 0 a citizen's card, else
// 'J', 'I' or 'Y' as byte 248 of the real ones has it.
type CardData struct {
	Kind        byte
	Name        string // Chinese name
	EnglishName string // kinds I and Y
	Sex         string // code, one digit
	Ethnic      string // code, two digits; citizen only
	Birth       string // YYYYMMDD
	Address     string
	NewAddress  string // the appended text; empty means the card has none
	Number      string
	Issuer      string
	From, To    string // YYYYMMDD; To may be 长期
	Pass        string // kind J: travel pass number
	Issue       string // kinds J and Y: count of issues
	Country     string // kinds I and Y: three letters
	Link        string // kind Y: link to the older number
	Photo       []byte // 1024 bytes; nil means a pattern
	Raw         []byte // if not nil, these 256 bytes instead of all the text above
}

// put writes text as UTF-16LE, filled with spaces, cut at n bytes.
func put(b []byte, at, n int, text string) {
	units := utf16.Encode([]rune(text))
	for i := range n / 2 {
		u := uint16(' ')
		if i < len(units) {
			u = units[i]
		}
		binary.LittleEndian.PutUint16(b[at+2*i:], u)
	}
}

// Text is the card's 256 bytes of text.
func (c CardData) Text() []byte {
	if c.Raw != nil {
		return append([]byte(nil), c.Raw...)
	}
	b := make([]byte, 256)
	put(b, 0, 256, "")
	switch c.Kind {
	case 'I':
		put(b, 0, 120, c.EnglishName)
		put(b, 120, 2, c.Sex)
		put(b, 122, 30, c.Number)
		put(b, 152, 6, c.Country)
		put(b, 158, 30, c.Name)
		put(b, 188, 16, c.From)
		put(b, 204, 16, c.To)
		put(b, 220, 16, c.Birth)
		put(b, 236, 4, "01")
		put(b, 240, 8, "1500")
	case 'Y':
		name := []rune(c.EnglishName)
		put(b, 0, 30, c.Name)
		put(b, 30, 2, c.Sex)
		put(b, 32, 4, c.Issue)
		put(b, 36, 16, c.Birth)
		put(b, 52, 70, c.EnglishName)
		if len(name) > 35 {
			put(b, 220, 22, string(name[35:]))
		}
		put(b, 122, 36, c.Number)
		put(b, 188, 16, c.From)
		put(b, 204, 16, c.To)
		put(b, 242, 6, c.Country)
		put(b, 250, 6, c.Link)
	default:
		put(b, 0, 30, c.Name)
		put(b, 30, 2, c.Sex)
		put(b, 32, 4, c.Ethnic)
		put(b, 36, 16, c.Birth)
		put(b, 52, 70, c.Address)
		put(b, 122, 36, c.Number)
		put(b, 158, 30, c.Issuer)
		put(b, 188, 16, c.From)
		put(b, 204, 16, c.To)
		if c.Kind == 'J' {
			put(b, 220, 18, c.Pass)
			put(b, 238, 4, c.Issue)
		}
	}
	if c.Kind != 0 {
		put(b, 248, 2, string(rune(c.Kind)))
	}
	return b
}

// photo is 1024 bytes. The pattern holds every byte value, and a frame's preamble in the middle.
func (c CardData) photo() []byte {
	if c.Photo != nil {
		return append([]byte(nil), c.Photo...)
	}
	b := make([]byte, 1024)
	for i := range b {
		b[i] = byte(i*7 + i/256)
	}
	copy(b[500:], preamble)
	return b
}

// Cards is a tray of invented people. Their numbers have valid check digits and births in 1900, so that they belong to
// nobody alive.
func Cards() []CardData {
	return []CardData{
		{
			Name: "林小满", Sex: "2", Ethnic: "01", Birth: "19000520", Address: "北京市东城区和平里北街12号院3号楼2单元501室",
			Number: "110101190005200026", Issuer: "北京市公安局东城分局", From: "20080310", To: "长期",
		},
		{
			Name: "王一", Sex: "1", Ethnic: "01", Birth: "19000101", Address: "上海市黄浦区方浜中路218弄7号",
			Number: "310101190001010011", Issuer: "上海市公安局黄浦分局", From: "20150601", To: "长期",
		},
		{
			Name: "阿不都热合曼·买买提依明", Sex: "1", Ethnic: "05", Birth: "19001012", Address: "新疆维吾尔自治区喀什市吾斯塘博依街道诺尔贝希路86号",
			Number: "653101190010120037", Issuer: "喀什市公安局", From: "20100909", To: "长期",
			NewAddress: "新疆维吾尔自治区乌鲁木齐市天山区解放南路20号",
		},
		{
			Name: "周㛃", Sex: "2", Ethnic: "15", Birth: "19000718", Address: "湖南省长沙市岳麓区麓山南路932号学子花园小区12栋3单元1804室",
			Number: "430104190007180042", Issuer: "长沙市公安局岳麓分局", From: "20190218", To: "长期",
		},
		{
			Name: "陈𬱟", Sex: "1", Ethnic: "11", Birth: "19001203", Address: "广东省广州市越秀区北京路168号",
			Number: "440104190012030059", Issuer: "广州市公安局越秀分局", From: "20200102", To: "20400102",
		},
		{
			Name: "欧阳长河", Sex: "1", Ethnic: "08", Birth: "19000228", Address: "广西壮族自治区南宁市青秀区民族大道88号",
			Number: "450103190002280017", Issuer: "南宁市公安局青秀分局", From: "19990101", To: "20190101",
		},
		{
			Kind: 'J', Name: "何嘉欣", Sex: "2", Birth: "19000101", Address: "广东省深圳市福田区深南大道1006号",
			Number: "810000190001010026", Issuer: "深圳市公安局", From: "20210701", To: "20260701", Pass: "H12345678", Issue: "01",
		},
		{
			Kind: 'Y', EnglishName: "ALEXANDER JEAN BAPTISTE DE LA TOUR NEUVILLE", Sex: "1", Birth: "19000101",
			Number: "911124190001010019", From: "20240101", To: "20340101", Country: "CAN", Issue: "01", Link: "000",
		},
		{
			Kind: 'I', EnglishName: "MARTIN, JOHN EDWARD", Name: "马丁", Sex: "1", Birth: "19000101",
			Number: "CAN110000010107", From: "20180101", To: "20280101", Country: "CAN",
		},
	}
}
