package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Rule says when a field, a page or a material is there. It is a rule of JSON Forms: an effect and a condition on one
// earlier field, or on several joined by AND or OR. It is immutable; nil is always there.
type Rule struct {
	hide bool
	cond condition
}

// shows judges the answers. They must hold no value of a hidden field.
func (r *Rule) shows(a Answers) bool { return r == nil || r.cond.holds(a) != r.hide }

type condition struct {
	field  Field
	schema *ruleSchema
	must   bool // failWhenUndefined
	and    []condition
	or     []condition
}

func (c condition) holds(a Answers) bool {
	switch {
	case c.and != nil:
		return !slices.ContainsFunc(c.and, func(c condition) bool { return !c.holds(a) })
	case c.or != nil:
		return slices.ContainsFunc(c.or, func(c condition) bool { return c.holds(a) })
	}
	v := a[c.field.ID]
	if v == "" && c.must {
		return false
	}
	return c.schema.accepts(c.field, v)
}

type ruleFile struct {
	Effect    string        `json:"effect"`
	Condition conditionFile `json:"condition"`
}

type conditionFile struct {
	Type       string          `json:"type" yaml:"type"`
	Scope      string          `json:"scope" yaml:"scope"`
	Schema     *ruleSchema     `json:"schema" yaml:"schema"`
	Must       *bool           `json:"failWhenUndefined" yaml:"failWhenUndefined"`
	Conditions []conditionFile `json:"conditions" yaml:"conditions"`
}

// ruleSchema is the part of JSON Schema that a condition may use: all of it can be checked against the field it is about.
type ruleSchema struct {
	Const    *string      `json:"const" yaml:"const"`
	Enum     []string     `json:"enum" yaml:"enum"`
	Not      *ruleSchema  `json:"not" yaml:"not"`
	Contains *ruleSchema  `json:"contains" yaml:"contains"`
	Minimum  *json.Number `json:"minimum" yaml:"minimum"`
	Maximum  *json.Number `json:"maximum" yaml:"maximum"`
}

// accepts judges a value as a JSON Schema would judge it in the document. No value has no type: only const and enum refuse it.
func (s *ruleSchema) accepts(f Field, v string) bool {
	ok := (s.Const == nil || v == *s.Const) && (s.Enum == nil || slices.Contains(s.Enum, v)) && (s.Not == nil || !s.Not.accepts(f, v))
	if v == "" {
		return ok
	}
	if s.Contains != nil {
		ok = ok && slices.ContainsFunc(strings.Split(v, ","), func(one string) bool { return s.Contains.accepts(f, one) })
	}
	for limit, sign := range map[*json.Number]int{s.Minimum: -1, s.Maximum: 1} {
		if n, isNumber := number(v); limit != nil && isNumber {
			ok = ok && compare(n, *limit) != sign
		}
	}
	return ok
}

// compile makes the rule of a file. earlier are the fields that stand before it.
func (r *ruleFile) compile(earlier map[string]Field) (*Rule, error) {
	if r == nil {
		return nil, nil
	}
	if r.Effect != "SHOW" && r.Effect != "HIDE" {
		return nil, fmt.Errorf("rule.effect is %q, want SHOW or HIDE", r.Effect)
	}
	c, err := r.Condition.compile(earlier)
	if err != nil {
		return nil, fmt.Errorf("rule.condition: %w", err)
	}
	return &Rule{hide: r.Effect == "HIDE", cond: c}, nil
}

func (c conditionFile) compile(earlier map[string]Field) (condition, error) {
	if c.Type == "AND" || c.Type == "OR" {
		if len(c.Conditions) == 0 || c.Scope != "" || c.Schema != nil {
			return condition{}, fmt.Errorf("%s wants conditions and nothing else", c.Type)
		}
		var all []condition
		for i, one := range c.Conditions {
			made, err := one.compile(earlier)
			if err != nil {
				return condition{}, fmt.Errorf("conditions[%d]: %w", i, err)
			}
			all = append(all, made)
		}
		if c.Type == "AND" {
			return condition{and: all}, nil
		}
		return condition{or: all}, nil
	}
	name, ok := strings.CutPrefix(c.Scope, "#/properties/")
	f, known := earlier[name]
	switch {
	case c.Type != "" || len(c.Conditions) > 0:
		return condition{}, fmt.Errorf("type %q is not known, want AND, OR or a scope with a schema", c.Type)
	case !ok || !known:
		return condition{}, fmt.Errorf("scope %q is no field that is asked before", c.Scope)
	case c.Schema == nil:
		return condition{}, fmt.Errorf("%s: schema is missing", name)
	}
	if err := c.Schema.check(f, false); err != nil {
		return condition{}, fmt.Errorf("%s: %w", name, err)
	}
	if c.Must == nil && c.Schema.accepts(f, "") {
		return condition{}, fmt.Errorf("%s: the condition holds while nothing is answered, failWhenUndefined must say whether it shall", name)
	}
	return condition{field: f, schema: c.Schema, must: c.Must != nil && *c.Must}, nil
}

// check keeps a condition to what can come true: answers that are on offer, numbers of numbers, members of a multiple choice.
func (s *ruleSchema) check(f Field, member bool) error {
	values := s.Enum
	if s.Const != nil {
		values = append(slices.Clone(values), *s.Const)
	}
	for _, v := range values {
		if (f.Input != InputChoice && !member) || !slices.Contains(f.Options, v) {
			return fmt.Errorf("%q is no answer to it", v)
		}
	}
	if s.Contains != nil {
		if f.Input != InputMulti || member {
			return fmt.Errorf("contains is for a multiple choice, it is %q", f.Input)
		}
		if err := s.Contains.check(f, true); err != nil {
			return err
		}
	}
	for _, limit := range []*json.Number{s.Minimum, s.Maximum} {
		if limit == nil {
			continue
		}
		if _, ok := number(limit.String()); !ok || f.Input != InputNumber && f.Input != InputMoney {
			return fmt.Errorf("minimum and maximum are for numbers, it is %q", f.Input)
		}
	}
	if s.Not != nil {
		return s.Not.check(f, member)
	}
	if len(values) == 0 && s.Contains == nil && s.Minimum == nil && s.Maximum == nil {
		return fmt.Errorf("the schema asks nothing")
	}
	return nil
}
