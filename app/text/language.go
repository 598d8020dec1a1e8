package text

// Language is a BCP 47 tag of a language that the catalogue has.
type Language string

// The languages.
const (
	Chinese     Language = "zh-Hans"
	Traditional Language = "zh-Hant"
	English     Language = "en"
)
