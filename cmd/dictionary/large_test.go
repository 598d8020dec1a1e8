package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

// large is a catalogue with one service whose cases have 2 KB, the size that the goal for the wire is about.
func large(t *testing.T) *catalog.Catalogue {
	t.Helper()
	const texts = `id: small-business
icon: building-bank
title: {zh-Hans: 个体工商户设立登记（含食品经营备案）, en: Registration of a small business with notice of food trade}
summary: {zh-Hans: 开小店, en: Open a shop}
department: {zh-Hans: 市场监督管理局登记注册与行政审批科, en: "Administration for Market Regulation, Registration Section"}
identity: {cards: [citizen]}
guide:
  who: {zh-Hans: 成年人, en: Adults}
  time: {zh-Hans: 3 个工作日, en: 3 working days}
  fee: {zh-Hans: 不收费, en: Free of charge}
  basis: {zh-Hans: 《促进个体工商户发展条例》, en: Regulations on small businesses}
materials: [{name: {zh-Hans: 本人身份证, en: Your ID card}, card: true}]
promise: {zh-Hans: 材料齐全的，部门受理后 3 个工作日内作出是否准予登记的决定, en: "With complete papers, the department decides within 3 working days of acceptance"}
next: {zh-Hans: 准予登记的，请凭本回执到综合窗口领取营业执照，也可以选择邮寄到家；需要补正材料时，工作人员会按您留的手机号联系您, en: "When it is granted, bring this receipt to the counter to collect the licence, or have it sent home; if anything is missing, we call the number you left"}
`
	type object = map[string]any
	fields := []struct {
		id     string
		schema object
		ui     object
	}{
		{"name", object{"minLength": 1, "maxLength": 60}, object{"prefill": "name"}},
		{"number", object{"format": "resident-number"}, object{"prefill": "number"}},
		{"address", object{"minLength": 1, "maxLength": 120}, object{"prefill": "address"}},
		{"phone", object{"format": "cn-mobile"}, object{"input": "phone"}},
		{"emergency_phone", object{"format": "cn-mobile"}, object{"input": "phone"}},
		{"business_form", object{"enum": []string{"individual", "family"}}, object{"input": "choice"}},
		{"trade", object{"enum": []string{"retail", "catering", "repair", "hairdressing", "other"}}, object{"input": "choice"}},
		{"food", object{"enum": []string{"prepacked", "fresh", "none"}}, object{"input": "choice"}},
		{"premises", object{"enum": []string{"rented", "owned", "market-stall"}}, object{"input": "choice"}},
		{"premises_room", object{"maxLength": 24}, object{"input": "text", "keypad": "address"}},
		{"storage_room", object{"maxLength": 24}, object{"input": "text", "keypad": "address"}},
		{"lease_from", object{"format": "date"}, object{"input": "date"}},
		{"lease_until", object{"format": "date"}, object{"input": "date"}},
		{"opening_day", object{"format": "date"}, object{"input": "date"}},
		{"health_certificate", object{"maxLength": 20}, object{"input": "text", "keypad": "code"}},
		{"lease_contract", object{"maxLength": 20}, object{"input": "text", "keypad": "code"}},
		{"licence_delivery", object{"enum": []string{"counter", "post"}}, object{"input": "choice"}},
		{"spouse_phone", object{"format": "cn-mobile"}, object{"input": "phone"}},
		{"employees", object{"enum": []string{"none", "up-to-3", "up-to-10", "more"}}, object{"input": "choice"}},
		{"opening_hours", object{"enum": []string{"daytime", "until-midnight", "around-the-clock"}}, object{"input": "choice"}},
		{"delivery_platform", object{"enum": []string{"yes", "no"}}, object{"input": "choice"}},
		{"fire_safety_report", object{"maxLength": 20}, object{"input": "text", "keypad": "code"}},
		{"waste_water_permit", object{"maxLength": 20}, object{"input": "text", "keypad": "code"}},
		{"bank_account_opening", object{"enum": []string{"at-once", "later", "has-one"}}, object{"input": "choice"}},
		{"seal_engraving", object{"enum": []string{"free-set", "not-wanted"}}, object{"input": "choice"}},
		{"social_insurance_account", object{"enum": []string{"at-once", "later"}}, object{"input": "choice"}},
		{"electronic_licence_consent", object{"enum": []string{"yes", "no"}}, object{"input": "choice"}},
		{"truthful_declaration", object{"enum": []string{"yes", "no"}}, object{"input": "choice"}},
		{"correspondence_language", object{"enum": []string{"zh-Hans", "en"}}, object{"input": "choice"}},
		{"food_safety_officer_phone", object{"format": "cn-mobile"}, object{"input": "phone"}},
		{"previous_licence_number", object{"maxLength": 20}, object{"input": "text", "keypad": "code"}},
		{"neighbours_informed_on", object{"format": "date"}, object{"input": "date"}},
		{"outdoor_seating", object{"enum": []string{"yes", "no"}}, object{"input": "choice"}},
		{"alcohol_and_tobacco", object{"enum": []string{"both", "alcohol", "tobacco", "none"}}, object{"input": "choice"}},
		{"tax_registration", object{"enum": []string{"at-once", "later"}}, object{"input": "choice"}},
	}
	properties, controls, messages := object{}, []object{}, []string{"page.all.label: {zh-Hans: 您的小店, en: Your shop}"}
	var required []string
	for _, f := range fields {
		f.schema["type"], f.schema["i18n"] = "string", f.id
		properties[f.id] = f.schema
		required = append(required, f.id)
		controls = append(controls, object{"type": "Control", "scope": "#/properties/" + f.id, "options": f.ui})
		messages = append(messages, fmt.Sprintf("%s.label: {zh-Hans: 问题, en: Question}", f.id))
		options, _ := f.schema["enum"].([]string)
		for _, o := range options {
			messages = append(messages, fmt.Sprintf("%s.%s: {zh-Hans: 选项, en: Option}", f.id, o))
		}
	}
	asJSON := func(v any) []byte {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	schema := asJSON(object{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:onedoor:catalogue:small-business", "type": "object",
		"additionalProperties": false, "required": required, "properties": properties})
	ui := asJSON(object{"type": "Categorization", "elements": []object{{"type": "Category", "i18n": "page.all", "elements": controls}}})
	c, err := catalog.Load(fstest.MapFS{
		"catalogue.yaml":                  {Data: []byte("version: \"1\"\nservices: [small-business]\n")},
		"small-business/service.yaml":     {Data: []byte(texts)},
		"small-business/form.schema.json": {Data: schema},
		"small-business/form.ui.json":     {Data: ui},
		"small-business/messages.yaml":    {Data: []byte(strings.Join(messages, "\n"))},
	}, []text.Language{text.Chinese, text.English})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
