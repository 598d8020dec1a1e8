package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

// vocabulary is what invented applicants are made of. The words are common ones; no real person is described.
type vocabulary struct {
	surnames, given                  []rune
	provinces, cities, roads, houses []string
}

func words() vocabulary {
	return vocabulary{
		surnames: []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"),
		given:    []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰志红春梅海燕辉鹏飞宇浩然子轩梓涵欣怡雨桐佳宁晓东立新永福德胜淑珍花凤"),
		provinces: strings.Fields("北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省 安徽省 福建省 江西省 山东省 河南省 湖北省 湖南省 广东省 " +
			"海南省 四川省 贵州省 云南省 陕西省 甘肃省 青海省 内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区 新疆维吾尔自治区"),
		cities: strings.Fields("东城区 西城区 朝阳区 海淀区 广州市天河区 深圳市南山区 杭州市西湖区 南京市鼓楼区 武汉市武昌区 成都市青羊区 长沙市岳麓区 郑州市中原区 济南市历下区"),
		roads:  strings.Fields("人民路 解放路 中山路 建设路 和平街 新华街道 城关镇 东风村 学府社区 幸福小区 花园路 长江大道 工业园区 胜利街"),
		houses: []string{"%d号", "%d号院%d号楼%d单元%d室", "%d栋%d室", "%d弄%d号%d室", "第%d村民小组%d号", "%d幢%d单元%d号"},
	}
}

// people invents applicants; the same ones every time.
type people struct {
	vocabulary
	dice *rand.Rand
}

func newPeople(v vocabulary) *people { return &people{v, rand.New(rand.NewPCG(2026, 11))} }

// addressWords is what an address may bring.
func (p *people) addressWords() string {
	return strings.Join(p.provinces, "") + strings.Join(p.cities, "") + strings.Join(p.roads, "")
}

func one[T any](p *people, of []T) T { return of[p.dice.IntN(len(of))] }

// person is one applicant as a card shows it.
type person struct{ name, number, address string }

func (p *people) person() person {
	name := string(one(p, p.surnames)) + string(one(p, p.given))
	if p.dice.IntN(5) > 0 {
		name += string(one(p, p.given))
	}
	house := one(p, p.houses)
	var n []any
	for range strings.Count(house, "%d") {
		n = append(n, 1+p.dice.IntN(one(p, []int{9, 30, 1500})))
	}
	return person{name, p.number(), one(p, p.provinces) + one(p, p.cities) + one(p, p.roads) + fmt.Sprintf(house, n...)}
}

// number has the form of a resident's, in a region that does not exist, so that it is nobody's.
func (p *people) number() string {
	s := one(p, strings.Fields("00 09 18 27 39 48 56 69 74 77 85 99")) + p.digits(4) + p.date(1935, 2008).Format("20060102") + p.digits(3)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} { // GB 11643
		sum += w * int(s[i]-'0')
	}
	return s + string("10X98765432"[sum%11])
}

func (p *people) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + p.dice.IntN(10))
	}
	return string(b)
}

func (p *people) date(from, to int) time.Time {
	return time.Date(from+p.dice.IntN(to-from), time.Month(1+p.dice.IntN(12)), 1+p.dice.IntN(28), 0, 0, 0, 0, time.UTC)
}

// submission has the form of what app/kiosk sends.
type submission struct {
	Service   service        `json:"service"`
	Applicant applicant      `json:"applicant"`
	Form      map[string]any `json:"form"`
	Next      text.Local     `json:"next"`
	Language  text.Language  `json:"language"`
}

type service struct {
	ID         string     `json:"id"`
	Title      text.Local `json:"title"`
	Department text.Local `json:"department"`
}

type applicant struct {
	Name    string `json:"name,omitempty"`
	Number  string `json:"number"`
	Address string `json:"address,omitempty"`
	Kind    string `json:"card_kind"`
}

func (p *people) submission(s *catalog.Service) (submission, error) {
	who := p.person()
	out := submission{Service: service{s.ID, s.Title, s.Department}, Applicant: applicant{who.name, who.number, who.address, "citizen"},
		Next: text.Local{}, Language: text.Chinese}
	for lang, promise := range s.Promise {
		stop := "。"
		if lang == text.English {
			stop = ". "
		}
		out.Next[lang] = promise + stop + s.Next[lang]
	}
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	facts := map[catalog.CardFact]string{catalog.CardName: who.name, catalog.CardNumber: who.number, catalog.CardAddress: who.address}
	answers := s.Form.Invent(p.dice.IntN, facts, day)
	if faults := s.Form.Validate(answers, day); len(faults) > 0 {
		return out, fmt.Errorf("sample of %s is not valid: %v", s.ID, faults)
	}
	out.Form = s.Form.Document(answers)
	return out, nil
}

// payload is one whole submission.
func (p *people) payload(s *catalog.Service) ([]byte, error) {
	sub, err := p.submission(s)
	if err != nil {
		return nil, err
	}
	return json.Marshal(sub)
}

// variable is what differs between two submissions of a service, with the names around it.
func (p *people) variable(s *catalog.Service) ([]byte, error) {
	sub, err := p.submission(s)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Applicant applicant      `json:"applicant"`
		Form      map[string]any `json:"form"`
	}{sub.Applicant, sub.Form})
}
