package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"onedoor/app/catalog"
)

const (
	rounds    = 8        // of variable parts of every service
	statistic = 64       // payloads of every service from which the entropy tables are made
	maxWindow = 48 << 10 // of content; what is farther away than an encoder's window would be lost
)

// train makes the dictionary with that number. What is most often matched comes last, where its distance is written in the
// fewest bits: first words of addresses, then what differs between the cases of a service, then each service's own text.
// With a catalogue too large for the window the last services of the list lose their text, so it begins with the most
// frequent ones.
func train(c *catalog.Catalogue, number uint32) ([]byte, error) {
	people := newPeople(words())
	var whole, parts [][]byte
	for _, s := range c.Services {
		for range statistic {
			p, err := people.payload(s)
			if err != nil {
				return nil, err
			}
			whole = append(whole, p)
		}
		p, err := people.payload(s)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	for range rounds {
		for _, s := range c.Services {
			p, err := people.variable(s)
			if err != nil {
				return nil, err
			}
			parts = append(parts, p)
		}
	}
	var content [][]byte // the last first
	size := 0
	for _, p := range append(parts, []byte(people.addressWords())) {
		if size+len(p) <= maxWindow {
			content, size = append(content, p), size+len(p)
		}
	}
	slices.Reverse(content)
	raw, err := zstd.BuildDict(zstd.BuildDictOptions{
		ID: number, Contents: whole, History: bytes.Join(content, nil), Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedFastest,
		CompatV155: true, // other implementations read it too
	})
	if err != nil {
		return nil, fmt.Errorf("train dictionary: %w", err)
	}
	return raw, nil
}
