package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// fieldOf makes the field of a Control. Rules, texts and members are the caller's.
func fieldOf(c uiNode, sf objectFile) (Field, error) {
	name, ok := strings.CutPrefix(c.Scope, "#/properties/")
	prop, known := sf.Properties[name]
	switch {
	case c.Type != "Control" || !ok:
		return Field{}, fmt.Errorf("want a Control with scope #/properties/NAME, have %q %q", c.Type, c.Scope)
	case !known:
		return Field{}, fmt.Errorf("scope %q is not in the schema", c.Scope)
	case !fieldName(name):
		return Field{}, fmt.Errorf("%s: a name holds no dot, comma or space", name)
	case prop.I18n == "":
		return Field{}, fmt.Errorf("%s has no i18n key in the schema", name)
	}
	o := c.Options
	fd := Field{ID: name, key: prop.I18n, Input: o.Input, Prefill: o.Prefill, Keypad: o.Keypad, Format: prop.Format,
		Options: prop.Enum, Limit: prop.MaxLength, NotAfter: o.NotAfter != "", NotBefore: o.NotBefore != "", Scan: o.Scan,
		Required: o.Required || slices.Contains(sf.Required, name), MinItems: prop.MinItems, MaxItems: prop.MaxItems, examples: prop.Examples}
	if fd.Prefill != "" {
		fd.Input = InputFixed
	}
	err := fd.complete(c, prop)
	if err == nil {
		err = fd.suits(o)
	}
	if err != nil {
		return fd, fmt.Errorf("%s: %w", name, err)
	}
	return fd, nil
}

// suits refuses options that mean nothing for the field's input.
func (fd *Field) suits(o uiOptions) error {
	switch {
	case o.Single || o.Situation:
		return errors.New("single and situation are options of a Category")
	case fd.Scan && fd.Input != InputText:
		return errors.New("only a text can be scanned")
	case (fd.NotAfter || fd.NotBefore) && fd.Input != InputDate:
		return errors.New("notAfter and notBefore are for dates")
	case o.NotAfter != "" && o.NotAfter != "today", o.NotBefore != "" && o.NotBefore != "today":
		return errors.New("notAfter and notBefore know today only")
	case o.Detail != nil && fd.Input != InputGroup:
		return errors.New("detail is for a group")
	}
	return nil
}

// complete checks the property against its input and fills in what follows from both.
func (fd *Field) complete(c uiNode, prop propertyFile) error {
	kind := "string"
	switch fd.Input {
	case InputNumber, InputMoney:
		kind = "number"
		if fd.Whole = fd.Input == InputNumber && prop.Type == "integer"; fd.Whole {
			kind = "integer"
		}
	case InputMulti, InputGroup:
		kind = "array"
	}
	if prop.Type != kind {
		return fmt.Errorf("type %q can not be asked here, %q wants %q", prop.Type, fd.Input, kind)
	}
	switch fd.Input {
	case InputFixed:
		if fd.Prefill != CardName && fd.Prefill != CardNumber && fd.Prefill != CardAddress {
			return fmt.Errorf("prefill %q is not on a card", fd.Prefill)
		}
	case InputChoice:
		return options(fd.Options)
	case InputMulti:
		return fd.completeMulti(prop)
	case InputGroup:
		return fd.completeGroup(c, prop)
	case InputText, InputAddress:
		return fd.completeText()
	case InputNumber, InputMoney:
		return fd.completeNumber(prop)
	case InputPhone:
		fd.Limit = 11
	case InputDate:
		fd.Limit = 8
		if fd.Format != "date" {
			return errors.New(`a date needs the format "date"`)
		}
		fd.Format = ""
	default:
		return fmt.Errorf("input %q is not known", fd.Input)
	}
	return nil
}

func options(all []string) error {
	if len(all) < 2 {
		return errors.New("a choice needs an enum of at least two")
	}
	for i, o := range all {
		if !fieldName(o) || slices.Contains(all[:i], o) {
			return fmt.Errorf("%q can not be an answer: it stands twice, or holds a comma, dot or space", o)
		}
	}
	return nil
}

func (fd *Field) completeText() error {
	switch {
	case fd.Limit == 0:
		return errors.New("a text needs maxLength")
	case fd.Input == InputAddress && fd.Format != FormatAddress:
		return fmt.Errorf("an address needs the format %q", FormatAddress)
	case fd.Input == InputAddress:
		return nil
	case !slices.Contains([]string{"name", "text", "address", "code"}, fd.Keypad):
		return fmt.Errorf("keypad %q is not known", fd.Keypad)
	}
	return nil
}

func (fd *Field) completeMulti(prop propertyFile) error {
	if prop.Items == nil || !prop.Unique {
		return errors.New("a multiple choice needs items with an enum, and uniqueItems")
	}
	fd.Options = prop.Items.Enum
	if fd.MaxItems == 0 {
		fd.MaxItems = len(fd.Options)
	}
	fd.Required = fd.Required || fd.MinItems > 0
	return options(fd.Options)
}

func (fd *Field) completeGroup(c uiNode, prop propertyFile) error {
	switch {
	case prop.Items == nil || prop.Items.Type != "object" || len(prop.Items.Enum) > 0:
		return errors.New("a group needs items that are objects")
	case c.Options.Detail == nil || c.Options.Detail.Type != "VerticalLayout" || len(c.Options.Detail.Elements) == 0:
		return errors.New("a group needs options.detail, a VerticalLayout of Controls")
	case fd.MaxItems < 1 || fd.MaxItems >= MaxEntries || fd.MinItems > fd.MaxItems:
		return fmt.Errorf("a group needs maxItems below %d, and not below minItems", MaxEntries)
	}
	if fd.Required && fd.MinItems == 0 {
		fd.MinItems = 1
	}
	return nil
}

// completeNumber takes the limits over and works out how many characters can be typed.
func (fd *Field) completeNumber(prop propertyFile) error {
	if prop.Minimum == nil || prop.Maximum == nil {
		return errors.New("a number needs minimum and maximum")
	}
	low, okLow := number(prop.Minimum.String())
	high, okHigh := number(prop.Maximum.String())
	if !okLow || !okHigh || compare(low, high) > 0 {
		return errors.New("minimum and maximum are no numbers, or the wrong way round")
	}
	if fd.Input == InputMoney && (prop.MultipleOf == nil || *prop.MultipleOf != "0.01") {
		return errors.New("money needs multipleOf 0.01")
	}
	fd.Min, fd.Max = low.String(), high.String()
	whole, _, _ := strings.Cut(fd.Max, ".")
	fd.Limit = max(len(whole), len(fd.Min))
	switch {
	case fd.Input == InputMoney:
		fd.Limit = len(whole) + len(".00")
	case !fd.Whole:
		fd.Limit = len(whole) + len(".000000")
	}
	return nil
}
