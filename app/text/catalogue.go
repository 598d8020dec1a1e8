// Package text holds every sentence that people read, by key and language.
//
// It guarantees that each language has every key with the same placeholders: a catalogue that does not is refused when
// it is parsed, so that no screen can be without its words. The package is pure.
package text

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// ErrCatalogue marks a message file that is not complete or not readable.
var ErrCatalogue = errors.New("message catalogue")

// Catalogue is a set of messages in all languages. It is immutable.
type Catalogue struct {
	messages map[Language]map[string]string
}

// Parse reads one flat YAML mapping (key: sentence) per language. All faults are reported together.
func Parse(files map[Language][]byte) (*Catalogue, error) {
	c := &Catalogue{messages: make(map[Language]map[string]string, len(files))}
	var faults []error
	for lang, data := range files {
		var m map[string]string
		if err := yaml.UnmarshalWithOptions(data, &m, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrCatalogue, lang, err)
		}
		c.messages[lang] = m
	}
	for lang, m := range c.messages {
		for other, n := range c.messages {
			for key, sentence := range m {
				translated, ok := n[key]
				switch {
				case !ok:
					faults = append(faults, fmt.Errorf("%w: %s lacks %q, which %s has", ErrCatalogue, other, key, lang))
				case !slices.Equal(placeholders(sentence), placeholders(translated)):
					faults = append(faults, fmt.Errorf("%w: %q has other placeholders in %s than in %s", ErrCatalogue, key, other, lang))
				case strings.TrimSpace(sentence) == "":
					faults = append(faults, fmt.Errorf("%w: %q is empty in %s", ErrCatalogue, key, lang))
				}
			}
		}
	}
	return c, errors.Join(faults...)
}

// known lists the languages in a fixed order, Chinese first.
func known() []Language { return []Language{Chinese, Traditional, English} }

// Load reads LANGUAGE.yaml for each language from a folder of message files.
func Load(folder fs.FS) (*Catalogue, error) {
	files := map[Language][]byte{}
	for _, lang := range known() {
		data, err := fs.ReadFile(folder, string(lang)+".yaml")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCatalogue, err)
		}
		files[lang] = data
	}
	return Parse(files)
}

// Languages lists what the catalogue has, in a fixed order with Chinese first.
func (c *Catalogue) Languages() []Language {
	var langs []Language
	for _, l := range known() {
		if _, ok := c.messages[l]; ok {
			langs = append(langs, l)
		}
	}
	return langs
}

// Keys lists all keys in order.
func (c *Catalogue) Keys() []string {
	var keys []string
	for k := range c.messages[Chinese] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// In gives the messages of one language.
func (c *Catalogue) In(lang Language) Printer {
	return Printer{Language: lang, messages: c.messages[lang]}
}

// Printer says things in one language.
type Printer struct {
	Language Language
	messages map[string]string
}

// T gives the sentence for key with its {placeholders} filled from name, value pairs. An unknown key comes back as it
// is; a test over all keys in the source keeps that from happening.
func (p Printer) T(key string, args ...string) string {
	s, ok := p.messages[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+args[i]+"}", args[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Local is a text that carries its own translations, as files written by departments do.
type Local map[Language]string

// In gives the text in lang, or in Chinese where lang is missing.
func (l Local) In(lang Language) string {
	if s, ok := l[lang]; ok {
		return s
	}
	return l[Chinese]
}

func placeholders(s string) []string {
	found := regexp.MustCompile(`\{[a-z]+\}`).FindAllString(s, -1)
	slices.Sort(found)
	return found
}
