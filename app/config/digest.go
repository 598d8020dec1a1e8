package config

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/goccy/go-yaml"
)

// Digest names a configuration: the same values have the same 64 hexadecimal digits. No value can be read from it.
func (c Config) Digest() string {
	raw, err := yaml.Marshal(c)
	if err != nil {
		return "" // a Config is made of texts and numbers
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
